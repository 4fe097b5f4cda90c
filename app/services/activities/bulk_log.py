"""One touch for many contacts: the room one spoke to, the round mail that went out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.errors import Conflict, Invalid
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    CampaignMove,
    Contact,
    Stage,
    UndoKind,
    User,
    auto_subject,
    next_stage,
    now,
)
from app.models.base import new_id
from app.services.base import audit_log
from app.services.campaigns import campaigns
from app.services.contacts import derived_fields
from app.services.contacts.bulk_actions import Chosen, Done, chosen
from app.services.permissions import visibility
from app.services.undo import undo_log
from app.services.undo.row_snapshots import Step, born
from app.signals import Topic, announce

ONE_BY_ONE = "Book meetings one by one; everything else can be logged for many."

PLACES = text("""
select id, contact_id, stage, stage_at, added_at from campaign_contacts
where campaign_id = :campaign and contact_id = any(:ids) order by id for update
""")
ANSWER = text("""
update owed_answers set answered_at = :now, updated_at = :now
where user_id = :who and contact_id = any(:ids) and answered_at is null
""")
MOVE = text("""
update campaign_contacts set stage = :stage, stage_at = greatest(added_at, :now), updated_at = :now where id = any(:ids)
""")


def log(session: Session, who: User, wanted: Chosen, draft: ActivityDraft) -> Done:
    """Record the same touch, past or planned, with each of them; their last touch, next date and stage follow.

    Raises Invalid for a meeting, and Conflict when the named campaign does not have them all.
    """
    if draft.type is ActivityType.MEETING:
        raise Invalid(ONE_BY_ONE, {"type": ONE_BY_ONE})
    ids = chosen(session, who, wanted)
    names = dict(session.exec(select(Contact.id, Contact.name).where(col(Contact.id).in_(ids))).all())
    if not ids:
        return Done(0, None)
    touch = _touch(who, draft)
    moved = _moved(session, who, touch, ids) if draft.campaign_id else []
    # five thousand rows as plain dictionaries: as objects they would take a second longer
    same, moment = touch.model_dump(), now()
    rows = [same | {"id": new_id(), "contact_id": one, "subject": _subject(draft, names[one])} for one in ids]
    born(session, who, "activities", rows)
    steps = _history(session, who, touch, moved, {row["contact_id"]: row["id"] for row in rows}, moment)
    if draft.is_done:
        session.execute(ANSWER, {"who": who.id, "ids": ids, "now": now()})
        who.default_type = draft.type.value
        session.add(who)
    derived_fields.update_touch_dates(session, ids)
    added = Step("activities", after=[{"id": row["id"], "contact_id": row["contact_id"]} for row in rows])
    deed_id = undo_log.keep(session, who, UndoKind.LOG, f"{len(ids):,}: logged.", [added, *steps])
    audit_log.record(session, who, "contacts.log", deed_id, contacts=len(ids))
    announce(session, Topic.OUTREACH, deed_id, who.id)
    return Done(len(ids), deed_id)


def _touch(who: User, draft: ActivityDraft) -> Activity:
    """What all of these touches have in common."""
    facts = ("type", "campaign_id", "note", "due_date", "duration_minutes", "location", "outcome")
    said = {fact: getattr(draft, fact) for fact in facts}
    return Activity(user_id=who.id, happened_at=draft.moment(), done=draft.is_done, **said)


def _subject(draft: ActivityDraft, name: str) -> str:
    return draft.subject or auto_subject(draft.type, name, draft.outcome)


def _moved(session: Session, who: User, touch: Activity, ids: list[UUID]) -> list[tuple[Any, str]]:
    """The places in the campaign whose stage the touch moves, and to where."""
    assert touch.campaign_id is not None
    campaign = visibility.working(campaigns.seen(session, who, touch.campaign_id))
    places = session.execute(PLACES, {"campaign": campaign.id, "ids": ids}).all()
    if missing := len(ids) - len(places):
        raise Conflict(f"{missing:,} of these contacts {'is' if missing == 1 else 'are'} not in {campaign.name}.")
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    to = [(place, next_stage(Stage(place.stage), touch).value) for place in places]
    return [(place, stage) for place, stage in to if stage != place.stage]


def _history(  # noqa: PLR0917 - the parts of one deed
    session: Session,
    who: User,
    touch: Activity,
    moved: list[tuple[Any, str]],
    ids: dict[UUID, UUID],
    moment: datetime,
) -> list[Step]:
    """Put the places into their new stages and write it into the campaign's history."""
    if not moved:
        return []
    for stage in {stage for _, stage in moved}:
        there = [place.id for place, to in moved if to == stage]
        session.execute(MOVE, {"ids": there, "stage": stage, "now": moment})
    assert touch.campaign_id is not None
    same = CampaignMove(campaign_id=touch.campaign_id, user_id=who.id, to_stage=Stage.CONTACTED).model_dump()
    moves, before, after = [], [], []
    for place, stage in moved:
        at = max(moment, place.added_at)
        step = {"contact_id": place.contact_id, "activity_id": ids[place.contact_id], "moved_at": at}
        moves.append(same | {"id": new_id(), "from_stage": place.stage, "to_stage": stage} | step)
        before.append({"id": place.id, "stage": place.stage, "stage_at": place.stage_at})
        after.append({"id": place.id, "stage": stage, "stage_at": at})
    born(session, who, "campaign_moves", moves)
    added = [{"id": move["id"], "contact_id": move["contact_id"]} for move in moves]
    return [Step("campaign_contacts", before, after), Step("campaign_moves", after=added)]
