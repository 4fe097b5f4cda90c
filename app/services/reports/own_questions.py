"""Questions that somebody puts together: what to count, by what, over which days, for whom; the engine is that of the ready ones."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import ACTIVITY_LABELS, ActivityType, Grouping, Measure, QuestionFilters, User
from app.services.reports import question_answers
from app.services.reports.figures import WEEK, midnight, monday
from app.services.reports.files.tables import day_words
from app.services.reports.filters import Window
from app.services.reports.question_answers import RATES, Scope

NOBODY_ACTS = "who asks, and about which campaigns, is settled in questions.py"

NOTHING_CHOSEN = "Choose what to count, and by what."
NO_METHOD = "A hand-over has no method: count it by something else."
NEITHER = "None"
MOST_WEEKS = 53
MEASURES = {
    Measure.TOUCHES: "Touches",
    Measure.REACHED: "Reached",
    Measure.MEETINGS_BOOKED: "Meetings booked",
    Measure.MEETINGS_HELD: "Meetings held",
    Measure.HANDED_OVER: "Handed over",
    Measure.MEETINGS_RATE: "Meetings per touch",
}
GROUPINGS = {
    Grouping.METHOD: "Method",
    Grouping.PERSON: "Person",
    Grouping.CAMPAIGN: "Campaign",
    Grouping.SECTOR: "Sector",
    Grouping.THEME: "Theme",
    Grouping.WEEK: "Week",
}
# the groups of the engine that each is made of
GROUPED_BY = {
    Grouping.METHOD: "type",
    Grouping.PERSON: "user_id",
    Grouping.CAMPAIGN: "campaign_id",
    Grouping.SECTOR: "campaign_id",
    Grouping.THEME: "campaign_id",
    Grouping.WEEK: "week",
}

Group = tuple[str, str, Counter[str]]


def chosen(filters: QuestionFilters) -> tuple[Measure, Grouping]:
    """What is counted, and by what. Raises Invalid where it is not said."""
    if filters.measure is None or filters.by is None:
        raise Invalid(NOTHING_CHOSEN, {"measure": NOTHING_CHOSEN})
    if (filters.measure, filters.by) == (Measure.HANDED_OVER, Grouping.METHOD):
        raise Invalid(NO_METHOD, {"by": NO_METHOD})
    return filters.measure, filters.by


def title(filters: QuestionFilters) -> str:
    """`Meetings booked by person`."""
    measure, by = chosen(filters)
    return f"{MEASURES[measure]} by {GROUPINGS[by].lower()}"


def said(session: Session, scope: Scope, window: Window, filters: QuestionFilters) -> question_answers.Said:
    """The answer. Raises Invalid where nothing is chosen."""
    measure, by = chosen(filters)
    got = _counted(session, scope, window, by)
    groups = _groups(session, scope, by, got)
    if measure is Measure.MEETINGS_RATE:
        return _rates(groups, by)
    kind = measure.value.lower()
    if by is not Grouping.WEEK:
        groups.sort(key=lambda one: -one[2][kind])
    rows = [(name, counted[kind]) for _, name, counted in groups]
    columns = question_answers.columns(GROUPINGS[by], (MEASURES[measure],))
    return _summed(rows, measure, by), columns, rows, "bars", "", [key for key, *_ in groups]


def binds(session: Session, scope: Scope, window: Window, filters: QuestionFilters, key: str) -> dict[str, Any]:
    """Which events the bar of that key counts. Raises Invalid on an odd key."""
    measure, by = chosen(filters)
    kind = "touches" if measure in {Measure.REACHED, Measure.MEETINGS_RATE} else measure.value.lower()
    what: dict[str, Any] = {"kind": kind, "reached": measure is Measure.REACHED}
    got = _counted(session, scope, window, by)
    if key not in {one for one, *_ in _groups(session, scope, by, got)}:
        raise Invalid("There is no such bar.", {"key": "There is no such bar."})
    match by:
        case Grouping.METHOD:
            return what | {"type": key or None}
        case Grouping.PERSON:
            return what | {"user": UUID(key)}
        case Grouping.WEEK:
            start = date.fromisoformat(key)
            since, until = (midnight(day, window.zone) for day in (start, start + WEEK))
            return what | {"since": max(since, window.since), "until": min(until, window.until)}
        case _:
            return what | {"campaigns": [one.id for one in scope.campaigns if _mark(one, by)[0] == key]}


def _counted(session: Session, scope: Scope, window: Window, by: Grouping) -> dict[Any, Counter[str]]:
    zone = {"zone": window.zone.key} if by is Grouping.WEEK else {}
    return question_answers.counts(session, scope, GROUPED_BY[by], window.chosen() | zone)


def _groups(session: Session, scope: Scope, by: Grouping, got: dict[Any, Counter[str]]) -> list[Group]:
    """The key, the name and the counts of each bar, in the order of their names."""
    match by:
        case Grouping.METHOD:
            return [(kind.value, ACTIVITY_LABELS[kind], got[kind.value]) for kind in ActivityType if kind.value in got]
        case Grouping.PERSON:
            query = select(User.id, User.name).where(col(User.id).in_(list(got)))
            named = sorted(session.exec(query).all(), key=lambda one: (one[1].lower(), one[0]))
            return [(str(key), name, got[key]) for key, name in named]
        case Grouping.WEEK:
            return _weeks(got)
        case _:
            found: dict[str, Group] = {}
            for one in scope.campaigns:
                key, name = _mark(one, by)
                found.setdefault(key, (key, name, Counter()))[2].update(got.get(one.id, {}))
            return sorted(found.values(), key=lambda one: (one[1] == NEITHER, one[1].lower()))


def _mark(campaign: Any, by: Grouping) -> tuple[str, str]:
    """The key and the name under which a campaign is counted."""
    if by is Grouping.CAMPAIGN:
        return str(campaign.id), campaign.name
    word = campaign.sector if by is Grouping.SECTOR else campaign.theme
    return word or "", word or NEITHER


def _weeks(got: dict[Any, Counter[str]]) -> list[Group]:
    """Without gaps, from the first to the last in which something happened; of many the latest."""
    if not got:
        return []
    start, last, found = monday(min(got)), monday(max(got)), []
    while start <= last:
        found.append((start.isoformat(), day_words(start), got.get(start, Counter())))
        start += timedelta(days=7)
    return found[-MOST_WEEKS:]


def _rates(groups: list[Group], by: Grouping) -> question_answers.Said:
    """As the ready questions have it: with ranges, a meeting is no way to one."""
    rated = [
        (key, question_answers.rate(name, counted)) for key, name, counted in groups if key != ActivityType.MEETING
    ]
    if by is not Grouping.WEEK:
        rated.sort(key=lambda one: (one[1].per_touch.thin, -one[1].per_touch.share))
    rates = [one for _, one in rated]
    sentence = question_answers.best(rates, "More came of {}")
    columns = question_answers.columns(GROUPINGS[by], RATES)
    return sentence, columns, [question_answers.cells(one) for one in rates], "bars", "", [key for key, _ in rated]


def _summed(rows: list[tuple[str, int]], measure: Measure, by: Grouping) -> str:
    total = sum(n for _, n in rows)
    if not total:
        return f"{MEASURES[measure]}: none."
    name, most = max(rows, key=lambda row: row[1])
    where = f"in the week of {name}" if by is Grouping.WEEK else name
    return f"{MEASURES[measure]}: {total:,} in all, most {where} ({most:,})."
