"""Ready questions that are always about now: who needs help, what this week brought, where leads stall."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from app.models import Stage, now
from app.services.reports import metric_definitions, question_answers
from app.services.reports.figures import LADDER, WEEK, midnight, monday
from app.services.reports.files.tables import day_words
from app.services.reports.filters import Window
from app.services.reports.question_answers import Cell, Column, Said, Scope

NOBODY_ACTS = "who asks, and about which campaigns, is settled in questions.py"

STALE_DAYS = 21

WAITING = text("""
    select place.stage, count(*) as n,
           percentile_cont(0.5) within group (order by extract(epoch from :now - place.stage_at)) / 86400 as days,
           count(*) filter (where place.stage_at < :stale) as stale
    from campaign_contacts place join contacts c on c.id = place.contact_id and c.deleted_at is null
    where place.campaign_id = any(:campaigns) and place.stage = any(:stages)
      and (cast(:user as uuid) is null or coalesce(place.assigned_user_id, c.user_id) = :user) group by place.stage
""")

# as the team page counts: where nothing is chosen and everything may be seen, touches for no campaign too
STAFF = text(f"""
    select u.id, u.name, count(*) filter (where {metric_definitions.IS_OVERDUE}) as overdue,
           count(*) filter (where {metric_definitions.IS_TOUCH} and a.happened_at >= :week and a.happened_at < :end) as lately,
           count(*) filter (where {metric_definitions.IS_TOUCH} and a.happened_at >= :month and a.happened_at < :week) as before
    from users u
    left join activities a on a.user_id = u.id and (:whole or a.campaign_id = any(:campaigns))
        and (not a.done or a.happened_at >= :month) and (cast(:type as text) is null or a.type = :type)
    where u.active and (cast(:user as uuid) is null or u.id = :user)
      and (:whole or u.id in (select user_id from campaign_users where campaign_id = any(:campaigns)))
    group by u.id, u.name order by lower(u.name), u.id
""")  # noqa: S608 - conditions that stand in metric_definitions.py, no data


def help_needed(session: Session, scope: Scope, window: Window) -> Said:
    """Overdue first, then whoever does least of their usual; the chosen days play no part."""
    week, month = (midnight(window.today - timedelta(days=days), window.zone) for days in (6, 34))
    end = midnight(window.today + timedelta(days=1), window.zone)
    binds = scope.binds() | {"whole": scope.whole, "week": week, "month": month, "end": end, "now": now()}
    staff = sorted(
        session.execute(STAFF, binds), key=lambda one: (-one.overdue, one.lately - one.before / 4, one.name.lower())
    )
    rows: list[tuple[Cell, ...]] = [(one.name, one.overdue, one.lately, round(one.before / 4, 1)) for one in staff]
    needs = [row for row in rows if row[1] or row[2] < row[3] / 2]  # type: ignore[operator]
    columns = question_answers.columns("Person", ("Overdue", "Touches in 7 days", "Usual week"))
    what = "All touches" if scope.whole else "Touches for these campaigns"
    span = _span(window.today - timedelta(days=6), window.today)
    days = f"{what}, {span} and the 4 weeks before, whatever days are chosen"
    return _worst(needs), columns, rows, "bars", days, [str(one.id) for one in staff]


def this_week(session: Session, scope: Scope, window: Window) -> Said:
    """The week of the last day, and the whole one before it; the chosen days play no part."""
    start, end = monday(window.today), window.today + timedelta(days=1)
    moments = [midnight(day, window.zone) for day in (start - WEEK, start, end)]
    last, got = (
        question_answers.counts(session, scope, "campaign_id", {"since": since, "until": until})
        for since, until in pairwise(moments)
    )
    busy = sorted(
        (one for one in scope.campaigns if one.id in got or one.id in last),
        key=lambda one: -got.get(one.id, Counter())["touches"],
    )
    nothing: Counter[str] = Counter()
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            *(got.get(one.id, nothing)[kind] for kind in metric_definitions.KINDS),
            *(last.get(one.id, nothing)[kind] for kind in ("touches", "meetings_booked")),
        )
        for one in busy
    ]
    whole = window.today.weekday() == 6
    this = _span(start, window.today) if whole else f"Since Monday, {day_words(start)}"
    said = (
        f"{this}: {_summed(got)}. The week before ({_span(start - WEEK, start - timedelta(days=1))}): {_summed(last)}."
    )
    heads = (*(noun.capitalize() for noun in NOUNS.values()), "Touches the week before", "Meetings the week before")
    days = "These two weeks, whatever days are chosen"
    return said, question_answers.columns("Campaign", heads), rows, "stack", days, [str(one.id) for one in busy]


def _summed(got: dict[Any, Counter[str]]) -> str:
    total: Counter[str] = sum(got.values(), Counter())
    if not any(total.values()):
        return "nothing was done"
    return ", ".join(
        f"{total[kind]:,} {ONE.get(noun, noun) if total[kind] == 1 else noun}" for kind, noun in NOUNS.items()
    )


def _span(first: date, last: date) -> str:
    """`23 to 29 Nov 2026`."""
    if first == last:
        return day_words(first)
    same = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if same else day_words(first)} to {day_words(last)}"


NOUNS = dict(
    zip(
        metric_definitions.KINDS, ("touches", "reached", "meetings booked", "meetings held", "handed over"), strict=True
    )
)
ONE = {"touches": "touch", "meetings booked": "meeting booked", "meetings held": "meeting held"}


def stalls(session: Session, scope: Scope, window: Window) -> Said:  # noqa: ARG001 - it is about now
    stages = LADDER[:-1]
    binds = {"now": now(), "stale": now() - timedelta(days=STALE_DAYS), "stages": [stage.value for stage in stages]}
    got = {
        row.stage: row for row in session.execute(WAITING, binds | {"campaigns": scope.ids(), "user": scope.user_id})
    }
    rows = [_waiting(stage, got.get(stage.value)) for stage in stages]
    name, n, _days, stale = max(rows, key=lambda row: row[3])
    said = f"Leads stall at {name}: {stale} of {n} have stood there for more than {STALE_DAYS} days."
    columns = question_answers.columns(
        "Stage", ("Contacts", Column("Median days there", "days"), f"Over {STALE_DAYS} days")
    )
    sentence = said if stale else f"No lead has stood still for more than {STALE_DAYS} days."
    return sentence, columns, rows, "bars", "Now, whatever days are chosen", [stage.value for stage in stages]


def _waiting(stage: Stage, row: Any) -> tuple[str, int, float | None, int]:
    name = stage.value.replace("_", " ").capitalize()
    return (name, row.n, round(float(row.days), 1), row.stale) if row else (name, 0, None, 0)


def _worst(needs: list[tuple[Cell, ...]]) -> str:
    if not needs:
        return "Nobody seems to need help."
    name, overdue, lately, usual = needs[0]
    touches = "1 touch" if lately == 1 else f"{lately} touches"
    said = f"{name} has {overdue} overdue and {touches} in 7 days; {usual} a week are usual."
    more = len(needs) - 1
    return f"{said} {more} more {'person needs' if more == 1 else 'people need'} attention." if more else said
