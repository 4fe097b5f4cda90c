"""Pushes and mails that wait in the whole installation, as numbers without names; for Prometheus."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import Mail, PipedriveSync, SyncStatus, now
from app.models.pipedrive_sync import OPEN
from app.services.push_queue.needs_owner import is_counted

NOBODY_ACTS = "numbers of the whole installation belong to no person"


@dataclass(frozen=True)
class Numbers:
    """Pushes by status, the age in seconds of the oldest that waits, and mails that are still here."""

    syncs: dict[SyncStatus, int]
    oldest_open: float
    mails: int


def numbers(session: Session) -> Numbers:
    """Count them now."""
    query = select(PipedriveSync.status, func.count()).where(is_counted())
    counted = session.exec(query.group_by(col(PipedriveSync.status)))
    syncs = dict.fromkeys(SyncStatus, 0) | {SyncStatus(status): many for status, many in counted}
    oldest = session.exec(select(func.min(PipedriveSync.created_at)).where(col(PipedriveSync.status).in_(OPEN))).one()
    waits = select(func.count()).select_from(Mail).where(col(Mail.sent_at).is_(None), col(Mail.failed_at).is_(None))
    return Numbers(syncs, (now() - oldest).total_seconds() if oldest else 0.0, session.exec(waits).one())
