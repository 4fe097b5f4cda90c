"""Of many people in front of the same campaign, who may still see it: one question, the rule of `visibility.campaigns`."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app.models import Campaign, CampaignUser, User
from app.services import policy

NOBODY_ACTS = "the question is who of many may look"


def allowed(session: Session, campaign_id: UUID, user_ids: Iterable[UUID]) -> list[User]:
    """Those of them who are active and members, or have a golden ticket; nobody once the campaign is removed."""
    here = CampaignUser.campaign_id == campaign_id
    member = select(CampaignUser.id).where(here, CampaignUser.user_id == User.id).exists()
    alive = select(Campaign.id).where(Campaign.id == campaign_id, col(Campaign.deleted_at).is_(None)).exists()
    query = select(User).where(
        col(User.id).in_(list(user_ids)),
        col(User.active),
        alive,
        or_(col(User.role).in_(policy.SEE_EVERY_CAMPAIGN), member),
    )
    return list(session.exec(query.order_by(col(User.id))).all())
