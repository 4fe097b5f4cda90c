"""A campaign with its figures, for those who may see it: what the lists and the campaign's own page show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import (
    Activity,
    ActivityType,
    Campaign,
    CampaignContact,
    CampaignUser,
    Contact,
    Stage,
    User,
)
from app.services.base.counted_touches import counts
from app.services.permissions import visibility

MISSING = "There is no such campaign among yours."


@dataclass(frozen=True)
class Card:
    """A campaign with its figures. `behind` is goal share minus elapsed share: below 0 it is behind its pace."""

    campaign: Campaign
    owner_name: str
    members: int
    counts: dict[Stage, int]
    touches: int
    booked: int
    behind: float | None


def card(session: Session, who: User, campaign_id: UUID, today: date) -> Card:
    """One campaign with its figures. Raises NotFound."""
    rows = session.exec(figures().where(Campaign.id == campaign_id, *visibility.campaigns(who))).all()
    if not rows:
        raise NotFound(MISSING)
    return cards(session, rows, today)[0]


def figures() -> Any:
    """Campaign, owner's name, members, touches, meetings booked."""

    def many(row: Any, *conditions: Any) -> Any:
        same = col(row.campaign_id) == col(Campaign.id)
        return select(func.count()).select_from(row).where(same, *conditions).correlate(Campaign).scalar_subquery()

    counted = text(counts("activities"))
    touches = many(Activity, counted, col(Activity.done))
    booked = many(Activity, counted, col(Activity.type) == ActivityType.MEETING)
    columns: Any = (Campaign, User.name, many(CampaignUser), touches, booked)
    return select(*columns).join(User, col(User.id) == col(Campaign.owner_id))


def cards(session: Session, rows: Sequence[Any], today: date) -> list[Card]:
    """The rows of `figures` with the contacts of each stage, in one more question."""
    counted = (
        select(CampaignContact.campaign_id, CampaignContact.stage, func.count())
        .join(Contact, col(Contact.id) == col(CampaignContact.contact_id))
        .where(col(CampaignContact.campaign_id).in_([row[0].id for row in rows]), col(Contact.deleted_at).is_(None))
        .group_by(col(CampaignContact.campaign_id), col(CampaignContact.stage))
    )
    counts = {row[0].id: dict.fromkeys(Stage, 0) for row in rows}
    for campaign_id, stage, number in session.exec(counted):
        counts[campaign_id][Stage(stage)] = number
    return [
        Card(campaign, owner, people, counts[campaign.id], touches, booked, campaign.behind(touches, booked, today))
        for campaign, owner, people, touches, booked in rows
    ]
