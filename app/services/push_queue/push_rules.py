"""When pushes are queued, closed and opened again: what an edit, a warming, the trash and a decision do to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.models import (
    CONTACT_GONE,
    SKIPPED,
    Activity,
    ConflictResolution,
    Contact,
    PipedriveSync,
    SyncConflict,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.models.pipedrive_sync import OPEN
from app.services.base import firm_settings
from app.services.push_queue import push_jobs
from app.services.push_queue.needs_owner import needs_owner
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce

CALLED_OFF = "Skipped: you unlinked this contact or undid a push before this went over."
IN_THE_TRASH = "This contact is no longer in the contact bank."
WORDS = {SKIPPED: CALLED_OFF, CONTACT_GONE: IN_THE_TRASH}
# what closing a push and opening it again change
CHANGED = ("status", "attempts", "finished_at", "error_code", "error", "candidates")


def push_newly_warm(session: Session, who: User, changes: Sequence[tuple[UUID, int, int]]) -> Step:
    """Queue whom warming has just brought over the firm's threshold, if Pipedrive does not know them.

    `changes` are contacts of this person with their warmness before and after.
    """
    threshold = firm_settings.get(session, "warm_threshold")
    warm = [contact_id for contact_id, before, after in changes if before < threshold <= after]
    return push_jobs.enqueue_contacts(session, who, warm, Trigger.WARM, unless_known=True)


def was_pushed(session: Session, activity: Activity) -> bool:
    """Whether Pipedrive has heard of this touch, or was to hear of it."""
    if activity.pipedrive_activity_id is not None:
        return True
    asked = select(PipedriveSync.id).where(
        PipedriveSync.entity_id == activity.id, PipedriveSync.status != SyncStatus.SUCCESS
    )
    return session.exec(asked.limit(1)).first() is not None


def close_pushes(session: Session, who: User, contact_ids: Sequence[UUID]) -> Step:
    """These contacts go to the trash: whatever was to go over does not, and what failed needs nobody."""
    return _close(session, who, contact_ids, needs_owner() | col(PipedriveSync.status).in_(OPEN), CONTACT_GONE)


def set_aside_pushes(session: Session, who: User, contact: Contact) -> None:
    """What waits to go over is set aside, because its owner has just decided otherwise."""
    _close(session, who, [contact.id], col(PipedriveSync.status).in_(OPEN), SKIPPED)


def reopen_pushes(session: Session, who: User, contact_ids: Sequence[UUID]) -> Step:
    """These contacts come out of the trash: what was closed for that goes on."""
    session.flush()
    closed = (
        col(PipedriveSync.contact_id).in_(contact_ids),
        PipedriveSync.error_code == CONTACT_GONE,
        PipedriveSync.user_id == who.id,
    )
    before = _images(session, *closed, PipedriveSync.status == SyncStatus.FAILED)
    again = {row.id for row in push_jobs.reopen(session, who, *closed)}
    if again:
        _tell(session, who, contact_ids)
    opened = {"status": SyncStatus.PENDING, "attempts": 0, "finished_at": None, "error_code": None, "error": None}
    images = [image for image in before if image["id"] in again]
    return Step("pipedrive_syncs", images, [{"id": image["id"], **opened} for image in images])


def resolve_conflicts(session: Session, contact: Contact) -> None:
    """Nobody has to decide any more what both sides changed: the contact is no longer linked."""
    asked = update(SyncConflict).where(
        col(SyncConflict.contact_id) == contact.id, col(SyncConflict.resolved_at).is_(None)
    )
    session.exec(asked.values(resolved_at=now(), resolution=ConflictResolution.OURS))


def _close(session: Session, who: User, contact_ids: Sequence[UUID], which: Any, code: str) -> Step:
    """Fail pushes of these contacts, but for an undo of what a push created; the step opens them again."""
    session.flush()
    closed = {
        "status": SyncStatus.FAILED,
        "finished_at": now(),
        "error_code": code,
        "error": WORDS[code],
        "candidates": None,
    }
    before = _images(
        session, col(PipedriveSync.contact_id).in_(contact_ids), which, PipedriveSync.trigger != Trigger.UNDO
    )
    ids = [image["id"] for image in before]
    if ids:
        session.exec(update(PipedriveSync).where(col(PipedriveSync.id).in_(ids)).values(closed))
        _tell(session, who, contact_ids)
    return Step("pipedrive_syncs", before, [{"id": one, **closed} for one in ids])


def _images(session: Session, *which: Any) -> list[dict[str, Any]]:
    """What closing and opening change, as it stands now in these pushes, which are locked."""
    wanted: Any = [getattr(PipedriveSync, name) for name in ("id", *CHANGED)]
    query = select(*wanted).where(*which).order_by(col(PipedriveSync.id)).with_for_update()
    return [dict(row) for row in session.execute(query).mappings()]


def _tell(session: Session, who: User, contact_ids: Sequence[UUID]) -> None:
    announce(session, Topic.SYNC, contact_ids[0] if len(contact_ids) == 1 else who.id, who.id)
