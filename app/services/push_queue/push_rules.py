"""Pipedrive follows what its owner changes here: an edit is told, a contact in the trash is not spoken of any more."""

from typing import Any

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
from app.models.pipedrive_sync import OPEN
from app.services.push_queue import push_jobs
from app.signals import Topic, announce

CONTACT_GONE = "contact_gone"
CALLED_OFF = "You decided otherwise before this went over."
IN_THE_TRASH = "This contact is no longer in the contact bank."


def pushed_fields(contact: Contact) -> tuple[Any, ...]:
    """Of a contact, what Pipedrive hears."""
    return contact.name, tuple(contact.emails), tuple(contact.phones), contact.organisation_id


def push_edit(session: Session, who: User, contact: Contact) -> PipedriveSync | None:
    """Tell Pipedrive of an edit, if it knows this contact or is about to; `who` is the contact's owner."""
    if contact.pipedrive_person_id is None and not _is_on_its_way(session, contact):
        return None
    return push_jobs.enqueue(session, who, contact, Trigger.UPDATE)


def was_pushed(session: Session, who: User, activity: Activity) -> bool:
    """Whether Pipedrive has heard of this touch, or was to hear of it."""
    del who
    if activity.pipedrive_activity_id is not None:
        return True
    asked = select(PipedriveSync.id).where(
        PipedriveSync.entity_id == activity.id, PipedriveSync.status != SyncStatus.SUCCESS
    )
    return session.exec(asked.limit(1)).first() is not None


def close_pushes(session: Session, who: User, contact: Contact) -> None:
    """The contact goes to the trash: whatever was to go over does not."""
    _close(session, who, contact, CONTACT_GONE, IN_THE_TRASH)


def set_aside_pushes(session: Session, who: User, contact: Contact) -> None:
    """What waits to go over is set aside, because its owner has just decided otherwise."""
    _close(session, who, contact, SKIPPED, CALLED_OFF)


def reopen_pushes(session: Session, who: User, contact: Contact) -> None:
    """The contact comes out of the trash: what was closed for that goes on."""
    closed = _of(contact, SyncStatus.FAILED).where(PipedriveSync.error_code == CONTACT_GONE)
    ids = [row.id for row in session.exec(closed) if row.user_id == who.id]
    if ids:
        push_jobs.retry(session, who, ids)


def resolve_conflicts(session: Session, who: User, contact: Contact) -> None:
    """Nobody has to decide any more what both sides changed: the contact is no longer linked."""
    del who
    asked = update(SyncConflict).where(
        col(SyncConflict.contact_id) == contact.id, col(SyncConflict.resolved_at).is_(None)
    )
    session.exec(asked.values(resolved_at=now(), resolution=ConflictResolution.OURS))


def _close(session: Session, who: User, contact: Contact, code: str, sentence: str) -> None:
    for row in session.exec(_of(contact, *OPEN).where(PipedriveSync.trigger != Trigger.UNDO).with_for_update()):
        row.status, row.finished_at = SyncStatus.FAILED, now()
        row.error_code, row.error, row.candidates = code, sentence, None
        session.add(row)
    announce(session, Topic.SYNC, contact.id, who.id)


def _is_on_its_way(session: Session, contact: Contact) -> bool:
    """A push that waits or failed may carry the edit; one that its owner set aside does not come back by itself."""
    rows = session.exec(_of(contact, *OPEN, SyncStatus.FAILED))
    return any(row.is_open or row.error_code != SKIPPED for row in rows)


def _of(contact: Contact, *statuses: SyncStatus) -> Any:
    return select(PipedriveSync).where(PipedriveSync.contact_id == contact.id, col(PipedriveSync.status).in_(statuses))
