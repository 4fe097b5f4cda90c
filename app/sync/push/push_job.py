"""Organization, person, activity: what each of our rows becomes in Pipedrive, in this order.

Every number is kept in its own short transaction the moment Pipedrive gives it
to us, so a push that breaks halfway goes on at the step that broke.
"""

from app.models import EntityType, Organisation, PipedriveLink, PipedriveSync, Trigger
from app.sync.api import reference_marks
from app.sync.api.errors import Rejected
from app.sync.links import fingerprints
from app.sync.links.link_store import Slot
from app.sync.links.remote_ids import number_of, on_contact
from app.sync.links.three_way_merge import Agreed
from app.sync.push import cancelled_meetings, leads_and_deals, lost_answers, matching, meetings, persons, push_undo
from app.sync.push.find_or_create import Step, ensure
from app.sync.push.push_context import Push, Record, read
from app.sync.queue.connection import Line
from app.sync.queue.outcome_errors import Again, Waiting

LOOKS = 6


def push(job: PipedriveSync, line: Line) -> str | None:
    """Make Pipedrive agree with the contact or meeting as it is now; returns what its owner should know, if anything.

    Raises an ending of `app.sync.endings` or a trouble of `app.sync.errors`.
    """
    if job.trigger is Trigger.UNDO:
        return push_undo.undo(job, line)
    going = read(job, line)
    for _ in range(LOOKS):
        try:
            _once(going)
        except Again:
            fresh = read(job, line)
            going.contact, going.meeting = fresh.contact, fresh.meeting
        else:
            return None
    raise Waiting(line.pace.a_moment)


def _once(push: Push) -> None:
    if push.meeting and not push.meeting.takes_place:
        return cancelled_meetings.take_back(push, push.meeting)
    firm = push.firm
    org_id = number_of(organization(push, firm)) if firm else None
    person_id = number_of(persons.person(push, org_id))
    if push.meeting:
        parents = _parents(org_id, (EntityType.PERSON, person_id))
        meetings.activity(push, push.meeting, org_id, person_id, parents)
        leads_and_deals.ensured(push, org_id, person_id, parents)
    return None


def organization(push: Push, firm: Organisation) -> PipedriveLink:
    slot = Slot(push.line.account, EntityType.ORGANIZATION, (firm.key,))
    mark = reference_marks.mark(push.line.account, EntityType.ORGANIZATION, firm.key)
    step = Step(
        slot=slot,
        name=firm.name,
        digest=fingerprints.digest(fingerprints.folded(firm.name)),
        match=lambda _, lost: matching.organizations(push, firm, mark, lost=lost),
        trace=lambda since, _: lost_answers.organization(push, slot, since, mark),
        create=lambda: _added(push, firm, mark),
        store=on_contact(push.contact.id, "pipedrive_org_id"),
    )
    return ensure(push, step)


def _added(push: Push, firm: Organisation, mark: str) -> tuple[int, Agreed]:
    choices = push.line.choices
    code = choices.mark_field(EntityType.ORGANIZATION)
    try:
        there = push.line.pipedrive.add_organization(
            name=firm.name,
            owner_id=choices.owner_id,
            visible_to=choices.visible_to,
            custom={code: mark} if code else None,
        )
    except Rejected as no:
        if choices.without_mark(EntityType.ORGANIZATION, no.sentence):
            raise Again from None
        raise
    return there.id, Agreed({"name": firm.name}, {"name": there.name})


def _parents(org_id: int | None, *more: Record) -> tuple[Record, ...]:
    return ((EntityType.ORGANIZATION, org_id), *more) if org_id is not None else more
