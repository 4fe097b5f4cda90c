"""Answers one HTTP request to a practice company: add, change, get, delete, list, search."""

from datetime import datetime
from typing import Any

from app.practice import attachments, contract, envelopes, listing, records, users
from app.practice.company import Company
from app.practice.contract import Request
from app.practice.envelopes import Reply
from app.practice.leads_and_webhooks import LeadsAndWebhooks
from app.practice.records import timestamp
from app.practice.store import Record

OWNER_ONLY = 1
EVERYONE = 3


def answer(  # noqa: PLR0917 - what an HTTP request consists of
    company: Company,
    method: str,
    path: str,
    query: list[tuple[str, str]],
    headers: dict[str, str],
    body: bytes = b"",
) -> Reply:
    """Answer one HTTP request; header names are in lower case. One request at a time for each company."""
    with company.lock:
        try:
            return _answer(company, method, path, query, headers, body)
        except envelopes.Refused as no:
            return no.reply


def _answer(  # noqa: PLR0917 - the same
    company: Company, method: str, path: str, query: list[tuple[str, str]], headers: dict[str, str], body: bytes
) -> Reply:
    key = headers.get("x-api-token", "")
    person = company.people.by_key.get(key)
    if person is None or any(name == "api_token" for name, _ in query):
        raise envelopes.unauthorized()
    call = contract.find(method, path)
    if call is None:
        raise envelopes.not_found("Endpoint")
    try:
        company.limits.charge(key, call, company.clock())
        request = contract.read(call, path, query, headers.get("content-type", ""), body)
        reply = RequestHandler(company, person, company.clock()).serve(request)
    except envelopes.Refused as no:
        reply = no.reply
    limits = company.limits.headers(key, call, company.clock())
    return Reply(reply.status, reply.body, {**reply.headers, **limits})


