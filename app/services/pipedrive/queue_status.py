"""How one person's pushes stand: counts, the oldest that waits, the last that went over, and why nothing moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.models import Contact, PipedriveSync, SyncLane, SyncStatus, User, now
from app.models.pipedrive_sync import OPEN
from app.services.base import firm_settings
from app.services.push_queue.push_jobs import NO_KEY, has_connection


@dataclass(frozen=True)
class Overview:
    """One person's queue: counts by status, the oldest open row, the last success, the lane."""

    counts: dict[SyncStatus, int]
    oldest_open: datetime | None
    last_success: datetime | None
    paused_reason: str | None
    not_before: datetime | None
    items: Sequence[tuple[PipedriveSync, str | None]]


def overview(session: Session, who: User, contact_id: UUID | None = None, limit: int = 50) -> Overview:
    """How this person's pushes stand."""
    mine = [col(PipedriveSync.user_id) == who.id]
    if contact_id:
        mine.append(col(PipedriveSync.contact_id) == contact_id)
    counted = session.exec(select(PipedriveSync.status, func.count()).where(*mine).group_by(PipedriveSync.status)).all()
    oldest, last = session.exec(
        select(
            func.min(PipedriveSync.created_at).filter(col(PipedriveSync.status).in_(OPEN)),
            func.max(PipedriveSync.finished_at).filter(col(PipedriveSync.status) == SyncStatus.SUCCESS),
        ).where(*mine)
    ).one()
    rows = session.exec(
        select(PipedriveSync, Contact.name)
        .join(Contact, col(Contact.id) == col(PipedriveSync.contact_id), isouter=True)
        .where(*mine)
        .order_by(col(PipedriveSync.updated_at).desc())
        .limit(limit)
    ).all()
    lane = session.exec(select(SyncLane).where(SyncLane.user_id == who.id)).one_or_none()
    return Overview(
        counts=dict.fromkeys(SyncStatus, 0) | {SyncStatus(status): n for status, n in counted},
        oldest_open=oldest,
        last_success=last,
        paused_reason=_pause(session, who, lane),
        not_before=lane.not_before if lane and lane.not_before > now() else None,
        items=[(sync, name) for sync, name in rows],
    )


def _pause(session: Session, who: User, lane: SyncLane | None) -> str | None:
    if not has_connection(session, who):
        return NO_KEY
    if stopped := firm_settings.get(session, "sync_paused"):
        return f"Pushes are paused for everybody: {stopped}."
    return lane.paused_reason if lane else None
