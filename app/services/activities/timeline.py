"""What was done and what is planned: a contact's story, the feed, the day's list.

Everybody asks with their own rights: touches on one's own contacts, a member
also what was done for their campaigns, and a golden ticket everything about the
contacts that are in a campaign.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, tuple_, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Activity, ActivityType, Campaign, CampaignUser, Contact, User, now
from app.services import policy
from app.services.base import cursors
from app.services.contacts import contact_bank
from app.services.permissions import visibility


@dataclass(frozen=True)
class Entry:
    """A touch with the names that stand beside it; `mine` when the contact is in the viewer's bank.

    `whom` is the contact of the viewer's that a referral brought.
    """

    activity: Activity
    contact: str | None
    by: str
    mine: bool
    campaign: str | None = None
    whom: str | None = None


@dataclass(frozen=True)
class Filter:
    type: ActivityType | None = None
    contact_id: UUID | None = None
    campaign_id: UUID | None = None
    user_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    planned: bool | None = None
    organisation_id: UUID | None = None


@dataclass(frozen=True)
class Page:
    items: list[Entry]
    next_cursor: str | None


def of_contact(session: Session, who: User, contact_id: UUID, limit: int = 50) -> list[Entry]:
    """The story of one of my contacts: planned touches first, then newest first; with the referrals that brought them."""
    contact_bank.owned(session, who, contact_id)
    query = _visible(who).where(
        or_(col(Activity.contact_id) == contact_id, col(Activity.referred_contact_id) == contact_id)
    )
    rows = session.exec(query.order_by(WHEN.desc(), col(Activity.id).desc()).limit(limit))
    return [_entry(who, row) for row in rows]


def feed(
    session: Session,
    who: User,
    wanted: Filter | None = None,
    cursor: str | None = None,
    limit: int = 50,
    *,
    soonest: bool = False,
) -> Page:
    """Newest first, or with `soonest` the other way round; with a mark to go on from."""
    number = col(Activity.id)
    order = (WHEN, number) if soonest else (WHEN.desc(), number.desc())
    narrowed = _conditions(wanted or Filter())
    if cursor:
        here, there = tuple_(WHEN, number), tuple_(*cursors.moment(cursor))
        narrowed.append(here > there if soonest else here < there)
    # the first of each sort are found by index, then all that is shown of them is asked for
    firsts = [which.where(*narrowed).order_by(*order).limit(limit + 1).subquery() for which in _by_sort(who)]
    found = union_all(*(select(first.c.id) for first in firsts))
    rows = [
        _entry(who, row) for row in session.exec(_shown(who).where(number.in_(found)).order_by(*order).limit(limit + 1))
    ]
    last = rows[limit - 1].activity if len(rows) > limit else None
    return Page(rows[:limit], cursors.write(last.moment, last.id) if last else None)


def one(session: Session, who: User, activity_id: UUID) -> Entry:
    """A touch that this person may see. Raises NotFound."""
    row = session.exec(_visible(who).where(Activity.id == activity_id)).one_or_none()
    if row is None:
        raise NotFound("This touch is not in your contact bank.")
    return _entry(who, row)


def planned(session: Session, who: User, within: timedelta = timedelta(days=8), limit: int = 20) -> list[Entry]:
    """What this person has overdue or due soon, the oldest date first and everything with one person together.

    Eight days, so that what is promised for "in a week" is there at any hour. Who is snoozed is not due: only
    meetings with them are there.
    """
    moment = now()
    asleep = and_(col(Contact.snoozed_until) > moment, col(Activity.type) != ActivityType.MEETING)
    query = _visible(who).where(
        Activity.user_id == who.id,
        col(Activity.done).is_(False),
        col(Activity.due_date) <= moment + within,
        asleep.isnot(True),
    )
    first = func.min(col(Activity.due_date)).over(partition_by=col(Activity.contact_id))
    in_order = query.order_by(first, col(Activity.contact_id), col(Activity.due_date), col(Activity.id)).limit(limit)
    return [_entry(who, row) for row in session.exec(in_order)]


def makers(session: Session, who: User) -> dict[UUID, str]:
    """Whose touches this person may see, by name: their own, and those of whoever works on their campaigns."""
    query = select(User.id, User.name).order_by(func.lower(User.name), col(User.id))
    if not policy.sees_every_campaign(who):
        member = aliased(CampaignUser)
        beside = (
            select(CampaignUser.user_id)
            .join(member, col(member.campaign_id) == col(CampaignUser.campaign_id))
            .join(Campaign, col(Campaign.id) == col(CampaignUser.campaign_id))
            .where(member.user_id == who.id, col(Campaign.deleted_at).is_(None))
        )
        query = query.where(or_(col(User.id) == who.id, col(User.id).in_(beside)))
    return dict(session.exec(query).all())


# the same expression as in the index activities_of_contact
WHEN: Any = func.coalesce(col(Activity.happened_at), col(Activity.due_date))
BROUGHT: Any = aliased(Contact)


ALIVE = (col(Activity.deleted_at).is_(None), col(Contact.deleted_at).is_(None))


def is_visible(who: User) -> ColumnElement[bool]:
    """Whether this person may see a touch of a contact that is joined to it."""
    return and_(*ALIVE, or_(col(Contact.user_id) == who.id, _is_shared(who)))


def _visible(who: User) -> Any:
    return _shown(who).where(is_visible(who))


def _by_sort(who: User) -> list[Any]:
    """The same touches, by number: those on one's own contacts, and those that somebody else's campaign opens.

    Asked together, the two would be looked for touch by touch through everybody's.
    """
    alive = select(Activity.id).join(Contact, col(Contact.id) == col(Activity.contact_id)).where(*ALIVE)
    mine = col(Contact.user_id) == who.id
    return [alive.where(mine), alive.where(~mine, _is_shared(who))]


def _is_shared(who: User) -> ColumnElement[bool]:
    this = visibility.THIS_TOUCH[:1] if policy.sees_every_campaign(who) else visibility.THIS_TOUCH
    shared: ColumnElement[bool] = visibility.sharing(who).where(*this).exists()
    return shared


def _shown(who: User) -> Any:
    """A touch with all that is shown of it; whoever asks says which ones this person may see."""
    columns: Any = (Activity, Contact.name, User.name, Contact.user_id, Campaign.name, BROUGHT.name)
    brought = (BROUGHT.id == col(Activity.referred_contact_id), BROUGHT.user_id == who.id, BROUGHT.deleted_at.is_(None))
    its_campaign = (col(Campaign.id) == col(Activity.campaign_id), col(Campaign.deleted_at).is_(None))
    return (
        select(*columns)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .join(User, col(User.id) == col(Activity.user_id))
        .join(Campaign, and_(*its_campaign), isouter=True)
        .join(BROUGHT, and_(*brought), isouter=True)
    )


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.type:
        found.append(col(Activity.type) == wanted.type)
    if wanted.contact_id:
        found.append(col(Activity.contact_id) == wanted.contact_id)
    if wanted.organisation_id:
        found.append(col(Contact.organisation_id) == wanted.organisation_id)
    if wanted.campaign_id:
        found.append(col(Activity.campaign_id) == wanted.campaign_id)
    if wanted.user_id:
        found.append(col(Activity.user_id) == wanted.user_id)
    if wanted.since:
        found.append(wanted.since <= WHEN)
    if wanted.until:
        found.append(wanted.until > WHEN)
    if wanted.planned is not None:
        found.append(col(Activity.done).is_(not wanted.planned))
    return found


def _entry(who: User, row: Any) -> Entry:
    activity, contact, by, owner, campaign, whom = row
    return Entry(activity, contact, by, owner == who.id, campaign, whom)
