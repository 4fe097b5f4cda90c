"""What does not stay for ever: the trash and what could be undone, both for thirty days. The clock calls it."""

from sqlmodel import Session, col, delete, select

from app.models import Contact, UndoEntry, now
from app.models.undo import KEPT
from app.services.base import audit_log
from app.services.contacts import erasure

NOBODY_ACTS = "the clock empties the trash"

AT_ONCE = 1_000


def empty_trash(session: Session) -> int:
    """Let go of what is older than thirty days; says how many contacts went. Call it again while it says 1,000."""
    session.exec(delete(UndoEntry).where(col(UndoEntry.created_at) < now() - KEPT))
    old = select(Contact.id).where(col(Contact.deleted_at) < now() - KEPT)
    ids = list(session.exec(old.order_by(col(Contact.id)).limit(AT_ONCE).with_for_update(skip_locked=True)))
    if ids:
        erasure.forget(session, ids)
        audit_log.record(session, "clock", "trash.emptied", contacts=len(ids))
    return len(ids)
