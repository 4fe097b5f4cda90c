"""Records of Pipedrive's that may be ours, as their owner is asked about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.models import EntityType, record_url
from app.sync.api.records import Organization, Person

MOST = 20


@dataclass(frozen=True)
class Candidate:
    """A record with what a person knows it by."""

    id: int
    name: str
    organization: str = ""
    email: str = ""


def of_person(one: Person, organization: str = "") -> Candidate:
    return Candidate(one.id, one.name, one.org_name or organization, next(iter(one.emails), ""))


def of_organization(one: Organization) -> Candidate:
    return Candidate(one.id, one.name)


def described(found: Sequence[Candidate], kind: EntityType, account: str) -> list[dict[str, Any]]:
    """As JSON, each with its address in Pipedrive."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "organization": one.organization,
            "email": one.email,
            "url": record_url(account, kind, one.id),
            "kind": kind.value,
        }
        for one in found[:MOST]
    ]
