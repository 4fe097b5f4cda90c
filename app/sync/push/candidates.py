"""Records of Pipedrive's that may be ours, as their owner is asked about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.models import EntityType, record_url
from app.sync.api.records import Organization, Person

MOST = 20
# how many a sentence names, and how long each name may be
NAMED, LONGEST = 3, 40


@dataclass(frozen=True)
class Candidate:
    """A record with what a person knows it by."""

    id: int
    name: str
    organization: str = ""
    email: str = ""


def named(found: Sequence[Candidate]) -> str:
    """`Acme (7), Acme Ltd (9) and 2 more`: short enough to leave room for the question."""
    every = list(dict.fromkeys(f"{short(one.name)} ({one.id})" for one in found))
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"{', '.join(every[:NAMED])}{more}"


def short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def of_person(one: Person, organization: str = "") -> Candidate:
    return Candidate(one.id, one.name, one.org_name or organization, next(iter(one.emails), ""))


def of_organization(one: Organization) -> Candidate:
    return Candidate(one.id, one.name)


def described(
    found: Sequence[Candidate], kind: EntityType, account: str, *, linked_to: int | None = None
) -> list[dict[str, Any]]:
    """As JSON, each with its address in Pipedrive.

    `linked_to` is the record that stays linked where none of them is chosen; otherwise a new one is created.
    """
    return [
        {
            "id": one.id,
            "name": one.name,
            "organization": one.organization,
            "email": one.email,
            "url": record_url(account, kind, one.id),
            "kind": kind.value,
        }
        | ({"linked_to": linked_to} if linked_to is not None else {})
        for one in found[:MOST]
    ]
