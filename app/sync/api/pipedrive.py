"""Pipedrive as this product sees it: a few calls with one user's key, and the errors of `app.sync.api.errors`.

Every method raises PipedriveError when it does not return. A method that
creates may raise UnknownOutcome; all others can simply be called again.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal, TypeVar, Unpack

from app.sync.api import payloads, response_parsing
from app.sync.api.attachments import FULL_PAGE, Attachments
from app.sync.api.fields import ActivityFields, HookFields, OpportunityFields, OrganizationFields, PersonFields
from app.sync.api.http_client import address, http_client
from app.sync.api.reads import ME, MOST_PAGES, PAGE
from app.sync.api.records import (
    Activity,
    ActivityType,
    Deal,
    Field,
    Lead,
    Me,
    Organization,
    Person,
    Webhook,
    merged,
)

__all__ = ["MOST_PAGES", "PAGE", "Pipedrive", "address", "http_client", "merged"]

# of what was made lately, so many large pages are read at most
RECENT_PAGES = 4
AT_ONCE = 100

OrganizationTerm = Literal["name", "custom_fields"]
PersonTerm = Literal["email", "phone", "name", "custom_fields"]
Made = TypeVar("Made", Person, Organization)


class Pipedrive(Attachments):
    """One user's view of one company."""

    def me(self) -> Me:
        """Say whom the key belongs to; the cheapest way to try a key."""
        return self._one("GET", ME, response_parsing.me)

    def activity_types(self) -> list[ActivityType]:
        return self._several("/v1/activityTypes", {}, response_parsing.activity_type)[0]

    def add_organization(self, **fields: Unpack[OrganizationFields]) -> Organization:
        return self._one("POST", "/api/v2/organizations", response_parsing.organization, payloads.organization(fields))

    def change_organization(self, id: int, **fields: Unpack[OrganizationFields]) -> Organization:
        return self._one(
            "PATCH", f"/api/v2/organizations/{id}", response_parsing.organization, payloads.organization(fields)
        )

    def get_organization(self, id: int) -> Organization:
        """Return it even when deleted (`is_deleted`), until Pipedrive forgets it and this raises Gone."""
        return self._one("GET", f"/api/v2/organizations/{id}", response_parsing.organization)

    def delete_organization(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/organizations/{id}")

    def add_person(self, **fields: Unpack[PersonFields]) -> Person:
        return self._one("POST", "/api/v2/persons", response_parsing.person, payloads.person(fields))

    def change_person(self, id: int, **fields: Unpack[PersonFields]) -> Person:
        return self._one("PATCH", f"/api/v2/persons/{id}", response_parsing.person, payloads.person(fields))

    def get_person(self, id: int) -> Person:
        return self._one("GET", f"/api/v2/persons/{id}", response_parsing.person)

    def delete_person(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/persons/{id}")

    def add_activity(self, **fields: Unpack[ActivityFields]) -> Activity:
        return self._one("POST", "/api/v2/activities", response_parsing.activity, payloads.activity(fields))

    def change_activity(self, id: int, *, clear: Collection[str] = (), **fields: Unpack[ActivityFields]) -> Activity:
        """Change what is given; what `clear` names (`duration`, `location`, `note`) is emptied there."""
        body = payloads.cleared(clear) | payloads.activity(fields)
        return self._one("PATCH", f"/api/v2/activities/{id}", response_parsing.activity, body)

    def get_activity(self, id: int) -> Activity:
        return self._one("GET", f"/api/v2/activities/{id}", response_parsing.activity)

    def delete_activity(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/activities/{id}")

    def find_persons(self, term: str, field: PersonTerm = "email") -> list[Person]:
        """Search for a whole value, never case-sensitive; the index may not know the last minutes yet."""
        return self._found("persons", term, field, response_parsing.person)

    def find_organizations(self, term: str, field: OrganizationTerm = "name") -> list[Organization]:
        return self._found("organizations", term, field, response_parsing.organization)

    def people_named(self, words: str) -> list[Person]:
        """Up to a hundred whose name contains these words."""
        query = {"term": " ".join(words.split()), "fields": "name", "limit": str(PAGE)}
        return self._several("/api/v2/persons/search", query, response_parsing.person)[0]

    def organizations_listed(self) -> tuple[list[Organization], bool]:
        """Up to five hundred organizations, and whether that is all of them; half as dear as a search, and never late."""
        rows, more = self._several("/api/v2/organizations", {"limit": str(FULL_PAGE)}, response_parsing.organization)
        return rows, more is None

    def organizations_named(self, words: str) -> tuple[list[Organization], bool]:
        """Whose name contains these words, and whether that is all of them."""
        query = {"term": " ".join(words.split()), "fields": "name", "limit": str(PAGE)}
        hits, more = self._several("/api/v2/organizations/search", query, response_parsing.organization)
        return hits, more is None

    def persons_since(self, when: datetime) -> Iterator[Person]:
        """Everybody written at or after `when`, the newest first, page by page as the caller asks."""
        return self._all("/api/v2/persons", _newest_first(when), response_parsing.person)

    def persons_of(self, org_id: int) -> tuple[list[Person], bool]:
        """The people of an organization, up to five hundred, and whether that is everybody."""
        rows, more = self._several(
            "/api/v2/persons", {"org_id": str(org_id), "limit": str(FULL_PAGE)}, response_parsing.person
        )
        return rows, more is None

    def persons_created_since(self, when: datetime) -> Iterator[Person]:
        """Everybody made at or after `when`, the newest first; after a few large pages it ends, complete or not."""
        return self._created("/api/v2/persons", when, response_parsing.person)

    def organizations_created_since(self, when: datetime) -> Iterator[Organization]:
        return self._created("/api/v2/organizations", when, response_parsing.organization)

    def _created(self, path: str, when: datetime, read: Callable[[Any], Made]) -> Iterator[Made]:
        query = {"sort_by": "add_time", "sort_direction": "desc"}
        for rows in islice(self._pages(path, query, read, FULL_PAGE), RECENT_PAGES):
            for one in rows:
                if one.added_at is not None and one.added_at < when.replace(microsecond=0):
                    return
                yield one

    def organizations_since(self, when: datetime) -> Iterator[Organization]:
        return self._all("/api/v2/organizations", _newest_first(when), response_parsing.organization)

    def activities_of(self, person_id: int, since: datetime | None = None) -> Iterator[Activity]:
        """The activities whose primary participant is this person, the newest first."""
        query = {"person_id": str(person_id), **_newest_first(since)}
        return self._all("/api/v2/activities", query, response_parsing.activity)

    def changed_persons(self, since: datetime) -> Iterator[list[Person]]:
        """What was written at or after `since`, the oldest first, in large pages."""
        return self._pages("/api/v2/persons", _oldest_first(since), response_parsing.person, FULL_PAGE)

    def changed_organizations(self, since: datetime) -> Iterator[list[Organization]]:
        return self._pages("/api/v2/organizations", _oldest_first(since), response_parsing.organization, FULL_PAGE)

    def changed_activities(self, since: datetime) -> Iterator[list[Activity]]:
        return self._pages("/api/v2/activities", _oldest_first(since), response_parsing.activity, FULL_PAGE)

    def persons(self, ids: Sequence[int]) -> list[Person]:
        """Those of these (at most a hundred) that this key can see."""
        return list(self._all("/api/v2/persons", _numbers(ids), response_parsing.person))

    def organizations(self, ids: Sequence[int]) -> list[Organization]:
        """Those of these (at most a hundred) that this key can see."""
        return list(self._all("/api/v2/organizations", _numbers(ids), response_parsing.organization))

    def activities(self, ids: Sequence[int]) -> list[Activity]:
        """Those of these (at most a hundred) that this key can see."""
        return list(self._all("/api/v2/activities", _numbers(ids), response_parsing.activity))

    def person_fields(self) -> list[Field]:
        return list(self._all("/api/v2/personFields", {}, response_parsing.field_definition))

    def organization_fields(self) -> list[Field]:
        return list(self._all("/api/v2/organizationFields", {}, response_parsing.field_definition))

    def add_person_field(self, name: str, type: str = "varchar") -> Field:
        """Add a custom field; a key without administrator rights gets NotAllowed."""
        return self._one("POST", "/api/v2/personFields", response_parsing.field_definition, _field(name, type))

    def add_organization_field(self, name: str, type: str = "varchar") -> Field:
        return self._one("POST", "/api/v2/organizationFields", response_parsing.field_definition, _field(name, type))

    def add_deal(self, **fields: Unpack[OpportunityFields]) -> Deal:
        return self._one("POST", "/api/v2/deals", response_parsing.deal, payloads.deal(fields))

    def deals_of(self, person_id: int) -> Iterator[Deal]:
        return self._all("/api/v2/deals", {"person_id": str(person_id)}, response_parsing.deal)

    def changed_deals(self, since: datetime) -> Iterator[list[Deal]]:
        """What was written at or after `since`, the oldest first, in large pages; what is archived is not among it."""
        return self._pages("/api/v2/deals", _oldest_first(since), response_parsing.deal, FULL_PAGE)

    def deleted_deals(self, since: datetime) -> Iterator[list[Deal]]:
        """What was deleted since, for up to 30 days."""
        query = _oldest_first(since) | {"status": "deleted"}
        return self._pages("/api/v2/deals", query, response_parsing.deal, FULL_PAGE)

    def delete_deal(self, id: int) -> None:
        self._ask("DELETE", f"/api/v2/deals/{id}")

    def add_lead(self, **fields: Unpack[OpportunityFields]) -> Lead:
        return self._one("POST", "/v1/leads", response_parsing.lead, payloads.lead(fields))

    def leads_of(self, person_id: int) -> list[Lead]:
        query = {"person_id": str(person_id), "limit": str(FULL_PAGE)}
        return self._several("/v1/leads", query, response_parsing.lead)[0]

    def delete_lead(self, id: str) -> None:
        self._ask("DELETE", f"/v1/leads/{id}")

    def webhooks(self) -> list[Webhook]:
        return self._several("/v1/webhooks", {}, response_parsing.webhook)[0]

    def add_webhook(self, **fields: Unpack[HookFields]) -> Webhook:
        """Have news sent to an address of ours; a key without administrator rights gets NotAllowed."""
        return self._one("POST", "/v1/webhooks", response_parsing.webhook, payloads.webhook(fields))

    def delete_webhook(self, id: int) -> None:
        self._ask("DELETE", f"/v1/webhooks/{id}")


def _numbers(ids: Sequence[int]) -> dict[str, str]:
    return {"ids": ",".join(str(number) for number in ids[:AT_ONCE])}


def _newest_first(since: datetime | None) -> dict[str, str]:
    order = {"sort_by": "update_time", "sort_direction": "desc"}
    return order if since is None else {**order, "updated_since": payloads.timestamp(since)}


def _oldest_first(since: datetime) -> dict[str, str]:
    return {"sort_by": "update_time", "sort_direction": "asc", "updated_since": payloads.timestamp(since)}


def _field(name: str, type: str) -> dict[str, Any]:
    return {"field_name": name, "field_type": type}
