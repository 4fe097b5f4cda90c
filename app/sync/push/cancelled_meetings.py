"""A meeting that is off: marked in Pipedrive, or deleted there where the firm chose so and nobody else wrote on it."""

from contextlib import suppress

from sqlalchemy import update
from sqlmodel import col, delete

from app import db
from app.models import Activity, EntityType, PipedriveLink, PushReceipt, now
from app.sync.api.errors import Gone
from app.sync.links import link_store
from app.sync.links.agreed import Agreed
from app.sync.links.link_store import Slot
from app.sync.links.remote_ids import number_of, on_meeting
from app.sync.push import lost_answers, meeting_fields
from app.sync.push.meetings import MeetingRecord, slot_of
from app.sync.push.push_context import Push
from app.sync.push.reconcile import update_record
from app.sync.queue.outcome_errors import NothingToPush


def withdraw(push: Push, meeting: Activity) -> None:
    """Raises NothingToPush where it never came to be there."""
    slot = slot_of(push.line.account, meeting)
    link = _known(push, slot, meeting)
    if link is None:
        raise NothingToPush
    if push.line.choices.deletes_meetings and _is_ours_alone(push, link):
        return _delete(push, link, meeting)
    record = MeetingRecord(push, meeting)
    return update_record(push, record, link) if link.synced_hash != record.digest else None


def _known(push: Push, slot: Slot, meeting: Activity) -> PipedriveLink | None:
    """The link, also where its answer got lost; an intent that came to nothing is forgotten. Raises Waiting."""
    with db.reading() as session:
        seen = link_store.look_up(session, slot, push.line.pace)
    if seen.doubt is None:
        return seen.own if seen.own and seen.own.remote_id and not seen.snapshot else None
    person = push.contact.pipedrive_person_id
    since = seen.doubt.intent_at - push.line.pace.slack
    lost = lost_answers.activity(push, slot, person, meeting, since)
    number = lost.number if lost and lost.proven else None
    with db.transaction() as session:
        if number is None:
            link_store.forget_doubt(session, slot, seen.doubt.intent_at)
            return None
        link_store.save_link(session, slot, number, seen.doubt.synced_hash, created=True)
        on_meeting(meeting.id)(session, number)
        return link_store.link(session, slot)


def _is_ours_alone(push: Push, link: PipedriveLink) -> bool:
    """Whether nobody there has changed it, filled it in, or joined it; one that is gone is nobody's."""
    agreed, person = Agreed.read(link.agreed), push.contact.pipedrive_person_id
    try:
        there = push.line.pipedrive.get_activity(number_of(link))
    except Gone:
        return True
    if there.is_deleted:
        return True
    stood = meeting_fields.theirs(there)
    written = (
        agreed is None
        or agreed.foreign
        or agreed.is_touched(there)
        or any(agreed.differs(field, stood) for field in meeting_fields.FIELDS)
    )
    joined = set(there.participants) - {person}
    return link.created_by_us and not (written or joined or there.extras)


def _delete(push: Push, link: PipedriveLink, meeting: Activity) -> None:
    """We made it, we take it away; whoever has deleted it before has saved us the way."""
    number = number_of(link)
    with suppress(Gone):
        push.line.pipedrive.delete_activity(number)
    there = {"account": push.line.account, "entity_type": EntityType.ACTIVITY, "remote_id": number}
    with db.transaction() as session:
        session.exec(delete(PipedriveLink).where(col(PipedriveLink.id) == link.id))
        session.exec(update(Activity).where(col(Activity.id) == meeting.id).values(pipedrive_activity_id=None))
        session.exec(update(PushReceipt).filter_by(**there, undone_at=None).values(undone_at=now()))
