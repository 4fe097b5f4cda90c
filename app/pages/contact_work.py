"""One contact that is being typed: how it began, and the ways back once it is saved."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Contact, User
from app.pages import contact_draft
from app.services import contacts


@dataclass
class Work:
    """What is being typed, about whom, and how they were when it began."""

    typed: dict[str, Any]
    contact_id: UUID | None = None
    version: int | None = None
    base: dict[str, Any] = field(default_factory=dict)


def begin(contact: Contact | None) -> Work:
    if contact is None:
        return Work(contact_draft.fresh())
    return Work(contact_draft.known(contact), contact.id, contact.version, contact_draft.known(contact))


def as_it_is(contact_id: UUID, session: Session, me: User) -> Contact:
    return contacts.owned(session, me, contact_id)


def as_before(session: Session, who: User, contact_id: UUID, before: dict[str, Any]) -> str:
    contacts.change(session, who, contact_id, before)
    return "As it was before"


def take_back(session: Session, who: User, contact_id: UUID) -> str:
    return f"{contacts.trash(session, who, contact_id).name} is in the trash"
