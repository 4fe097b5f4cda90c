"""What is typed about a contact: from the contact as it is into the form, and back into what the services take."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import Contact, ContactDraft, User, contact_fields
from app.models.contact_fields import FIELDS, TEXTS, ContactField, Input
from app.models.people import phone
from app.pages.core.tap import Confirmation
from app.services.contacts import contact_bank

Typed = dict[str, Any]

NEW_WARMNESS = 3


def empty_form() -> Typed:
    many = {field.name: [""] if field.input is Input.ADDRESSES else [] for field in FIELDS if field.many}
    return {**many, "warmness_score": NEW_WARMNESS}


def form_of(contact: Contact) -> Typed:
    """The facts of a contact as the form shows them."""
    return typed_facts(contact_fields.values(contact) | {"phones": phone.typed(contact.phones, contact.phone_details)})


def typed_facts(typed: Typed) -> Typed:
    """What was typed, as the draft wants it: every fact is named, whole numbers are whole, empty rows are left out."""
    return {field.name: _fact(typed, field) for field in FIELDS}


def _fact(typed: Typed, field: ContactField) -> Any:
    said = typed.get(field.name)
    if field.input is Input.ADDRESSES:
        return [one.strip() for one in said or [] if one.strip()]
    if field.input is Input.TAGS:
        # a word left in the field counts, although nobody pressed Enter
        typing = [word.strip().lower() for word in (typed.get("tag_typed") or "").split(",") if word.strip()]
        return sorted({*(said or []), *typing})
    if field.input in TEXTS:
        return str(said or "").strip() or (None if _may_be_none(field) else "")
    if _may_be_none(field):
        return int(said) if said is not None else None
    return int(said or 0)


def _may_be_none(field: ContactField) -> bool:
    return ContactDraft.model_fields[field.name].default is None


def says_something(typed: Typed) -> bool:
    """Whether anything was typed that would be missed; warmness stands somewhere from the start."""
    said = typed_facts(typed)
    return any(said[field.name] for field in FIELDS if field.input is not Input.DEGREES)


def with_kinds(found: Typed) -> Typed:
    """What a text says, each number with its kind in words, as somebody types it."""
    details = found.get("phone_details")
    rest = {name: value for name, value in found.items() if name != "phone_details"}
    return rest | {"phones": phone.typed(found.get("phones", []), details)} if details else rest


def fill_in(typed: Typed, found: Typed, before: Typed) -> None:
    """Fill in what a text says, where nobody typed anything else; `before` is what an earlier text had filled in."""
    said = typed_facts(typed)
    for name, value in found.items():
        if not said.get(name) or said[name] == before.get(name):
            typed[name] = list(value) if isinstance(value, list) else value
    for name, value in before.items():
        if name not in found and said.get(name) == value:
            typed[name] = [""] if isinstance(value, list) else ""


# what follows from a contact that was saved, and how it is taken back
Then = Callable[[Session, User, UUID], Confirmation]


@dataclass
class UnsavedEdit:
    """What is being typed, about whom, and how they were when it began (`version`, `base`).

    `key` is what brings somebody new, where something does. `then` is done with the contact in the same transaction once it is saved; it answers what is to be said and undone.
    """

    typed: dict[str, Any]
    contact_id: UUID | None = None
    version: int | None = None
    base: dict[str, Any] = field(default_factory=dict)
    then: Then | None = None
    key: UUID | None = None

    @property
    def is_touched(self) -> bool:
        """Whether anything was typed that would be missed."""
        if self.contact_id is None:
            return says_something(self.typed)
        return typed_facts(self.typed) != self.base


def begin_edit(contact: Contact | None) -> UnsavedEdit:
    if contact is None:
        return UnsavedEdit(empty_form())
    return UnsavedEdit(form_of(contact), contact.id, contact.version, form_of(contact))


def read_contact(contact_id: UUID, session: Session, me: User) -> Contact:
    return contact_bank.owned(session, me, contact_id)


def follow(then: Then | None, session: Session, me: User, contact_id: UUID, said: Confirmation) -> Confirmation:
    """Do what follows; both are said together, and taken back together."""
    if then is None:
        return said
    more = then(session, me, contact_id)

    def undo(s: Session, who: User) -> str:
        return ". ".join(one.undo(s, who) for one in (more, said) if one.undo)

    return Confirmation(f"{said.sentence}. {more.sentence}", undo)


def undo_change(session: Session, who: User, contact_id: UUID, before: dict[str, Any]) -> str:
    contact_bank.change(session, who, contact_id, before)
    return "As it was before"


def undo_add(session: Session, who: User, contact_id: UUID) -> str:
    return f"{contact_bank.trash(session, who, contact_id).name} moved to trash"
