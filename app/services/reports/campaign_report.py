"""A campaign in figures.

A report takes few questions, however many touches there are: the events in
groups, the funnel, the names, and what became of the contacts.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from app.models import ACTIVITY_LABELS, ActivityType, Campaign, CampaignNote, CampaignUser, User, now
from app.services.campaigns import campaigns
from app.services.reports import deal_outcomes, metric_definitions
from app.services.reports.aggregation import BY_TYPE, BY_USER, Tallies
from app.services.reports.figures import LADDER, Rate, Report, Step, midnight, mondays
from app.services.reports.filters import Asked, Window
from app.services.reports.goal_forecast import Course


def _sum(condition: str) -> str:
    return f"coalesce(sum(n) filter (where fits and {condition}), 0)::int"


# counted fine first, so that the four ways of grouping go over few rows
COUNTED = text(f"""
with {metric_definitions.EVENTS}, seen as (
    select kind, type, user_id, coalesce(contact_id, id) as contact, reached, at, width_bucket(at, cast(:mondays as timestamptz[])) as week,
           {metric_definitions.FITS} as fits, at < :begun as early, at >= :since and at < :until as inside, at >= :observed as lately,
           case when at >= :recent and at < :recent_end then 2 when at >= :before and at < :recent then 1 end as turn
    from events
), fine as (
    select kind, type, user_id, week, reached, fits, early, inside, lately, turn, count(*) as n
    from seen group by kind, type, user_id, week, reached, fits, early, inside, lately, turn
), met as (
    -- one that was erased has no contact, and counts as one of its own
    select grouping(type, user_id) * 2 + 1 as per, type, user_id, contact, bool_or(kind = 'meetings_booked') as met
    from seen where fits and inside and kind in ('touches', 'meetings_booked')
    group by grouping sets ((contact), (type, contact), (user_id, contact))
)
select grouping(type, user_id, week) as per, kind, type, user_id, week,
       sum(n)::int as every, coalesce(sum(n) filter (where early), 0)::int as early,
       coalesce(sum(n) filter (where lately), 0)::int as lately,
       coalesce(sum(n) filter (where fits), 0)::int as fitting, {_sum("inside")} as n, {_sum("inside and reached")} as reached,
       {_sum("turn = 2")} as now, {_sum("turn = 2 and reached")} as now_reached,
       {_sum("turn = 1")} as before, {_sum("turn = 1 and reached")} as before_reached
from fine group by grouping sets ((kind), (kind, type), (kind, user_id), (kind, week))
union all
select per, 'contacts', type, user_id, null, 0, 0, 0, 0, count(*)::int, (count(*) filter (where met))::int, 0, 0, 0, 0
from met group by per, type, user_id
""")  # noqa: S608 - pieces of SQL that stand in metric_definitions.py, no data

FURTHEST = text(f"""
select rung, count(*) as n from ({metric_definitions.CLIMBED}) climbed group by rung
""")  # noqa: S608 - the same


def report(session: Session, who: User, campaign_id: UUID, asked: Asked, on: date | None = None) -> Report:
    """All figures of one campaign, for its members and golden tickets; `on` is the last day instead of today.

    Raises NotFound, and Invalid on odd days.
    """
    campaign = campaigns.seen(session, who, campaign_id)
    as_of, window = now(), Window.of(who, asked, on)
    asked, course = asked.on(window.today), _course(campaign, window)
    last = min(window.today, asked.to or window.today)
    starts = mondays(last, window.today)
    binds = {
        "campaigns": [campaign.id],
        "user": asked.user_id,
        "type": asked.type and asked.type.value,
        "mondays": [midnight(start, window.zone) for start in starts],
        "begun": midnight(course.begun, window.zone),
        "observed": midnight(window.today + timedelta(days=1 - course.observed), window.zone),
    }
    counted = session.execute(COUNTED, metric_definitions.BINDS | binds | window.chosen() | window.compared())
    tallies = Tallies(counted.all())
    names = _people(session, campaign, asked, tallies)
    return Report(
        campaign_id=campaign.id,
        campaign=campaign.name,
        zone=who.timezone,
        since=asked.from_,
        until=asked.to,
        person=names.get(asked.user_id, "Somebody else") if asked.user_id else None,
        method=asked.type,
        figures=tallies.figures(),
        funnel=_funnel(session, campaign.id, asked.user_id),
        by_type=tuple(one for one in tallies.rates(BY_TYPE, KINDS) if one.touches or one.booked),
        by_user=_by_user(campaign, names, tallies),
        whole=tallies.whole(),
        per_week=tallies.weeks(starts, asked.from_, None if asked.to else campaign.start_date, last),
        goal={"touches": campaign.goal_touches, "meetings": campaign.goal_meetings},
        pace={
            "touches": tallies.forecast_of(course, starts, "touches", "touches", campaign.goal_touches),
            "meetings": tallies.forecast_of(course, starts, "meetings_booked", "meetings", campaign.goal_meetings),
        },
        course=course,
        progress={
            "touches": tallies.progress(course, starts, "touches"),
            "meetings": tallies.progress(course, starts, "meetings_booked"),
        },
        as_of=as_of,
        notes=_notes(session, campaign.id),
        deals=deal_outcomes.of_campaign(session, who, campaign, asked.user_id),
    )


KINDS = {kind.value: ACTIVITY_LABELS[kind] for kind in ActivityType}


def _course(campaign: Campaign, window: Window) -> Course:
    """Without a start date a campaign began on the day that it was made."""
    made = campaign.created_at.astimezone(window.zone).date()
    begun: date = campaign.start_date or min(made, campaign.end_date or made)
    return Course(begun, campaign.end_date, window.today)


def _funnel(session: Session, campaign_id: UUID, user_id: UUID | None) -> tuple[Step, ...]:
    binds = {"campaign": campaign_id, "user": user_id, "ladder": [stage.value for stage in LADDER]}
    got = {row.rung: row.n for row in session.execute(FURTHEST, binds)}
    total = sum(got.values())
    steps = []
    for rung, stage in enumerate(LADDER, 1):
        n = sum(count for reached, count in got.items() if reached >= rung)
        steps.append(Step(stage, n, n / total if total else 0.0))
    return tuple(steps)


def _notes(session: Session, campaign_id: UUID) -> tuple[tuple[date, str], ...]:
    notes = select(CampaignNote).where(CampaignNote.campaign_id == campaign_id)
    found = session.exec(notes.order_by(col(CampaignNote.day), col(CampaignNote.id)))
    return tuple((note.day, note.words) for note in found)


def _people(session: Session, campaign: Campaign, asked: Asked, tallies: Tallies) -> dict[UUID, str]:
    """Members, and whoever worked on it and left."""
    member = select(CampaignUser.user_id).where(CampaignUser.campaign_id == campaign.id)
    query = select(User.id, User.name).where(or_(col(User.id).in_(member), col(User.id).in_(tallies.people())))
    if asked.user_id:
        query = query.where(User.id == asked.user_id)
    return dict(session.exec(query).all())


def _by_user(campaign: Campaign, names: dict[UUID, str], tallies: Tallies) -> tuple[Rate, ...]:
    """Most touches first, unless the campaign keeps no leaderboard."""
    found = sorted(tallies.rates(BY_USER, names), key=lambda one: (one.name.lower(), one.key))
    return tuple(sorted(found, key=lambda one: -one.touches) if campaign.leaderboard else found)
