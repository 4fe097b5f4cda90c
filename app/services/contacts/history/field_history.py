"""The history of a contact's fields: written by the database with every change, read and taken back here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select, tuple_

from app.errors import Conflict, NotFound
from app.models import ChangeSource, Contact, ContactChange, User, contact_fields, now
from app.services.base import cursors
from app.services.contacts import contact_bank
from app.services.permissions import earlier_owner

MISSING = "There is no such change of this contact."
TAKEN_BACK = "This change was taken back already."
CHANGED_SINCE = "{} was changed again since. Take that back first."


@dataclass(frozen=True)
class Step:
    """One change; `by` is a name, and `can_take_back` says whether the field still is as this change left it.

    `withheld`: it was made while the contact was somebody else's, so that both values are left out.
    """

    change: ContactChange
    by: str
    can_take_back: bool
    withheld: bool

    @property
    def before(self) -> Any:
        return None if self.withheld else self.change.before

    @property
    def after(self) -> Any:
        return None if self.withheld else self.change.after


@dataclass(frozen=True)
class Steps:
    items: list[Step]
    next_cursor: str | None


def read(session: Session, who: User, contact_id: UUID, limit: int = 50, after: str | None = None) -> Steps:
    """The changes of one of my contacts, newest first. Raises NotFound."""
    contact = contact_bank.owned(session, who, contact_id)
    query = (
        select(ContactChange, User.name)
        .join(User, col(User.id) == col(ContactChange.user_id))
        .where(ContactChange.contact_id == contact.id)
        .order_by(col(ContactChange.created_at).desc(), col(ContactChange.id).desc())
    )
    if after:
        query = query.where(tuple_(col(ContactChange.created_at), col(ContactChange.id)) < cursors.moment(after))
    rows = session.exec(query.limit(limit + 1)).all()
    page = rows[:limit]
    items = [_step(who, contact, change, name) for change, name in page]
    last = page[-1][0] if page else None
    return Steps(items, cursors.write(last.created_at, last.id) if last and len(rows) > limit else None)


def take_back(session: Session, who: User, contact_id: UUID, change_id: UUID) -> Contact:
    """Give the field the value from before this one change; the others stay, and Pipedrive hears of it.

    Raises NotFound, and Conflict when it was taken back already, the field was changed again since, or the contact was
    somebody else's then.
    """
    contact = contact_bank.owned(session, who, contact_id, lock=True)
    found = select(ContactChange).where(ContactChange.id == change_id, ContactChange.contact_id == contact.id)
    change = session.exec(found).one_or_none()
    if change is None:
        raise NotFound(MISSING)
    if not earlier_owner.saw(who, change):
        raise Conflict(earlier_owner.NOT_YOURS)
    if change.taken_back_at:
        raise Conflict(TAKEN_BACK)
    if not _still_stands(contact, change):
        raise Conflict(CHANGED_SINCE.format(contact_fields.BY_NAME[change.field].label))
    change.taken_back_at = now()
    session.add(change)
    return contact_bank.change(session, who, contact_id, {change.field: change.before})


def _step(who: User, contact: Contact, change: ContactChange, owner: str) -> Step:
    withheld = not earlier_owner.saw(who, change)
    return Step(change, _name(change, owner), not withheld and _still_stands(contact, change), withheld)


def _still_stands(contact: Contact, change: ContactChange) -> bool:
    return change.taken_back_at is None and _same(contact_fields.BY_NAME[change.field].value(contact), change.after)


def _same(one: Any, other: Any) -> bool:
    return bool((list(one) if isinstance(one, tuple) else one) == other)


def _name(change: ContactChange, owner: str) -> str:
    return "Pipedrive" if change.source is ChangeSource.PIPEDRIVE else owner
