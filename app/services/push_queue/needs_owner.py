"""Which failed pushes need a person: the one condition that the sync centre, the bell, the digest and every count share."""

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import SET_ASIDE, PipedriveHandover, PipedriveSync, SyncConflict, SyncStatus, User


def is_set_aside(table: Any = PipedriveSync) -> Any:
    """Its owner decided against it: skipped, called off, or its contact went to the trash."""
    return func.coalesce(table.error_code, "").in_(SET_ASIDE)


def needs_owner() -> Any:
    """It failed, and it was not its owner's own decision."""
    return (col(PipedriveSync.status) == SyncStatus.FAILED) & ~is_set_aside()


def is_asked() -> Any:
    """Both sides changed a field, and nobody has decided which one stands."""
    return col(SyncConflict.resolved_at).is_(None)


def is_undecided() -> Any:
    """Contacts were handed over, and nobody has said whether their records follow."""
    return col(PipedriveHandover.decision).is_(None)


def count_needing(session: Session, who: User) -> int:
    """How many need this person: pushes that failed, fields that both sides changed, and hand-overs that are not decided."""
    pushes = select(func.count()).where(needs_owner(), PipedriveSync.user_id == who.id)
    asked = select(func.count()).where(is_asked(), SyncConflict.user_id == who.id)
    handed = select(func.count()).where(is_undecided(), PipedriveHandover.user_id == who.id)
    total: Any = pushes.scalar_subquery() + asked.scalar_subquery() + handed.scalar_subquery()
    return int(session.exec(select(total)).one())


def is_counted() -> Any:
    """What a count by status takes in: FAILED are only those that need somebody."""
    return (col(PipedriveSync.status) != SyncStatus.FAILED) | ~is_set_aside()
