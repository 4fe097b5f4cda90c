"""What was decided about a field that both sides changed, decided the other way round: the way back of a tap."""

from uuid import UUID

from sqlmodel import Session, select

from app.errors import Conflict, NotFound
from app.models import Activity, ConflictResolution, Contact, EntityType, SyncConflict, Trigger, User, now
from app.services.base import audit_log
from app.services.pipedrive import inbound_field_writes
from app.services.pipedrive.conflicts import NOT_YOURS
from app.services.push_queue import push_jobs

UNDECIDED = "This has not been decided yet."
OPPOSITE = {ConflictResolution.OURS: ConflictResolution.THEIRS, ConflictResolution.THEIRS: ConflictResolution.OURS}


def other_way(session: Session, who: User, conflict_id: UUID) -> SyncConflict:
    """Our field gets the other of the two values, and Pipedrive hears of it. Raises NotFound or Conflict."""
    row = session.exec(select(SyncConflict).where(SyncConflict.id == conflict_id).with_for_update()).one_or_none()
    contact = session.get(Contact, row.contact_id, with_for_update=True) if row else None
    if row is None or contact is None or contact.user_id != who.id or contact.deleted_at:
        raise NotFound(NOT_YOURS)
    if row.resolution is None:
        raise Conflict(UNDECIDED)
    row.resolution, row.resolved_at = OPPOSITE[row.resolution], now()
    value = row.theirs if row.resolution is ConflictResolution.THEIRS else row.ours
    meeting = session.get(Activity, row.entity_id) if row.entity_type is EntityType.ACTIVITY else None
    if meeting:
        inbound_field_writes.meeting(session, who, meeting.id, row.field, value)
    else:
        inbound_field_writes.person(session, who, SyncConflict(**row.model_dump() | {"theirs": value}))
    push_jobs.enqueue(session, who, contact, Trigger.MEETING if meeting else Trigger.UPDATE, meeting)
    audit_log.record(
        session, who, "conflict.reversed", row.contact_id, field=row.field, resolution=row.resolution.value
    )
    session.add(row)
    return row
