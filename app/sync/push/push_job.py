"""Organization, person, activity: what each of our rows becomes in Pipedrive, in this order.

Every number is kept in its own short transaction the moment Pipedrive gives it
to us, so a push that breaks halfway goes on at the step that broke.
"""

from app.models import EntityType, PipedriveSync, Trigger
from app.sync.links.remote_ids import number_of
from app.sync.push import cancelled_meetings, push_undo
from app.sync.push.leads_and_deals import ensure_lead_or_deal
from app.sync.push.meetings import MeetingRecord
from app.sync.push.organizations import OrganizationRecord
from app.sync.push.persons import PersonRecord
from app.sync.push.push_context import Push, Record, read_push
from app.sync.push.reconcile import ensure_linked, reconcile
from app.sync.queue.connection import Connection
from app.sync.queue.outcome_errors import Again, Waiting

LOOKS = 6


def push(job: PipedriveSync, line: Connection) -> str | None:
    """Make Pipedrive agree with the contact or meeting as it is now; returns what its owner should know, if anything.

    Raises an exception of `app.sync.queue.outcome_errors` or of `app.sync.api.errors`.
    """
    if job.trigger is Trigger.UNDO:
        return push_undo.undo(job, line)
    going = read_push(job, line)
    for _ in range(LOOKS):
        try:
            _once(going)
        except Again:
            fresh = read_push(job, line)
            going.contact, going.meeting = fresh.contact, fresh.meeting
        else:
            return None
    raise Waiting(line.pace.a_moment)


def _once(push: Push) -> None:
    if push.meeting and not push.meeting.takes_place:
        return cancelled_meetings.withdraw(push, push.meeting)
    firm = push.firm
    org_id = number_of(ensure_linked(push, OrganizationRecord(push, firm))) if firm else None
    person_id = number_of(reconcile(push, PersonRecord(push, org_id)))
    if push.meeting:
        parents = _parents(org_id, (EntityType.PERSON, person_id))
        reconcile(push, MeetingRecord(push, push.meeting, org_id=org_id, person_id=person_id, parents=parents))
        ensure_lead_or_deal(push, org_id, person_id, parents)
    return None


def _parents(org_id: int | None, *more: Record) -> tuple[Record, ...]:
    return ((EntityType.ORGANIZATION, org_id), *more) if org_id is not None else more
