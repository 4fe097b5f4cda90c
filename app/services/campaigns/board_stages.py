"""Moving contacts between the stages of a board, by hand or by a touch, with a line in the history for each move.

A touch only moves somebody forward. Taking it back, or correcting it, takes
back what it moved: the stage is worked out again from the last move by hand
and the touches recorded since, so a move by hand always holds.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, literal, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, and_, col, func, or_, select

from app.models import Activity, Campaign, CampaignContact, CampaignMove, Contact, Stage, User, next_stage, now
from app.models.base import Instant
from app.services.permissions import visibility
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce


def move(session: Session, who: User, campaign_id: UUID, contact_id: UUID, stage: Stage) -> CampaignContact:
    """Put a contact into another column by hand. Raises NotFound, and Conflict when the campaign is archived."""
    contact = visibility.shared(session, who, contact_id, campaign_id)
    place = _places(session, [contact.id], CampaignContact.campaign_id == campaign_id)[0]
    if place.stage is not stage:
        _write_moves(session, who, [(place, stage)])
        _tell(session, place, contact)
    return place


def move_many(
    session: Session, who: User, campaign_id: UUID, contact_ids: Sequence[UUID], stage: Stage
) -> list[CampaignContact]:
    """Move those of the contacts that this person may move to another stage; returns their places as they were before.

    Raises Conflict when the campaign is archived.
    """
    here = (CampaignContact.campaign_id == campaign_id, col(CampaignContact.contact_id) == col(Contact.id))
    mine = and_(col(Contact.user_id) == who.id, visibility.inside().where(*here).exists())
    may = or_(mine, visibility.sharing(who).where(*here).exists())
    query = select(Contact.id).where(col(Contact.id).in_(contact_ids), col(Contact.deleted_at).is_(None), may)
    able = session.exec(query.order_by(col(Contact.id)).with_for_update(of=Contact)).all()
    campaign = session.get(Campaign, campaign_id)
    if not able or campaign is None:
        return []
    visibility.working(campaign)
    places = _places(session, able, CampaignContact.campaign_id == campaign_id, col(CampaignContact.stage) != stage)
    before = [CampaignContact(**place.model_dump()) for place in places]
    _write_moves(session, who, [(place, stage) for place in places])
    _tell_banks(session, campaign, [place.contact_id for place in places])
    return before


def follow_touches(session: Session, who: User, touch: Activity, touch_ids: Mapping[UUID, UUID]) -> list[Step]:
    """Let the stages of a campaign follow touches that were just logged, forwards only; the steps take that back.

    `touch` is what the touches have in common, its campaign among it; `touch_ids` are theirs by contact. The contacts
    are locked by the caller.
    """
    campaign = session.get_one(Campaign, touch.campaign_id)
    places = _places(session, list(touch_ids), CampaignContact.campaign_id == campaign.id)
    moves = [(place, next_stage(place.stage, touch)) for place in places]
    steps = _write_moves(session, who, [move for move in moves if move[1] is not move[0].stage], touch_ids)
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    return steps


def after_touch(
    session: Session,
    who: User,
    activity: Activity,
    contact: Contact,
    left: UUID | None = None,
    *,
    corrected: bool = False,
) -> None:
    """Let the stage follow a touch that was changed (`corrected`), taken back or put back.

    `left` is the campaign that a corrected touch counted for before. The contact
    is locked by the caller.
    """
    for campaign_id in {activity.campaign_id, left} - {None}:
        for place in _places(session, [contact.id], CampaignContact.campaign_id == campaign_id):
            stage = _earned(session, place, activity if corrected else None)
            if place.stage is not stage:
                _write_moves(session, who, [(place, stage)], {contact.id: activity.id})
        campaign = session.get_one(Campaign, campaign_id)
        announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)


def handed_over(session: Session, who: User, contact: Contact, *conditions: Any) -> int:
    """The contact, locked by the caller, goes to Handed over in the live campaigns that the conditions name; how many."""
    live = and_(col(Campaign.deleted_at).is_(None), col(Campaign.archived_at).is_(None))
    inside = col(CampaignContact.campaign_id).in_(select(Campaign.id).where(live))
    places = _places(session, [contact.id], inside, *conditions)
    _write_moves(session, who, [(place, Stage.HANDED_OVER) for place in places])
    for place in places:
        _tell(session, place, contact)
    return len(places)


def _places(session: Session, contact_ids: Sequence[UUID], *conditions: Any) -> list[CampaignContact]:
    """Where the contacts stand in the campaigns that the conditions name, locked in one order."""
    query = select(CampaignContact).where(col(CampaignContact.contact_id).in_(contact_ids), *conditions)
    locked = query.order_by(col(CampaignContact.id)).with_for_update().execution_options(populate_existing=True)
    return list(session.exec(locked))


def _earned(session: Session, place: CampaignContact, corrected: Activity | None) -> Stage:
    """The stage that the last move by hand and the touches recorded since add up to."""
    here = (CampaignMove.campaign_id == place.campaign_id, CampaignMove.contact_id == place.contact_id)
    by_hand = (
        select(CampaignMove)
        .where(*here, col(CampaignMove.activity_id).is_(None), col(CampaignMove.to_stage).is_not(None))
        .order_by(col(CampaignMove.moved_at).desc(), col(CampaignMove.id).desc())
    )
    last = session.exec(by_hand.limit(1)).first()
    stage, since = (last.to_stage, last.moved_at) if last and last.to_stage else (place.stage, place.stage_at)
    latest = select(func.max(CampaignMove.moved_at)).where(
        *here, col(CampaignMove.activity_id) == col(Activity.id), col(CampaignMove.moved_at) >= since
    )
    recorded: Any = func.greatest(col(Activity.created_at), latest.correlate(Activity).scalar_subquery())
    touches = session.exec(
        select(Activity)
        .where(Activity.contact_id == place.contact_id, Activity.campaign_id == place.campaign_id)
        .where(col(Activity.deleted_at).is_(None), or_(recorded >= since, Activity.id == (corrected and corrected.id)))
        .order_by(recorded, col(Activity.id))
    ).all()
    # what was corrected just now is the latest news
    for touch in sorted(touches, key=lambda touch: corrected is not None and touch.id == corrected.id):
        stage = next_stage(stage, touch)
    return stage


def _write_moves(
    session: Session,
    who: User,
    moves: Sequence[tuple[CampaignContact, Stage]],
    touch_ids: Mapping[UUID, UUID] | None = None,
) -> list[Step]:
    """Put locked places into other stages, with a line each in the history, in a few statements however many.

    `touch_ids` are the touches that moved them, by contact; without them they were moved by hand.
    """
    if not moves:
        return []
    moment = now()
    history, before, after = [], [], []
    for place, stage in moves:
        at = max(moment, place.added_at)
        move = CampaignMove(
            campaign_id=place.campaign_id,
            contact_id=place.contact_id,
            user_id=who.id,
            from_stage=place.stage,
            to_stage=stage,
            activity_id=touch_ids[place.contact_id] if touch_ids else None,
            moved_at=at,
        )
        history.append(move.model_dump())
        before.append({"id": place.id, "stage": place.stage, "stage_at": place.stage_at})
        after.append({"id": place.id, "stage": stage, "stage_at": at})
        # written below in one statement a stage: as changed objects, thousands would be as many statements
        set_committed_value(place, "stage", stage)
        set_committed_value(place, "stage_at", at)
    session.exec(insert(CampaignMove), params=history)
    for stage in {stage for _, stage in moves}:
        ids = [row["id"] for row in after if row["stage"] is stage]
        session.exec(
            update(CampaignContact)
            .where(col(CampaignContact.id).in_(ids))
            .values(stage=stage, stage_at=func.greatest(literal(moment, Instant), col(CampaignContact.added_at))),
            execution_options={"synchronize_session": False},
        )
    added = [{"id": move["id"], "contact_id": move["contact_id"]} for move in history]
    return [Step("campaign_contacts", before, after), Step("campaign_moves", after=added)]


def _tell_banks(session: Session, campaign: Campaign, contact_ids: Sequence[UUID]) -> None:
    """The campaign's pages hear of it, and one signal a bank."""
    if contact_ids:
        announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    about = contact_ids[0] if len(contact_ids) == 1 else campaign.id
    for owner in session.exec(select(Contact.user_id).where(col(Contact.id).in_(contact_ids)).distinct()).all():
        announce(session, Topic.CONTACT, about, owner)


def _tell(session: Session, place: CampaignContact, contact: Contact) -> None:
    campaign = session.get_one(Campaign, place.campaign_id)
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    announce(session, Topic.CONTACT, contact.id, contact.user_id)
