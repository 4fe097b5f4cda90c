"""What is typed about a contact: from the contact as it is into the form, and back into what the services take."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Contact, User
from app.services.contacts import bank

Typed = dict[str, Any]

NEW_WARMNESS = 3
WORDS = ("name", "organisation", "job_title", "linkedin_url", "notes")


def fresh() -> Typed:
    return {"phones": [""], "emails": [""], "tags": [], "warmness_score": NEW_WARMNESS}


def known(contact: Contact) -> Typed:
    """The facts of a contact as the form shows them."""
    single = {name: getattr(contact, name) for name in ("name", "job_title", "linkedin_url", "notes", "cadence_days")}
    firm = contact.organisation.name if contact.organisation else None
    many = {name: list(getattr(contact, name)) for name in ("phones", "emails", "tags")}
    return facts({**single, **many, "organisation": firm, "warmness_score": contact.warmness_score})


def facts(typed: Typed) -> Typed:
    """What was typed, as the draft wants it: every fact is named, whole numbers are whole, empty rows are left out."""
    words = {name: (typed.get(name) or "").strip() for name in WORDS}
    many = {name: [one.strip() for one in typed.get(name) or [] if one.strip()] for name in ("phones", "emails")}
    # a word left in the field counts, although nobody pressed Enter
    typing = [word.strip().lower() for word in (typed.get("tag_typed") or "").split(",") if word.strip()]
    days = typed.get("cadence_days")
    return {
        **words,
        **many,
        "organisation": words["organisation"] or None,
        "job_title": words["job_title"] or None,
        "linkedin_url": words["linkedin_url"] or None,
        "tags": sorted({*(typed.get("tags") or []), *typing}),
        "cadence_days": int(days) if days is not None else None,
        "warmness_score": int(typed.get("warmness_score") or 0),
    }


def says_something(typed: Typed) -> bool:
    """Whether anything was typed that would be missed."""
    said = facts(typed)
    return any(said[name] for name in (*WORDS, "phones", "emails", "tags", "cadence_days"))


def fill_in(typed: Typed, found: Typed, before: Typed) -> None:
    """Fill in what a text says, where nobody typed anything else; `before` is what an earlier text had filled in."""
    said = facts(typed)
    for name, value in found.items():
        if not said.get(name) or said[name] == before.get(name):
            typed[name] = list(value) if isinstance(value, list) else value
    for name, value in before.items():
        if name not in found and said.get(name) == value:
            typed[name] = [""] if isinstance(value, list) else ""


@dataclass
class UnsavedEdit:
    """What is being typed, about whom, and how they were when it began (`version`, `base`)."""

    typed: dict[str, Any]
    contact_id: UUID | None = None
    version: int | None = None
    base: dict[str, Any] = field(default_factory=dict)

    @property
    def is_touched(self) -> bool:
        """Whether anything was typed that would be missed."""
        if self.contact_id is None:
            return says_something(self.typed)
        return facts(self.typed) != self.base


def begin(contact: Contact | None) -> UnsavedEdit:
    if contact is None:
        return UnsavedEdit(fresh())
    return UnsavedEdit(known(contact), contact.id, contact.version, known(contact))


def as_it_is(contact_id: UUID, session: Session, me: User) -> Contact:
    return bank.owned(session, me, contact_id)


def as_before(session: Session, who: User, contact_id: UUID, before: dict[str, Any]) -> str:
    bank.change(session, who, contact_id, before)
    return "As it was before"


def take_back(session: Session, who: User, contact_id: UUID) -> str:
    return f"{bank.trash(session, who, contact_id).name} is in the trash"
