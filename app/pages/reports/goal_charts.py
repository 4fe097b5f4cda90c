"""The way to a goal as a chart: what was done day by day, the straight way there, and where this pace leads."""

from datetime import UTC, date, datetime, timedelta

from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.services.reports.figures import Report
from app.services.reports.goal_forecast import GoalForecast

TITLES = {"touches": "Goal: touches", "meetings": "Goal: meetings"}


def goal_chart(report: Report, key: str) -> ChartSpec:
    """Whatever days, person and method are chosen: a goal is for the whole campaign, and the note says so."""
    pace, course, points = report.pace[key], report.course, report.progress[key]
    if not pace.goal:
        return ChartSpec(TITLES[key], ChartTable((), ()), empty="Set a goal to track progress.", height=60)
    likely = None if pace.likely_low is None or pace.likely_high is None else (pace.likely_low, pace.likely_high)
    last = course.ends or max(course.today, course.begun + timedelta(days=1))
    drawn = chart_options.goal_lines(
        [(_ms(day), n) for day, n in points],
        pace.goal,
        chart_options.Span(_ms(course.begun), _ms(last), _ms(max(last, course.today))),
        likely,
        ends=course.ends is not None,
        notes=[(_ms(day), words) for day, words in report.notes if course.begun <= day <= max(last, course.today)],
    )
    whole = "" if is_whole(report) else "The whole campaign, whatever is chosen above."
    return ChartSpec(
        TITLES[key],
        ChartTable(("What", "Number"), pace_rows(pace)),
        drawn,
        " ".join(filter(None, (pace.sentence, pace.outlook, whole))),
        alt=f"Line chart: {pace.done} of {pace.goal} done. {pace.sentence}",
        height=260,
        tips=[[words(day, course.today), f"{n:,} done"] for day, n in points],
        file=f"goal-{key}",
    )


def is_whole(report: Report) -> bool:
    """Whether nothing narrows the report."""
    return not (report.since or report.until or report.person or report.method)


def words(day: date, today: date) -> str:
    return "Today" if day == today else f"Before {day.day} {day:%b %Y}"


def pace_rows(pace: GoalForecast) -> list[list[str]]:
    rows = [
        ("Goal", pace.goal),
        ("Done", pace.done),
        ("Expected by now", pace.expected_now),
        ("Likely at least, at the end", pace.likely_low),
        ("Likely at most, at the end", pace.likely_high),
        ("Needed a week", pace.needed_per_week),
        ("Now a week", pace.now_per_week),
    ]
    return [
        [what, f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"]
        for what, value in rows
        if value is not None
    ]


def _ms(day: date) -> int:
    """Noon, so that no time zone makes another day of it."""
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=12)).timestamp() * 1000)
