"""Campaigns: a theme, a time, a goal, and who works on it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from app.errors import Forbidden, Invalid, NotFound, Stale
from app.models import Campaign, CampaignDraft, CampaignUser, User, fold, now
from app.services import policy
from app.services.base import audit_log
from app.services.campaigns import summary
from app.services.permissions import visibility
from app.signals import Topic, announce

FACTS = (
    "name", "description", "sector", "theme", "start_date", "end_date", "goal_meetings", "goal_touches", "leaderboard",
)  # fmt: skip
SAME_NAME = "There is already a campaign with this name."
MISSING = summary.MISSING
UNKNOWN = "Choose members among the colleagues who are active."
NOT_YOURS = "Only the owner of this campaign or a golden ticket can do that."


def add(session: Session, who: User, draft: CampaignDraft) -> Campaign:
    """A new campaign; who makes it is its owner and first member. Raises Invalid for a member that cannot be."""
    campaign = Campaign(owner_id=who.id, **draft.model_dump(include=set(FACTS)))
    session.add(campaign)
    session.flush()
    _set_members(session, who, campaign, draft.member_ids)
    audit_log.record(session, who, "campaign.added", campaign.id)
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    return campaign


def same_name(session: Session, who: User, name: str) -> list[Campaign]:
    """The live campaigns of that name, however it is spelled, that this person may know of: worth a warning."""
    alike = select(Campaign).where(*visibility.campaigns(who), col(Campaign.archived_at).is_(None))
    return [campaign for campaign in session.exec(alike.order_by(Campaign.name)) if fold(campaign.name) == fold(name)]


def name_warning(session: Session, who: User, campaign: Campaign) -> str | None:
    """What is worth saying of a name that another live campaign has too."""
    others = [one for one in same_name(session, who, campaign.name) if one.id != campaign.id]
    return SAME_NAME if others else None


def copy(session: Session, who: User, campaign_id: UUID, name: str) -> Campaign:
    """A new campaign like this one, with its members and goals; without contacts and dates."""
    known = seen(session, who, campaign_id)
    facts = known.model_dump(include=set(FACTS) - {"start_date", "end_date"})
    active = [user.id for user in members(session, who, campaign_id) if user.active]
    return add(session, who, CampaignDraft.model_validate(facts | {"name": name, "member_ids": active}))


def seen(session: Session, who: User, campaign_id: UUID) -> Campaign:
    """The campaign, for its members and golden tickets. Raises NotFound."""
    query = select(Campaign).where(Campaign.id == campaign_id, *visibility.campaigns(who))
    campaign = session.exec(query).one_or_none()
    if campaign is None:
        raise NotFound(MISSING)
    return campaign


def managed(session: Session, who: User, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """The campaign, for its owner and golden tickets; `lock` holds it until the transaction ends.

    Raises Forbidden for a mere member and NotFound for everybody else.
    """
    campaign = seen(session, who, campaign_id)
    if not policy.may_manage_campaign(who, campaign):
        raise Forbidden(NOT_YOURS)
    if lock:
        session.refresh(campaign, with_for_update={"key_share": True})
        if campaign.deleted_at:
            raise NotFound(MISSING)
    return campaign


def change(
    session: Session, who: User, campaign_id: UUID, changes: dict[str, Any], *, version: int | None = None
) -> Campaign:
    """Change some of the facts, and with `member_ids` who works on it. Raises Stale when `version` moved on."""
    campaign = managed(session, who, campaign_id, lock=True)
    if version is not None and version != campaign.version:
        raise Stale
    before = campaign.model_dump(include=set(FACTS))
    after = CampaignDraft.model_validate(before | changes).model_dump(include=set(FACTS))
    for fact, value in after.items():
        setattr(campaign, fact, value)
    detail: dict[str, Any] = {"changes": dict(_steps(before, after))}
    if "member_ids" in changes:
        detail |= _set_members(session, who, campaign, changes["member_ids"])
    return _done(session, who, campaign, "campaign.changed", **detail)


def archive(session: Session, who: User, campaign_id: UUID) -> Campaign:
    """Archive the campaign: it stays readable, and takes no new contacts, moves and touches."""
    campaign = managed(session, who, campaign_id, lock=True)
    campaign.archived_at = campaign.archived_at or now()
    return _done(session, who, campaign, "campaign.archived")


def unarchive(session: Session, who: User, campaign_id: UUID) -> Campaign:
    campaign = managed(session, who, campaign_id, lock=True)
    campaign.archived_at = None
    return _done(session, who, campaign, "campaign.unarchived")


def remove(session: Session, who: User, campaign_id: UUID) -> Campaign:
    """Move the campaign to the trash; contacts and touches stay, nothing is shared through it. `put_back` undoes it."""
    campaign = managed(session, who, campaign_id, lock=True)
    campaign.deleted_at = now()
    return _done(session, who, campaign, "campaign.removed")


def put_back(session: Session, who: User, campaign_id: UUID) -> Campaign:
    query = select(Campaign).where(Campaign.id == campaign_id, col(Campaign.deleted_at).is_not(None))
    campaign = session.exec(query.with_for_update(key_share=True)).one_or_none()
    if campaign is None or not policy.may_manage_campaign(who, campaign):
        raise NotFound(MISSING)
    campaign.deleted_at = None
    return _done(session, who, campaign, "campaign.restored")


def members(session: Session, who: User, campaign_id: UUID) -> list[User]:
    """Who works on it, by name; also colleagues who have been disabled since."""
    seen(session, who, campaign_id)
    inside = select(CampaignUser.user_id).where(CampaignUser.campaign_id == campaign_id)
    people = session.exec(select(User).where(col(User.id).in_(inside))).all()
    return sorted(people, key=lambda user: (fold(user.name), user.id))


def _set_members(session: Session, who: User, campaign: Campaign, chosen: Iterable[UUID]) -> dict[str, list[str]]:
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


def _done(session: Session, who: User, campaign: Campaign, action: str, **detail: Any) -> Campaign:
    campaign.version += 1
    session.add(campaign)
    session.flush()
    audit_log.record(session, who, action, campaign.id, **detail)
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    return campaign


def _steps(before: dict[str, Any], after: dict[str, Any]) -> Iterable[tuple[str, list[str | None]]]:
    """What the history keeps of a change: old and new, but for the long text only that it changed."""
    for fact, old in before.items():
        if old != after[fact]:
            pair = [] if fact == "description" else [old, after[fact]]
            yield fact, [None if value is None else str(value) for value in pair]
