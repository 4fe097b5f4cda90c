"""The trash of a contact bank: what is in it, and how it is emptied of what has been there for thirty days."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, delete, func, select

from app.models import Contact, UndoEntry, User, now
from app.models.undo import KEPT
from app.services.base import audit_log
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search
from app.services.contacts.erasure import contact_erasure

NOBODY_ACTS = {
    "expired": "the clock empties the trash",
    "forget_expired": "the clock empties the trash",
    "delete_old_steps": "the clock empties the trash",
}

AT_ONCE = 1_000


def listed(session: Session, who: User, q: str = "", limit: int = 50) -> Sequence[Contact]:
    """This person's deleted contacts that are like `q`, the latest first."""
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(col(Contact.id).in_(contact_search.ids(session, who, Search(q=q, trash=True))))
        .order_by(col(Contact.deleted_at).desc(), col(Contact.id))
    )
    return session.exec(query.limit(limit)).all()


def count(session: Session, who: User, q: str = "") -> int:
    """How many deleted contacts `listed` would find without its limit."""
    inside = contact_search.ids(session, who, Search(q=q, trash=True))
    return session.exec(select(func.count()).select_from(inside.subquery())).one()


def expired(session: Session, but_not: Sequence[UUID] = ()) -> list[UUID]:
    """Contacts that have been in the trash for more than thirty days, at most `AT_ONCE`."""
    old = select(Contact.id).where(col(Contact.deleted_at) < now() - KEPT, col(Contact.id).not_in(but_not))
    return list(session.exec(old.order_by(col(Contact.id)).limit(AT_ONCE)))


def forget_expired(session: Session, contact_ids: Sequence[UUID]) -> int:
    """Delete those of these contacts for good that still are in the trash for too long; returns how many went."""
    old = select(Contact.id).where(col(Contact.id).in_(contact_ids), col(Contact.deleted_at) < now() - KEPT)
    ids = list(session.exec(old.order_by(col(Contact.id)).with_for_update(skip_locked=True)))
    if ids:
        contact_erasure.forget(session, ids)
        audit_log.record(session, "clock", "trash.emptied", contacts=len(ids))
    return len(ids)


def delete_old_steps(session: Session) -> None:
    """Forget what could be undone more than thirty days ago."""
    session.exec(delete(UndoEntry).where(col(UndoEntry.created_at) < now() - KEPT))
