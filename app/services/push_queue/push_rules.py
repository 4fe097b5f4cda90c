"""When pushes are queued, closed and opened again: what an edit, a warming, the trash and a decision do to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.models import (
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
from app.models.contact_fields import PUSHED
from app.models.pipedrive_sync import OPEN
from app.services.base import firm_settings
from app.services.push_queue import push_jobs
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce

CONTACT_GONE = "contact_gone"
CALLED_OFF = "You decided otherwise before this went over."
IN_THE_TRASH = "This contact is no longer in the contact bank."


def pushed_fields(contact: Contact) -> tuple[Any, ...]:
    """Of a contact, what Pipedrive hears; to be compared, not to be shown."""
    values = ((field, getattr(contact, field.column)) for field in PUSHED)
    return tuple(tuple(value) if field.many else value for field, value in values)


def push_edit(session: Session, who: User, contact: Contact) -> PipedriveSync | None:
    """Tell Pipedrive of an edit, if it knows this contact or is about to; `who` is the contact's owner."""
    if contact.pipedrive_person_id is None and not _is_on_its_way(session, contact):
        return None
    return push_jobs.enqueue(session, who, contact, Trigger.UPDATE)


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
    """These contacts go to the trash: whatever was to go over does not."""
    return _close(session, who, contact_ids, CONTACT_GONE, IN_THE_TRASH)


def set_aside_pushes(session: Session, who: User, contact: Contact) -> None:
    """What waits to go over is set aside, because its owner has just decided otherwise."""
    _close(session, who, [contact.id], SKIPPED, CALLED_OFF)


def reopen_pushes(session: Session, who: User, contact_ids: Sequence[UUID]) -> Step:
    """These contacts come out of the trash: what was closed for that goes on."""
    closed = _of(contact_ids, SyncStatus.FAILED).where(
        PipedriveSync.error_code == CONTACT_GONE, PipedriveSync.user_id == who.id
    )
    rows = session.exec(closed.with_for_update()).all()
    before = {row.id: row.model_dump(include={"id", "status", "attempts", "finished_at"}) for row in rows}
    again = push_jobs.reopen(session, rows)
    if again:
        _tell(session, who, contact_ids)
    opened = {"status": SyncStatus.PENDING, "attempts": 0, "finished_at": None}
    return Step("pipedrive_syncs", [before[row.id] for row in again], [{"id": row.id, **opened} for row in again])


def resolve_conflicts(session: Session, contact: Contact) -> None:
    """Nobody has to decide any more what both sides changed: the contact is no longer linked."""
    asked = update(SyncConflict).where(
        col(SyncConflict.contact_id) == contact.id, col(SyncConflict.resolved_at).is_(None)
    )
    session.exec(asked.values(resolved_at=now(), resolution=ConflictResolution.OURS))


def _close(session: Session, who: User, contact_ids: Sequence[UUID], code: str, sentence: str) -> Step:
    """Fail what is open for these contacts, but for an undo of what a push created; the step opens it again."""
    rows = session.exec(_of(contact_ids, *OPEN).where(PipedriveSync.trigger != Trigger.UNDO).with_for_update()).all()
    closed = {
        "status": SyncStatus.FAILED,
        "finished_at": now(),
        "error_code": code,
        "error": sentence,
        "candidates": None,
    }
    before = [row.model_dump(include={"id", *closed}) for row in rows]
    for row in rows:
        row.sqlmodel_update(closed)
        session.add(row)
    session.flush()
    if rows:
        _tell(session, who, contact_ids)
    return Step("pipedrive_syncs", before, [{"id": row.id, **closed} for row in rows])


def _tell(session: Session, who: User, contact_ids: Sequence[UUID]) -> None:
    announce(session, Topic.SYNC, contact_ids[0] if len(contact_ids) == 1 else who.id, who.id)


def _is_on_its_way(session: Session, contact: Contact) -> bool:
    """A push that waits or failed may carry the edit; one that its owner set aside does not come back by itself."""
    rows = session.exec(_of([contact.id], *OPEN, SyncStatus.FAILED))
    return any(row.is_open or row.error_code != SKIPPED for row in rows)


def _of(contact_ids: Sequence[UUID], *statuses: SyncStatus) -> Any:
    return select(PipedriveSync).where(
        col(PipedriveSync.contact_id).in_(contact_ids), col(PipedriveSync.status).in_(statuses)
    )
