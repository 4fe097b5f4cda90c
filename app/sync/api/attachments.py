"""What hangs on a record in Pipedrive, asked before it is deleted: counters where they are answered, else lists."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal, TypeVar

from app.sync.api import payloads, response_parsing
from app.sync.api.errors import Gone, NotAllowed, Rejected
from app.sync.api.reads import Asking
from app.sync.api.records import Activity, Deal, Lead, Organization, Person

FULL_PAGE = 500
MOST_ACTIVITIES = 4 * FULL_PAGE

ALL = ("email_messages", "activities", "files", "notes")
COUNTED = {
    "persons": ("open_deals", "closed_deals", "participant_open_deals", "participant_closed_deals", *ALL),
    "organizations": ("open_deals", "closed_deals", "people", *ALL),
    "deals": ("participants", *ALL),
}

T = TypeVar("T")
Owner = Literal["person_id", "org_id", "deal_id", "lead_id"]
LEAD_KEYS = {"person_id": "person_id", "org_id": "organization_id"}
FILE_PATHS = {"person_id": "persons", "org_id": "organizations"}


class Attachments(Asking):
    """`get_counted_*` read a record with its counters; a Pipedrive that does not know these answers without them."""

    def get_counted_person(self, id: int) -> Person:
        return self._counted("persons", id, response_parsing.person)

    def get_counted_organization(self, id: int) -> Organization:
        return self._counted("organizations", id, response_parsing.organization)

    def get_counted_deal(self, id: int) -> Deal:
        return self._counted("deals", id, response_parsing.deal)

    def get_lead(self, id: str) -> Lead:
        return self._one("GET", f"/v1/leads/{id}", response_parsing.lead)

    def activities_on(self, key: Owner, id: int | str) -> list[Activity]:
        """Up to five hundred; of a person only where they are the primary participant."""
        query = {key: str(id), "limit": str(FULL_PAGE)}
        return self._several("/api/v2/activities", query, response_parsing.activity)[0]

    def activities_since(self, since: datetime) -> tuple[list[Activity], bool]:
        """All activities written since then, with all their participants, and whether that is all of them."""
        query = {"updated_since": payloads.timestamp(since)}
        found: list[Activity] = []
        for rows in self._pages("/api/v2/activities", query, response_parsing.activity, FULL_PAGE):
            if len(found) >= MOST_ACTIVITIES:
                return found, False
            found += rows
        return found, True

    def deals_on(self, key: Literal["person_id", "org_id"], id: int) -> Iterator[Deal]:
        """Those that are not archived; the counters know of all of them."""
        return self._all("/api/v2/deals", {key: str(id)}, response_parsing.deal)

    def leads_on(self, key: Literal["person_id", "org_id"], id: int, *, archived: bool = False) -> list[Lead]:
        query = {LEAD_KEYS[key]: str(id), "limit": str(FULL_PAGE)}
        return self._several(f"/v1/leads{'/archived' if archived else ''}", query, response_parsing.lead)[0]

    def has_notes(self, key: Literal["person_id", "org_id", "lead_id"], id: int | str) -> bool:
        return bool(self._several("/v1/notes", {key: str(id), "limit": "1"}, response_parsing.number_of)[0])

    def has_files(self, key: Literal["person_id", "org_id"], id: int) -> bool:
        path = f"/v1/{FILE_PATHS[key]}/{id}/files"
        return bool(self._several(path, {"limit": "1"}, response_parsing.number_of)[0])

    def _counted(self, kind: str, id: int, read: Callable[[Any], T]) -> T:
        path = f"/api/v2/{kind}/{id}"
        wanted = {"include_fields": ",".join(f"{name}_count" for name in COUNTED[kind])}
        try:
            return self._one("GET", path, read, query=wanted)
        except (Gone, NotAllowed):
            raise
        except Rejected:
            return self._one("GET", path, read)
