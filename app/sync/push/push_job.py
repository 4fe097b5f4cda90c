"""Organization, person, activity: what each of our rows becomes in Pipedrive, in this order.

Every number is kept in its own short transaction the moment Pipedrive gives it
to us, so a push that breaks halfway goes on at the step that broke.
"""

from sqlmodel import col, select

from app import db
from app.models import EntityType, PipedriveLink, PipedriveSync, SyncConflict, Trigger
from app.sync.links.remote_ids import number_of
from app.sync.push import cancelled_meetings, push_undo
from app.sync.push.find_record import find
from app.sync.push.leads_and_deals import ensure_lead_or_deal
from app.sync.push.meetings import MeetingRecord
from app.sync.push.organizations import OrganizationRecord
from app.sync.push.ownership import move_ownership
from app.sync.push.persons import PersonRecord
from app.sync.push.push_context import Push, Record, read_push
from app.sync.push.reconcile import create, reconcile, update_linked
from app.sync.queue.connection import Connection
from app.sync.queue.outcome_errors import Again, Unsettled

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
    raise Unsettled


def _once(push: Push) -> None:
    if push.meeting and not push.meeting.takes_place:
        return cancelled_meetings.withdraw(push, push.meeting)
    org_id, person_id = _ensure_people(push)
    move_ownership(push)
    if push.meeting:
        parents = _parents(org_id, (EntityType.PERSON, person_id))
        reconcile(push, MeetingRecord(push, push.meeting, org_id=org_id, person_id=person_id, parents=parents))
        ensure_lead_or_deal(push, org_id, person_id, parents)
    return None


def _ensure_people(push: Push) -> tuple[int | None, int]:
    """The organization and the person there; returns the numbers of the organization the person stands at, and of the person.

    The person is looked for before an organization is created, because they may
    stand there at another one, and then its owner is asked which is right.
    """
    if push.firm is None:
        return None, number_of(reconcile(push, PersonRecord(push, None, lambda: None)))
    firm = OrganizationRecord(push, push.firm)
    found_firm = find(push, firm)
    org = update_linked(push, firm, found_firm.link) if found_firm.link else None
    person = PersonRecord(push, org, lambda: create(push, firm, found_firm.seen))
    found = find(push, person)
    if found.link is None:
        org = org or create(push, firm, found_firm.seen)
        person = PersonRecord(push, org, lambda: None)
        link = create(push, person, found.seen)
    else:
        link = update_linked(push, person, found.link)
    return _stands_at(push, link, org), number_of(link)


def _stands_at(push: Push, person: PipedriveLink, org: PipedriveLink | None) -> int | None:
    """Where the person stands there, as far as we know; a meeting hangs on the same organization.

    While it is asked which one is right, what both last agreed on is neither side's
    any more. On one that this push met deleted nothing can hang.
    """
    with db.reading() as session:
        asked = select(SyncConflict.theirs).where(
            SyncConflict.entity_id == push.contact.id,
            SyncConflict.field == "org",
            col(SyncConflict.resolved_at).is_(None),
        )
        agreed = (session.get_one(PipedriveLink, person.id).agreed or {}).get("theirs", {}).get("org")
        stands = next(iter(session.exec(asked)), agreed)
    number = stands if isinstance(stands, int) else org.remote_id if org else None
    return None if (EntityType.ORGANIZATION, number) in push.lost else number


def _parents(org_id: int | None, *more: Record) -> tuple[Record, ...]:
    return ((EntityType.ORGANIZATION, org_id), *more) if org_id is not None else more
