"""What does not stay for ever: the trash and what could be undone, both for thirty days. The clock calls it."""

from datetime import timedelta

from sqlmodel import Session, col, delete, select

from app.models import BankDeed, Contact, now
from app.services import audit, deeds, erasing

KEPT = timedelta(days=30)
AT_ONCE = 1_000


def sweep(session: Session) -> int:
    """Let go of what is older than thirty days; says how many contacts went. Call it again while it says 1,000."""
    session.exec(delete(BankDeed).where(col(BankDeed.created_at) < now() - deeds.KEPT))
    old = select(Contact.id).where(col(Contact.deleted_at) < now() - KEPT)
    ids = list(session.exec(old.order_by(col(Contact.id)).limit(AT_ONCE).with_for_update(skip_locked=True)))
    if ids:
        erasing.forget(session, None, ids)
        audit.record(session, "clock", "trash.emptied", contacts=len(ids))
    return len(ids)
