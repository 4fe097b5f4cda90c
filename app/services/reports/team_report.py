"""The team in figures, for golden tickets: who did what, who used the tool this week, and what is overdue."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.errors import Forbidden
from app.models import User, now
from app.services import policy
from app.services.base.counted_touches import counts
from app.services.base.meeting_credit import BOOKED_AT
from app.services.campaigns import campaigns
from app.services.reports import metric_definitions
from app.services.reports.figures import midnight, monday
from app.services.reports.filters import Asked, Window


@dataclass(frozen=True)
class Teammate:
    """One colleague's work in the chosen days; `overdue` and `this_week` (touches since Monday) are about now."""

    user_id: UUID
    name: str
    active: bool
    touches: int
    reached: int
    meetings_booked: int
    overdue: int
    this_week: int


@dataclass(frozen=True)
class Team:
    """In the order of the leaderboard, or by name where `ranked` is off; `logging` used the tool this week."""

    members: tuple[Teammate, ...]
    ranked: bool
    logging: int
    as_of: datetime


# per person, so that each count walks an index of that person's touches
WORK = text(f"""
select u.id, u.name, u.active, done.touches, done.reached, done.this_week, coalesce(booked.n, 0) as booked, late.n as overdue
from users u
cross join lateral (
    select count(*) filter (where a.happened_at >= :since and a.happened_at < :until) as touches,
           count(*) filter (where a.happened_at >= :since and a.happened_at < :until
                              and {metric_definitions.IS_REACHED}) as reached,
           count(*) filter (where a.happened_at >= :monday) as this_week
    from activities a
    where a.user_id = u.id and {metric_definitions.IS_TOUCH} and a.happened_at >= least(:since, :monday)
      and (cast(:campaign as uuid) is null or a.campaign_id = :campaign)
) done
cross join lateral (
    select count(*) as n from (
        select m.id, m.created_at, m.happened_at, m.campaign_id from activities m
        where m.user_id = u.id and m.booked_by is null and m.type = 'MEETING' and {counts("m")}
          and m.done and m.happened_at >= :since
        union all
        select m.id, m.created_at, m.happened_at, m.campaign_id from activities m
        where m.user_id = u.id and m.booked_by is null and m.type = 'MEETING' and {counts("m")} and not m.done
        union all
        select m.id, m.created_at, m.happened_at, m.campaign_id from activities m
        where m.booked_by = u.id and m.type = 'MEETING' and {counts("m")}
    ) m
    where {BOOKED_AT} >= :since and {BOOKED_AT} < :until
      and (cast(:campaign as uuid) is null or m.campaign_id = :campaign)
) booked
cross join lateral (
    select count(*) as n from activities a
    where a.user_id = u.id and {metric_definitions.IS_OVERDUE}
      and (cast(:campaign as uuid) is null or a.campaign_id = :campaign)
) late
where u.sample_of is null and (u.active or done.touches > 0 or booked.n > 0)
""")  # noqa: S608 - pieces of SQL that stand in metric_definitions.py, no data


def team(session: Session, who: User, asked: Asked | None = None, campaign_id: UUID | None = None) -> Team:
    """Everybody's work in the chosen days, in one campaign or in all and none; touches of private contacts count too.

    Raises Forbidden without a golden ticket, NotFound, and Invalid on odd days. Only the days of `asked` matter.
    """
    if not policy.may_see_team_report(who):
        raise Forbidden
    campaign = campaigns.seen(session, who, campaign_id) if campaign_id else None
    window = Window.of(who, asked or Asked())
    binds = {"campaign": campaign_id, "now": now(), "monday": midnight(monday(window.today), window.zone)}
    found = session.execute(WORK, metric_definitions.BINDS | window.chosen() | binds)
    people = [
        Teammate(row.id, row.name, row.active, row.touches, row.reached, row.booked, row.overdue, row.this_week)
        for row in found
    ]
    people.sort(key=lambda one: (one.name.lower(), one.user_id))
    ranked = campaign is None or campaign.leaderboard
    if ranked:
        people.sort(key=lambda one: (-one.meetings_booked, -one.reached, -one.touches))
    return Team(tuple(people), ranked, sum(one.this_week > 0 for one in people), now())
