"""One contact that is being typed: how it began, and the ways back once it is saved."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.form import form_state
from app.services.contacts import bank


@dataclass
class Work:
    """What is being typed, about whom, and how they were when it began."""

    typed: dict[str, Any]
    contact_id: UUID | None = None
    version: int | None = None
    base: dict[str, Any] = field(default_factory=dict)


def begin(contact: Contact | None) -> Work:
    if contact is None:
        return Work(form_state.fresh())
    return Work(form_state.known(contact), contact.id, contact.version, form_state.known(contact))


def as_it_is(contact_id: UUID, session: Session, me: User) -> Contact:
    return bank.owned(session, me, contact_id)


def as_before(session: Session, who: User, contact_id: UUID, before: dict[str, Any]) -> str:
    bank.change(session, who, contact_id, before)
    return "As it was before"


def take_back(session: Session, who: User, contact_id: UUID) -> str:
    return f"{bank.trash(session, who, contact_id).name} is in the trash"
