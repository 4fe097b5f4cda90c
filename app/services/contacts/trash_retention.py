"""What does not stay for ever: the trash and what could be undone, both for thirty days. The clock calls it."""

from datetime import timedelta

from sqlmodel import Session, col, delete, select

from app.models import Contact, UndoEntry, now
from app.services.base import audit_log
from app.services.contacts import erasure
from app.services.undo import undo_log

NOBODY_ACTS = "the clock empties the trash"

KEPT = timedelta(days=30)
AT_ONCE = 1_000


def sweep(session: Session) -> int:
    """Let go of what is older than thirty days; says how many contacts went. Call it again while it says 1,000."""
    session.exec(delete(UndoEntry).where(col(UndoEntry.created_at) < now() - undo_log.KEPT))
    old = select(Contact.id).where(col(Contact.deleted_at) < now() - KEPT)
    ids = list(session.exec(old.order_by(col(Contact.id)).limit(AT_ONCE).with_for_update(skip_locked=True)))
    if ids:
        erasure.forget(session, None, ids)
        audit_log.record(session, "clock", "trash.emptied", contacts=len(ids))
    return len(ids)
