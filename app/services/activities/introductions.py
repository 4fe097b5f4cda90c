"""Introductions: a golden ticket offers one, a consultant uses it or turns it down."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.calendar_days import morning_in_days
from app.errors import Conflict, Forbidden, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    Campaign,
    Introduction,
    IntroductionDraft,
    User,
    now,
)
from app.services import policy
from app.services.activities import activity_log
from app.services.base.counted_touches import counts
from app.services.campaigns import board_assignments, campaigns
from app.services.contacts import contact_bank
from app.services.permissions import visibility
from app.services.reports.figures import Rate, rate
from app.signals import Topic, announce

MISSING = "There is no such introduction for you."
ANSWERED = "This introduction was answered already."
UNANSWERED = "This introduction was not answered yet."
# an introduction that was accepted is asked about so many days later
ASKED_IN_DAYS = 1
NOT_THERE = "This colleague does not work on the campaign."


@dataclass(frozen=True)
class Offer:
    """An introduction with the names that stand beside it."""

    introduction: Introduction
    by: str
    to: str
    campaign: str | None


def offer(session: Session, who: User, draft: IntroductionDraft) -> Introduction:
    """A golden ticket offers to open a door. Raises Forbidden, NotFound, and Conflict for a campaign of others."""
    if not policy.may_offer_introductions(who):
        raise Forbidden
    to = session.get(User, draft.offered_to)
    if to is None or not to.active:
        raise NotFound("There is no such colleague.")
    if draft.campaign_id:
        campaigns.seen(session, who, draft.campaign_id)
        if not session.exec(
            select(Campaign.id).where(Campaign.id == draft.campaign_id, *visibility.campaigns(to))
        ).first():
            raise Conflict(NOT_THERE)
    row = Introduction.model_validate(draft, update={"offered_by": who.id})
    return _told(session, row)


def mine(session: Session, who: User) -> list[Offer]:
    """What is offered to this person and still open, newest first."""
    still = (col(Introduction.redeemed_at).is_(None), col(Introduction.declined_at).is_(None))
    return _offers(session, who, Introduction.offered_to == who.id, *still)


def offered(session: Session, who: User) -> list[Offer]:
    """What this person offered to others, answered or not, newest first."""
    return _offers(session, who, Introduction.offered_by == who.id)


def redeem(session: Session, who: User, introduction_id: UUID, contact_id: UUID) -> Activity:
    """Accept the introduction for one of my contacts: a referral is planned, and the contact put on the campaign's board.

    It is asked about tomorrow, and counts once somebody was reached. Raises NotFound and Conflict.
    """
    row = _open(session, who, introduction_id)
    by = session.get_one(User, row.offered_by).name
    contact_bank.owned(session, who, contact_id)
    if row.campaign_id:
        board_assignments.assign(session, who, row.campaign_id, [contact_id])
    draft = ActivityDraft(
        type=ActivityType.REFERRAL,
        due_date=morning_in_days(ASKED_IN_DAYS, who.timezone),
        campaign_id=row.campaign_id,
        note=f"{by} introduces you to {row.whom}.",
    )
    touch = activity_log.log(session, who, contact_id, draft)
    row.redeemed_activity_id, row.redeemed_at = touch.id, now()
    _told(session, row)
    return touch


def offer_of(session: Session, who: User, introduction_id: UUID) -> Offer:
    """An open introduction for this person with the names beside it. Raises NotFound and Conflict."""
    _open(session, who, introduction_id)
    return next(one for one in mine(session, who) if one.introduction.id == introduction_id)


def find_introduction(session: Session, who: User, introduction_id: UUID) -> Introduction:
    """An introduction for this person, answered or not. Raises NotFound."""
    row = session.get(Introduction, introduction_id, with_for_update=True)
    if row is None or row.offered_to != who.id:
        raise NotFound(MISSING)
    return row


def reopen(session: Session, who: User, introduction_id: UUID) -> Introduction:
    """Take my answer back, and the referral with it. Raises NotFound, and Conflict where there is no answer."""
    row = find_introduction(session, who, introduction_id)
    if row.is_open:
        raise Conflict(UNANSWERED)
    touch = session.get(Activity, row.redeemed_activity_id) if row.redeemed_activity_id else None
    if touch and touch.deleted_at is None:
        activity_log.remove(session, who, touch.id)
    row.redeemed_activity_id = row.redeemed_at = row.declined_at = None
    return _told(session, row)


def decline(session: Session, who: User, introduction_id: UUID) -> Introduction:
    """Turn an open introduction down. Raises NotFound, and Conflict when it was answered."""
    row = _open(session, who, introduction_id)
    row.declined_at = now()
    return _told(session, row)


def ticket_rate(session: Session, who: User, campaign_id: UUID | None = None) -> Rate:
    """How many of the introductions that were used led to a meeting: `touches` used, `reached` and `booked` met.

    Of one campaign for those who may see it; over all of them for a golden ticket.
    """
    if campaign_id:
        campaigns.seen(session, who, campaign_id)
    elif not policy.may_see_team_report(who):
        raise Forbidden
    row = session.execute(USED, {"campaign": campaign_id}).one()
    return rate("ticket", "Introductions", row.used, row.met, row.met)


USED = text(f"""
    select count(*) as used, count(*) filter (where exists (
        select from activities m
        where m.contact_id = a.contact_id and m.type = 'MEETING'
          and (one.campaign_id is null or m.campaign_id = one.campaign_id)
          and {counts("m")} and m.created_at >= one.redeemed_at
    )) as met
    from introductions one left join activities a on a.id = one.redeemed_activity_id
    where one.redeemed_at is not null and a.deleted_at is null and (cast(:campaign as uuid) is null or one.campaign_id = :campaign)
""")  # noqa: S608 - pieces of SQL that stand here, in metric_definitions and in counted_touches, no data


def _open(session: Session, who: User, introduction_id: UUID) -> Introduction:
    """An introduction for this person that nobody answered yet, locked."""
    row = find_introduction(session, who, introduction_id)
    if not row.is_open:
        raise Conflict(ANSWERED)
    return row


def _told(session: Session, row: Introduction) -> Introduction:
    session.add(row)
    session.flush()
    announce(session, Topic.OUTREACH, row.id, row.offered_to)
    return row


def _offers(session: Session, who: User, *conditions: Any) -> list[Offer]:
    """A campaign that was removed, or that the person has left since, has no name here."""
    by, to = aliased(User), aliased(User)
    query = (
        select(Introduction, by.name, to.name, Campaign.name)
        .join(by, col(by.id) == col(Introduction.offered_by))
        .join(to, col(to.id) == col(Introduction.offered_to))
        .outerjoin(Campaign, (col(Campaign.id) == col(Introduction.campaign_id)) & _all(visibility.campaigns(who)))
        .where(*conditions)
        .order_by(col(Introduction.created_at).desc(), col(Introduction.id))
    )
    return [Offer(*row) for row in session.exec(query)]


def _all(conditions: list[Any]) -> Any:
    both = conditions[0]
    for one in conditions[1:]:
        both &= one
    return both
