"""Who works on a campaign: a member sees its board from the moment they are chosen until they are not."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import Campaign, CampaignUser, User
from app.signals import Topic, announce

UNKNOWN = "Choose members among the colleagues who are active."


def set_members(session: Session, who: User, campaign: Campaign, chosen: Iterable[UUID]) -> dict[str, list[str]]:
    """Make these the members, and the owner always; says who came and who went, by id.

    Raises Invalid when somebody new is nobody, or disabled; `who` has been let in by the caller.
    """
    wanted = {*chosen, campaign.owner_id}
    there = set(session.exec(select(CampaignUser.user_id).where(CampaignUser.campaign_id == campaign.id)))
    came, went = wanted - there, there - wanted
    able = set(session.exec(select(User.id).where(col(User.id).in_(came), col(User.active))))
    if came - able - {who.id}:
        raise Invalid(fields={"member_ids": UNKNOWN})
    for user_id in sorted(came):
        row = CampaignUser(campaign_id=campaign.id, user_id=user_id)
        session.exec(insert(CampaignUser).values(**row.model_dump()).on_conflict_do_nothing())
    session.exec(
        delete(CampaignUser).where(col(CampaignUser.campaign_id) == campaign.id, col(CampaignUser.user_id).in_(went))
    )
    for user_id in came | went:
        announce(session, Topic.CAMPAIGN, campaign.id, user_id)
    return {"came": sorted(map(str, came)), "went": sorted(map(str, went))}
