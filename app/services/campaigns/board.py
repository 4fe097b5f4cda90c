"""The board of a campaign: its columns, and the cards that all its members see alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import lateral, true
from sqlmodel import Session, and_, col, func, or_, select

from app.errors import NotFound
from app.models import Activity, ActivityType, CampaignContact, Contact, Organisation, Stage, User
from app.services import policy
from app.services.base import cursors
from app.services.campaigns import campaigns
from app.services.permissions import visibility


@dataclass(frozen=True)
class BoardCard:
    """All that a member may see of a contact on the board; `can_open` where this person may see it whole.

    The last touch is the last one done for this campaign.
    """

    contact_id: UUID
    name: str
    organisation: str | None
    owner_id: UUID
    owner_name: str
    warmness: int
    stage: Stage
    stage_at: datetime
    last_touch_at: datetime | None
    last_touch_type: ActivityType | None
    can_open: bool


@dataclass(frozen=True)
class Page:
    items: list[BoardCard]
    next_cursor: str | None


def counts(session: Session, who: User, campaign_id: UUID) -> dict[Stage, int]:
    """How many cards stand in each column. Raises NotFound."""
    campaigns.seen(session, who, campaign_id)
    counted = (
        select(CampaignContact.stage, func.count())
        .join(Contact, col(Contact.id) == col(CampaignContact.contact_id))
        .where(CampaignContact.campaign_id == campaign_id, col(Contact.deleted_at).is_(None))
        .group_by(col(CampaignContact.stage))
    )
    return dict.fromkeys(Stage, 0) | {Stage(stage): number for stage, number in session.exec(counted)}


def column(
    session: Session,
    who: User,
    campaign_id: UUID,
    stage: Stage | None,
    *,
    limit: int = 50,
    after: str | None = None,
    assigned_to: UUID | None = None,
) -> Page:
    """One column (or, without a stage, the whole board), what came last on top, with a mark to go on from.

    `assigned_to` narrows it to one colleague's work: assigned to them, or else in their bank. Raises NotFound.
    """
    campaigns.seen(session, who, campaign_id)
    query = _cards(campaign_id)
    if stage:
        query = query.where(CampaignContact.stage == stage)
    if assigned_to:
        query = query.where(func.coalesce(CampaignContact.assigned_user_id, Contact.user_id) == assigned_to)
    since, row = col(CampaignContact.stage_at), col(CampaignContact.id)
    if after:
        moment, last = cursors.moment(after)
        query = query.where(or_(since < moment, and_(since == moment, row < last)))
    rows = session.exec(query.order_by(since.desc(), row.desc()).limit(limit + 1)).all()
    shown = [_card(who, *each) for each in rows[:limit]]
    place = rows[limit - 1][0] if len(rows) > limit else None
    return Page(shown, cursors.write(place.stage_at, place.id) if place else None)


def everybody(session: Session, who: User, campaign_id: UUID) -> list[UUID]:
    """All who stand on the board. Raises NotFound."""
    campaigns.seen(session, who, campaign_id)
    query = select(CampaignContact.contact_id).join(Contact, col(Contact.id) == col(CampaignContact.contact_id))
    here = query.where(CampaignContact.campaign_id == campaign_id, col(Contact.deleted_at).is_(None))
    return list(session.exec(here.order_by(col(CampaignContact.contact_id))))


def card(session: Session, who: User, campaign_id: UUID, contact_id: UUID) -> BoardCard:
    """One card, for whoever may move it: a member, a golden ticket, or the contact's owner. Raises NotFound."""
    here = (CampaignContact.campaign_id == campaign_id, CampaignContact.contact_id == contact_id)
    open_to = or_(col(Contact.user_id) == who.id, visibility.sharing(who).where(*here).exists())
    row = session.exec(_cards(campaign_id).where(CampaignContact.contact_id == contact_id, open_to)).one_or_none()
    if row is None:
        raise NotFound
    return _card(who, *row)


def _cards(campaign_id: UUID) -> Any:
    moment = func.coalesce(col(Activity.happened_at), col(Activity.due_date))
    last = lateral(
        select(moment.label("at"), col(Activity.type).label("type"))
        .where(col(Activity.contact_id) == col(CampaignContact.contact_id), Activity.campaign_id == campaign_id)
        .where(col(Activity.done), col(Activity.deleted_at).is_(None))
        .order_by(moment.desc())
        .limit(1)
        .correlate(CampaignContact)
    )
    columns: Sequence[Any] = (CampaignContact, Contact.name, Organisation.name, Contact.user_id, User.name, Contact.warmness_score, last.c.at, last.c.type)  # fmt: skip
    return (
        select(*columns)
        .join(Contact, col(Contact.id) == col(CampaignContact.contact_id))
        .join(User, col(User.id) == col(Contact.user_id))
        .join(Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True)
        .join(last, true(), isouter=True)
        .where(CampaignContact.campaign_id == campaign_id, col(Contact.deleted_at).is_(None))
    )


def _card(  # noqa: PLR0917 - the columns of one row
    who: User,
    place: CampaignContact,
    name: str,
    organisation: str | None,
    owner_id: UUID,
    owner: str,
    warmness: int,
    at: datetime | None,
    kind: str | None,
) -> BoardCard:
    return BoardCard(
        contact_id=place.contact_id,
        name=name,
        organisation=organisation,
        owner_id=owner_id,
        owner_name=owner,
        warmness=warmness,
        stage=place.stage,
        stage_at=place.stage_at,
        last_touch_at=at,
        last_touch_type=ActivityType(kind) if kind else None,
        can_open=policy.may_open_contact(who, owner_id),
    )
