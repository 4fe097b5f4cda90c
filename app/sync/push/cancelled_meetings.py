"""A meeting that is off: marked in Pipedrive or deleted there, as the firm chose."""

from contextlib import suppress

from sqlalchemy import update
from sqlmodel import col, delete

from app import db
from app.models import Activity, EntityType, PipedriveLink, PushReceipt, now
from app.sync.api.errors import Gone
from app.sync.links import link_store
from app.sync.links.link_store import Slot
from app.sync.links.remote_ids import number_of, on_meeting
from app.sync.push import lost_answers
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
    if push.line.choices.deletes_meetings:
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
    number = lost_answers.activity(push, person, meeting.id, since) if person else None
    with db.transaction() as session:
        if number is None:
            link_store.drop_intent(session, slot, seen.doubt.intent_at)
            return None
        link_store.save_link(session, slot, number, None, created=True)
        on_meeting(meeting.id)(session, number)
        return link_store.link(session, slot)


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
