"""Who works in the practice company: their keys, and what Pipedrive says about them."""

import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

ACTIVITY_TYPES = ("Call", "Meeting", "Task", "Deadline", "Email", "Lunch")
STAMP = "2026-01-05T08:00:00Z"


@dataclass
class Colleague:
    """One user; the key is theirs alone and dies when it is replaced."""

    id: int
    name: str
    email: str
    admin: bool = False
    timezone: str = "Europe/Oslo"


@dataclass
class People:
    by_key: dict[str, Colleague] = field(default_factory=dict)

    def add(self, key: str, name: str, email: str, *, admin: bool) -> Colleague:
        number = 100_101 + len({person.id for person in self.by_key.values()})
        self.by_key[key] = Colleague(number, name, email, admin)
        return self.by_key[key]

    def has(self, user_id: int) -> bool:
        return any(person.id == user_id for person in self.by_key.values())

    def dump(self) -> dict[str, Any]:
        return {key: asdict(person) for key, person in self.by_key.items()}

    def load(self, snapshot: dict[str, Any]) -> None:
        self.by_key = {key: Colleague(**person) for key, person in snapshot.items()}


def profile(person: Colleague, company_id: int, company_name: str, company_domain: str) -> dict[str, Any]:
    """What GET /v1/users/me answers."""
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "active_flag": True,
        "activated": True,
        "is_deleted": False,
        "is_you": True,
        "timezone_name": person.timezone,
        "access": [{"app": "sales", "admin": person.admin}, {"app": "global", "admin": person.admin}],
        "company_id": company_id,
        "company_name": company_name,
        "company_domain": company_domain,
    }


def activity_types() -> list[dict[str, Any]]:
    """What GET /v1/activityTypes answers in a new company."""
    return [
        {
            "id": place,
            "order_nr": place,
            "name": name,
            "key_string": name.lower(),
            "icon_key": name.lower(),
            "active_flag": True,
            "color": "FFFFFF",
            "is_custom_flag": False,
            "add_time": STAMP,
            "update_time": STAMP,
        }
        for place, name in enumerate(ACTIVITY_TYPES, start=1)
    ]


LABELS = (
    {"id": 1, "label": "Customer", "color": "green"},
    {"id": 2, "label": "Hot lead", "color": "red"},
    {"id": 3, "label": "Warm lead", "color": "yellow"},
    {"id": 4, "label": "Cold lead", "color": "blue"},
)


def standard_fields(kind: str) -> list[dict[str, Any]]:
    """The fields every company has from the start, the ones that matter here."""
    names = {"persons": ("name", "emails", "phones", "org_id"), "organizations": ("name", "address", "website")}
    plain = [definition(name.capitalize(), name, "varchar", custom=False) for name in names[kind]]
    labels = definition("Labels", "label_ids", "set", custom=False) | {"options": list(LABELS)}
    return [*plain, labels] if kind == "persons" else plain


def definition(name: str, code: str, type: str, *, custom: bool) -> dict[str, Any]:
    return {
        "field_name": name,
        "field_code": code,
        "field_type": type,
        "options": None,
        "subfields": None,
        "is_custom_field": custom,
        "is_optional_response_field": False,
    }


def field_code(company_id: int, kind: str, number: int) -> str:
    """A key of forty hex digits that differs from company to company."""
    return hashlib.sha1(f"{company_id}/{kind}/{number}".encode(), usedforsecurity=False).hexdigest()