class RequestHandler:
    """Serves one user at one moment."""

    def __init__(self, company: Company, person: users.Colleague, moment: datetime) -> None:
        self.company, self.person, self.moment = company, person, moment
        self.store = company.store
        self.version_1 = LeadsAndWebhooks(company, person, moment)

    def serve(self, request: Request) -> Reply:
        serve: dict[str, Any] = {
            "me": self._me,
            "types": self._types,
            "add": self._add,
            "change": self._change,
            "get": self._get,
            "delete": self._delete,
            "list": self._list,
            "search": self._search,
            "fields": self._fields,
            "add_field": self._add_field,
            "leads": self.version_1.leads,
            "archived_leads": self.version_1.archived_leads,
            "lead": self.version_1.lead,
            "notes": self.version_1.notes,
            "files": self._files,
            "add_lead": self.version_1.add_lead,
            "delete_lead": self.version_1.delete_lead,
            "hooks": self.version_1.hooks,
            "add_hook": self.version_1.add_hook,
            "delete_hook": self.version_1.delete_hook,
        }
        reply: Reply = serve[request.call.does](request)
        return reply

    def _me(self, _request: Request) -> Reply:
        return envelopes.good(users.profile(self.person, self.company.id, self.company.name, self.company.domain))

    def _types(self, _request: Request) -> Reply:
        return envelopes.good(self.company.types)

    def _add(self, request: Request) -> Reply:
        kind, body = request.call.kind, request.body
        self._check_links(kind, body)
        blank = records.new(kind, 0, self.person.id, EVERYONE, timestamp(self.moment))
        record = records.changed(kind, blank, body, timestamp(self.moment))
        record["id"] = self.store.next_id(kind)
        return envelopes.good(self.store.put(kind, record, self.moment))

    def _change(self, request: Request) -> Reply:
        kind, body = request.call.kind, request.body
        record = self._found(request)
        if record["is_deleted"]:
            raise envelopes.not_found(records.SINGULAR[kind])
        self._check_links(kind, body)
        return envelopes.good(
            self.store.put(kind, records.changed(kind, record, body, timestamp(self.moment)), self.moment)
        )

    def _get(self, request: Request) -> Reply:
        record = self._found(request)
        wanted = request.query["include_fields"].split(",") if "include_fields" in request.query else []
        counts = self.company.attachments.counts(self.store, request.call.kind, record) if wanted else {}
        return envelopes.good(record | {name: counts[name] for name in wanted})

    def _files(self, request: Request) -> Reply:
        record, key = self._found(request), attachments.OWN_KEY[request.call.kind]
        return self.version_1.page(
            [file for file in self.company.attachments.files if file[key] == record["id"]], request
        )

    def _delete(self, request: Request) -> Reply:
        record = self._found(request)
        if record["is_deleted"]:
            raise envelopes.not_found(records.SINGULAR[request.call.kind])
        gone = {**record, "is_deleted": True, "update_time": timestamp(self.moment)}
        self.store.put(request.call.kind, gone, self.moment)
        return envelopes.good({"id": record["id"]})

    def _list(self, request: Request) -> Reply:
        kind, wanted = request.call.kind, request.query.get("status")
        rows = self.store.deleted(kind, self.moment) if wanted == "deleted" else self.store.alive(kind)
        seen = (record for record in rows if self._sees(record))
        if wanted in {"open", "won", "lost"}:
            seen = (record for record in seen if record["status"] == wanted)
        return envelopes.page(*listing.page(listing.select(seen, request.query), request.query))

    def _search(self, request: Request) -> Reply:
        seen = (record for record in self.store.searchable(request.call.kind, self.moment) if self._sees(record))
        firms = {record["id"]: record["name"] for record in self.store.alive("organizations")}
        hits, cursor = listing.page(listing.search(seen, request.query, firms), request.query)
        return envelopes.page({"items": hits}, cursor)

    def _fields(self, request: Request) -> Reply:
        return envelopes.page(*listing.page(self.company.fields[request.call.kind], request.query))

    def _add_field(self, request: Request) -> Reply:
        if not self.person.admin:
            raise envelopes.forbidden("You do not have permission to add fields.")
        known = self.company.fields[request.call.kind]
        code = users.field_code(self.company.id, request.call.kind, len(known))
        body = request.body
        if body["field_type"] not in {"varchar", "text", "varchar_auto"}:
            raise envelopes.invalid("field_type", "the practice company knows varchar, text and varchar_auto")
        known.append(users.definition(body["field_name"], code, body["field_type"], custom=True))
        return envelopes.good(known[-1])

    def _found(self, request: Request) -> Record:
        record = self.store.get(request.call.kind, int(request.id), self.moment)
        if record is None or not self._sees(record):
            raise envelopes.not_found(records.SINGULAR[request.call.kind])
        return record

    def _sees(self, record: Record) -> bool:
        return record.get("visible_to") != OWNER_ONLY or record["owner_id"] == self.person.id

    def _check_links(self, kind: str, body: dict[str, Any]) -> None:
        """Refuse numbers and keys that lead nowhere."""
        if "owner_id" in body and not self.company.people.has(body["owner_id"]):
            raise envelopes.bad_request("Owner not found")
        if "org_id" in body:
            self._check_exists("organizations", body["org_id"])
        if "person_id" in body:
            self._check_exists("persons", body["person_id"])
        for row in body.get("participants", []):
            self._check_exists("persons", row["person_id"])
        if "type" in body and body["type"] not in {known["key_string"] for known in self.company.types}:
            raise envelopes.invalid("type", f"unknown activity type '{body['type']}'")
        codes = {field["field_code"] for field in self.company.fields.get(kind, []) if field["is_custom_field"]}
        for code, value in body.get("custom_fields", {}).items():
            if code not in codes:
                raise envelopes.invalid("custom_fields", f"Parameter '{code}' is not allowed for this request")
            if value is not None and (not isinstance(value, str) or len(value) > 255):
                raise envelopes.invalid(f"custom_fields.{code}", "Expected string of at most 255 characters")

    def _check_exists(self, kind: str, id: int) -> None:
        record = self.store.get(kind, id, self.moment)
        if record is None or record["is_deleted"] or not self._sees(record):
            raise envelopes.bad_request(f"{records.SINGULAR[kind]} {id} not found")
