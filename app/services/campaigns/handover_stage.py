"""After a push has succeeded, the contact's card moves to the stage Handed over by itself.

A push by hand hands over whoever is in dialogue or has a meeting booked. Having
become warm hands over who is in dialogue. A meeting hands over in its own
campaign once it was held: until then it stands in Meeting booked, where the
team looks for it. A move by hand since the push was asked for holds, and asking
twice moves nobody twice.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import (
    Activity,
    CampaignContact,
    CampaignMove,
    Contact,
    Outcome,
    PipedriveSync,
    Stage,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services.campaigns import board_stages

READY = (Stage.IN_DIALOGUE, Stage.MEETING_BOOKED)
MOVES = (Trigger.MANUAL, Trigger.WARM, Trigger.MEETING)
LOOKED_BACK = timedelta(days=1)


def move_to_handed_over(session: Session, who: User, push_id: UUID) -> int:
    """Move whom this push handed over, if it went over; says in how many campaigns. `who` is whose push it is."""
    push = session.get(PipedriveSync, push_id)
    if push is None or push.user_id != who.id or push.status is not SyncStatus.SUCCESS or push.trigger not in MOVES:
        return 0
    query = select(Contact).where(Contact.id == push.contact_id, col(Contact.deleted_at).is_(None))
    contact = session.exec(query.with_for_update()).one_or_none()
    where = _where(session, push)
    if contact is None or where is None:
        return 0
    later = aliased(CampaignMove)
    by_hand = select(later.id).where(
        col(later.campaign_id) == col(CampaignContact.campaign_id),
        col(later.contact_id) == col(CampaignContact.contact_id),
        col(later.activity_id).is_(None),
        col(later.moved_at) > push.created_at,
    )
    return board_stages.handed_over(session, who, contact, *where, ~by_hand.exists())


def recent_pushes(session: Session, who: User | None = None) -> list[tuple[UUID, UUID]]:
    """Pushes that went over within a day, with whose they are: looked at again, in case we were stopped in between."""
    since = now() - LOOKED_BACK
    query = select(PipedriveSync.id, PipedriveSync.user_id).where(
        PipedriveSync.status == SyncStatus.SUCCESS,
        col(PipedriveSync.trigger).in_(MOVES),
        col(PipedriveSync.finished_at) > since,
    )
    if who:
        query = query.where(PipedriveSync.user_id == who.id)
    return list(session.exec(query.order_by(col(PipedriveSync.finished_at))))


def _where(session: Session, push: PipedriveSync) -> list[Any] | None:
    """Which places this push speaks for; None for none."""
    stage = col(CampaignContact.stage)
    if push.trigger is Trigger.WARM:
        return [stage == Stage.IN_DIALOGUE]
    if push.trigger is Trigger.MANUAL:
        return [stage.in_(READY)]
    meeting = session.get(Activity, push.entity_id)
    held = meeting and meeting.done and meeting.outcome in {None, Outcome.HELD} and meeting.deleted_at is None
    if meeting is None or not held:
        return None
    return [stage.in_(READY), CampaignContact.campaign_id == meeting.campaign_id]
