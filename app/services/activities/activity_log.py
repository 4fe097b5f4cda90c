"""Logging touches: recording, changing, removing and restoring them, with the dates, stages and pushes that follow."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import true
from sqlmodel import Session, and_, col, or_, select

from app.errors import Invalid, NotFound, Stale
from app.models import (
    CALLED_OFF,
    OUTCOMES,
    Activity,
    ActivityDraft,
    ActivityType,
    Contact,
    Outcome,
    Trigger,
    User,
    now,
    stage_earned,
)
from app.services.activities import failed_addresses, settled_plans, timeline, touch_records
from app.services.activities.timeline import Entry
from app.services.campaigns import board_stages
from app.services.contacts import contact_bank, derived_fields
from app.services.permissions import earlier_owner, visibility
from app.services.push_queue import push_jobs, push_rules
from app.services.undo import row_snapshots
from app.signals import Topic, announce

# what is not worth telling Pipedrive of when it never heard of the meeting
NEVER_WAS = frozenset({Outcome.NO_SHOW, Outcome.CANCELLED})


def log(session: Session, who: User, contact_id: UUID, draft: ActivityDraft, *, settle: bool = True) -> Activity:
    """Record one touch, past or planned, and hand over what it earns; what it answers of the plans is done with it.

    The contact row is locked first, so two taps in the same second add up
    instead of overwriting each other.
    """
    return log_whole(session, who, contact_id, draft, settle=settle).entry.activity


@dataclass(frozen=True)
class Logged:
    """A touch with the names that stand beside it, and the plans that it answered, the oldest first."""

    entry: Entry
    settled: list[UUID]


def log_whole(session: Session, who: User, contact_id: UUID, draft: ActivityDraft, *, settle: bool = True) -> Logged:
    """`log`, with all that is shown of the touch."""
    contact = _reachable(session, who, contact_id, draft.campaign_id)
    (row,), steps = touch_records.record(session, who, draft, {contact.id: contact.name}, settle=settle)
    settled = [one["id"] for step in steps for one in step.after if one.get("settled_by") == row["id"]]
    if draft.campaign_id or draft.outcome in failed_addresses.FAILS:
        activity = session.get_one(Activity, row["id"])
    else:
        activity = row_snapshots.as_loaded(session, Activity, row)
    _push_meeting(session, contact, activity, is_new=True)
    announce(session, Topic.OUTREACH, contact.id, contact.user_id)
    if draft.campaign_id:
        return Logged(timeline.one(session, who, activity.id), settled)
    return Logged(Entry(activity, contact.name, who.name, mine=True), settled)


def change(
    session: Session,
    who: User,
    activity_id: UUID,
    changes: dict[str, Any],
    *,
    version: int | None = None,
    heard: bool = False,
    settle: bool = True,
) -> Activity:
    """Change a touch; the contact's last touch and next date follow. Raises Stale when `version` moved on.

    With `heard` the change came from Pipedrive: no push is queued, and a touch that was removed here may change.
    """
    activity, contact = _own(session, who, activity_id, removed=None if heard else False)
    if version is not None and version != activity.version:
        raise Stale
    if changes.get("outcome") in CALLED_OFF and "done" not in changes:
        changes = changes | {"done": True}
    known = activity.model_dump(include=set(ActivityDraft.model_fields)) | _odd(changes, activity)
    if _turns(changes, activity):
        known |= {"happened_at": None, "done": None}
    draft = ActivityDraft.model_validate(known | changes)
    if draft.contact_id != activity.contact_id:
        raise Invalid(
            "A touch cannot move to another contact.", {"contact_id": "A touch cannot move to another contact."}
        )
    if draft.campaign_id != activity.campaign_id and contact:
        _reachable(session, who, contact.id, draft.campaign_id)
    left, earnt, was = activity.campaign_id, stage_earned(activity), _deed(activity)
    was_done, outcome = activity.done, activity.outcome
    subject = touch_records.subject(draft, contact.name if contact else "somebody", activity)
    activity.sqlmodel_update(
        touch_records.facts(draft) | {"subject": subject} | dict.fromkeys(_odd(changes, activity), activity.outcome)
    )
    if _deed(activity) != was:
        activity.settled_by = None  # it is told as a deed of its own now, or is planned again
    activity.version += 1
    session.flush()
    if outcome != activity.outcome:
        failed_addresses.mark(session, who, [activity.id], outcome, activity.outcome)
    # a meeting that is called off answers no other promise
    if activity.done and not was_done and settle and not heard and activity.outcome not in CALLED_OFF:
        settled_plans.settle(session, who, [activity.id])
    elif was_done and not activity.done:
        settled_plans.reopen(session, who, activity)
    corrected = (left, earnt) != (activity.campaign_id, stage_earned(activity))
    _after(session, who, activity, contact, left, corrected=corrected, heard=heard)
    return activity


def _deed(activity: Activity) -> tuple[object, ...]:
    """What is said to have happened."""
    return activity.done, activity.type, activity.outcome, activity.happened_at


def remove(session: Session, who: User, activity_id: UUID) -> Activity:
    """Take a touch back; `put_back` undoes it."""
    activity, contact = _own(session, who, activity_id)
    activity.deleted_at = now()
    settled_plans.reopen(session, who, activity)
    _after(session, who, activity, contact)
    return activity


def put_back(session: Session, who: User, activity_id: UUID) -> Activity:
    activity, contact = _own(session, who, activity_id, removed=True)
    activity.deleted_at = None
    session.flush()
    if activity.done and activity.outcome not in CALLED_OFF:
        settled_plans.settle(session, who, [activity.id])
    _after(session, who, activity, contact)
    return activity


def _reachable(session: Session, who: User, contact_id: UUID, campaign_id: UUID | None) -> Contact:
    """My own contact, or one that shares the named campaign with me; locked."""
    if campaign_id is None:
        return contact_bank.owned(session, who, contact_id, lock=True)
    return visibility.shared(session, who, contact_id, campaign_id)


def _own(
    session: Session, who: User, activity_id: UUID, *, removed: bool | None = False
) -> tuple[Activity, Contact | None]:
    """A touch on my contact, or one that I made while its campaign is still shared with me, and the contact.

    `removed` None takes both kinds. Locked in the order contact, touch, like `log` does.
    """
    mine = select(Contact.id).where(Contact.user_id == who.id)
    shared = visibility.sharing(who).where(*visibility.THIS_TOUCH).exists()
    query = select(Activity).where(
        Activity.id == activity_id,
        or_(col(Activity.contact_id).in_(mine), and_(col(Activity.user_id) == who.id, shared)),
        true() if removed is None else col(Activity.deleted_at).is_not(None) == removed,
        earlier_owner.removed_under(who.id) if removed else true(),
    )
    activity = session.exec(query).one_or_none()
    if activity is None:
        raise NotFound("This touch is not in your contact bank.")
    contact = session.exec(select(Contact).where(Contact.id == activity.contact_id).with_for_update()).one_or_none()
    session.refresh(activity, with_for_update=True)
    return activity, contact


def _odd(changes: dict[str, Any], activity: Activity) -> dict[str, Any]:
    """An outcome from before there were rules for it stays as long as nothing is said about it: it is not judged again."""
    fits = activity.outcome is None or (activity.done and activity.outcome in OUTCOMES[activity.type])
    return {} if fits or changes.keys() & {"type", "outcome", "done", "happened_at"} else {"outcome": None}


def _turns(changes: dict[str, Any], activity: Activity) -> bool:
    """A touch turns from planned to done, or back, by any one of the three words for it."""
    said_done = changes.get("done")
    return (said_done is not None and said_done != activity.done) or (
        "happened_at" in changes and "done" not in changes
    )


def _after(
    session: Session,
    who: User,
    activity: Activity,
    contact: Contact | None,
    left: UUID | None = None,
    *,
    corrected: bool = False,
    heard: bool = False,
) -> None:
    """Everything that a touch brings along; `left` is the campaign that it counted for before."""
    if contact:
        derived_fields.update_touch_dates(session, [contact.id])
        if not heard:
            _push_meeting(session, contact, activity)
        board_stages.after_touch(session, who, activity, contact, left, corrected=corrected)
    announce(session, Topic.OUTREACH, contact.id if contact else activity.id, contact.user_id if contact else who.id)


def _push_meeting(session: Session, contact: Contact, activity: Activity, *, is_new: bool = False) -> None:
    """Queue a meeting with the key of the contact's owner; one that is off only where Pipedrive heard of it.

    A meeting that answers one that stands there is that one, held: it is not made twice.
    """
    owner = session.get_one(User, contact.user_id)
    answers = settled_plans.settled_by(session, owner, activity) if activity.type is ActivityType.MEETING else []
    told = [plan for plan in answers if push_rules.was_pushed(session, plan)]
    for meeting in told or [activity]:
        if meeting.takes_place or meeting in told or (not is_new and push_rules.was_pushed(session, meeting)):
            push_jobs.enqueue(session, owner, contact, Trigger.MEETING, meeting)
