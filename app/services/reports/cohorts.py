"""How long it takes to the first meeting: contacts by the week in which they joined a campaign, and what became of each lot."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.services.reports import metric_definitions, question_answers
from app.services.reports.figures import WEEK, midnight, monday
from app.services.reports.files.tables import day_words
from app.services.reports.filters import Window
from app.services.reports.question_answers import Cell, Column, Said, Scope

NOBODY_ACTS = "who asks, and about which campaigns, is settled in questions.py"

# after so many weeks it is asked who has a meeting
WITHIN = (2, 4, 8)
MOST = 26
COLUMNS: tuple[str | Column, ...] = (
    "Contacts",
    "With a meeting",
    *(Column(f"Within {weeks} weeks", "share") for weeks in WITHIN),
    Column("Median days", "days"),
)

# who is on a board, when they joined, and when their first meeting there was booked and their first touch done
COHORTS = text(f"""
with {metric_definitions.EVENTS}, firsts as (
    select campaign_id, contact_id, min(at) filter (where kind = 'meetings_booked') as met,
           min(at) filter (where kind = 'touches') as touched
    from events where contact_id is not null and kind in ('meetings_booked', 'touches')
    group by campaign_id, contact_id
), joined as (
    select cast(date_trunc('week', place.added_at at time zone :zone) as date) as week,
           cast(place.added_at at time zone :zone as date) as day, cast(firsts.met at time zone :zone as date) as met,
           cast(least(firsts.touched, firsts.met) at time zone :zone as date) as touched
    from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
    left join firsts on firsts.campaign_id = place.campaign_id and firsts.contact_id = place.contact_id
    where place.campaign_id = any(:campaigns) and place.added_at >= :since and place.added_at < :until
      and (cast(:user as uuid) is null or coalesce(place.assigned_user_id, c.user_id) = :user)
)
select week, count(*)::int as n, count(met)::int as met,
       {", ".join(f"(count(*) filter (where met < day + {weeks * 7}))::int as within_{weeks}" for weeks in WITHIN)},
       percentile_cont(0.5) within group (order by met - touched) as days
from joined group by grouping sets ((week), ())
order by week
""")  # noqa: S608 - pieces of SQL that stand in metric_definitions.py and here, no data

JOINED = """
select place.contact_id as id, place.added_at as at, c.user_id, place.contact_id, place.stage
from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
where place.campaign_id = any(:campaigns) and place.added_at >= :since and place.added_at < :until
  and (cast(:user as uuid) is null or coalesce(place.assigned_user_id, c.user_id) = :user)
"""


def said(session: Session, scope: Scope, window: Window) -> Said:
    """The latest weeks in which somebody joined; a lot that is too young for a span has no share of it yet."""
    binds = metric_definitions.BINDS | scope.binds() | window.chosen() | {"zone": window.zone.key}
    rows = session.execute(COHORTS, binds).all()
    whole = next((row for row in rows if row.week is None), None)
    lots = [row for row in rows if row.week is not None][-MOST:]
    cells = [_cells(row, window.today) for row in lots]
    columns = question_answers.columns("Joined in the week of", COLUMNS)
    return _sentence(whole), columns, cells, "bars", "", [row.week.isoformat() for row in lots]


def binds(window: Window, key: str) -> dict[str, Any]:
    """The days of the lot of that Monday. Raises ValueError on another key."""
    start = date.fromisoformat(key)
    if start != monday(start):
        raise ValueError(key)
    since, until = (midnight(day, window.zone) for day in (start, start + WEEK))
    return {"since": max(since, window.since), "until": min(until, window.until)}


def _cells(row: Any, today: date) -> tuple[Cell, ...]:
    """Of a lot, the last to join may have come on its Sunday."""
    last = row.week + timedelta(days=6)
    shares = (
        getattr(row, f"within_{weeks}") / row.n if last + timedelta(days=7 * weeks) <= today else None
        for weeks in WITHIN
    )
    return (day_words(row.week), row.n, row.met, *shares, None if row.days is None else round(float(row.days), 1))


def _sentence(whole: Any) -> str:
    if whole is None or not whole.n:
        return "Nobody has joined a campaign in these days."
    if not whole.met:
        return f"None of {whole.n:,} contacts has a meeting yet."
    days = f"{float(whole.days):g}"
    return (
        f"{whole.met:,} of {whole.n:,} contacts have a meeting; half of those within {days} "
        f"{'day' if days == '1' else 'days'} of the first touch."
    )
