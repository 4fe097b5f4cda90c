"""Fields that both sides changed: shown one by one, decided by the contact's owner."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, cast, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import (
    Activity,
    ConflictResolution,
    Contact,
    EntityType,
    LinkState,
    PipedriveLink,
    SyncConflict,
    Trigger,
    User,
    now,
)
from app.services.base import audit_log
from app.services.pipedrive import inbound_changes
from app.services.push_queue import push_jobs, push_status
from app.signals import Topic, announce

DECIDED = "This was decided already."
NOT_YOURS = "This is not yours to decide."
NOTHING = "nothing"
# the documents allow no null for org_id, and have no other way
NOT_REMOVED = (
    "Pipedrive lets no other program take somebody out of an organization. "
    "Empty the field there by hand, and this settles itself; or choose “Take theirs”."
)
UNDECIDED = "This has not been decided yet."
OPPOSITE = {ConflictResolution.OURS: ConflictResolution.THEIRS, ConflictResolution.THEIRS: ConflictResolution.OURS}


@dataclass(frozen=True)
class OpenConflict:
    """One field, in words: what stands here, what stands in Pipedrive, and since when we know."""

    id: UUID
    contact_id: UUID
    contact_name: str
    about: str
    field: str
    ours: str
    theirs: str
    seen_at: datetime


def list_open(session: Session, who: User) -> Sequence[OpenConflict]:
    """What this person has to decide, the newest first."""
    waiting = (
        select(SyncConflict, Contact, Activity.subject)
        .join(Contact, col(Contact.id) == col(SyncConflict.contact_id))
        .join(Activity, col(Activity.id) == col(SyncConflict.entity_id), isouter=True)
        .where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None), col(SyncConflict.resolved_at).is_(None))
        .order_by(col(SyncConflict.seen_at).desc(), col(SyncConflict.id))
    )
    return [
        OpenConflict(
            row.id, contact.id, contact.name, subject or contact.name, _named(row),
            _in_words(session, who, row, row.ours), _in_words(session, who, row, row.theirs), row.seen_at,
        )
        for row, contact, subject in session.exec(waiting)
    ]  # fmt: skip


def resolve(session: Session, who: User, conflict_id: UUID, resolution: ConflictResolution) -> SyncConflict:
    """OURS tells Pipedrive, THEIRS writes our field. Raises NotFound, or Conflict when it was decided already."""
    row = session.exec(select(SyncConflict).where(SyncConflict.id == conflict_id).with_for_update()).one_or_none()
    contact = session.get(Contact, row.contact_id, with_for_update=True) if row else None
    if row is None or contact is None or contact.user_id != who.id or contact.deleted_at:
        raise NotFound(NOT_YOURS)
    if row.resolved_at is not None:
        raise Conflict(DECIDED)
    if resolution is ConflictResolution.OURS and row.field == "org" and row.ours is None:
        raise Conflict(NOT_REMOVED)
    row.resolved_at, row.resolution = now(), resolution
    session.add(row)
    session.flush()
    if resolution is ConflictResolution.THEIRS:
        _write(session, who, row, row.theirs)
    _agree(session, row)
    meeting = session.get(Activity, row.entity_id) if row.entity_type is EntityType.ACTIVITY else None
    push_jobs.enqueue(session, who, contact, Trigger.MEETING if meeting else Trigger.UPDATE, meeting)
    audit_log.record(session, who, "conflict.resolved", row.contact_id, field=row.field, resolution=resolution.value)
    announce(session, Topic.SYNC, contact.id, who.id)
    return row


def reverse(session: Session, who: User, conflict_id: UUID) -> SyncConflict:
    """Undo a decision: our field gets the other of the two values, and Pipedrive hears of it. Raises NotFound or Conflict."""
    row = session.exec(select(SyncConflict).where(SyncConflict.id == conflict_id).with_for_update()).one_or_none()
    contact = session.get(Contact, row.contact_id, with_for_update=True) if row else None
    if row is None or contact is None or contact.user_id != who.id or contact.deleted_at:
        raise NotFound(NOT_YOURS)
    if row.resolution is None:
        raise Conflict(UNDECIDED)
    row.resolution, row.resolved_at = OPPOSITE[row.resolution], now()
    value = row.theirs if row.resolution is ConflictResolution.THEIRS else row.ours
    meeting = session.get(Activity, row.entity_id) if row.entity_type is EntityType.ACTIVITY else None
    _write(session, who, row, value)
    push_jobs.enqueue(session, who, contact, Trigger.MEETING if meeting else Trigger.UPDATE, meeting)
    audit_log.record(
        session, who, "conflict.reversed", row.contact_id, field=row.field, resolution=row.resolution.value
    )
    session.add(row)
    return row


def is_ours_decided(session: Session, who: User, entity_id: UUID, field: str, value: Any, *, over: Any = None) -> bool:
    """Whether this person has said that Pipedrive gets this value of ours; `over` is what it replaces, where that matters."""
    known = cast(SyncConflict.ours, JSONB)
    said = select(SyncConflict.id).where(
        SyncConflict.entity_id == entity_id,
        SyncConflict.user_id == who.id,
        SyncConflict.resolution == ConflictResolution.OURS,
        SyncConflict.field == field,
        known.is_(None) if value is None else known == _json(value),
    )
    if over is not None:
        said = said.where(cast(SyncConflict.theirs, JSONB) == _json(over))
    return session.exec(said.limit(1)).first() is not None


def _json(value: Any) -> Any:
    return cast(literal(json.dumps(value), Text), JSONB)


def _write(session: Session, who: User, row: SyncConflict, value: Any) -> None:
    """One of the two values becomes ours."""
    if row.entity_type is EntityType.ACTIVITY:
        inbound_changes.write_meeting(session, who, row.entity_id, row.field, value)
    elif _is_firm(row):
        inbound_changes.rename_firm(session, who, row.entity_id, value)
    else:
        inbound_changes.write_person(session, who, SyncConflict(**row.model_dump() | {"theirs": value}))


def _is_firm(row: SyncConflict) -> bool:
    return row.entity_type is EntityType.ORGANIZATION


def _agree(session: Session, row: SyncConflict) -> None:
    """What stands there has been seen; the next push looks again and says only what is still different."""
    link = session.exec(
        select(PipedriveLink)
        .where(
            PipedriveLink.account == row.account,
            PipedriveLink.entity_type == row.entity_type,
            PipedriveLink.entity_key == (f"firm:{row.entity_id}" if _is_firm(row) else str(row.entity_id)),
            PipedriveLink.state == LinkState.LINKED,
        )
        .with_for_update()
    ).one_or_none()
    if link is None or link.agreed is None:
        return
    theirs = {**link.agreed["theirs"], row.field: row.theirs}
    # from here on only we differ from what stands there, if at all
    ours = {**link.agreed["ours"], row.field: row.theirs}
    words = [word for word in link.agreed.get("words", ()) if word["field"] != row.field]
    link.agreed = {**link.agreed, "ours": ours, "theirs": theirs, "words": words}
    link.synced_hash = None
    session.add(link)


def _named(row: SyncConflict) -> str:
    return "name of the organisation" if _is_firm(row) else push_status.NAMED.get(row.field, row.field)


def _in_words(session: Session, who: User, row: SyncConflict, value: Any) -> str:
    if row.field == "done":
        return "done" if value else "still to come"
    if not value:
        return NOTHING
    if row.field == "org":
        return inbound_changes.organisation_name(session, who, row.account, value) or f"organization {value}"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if row.field == "due" and "T" in value:
        moment = datetime.fromisoformat(value).astimezone(ZoneInfo(who.timezone))
        return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M}"
    return f"{value} minutes" if row.field == "minutes" else str(value)
