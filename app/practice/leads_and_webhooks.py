"""The calls of Pipedrive's first version: notes, leads, with UUIDs for ids, and webhooks, which only an administrator may set."""

import uuid
from datetime import datetime
from typing import Any

from app.practice import envelopes, users
from app.practice.company import Company
from app.practice.contract import Request
from app.practice.envelopes import Reply
from app.practice.records import timestamp
from app.practice.store import Record

ABOUT = {"activity", "deal", "lead", "note", "organization", "person", "pipeline", "product", "stage", "user", "*"}
MOST_HOOKS = 40


class LeadsAndWebhooks:
    """Serves one user at one moment, in the envelopes of the first version."""

    def __init__(self, company: Company, person: users.Colleague, moment: datetime) -> None:
        self.company, self.person, self.moment = company, person, moment

    def leads(self, request: Request) -> Reply:
        return self._leads(request, archived=False)

    def archived_leads(self, request: Request) -> Reply:
        return self._leads(request, archived=True)

    def lead(self, request: Request) -> Reply:
        found = self.company.leads.get(str(request.id))
        if found is None:
            raise envelopes.not_found("Lead")
        return envelopes.good(found)

    def notes(self, request: Request) -> Reply:
        wanted = {key: value for key, value in request.query.items() if key != "limit"}
        notes = [note for note in self.company.attachments.notes if _fits(note, wanted)]
        limit, more = _first_page(notes, request)
        return envelopes.good(notes[:limit], additional_data={"pagination": more})

    def page(self, rows: list[Record], request: Request) -> Reply:
        limit, more = _first_page(rows, request)
        return envelopes.good(rows[:limit], additional_data=more)

    def _leads(self, request: Request, *, archived: bool) -> Reply:
        wanted = {key: value for key, value in request.query.items() if key != "limit"}
        there = [lead for lead in self.company.leads.values() if lead["is_archived"] is archived]
        return self.page([lead for lead in there if _fits(lead, wanted)], request)

    def add_lead(self, request: Request) -> Reply:
        body = request.body
        if "person_id" not in body and "organization_id" not in body:
            raise envelopes.bad_request("A lead needs a person or an organization.")
        for kind, key in (("persons", "person_id"), ("organizations", "organization_id")):
            there = self.company.store.get(kind, body[key], self.moment) if key in body else None
            if key in body and (there is None or there["is_deleted"]):
                raise envelopes.bad_request(f"{key} {body[key]} not found")
        if body.get("visible_to", "3") not in {"1", "3", "5", "7"}:
            raise envelopes.invalid("visible_to", "must be one of 1, 3, 5, 7")
        lead = self._lead(body)
        self.company.leads[lead["id"]] = lead
        return envelopes.in_json(201, {"success": True, "data": lead})

    def delete_lead(self, request: Request) -> Reply:
        if self.company.leads.pop(str(request.id), None) is None:
            raise envelopes.not_found("Lead")
        return envelopes.good({"id": request.id})

    def hooks(self, _request: Request) -> Reply:
        return envelopes.good(list(self.company.webhooks.values()), status="ok")

    def add_hook(self, request: Request) -> Reply:
        body = request.body
        if not self.person.admin:
            raise envelopes.forbidden("You do not have permission to add webhooks.")
        if body["event_object"] not in ABOUT or body["event_action"] not in {"create", "change", "delete", "*"}:
            raise envelopes.bad_request("Unknown event.")
        if not body["subscription_url"].startswith("https://"):
            raise envelopes.bad_request("subscription_url must be a public https address.")
        if len(self.company.webhooks) >= MOST_HOOKS:
            raise envelopes.Refused(envelopes.in_json(422, {"status": "error", "success": False, "errors": {}}))
        number = max(self.company.webhooks, default=0) + 1
        hook = self._hook(number, body)
        self.company.webhooks[number] = hook
        return envelopes.in_json(201, {"status": "ok", "success": True, "data": hook})

    def delete_hook(self, request: Request) -> Reply:
        if self.company.webhooks.pop(int(request.id), None) is None:
            raise envelopes.not_found("Webhook")
        return envelopes.in_json(200, {"status": "ok", "success": True})

    def _lead(self, body: dict[str, Any]) -> Record:
        stamp = timestamp(self.moment)
        blank: Record = {"id": str(self._next_id()), "owner_id": self.person.id, "creator_id": self.person.id, "label_ids": [],
                         "person_id": None, "organization_id": None, "source_name": "API", "origin": "API", "origin_id": None,
                         "channel": None, "channel_id": None, "is_archived": False, "was_seen": False, "value": None,
                         "expected_close_date": None, "next_activity_id": None, "add_time": stamp, "update_time": stamp,
                         "visible_to": "3"}  # fmt: skip
        return blank | body

    def _next_id(self) -> uuid.UUID:
        """The same company gives the same letters again, as it does with numbers."""
        self.company.last_lead += 1
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.company.id}/{self.company.domain}/{self.company.last_lead}")

    def _hook(self, number: int, body: dict[str, Any]) -> Record:
        blank: Record = {"id": number, "company_id": self.company.id, "owner_id": self.person.id, "user_id": self.person.id,
                         "version": "2.0", "is_active": 1, "add_time": timestamp(self.moment), "remove_time": None,
                         "type": "general", "remove_reason": None, "last_delivery_time": None, "last_http_status": None,
                         "admin_id": self.person.id, "http_auth_user": None, "http_auth_password": None}  # fmt: skip
        return blank | body


def _first_page(rows: list[Record], request: Request) -> tuple[int, Record]:
    """How many rows the first page of a list of the first version holds, and what it says of the others."""
    limit = int(request.query.get("limit", "100"))
    return limit, {"start": 0, "limit": limit, "more_items_in_collection": len(rows) > limit}


def _fits(row: Record, wanted: dict[str, str]) -> bool:
    return all(str(row[key]) == value for key, value in wanted.items())
