"""A campaign that falls behind its pace is told once to whoever leads it and to those who see every campaign, until it has caught up.

It falls when less than nine tenths of what was expected by now is there, and a
whole touch or meeting is missing; it has caught up when what was expected is there.
"""

from dataclasses import dataclass
from math import ceil
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app import calendar_days
from app.models import Campaign, NotificationKind, User, now
from app.services import policy
from app.services.campaigns import summary
from app.services.notifications import inbox

NOBODY_ACTS = "the clock looks which campaigns fall behind"

FALLS_BELOW = 0.9


@dataclass(frozen=True)
class Shortfall:
    """How a campaign stands against what was expected by now: `worst` is the lowest share, and `words` says of what."""

    worst: float
    missing: float
    words: str


def running(session: Session) -> list[UUID]:
    """The campaigns that have a pace: goals and both dates, and that run somewhere on this day."""
    day = calendar_days.today("UTC")
    query = select(Campaign.id).where(
        col(Campaign.deleted_at).is_(None),
        col(Campaign.archived_at).is_(None),
        or_(col(Campaign.goal_touches) > 0, col(Campaign.goal_meetings) > 0),
        col(Campaign.start_date) <= day,
        col(Campaign.end_date) >= day,
    )
    return list(session.exec(query.order_by(col(Campaign.id))).all())


def look(session: Session, campaign_id: UUID) -> int:
    """Tell of a fall, or note that it is over; says how many were told."""
    campaign = session.exec(select(Campaign).where(Campaign.id == campaign_id).with_for_update()).one_or_none()
    if campaign is None or campaign.deleted_at or campaign.archived_at:
        return 0
    found = _shortfall(session, campaign)
    if found is None or found.worst >= 1:
        campaign.behind_since = None
    elif campaign.behind_since is None and found.worst < FALLS_BELOW and found.missing >= 1:
        campaign.behind_since = now()
        session.add(campaign)
        return _tell(session, campaign, found.words)
    session.add(campaign)
    return 0


def _shortfall(session: Session, campaign: Campaign) -> Shortfall | None:
    owner = session.get_one(User, campaign.owner_id)
    elapsed = campaign.elapsed(calendar_days.today(owner.timezone))
    if elapsed is None:
        return None
    row = session.exec(summary.figures().where(Campaign.id == campaign.id)).one()
    found = []
    for done, goal, noun in ((row[3], campaign.goal_touches, "touches"), (row[4], campaign.goal_meetings, "meetings")):
        if goal and (expected := goal * elapsed):
            found.append(
                Shortfall(done / expected, expected - done, f"{done:,} of {ceil(expected):,} {noun} expected by now")
            )
    return min(found, key=lambda one: one.worst, default=None)


def _tell(session: Session, campaign: Campaign, words: str) -> int:
    people = select(User).where(
        col(User.active), or_(User.id == campaign.owner_id, col(User.role).in_(policy.SEE_EVERY_CAMPAIGN))
    )
    about = f"behind:{campaign.id}:{campaign.behind_since:%Y%m%d%H%M%S}"
    sentence = f"“{campaign.name}” falls behind: {words}."
    path = f"/campaigns/{campaign.id}?tab=report"
    return sum(
        inbox.notify(session, user, NotificationKind.CAMPAIGN, sentence, path=path, about=about)
        for user in session.exec(people.order_by(col(User.id)))
    )
