"""Pipedrive as this product sees it: a dozen calls with one user's key, and the errors of `app.sync.errors`.

Every method raises PipedriveError when it does not return. A method that
creates may raise UnknownOutcome; all others can simply be called again.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal, TypeVar, Unpack

import httpx

from app.sync import bodies, reading, wire
from app.sync.bodies import ActivityFields, OrganizationFields, PersonFields
from app.sync.client import address, http_client
from app.sync.errors import KeyRefused, Unreachable
from app.sync.records import Activity, ActivityType, Field, Me, Organization, Person, merged

__all__ = ["Pipedrive", "address", "http_client", "merged"]

PAGE = 100
MOST_PAGES = 50
KEY = re.compile(r"[!-~]{1,200}")

T = TypeVar("T")
OrganizationTerm = Literal["name", "custom_fields"]
PersonTerm = Literal["email", "phone", "name", "custom_fields"]


class Pipedrive:
    """One user's view of one company; `tokens_left` is the company's daily budget as last heard."""

    def __init__(self, http: httpx.Client, key: str, *, deadline: float = wire.DEADLINE) -> None:
        if not KEY.fullmatch(key):
            raise KeyRefused("This does not look like a Pipedrive key.")
        self._http = http
        self._key = key
        self._deadline = deadline
        self.tokens_left: int | None = None

    def __repr__(self) -> str:
        return f"Pipedrive({self._http.base_url})"

    def me(self) -> Me:
        """Say whom the key belongs to; the cheapest way to try a key."""
        return self._one("GET", "/v1/users/me", reading.me)

    def activity_types(self) -> list[ActivityType]:
        return self._several("/v1/activityTypes", {}, reading.activity_type)[0]

    def add_organization(self, **fields: Unpack[OrganizationFields]) -> Organization:
        return self._one("POST", "/api/v2/organizations", reading.organization, bodies.organization(fields))

    def change_organization(self, id: int, **fields: Unpack[OrganizationFields]) -> Organization:
        return self._one("PATCH", f"/api/v2/organizations/{id}", reading.organization, bodies.organization(fields))

    def get_organization(self, id: int) -> Organization:
        """Return it even when deleted (`is_deleted`), until Pipedrive forgets it and this raises Gone."""
        return self._one("GET", f"/api/v2/organizations/{id}", reading.organization)

    def delete_organization(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/organizations/{id}")

    def add_person(self, **fields: Unpack[PersonFields]) -> Person:
        return self._one("POST", "/api/v2/persons", reading.person, bodies.person(fields))

    def change_person(self, id: int, **fields: Unpack[PersonFields]) -> Person:
        return self._one("PATCH", f"/api/v2/persons/{id}", reading.person, bodies.person(fields))

    def get_person(self, id: int) -> Person:
        return self._one("GET", f"/api/v2/persons/{id}", reading.person)

    def delete_person(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/persons/{id}")

    def add_activity(self, **fields: Unpack[ActivityFields]) -> Activity:
        return self._one("POST", "/api/v2/activities", reading.activity, bodies.activity(fields))

    def change_activity(self, id: int, **fields: Unpack[ActivityFields]) -> Activity:
        return self._one("PATCH", f"/api/v2/activities/{id}", reading.activity, bodies.activity(fields))

    def get_activity(self, id: int) -> Activity:
        return self._one("GET", f"/api/v2/activities/{id}", reading.activity)

    def delete_activity(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/activities/{id}")

    def find_persons(self, term: str, field: PersonTerm = "email") -> list[Person]:
        """Search for a whole value, never case-sensitive; the index may not know the last minutes yet."""
        return self._found("persons", term, field, reading.person)

    def find_organizations(self, term: str, field: OrganizationTerm = "name") -> list[Organization]:
        return self._found("organizations", term, field, reading.organization)

    def persons_since(self, when: datetime) -> Iterator[Person]:
        """Everybody written at or after `when`, the newest first, page by page as the caller asks."""
        return self._pages("/api/v2/persons", _newest_first(when), reading.person)

    def organizations_since(self, when: datetime) -> Iterator[Organization]:
        return self._pages("/api/v2/organizations", _newest_first(when), reading.organization)

    def activities_of(self, person_id: int, since: datetime | None = None) -> Iterator[Activity]:
        """The activities whose primary participant is this person, the newest first."""
        query = {"person_id": str(person_id), **_newest_first(since)}
        return self._pages("/api/v2/activities", query, reading.activity)

    def person_fields(self) -> list[Field]:
        return list(self._pages("/api/v2/personFields", {}, reading.field_definition))

    def organization_fields(self) -> list[Field]:
        return list(self._pages("/api/v2/organizationFields", {}, reading.field_definition))

    def add_person_field(self, name: str, type: str = "varchar") -> Field:
        """Add a custom field; a key without administrator rights gets NotAllowed."""
        return self._one("POST", "/api/v2/personFields", reading.field_definition, _field(name, type))

    def add_organization_field(self, name: str, type: str = "varchar") -> Field:
        return self._one("POST", "/api/v2/organizationFields", reading.field_definition, _field(name, type))

    def _one(self, method: str, path: str, read: Callable[[Any], T], body: dict[str, Any] | None = None) -> T:
        for record in _readable([self._ask(method, path, body=body)["data"]], read):
            return record
        raise wire.lost(method)

    def _several(self, path: str, query: dict[str, str], read: Callable[[Any], T]) -> tuple[list[T], str | None]:
        content = self._ask("GET", path, query)
        rows, more = content["data"], content.get("additional_data")
        if isinstance(rows, dict):
            hits = rows.get("items")
            rows = [hit.get("item") for hit in hits if isinstance(hit, dict)] if isinstance(hits, list) else "?"
        if rows is not None and not isinstance(rows, list):
            raise wire.lost("GET")
        cursor = more.get("next_cursor") if isinstance(more, dict) else None
        return list(_readable(rows or [], read)), cursor if isinstance(cursor, str) and cursor else None

    def _pages(self, path: str, query: dict[str, str], read: Callable[[Any], T]) -> Iterator[T]:
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
            rows, following = self._several(path, {**query, **page}, read)
            yield from rows
            if following is None:
                return
            cursor = following
        raise Unreachable("Pipedrive's list does not end.")

    def _found(self, kind: str, term: str, field: str, read: Callable[[Any], T]) -> list[T]:
        """Search, and check every hit again: exact_match has been seen to return near matches."""
        wanted = _folded(term)
        if not wanted:
            return []
        query = {"term": " ".join(term.split()), "fields": field, "exact_match": "true", "limit": str(PAGE)}
        hits, _ = self._several(f"/api/v2/{kind}/search", query, lambda data: (_texts(data, field), read(data)))
        return [record for texts, record in hits if wanted in {_folded(text) for text in texts}]

    def _ask(
        self, method: str, path: str, query: dict[str, str] | None = None, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        content, headers = wire.ask(self._http, self._key, wire.Call(method, path, query, body), self._deadline)
        left = headers.get("x-daily-ratelimit-token-remaining", "")
        self.tokens_left = int(left) if left.isascii() and left.isdigit() else self.tokens_left
        return content


def _readable(rows: list[Any], read: Callable[[Any], T]) -> Iterator[T]:
    for row in rows:
        try:
            yield read(row)
        except reading.Unreadable:
            continue


def _newest_first(since: datetime | None) -> dict[str, str]:
    order = {"sort_by": "update_time", "sort_direction": "desc"}
    return order if since is None else {**order, "updated_since": bodies.timestamp(since)}


def _texts(hit: Any, field: str) -> list[str]:
    found = hit.get({"email": "emails", "phone": "phones"}.get(field, field)) if isinstance(hit, dict) else None
    return [text for text in (found if isinstance(found, list) else [found]) if isinstance(text, str)]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _field(name: str, type: str) -> dict[str, Any]:
    return {"field_name": name, "field_type": type}
