"""The trash of a contact bank: what is in it, and how it is emptied of what has been there for thirty days."""

from collections.abc import Sequence

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, delete, func, select

from app.models import Contact, UndoEntry, User, now
from app.models.undo import KEPT
from app.services.base import audit_log
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search
from app.services.contacts.erasure import contact_erasure

NOBODY_ACTS = {"empty_trash": "the clock empties the trash"}

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


def empty_trash(session: Session) -> int:
    """Delete for good what has been in the trash, and what could be undone, for more than thirty days.

    Returns how many contacts went, at most `AT_ONCE`: call it again while it is as many.
    """
    session.exec(delete(UndoEntry).where(col(UndoEntry.created_at) < now() - KEPT))
    old = select(Contact.id).where(col(Contact.deleted_at) < now() - KEPT)
    ids = list(session.exec(old.order_by(col(Contact.id)).limit(AT_ONCE).with_for_update(skip_locked=True)))
    if ids:
        contact_erasure.forget(session, ids)
        audit_log.record(session, "clock", "trash.emptied", contacts=len(ids))
    return len(ids)
