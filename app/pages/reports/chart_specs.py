"""A report as charts: which figure is drawn how, and what each says in words. Pure: a report in, specs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.services.reports.figures import THIN, Rate, Report, Week
from app.services.reports.files import export
from app.services.reports.goal_forecast import GoalForecast

WORDS = {
    "touches": "Touches",
    "reached": "Reached",
    "meetings_booked": "Meetings booked",
    "meetings_held": "Meetings held",
    "handed_over": "Handed over",
}
DRAWN_WEEKS = 53
GOALS = {"touches": "Goal: touches", "meetings": "Goal: meetings"}
RATES = ("Touches", "Reached", "Share", "Likely between", "Meetings booked")


@dataclass(frozen=True)
class Course:
    """When the campaign began and ends, for the way to its goal."""

    begun: date
    ends: date | None


def report_charts(report: Report, course: Course, *, whole: bool) -> dict[str, ChartSpec]:
    """All charts by their place on the screen; `whole` says that nothing narrows the report."""
    specs = {
        "weeks": weeks_chart(report),
        "funnel": funnel_chart(report),
        "methods": rates_chart(report, report.by_type, "By outreach method", "method"),
        "people": rates_chart(report, report.by_user, "By person", "person"),
    }
    return specs | {f"goal-{key}": goal_chart(report, key, course, whole=whole) for key in GOALS}


def weeks_chart(report: Report) -> ChartSpec:
    """The trend: touches of each week, and the meetings that came of them."""
    found = report.per_week[-DRAWN_WEEKS:]
    names = [_short(week.start) for week in found]
    drawn = chart_options.stacked_columns(
        names,
        {"Reached": [week.reached for week in found], "Not reached": [week.touches - week.reached for week in found]},
        [
            chart_options.LineSeries(
                "Booked", [week.booked for week in found], chart_options.ORANGE, "circle", "solid"
            ),
            chart_options.LineSeries("Held", [week.held for week in found], chart_options.GREEN, "diamond", "dashed"),
        ],
    )
    cells = [[_day(week.start), *map(str, _counts(week))] for week in found]
    heads = ("Week of", "Touches", "Reached", "Meetings booked", "Meetings held")
    told = [[row[0], *(f"{head}: {cell}" for head, cell in zip(heads[1:], row[1:], strict=True))] for row in cells]
    busy = any(any(_counts(week)) for week in found)
    note = (
        f"Touches and meetings of each week; the last {DRAWN_WEEKS} are drawn."
        if len(report.per_week) > DRAWN_WEEKS
        else "Touches and meetings of each week."
    )
    return ChartSpec(
        "Week by week",
        ChartTable(heads, cells),
        drawn,
        note,
        alt=f"Column chart of {len(found)} weeks; the last one has {found[-1].touches} touches." if found else "",
        height=300,
        keys=[week.start.isoformat() for week in found],
        across="x",
        tips=told,
        empty="" if busy else "Nothing was done in these days.",
        file=picture_name(report, "weeks"),
    )


def funnel_chart(report: Report) -> ChartSpec:
    """How far the contacts ever came."""
    steps = report.funnel
    names = [f"{STAGES[step.stage]}\n{percent(step.share)}" for step in steps]
    cells = [[STAGES[step.stage], str(step.reached_n), percent(step.share)] for step in steps]
    total = steps[0].reached_n if steps else 0
    return ChartSpec(
        "Funnel",
        ChartTable(("Stage", "Contacts that got there", "Share"), cells),
        chart_options.bars(names, {"Contacts": [step.reached_n for step in steps]}),
        "How many contacts ever got at least this far.",
        alt="Bar chart: " + ", ".join(f"{row[0]} {row[1]}" for row in cells) + ".",
        height=chart_options.chart_height(len(steps)),
        keys=[step.stage.value for step in steps],
        across="y",
        tips=[[row[0], f"{row[1]} contacts", row[2]] for row in cells],
        empty="" if total else "Nobody is in this campaign yet.",
        file=picture_name(report, "funnel"),
    )


def rates_chart(report: Report, found: Sequence[Rate], title: str, what: str) -> ChartSpec:
    """What share of the touches reached somebody, with the interval and how many there were."""
    rows = [rate_row(one) for one in found]
    cells = [rate_cells(one) for one in found]
    return ChartSpec(
        title,
        ChartTable((what.capitalize(), *RATES), cells),
        chart_options.share_bars(rows),
        f"Share of touches that reached somebody, with its 95 % range; hatched below {THIN} touches.",
        alt="Bar chart: " + "; ".join(f"{row[0]} {row[3]} of {row[1]}" for row in cells) + ".",
        height=chart_options.chart_height(len(found)),
        keys=[one.key for one in found],
        across="y",
        tips=[rate_tip(row) for row in cells],
        empty="" if any(one.touches for one in found) else "No touches in these days.",
        file=picture_name(report, what),
    )


def goal_chart(report: Report, key: str, course: Course, *, whole: bool) -> ChartSpec:
    """The way to a goal. Which days are chosen plays no part: a goal is for the whole campaign."""
    pace, zone = report.pace[key], ZoneInfo(report.zone)
    if not pace.goal:
        return ChartSpec(
            GOALS[key], ChartTable((), ()), note=pace.sentence, empty="Set a goal to see the way to it.", height=60
        )
    today = report.as_of.astimezone(zone).date()
    points = _points(report, key, course.begun, today, pace.done) if whole else [(course.begun, 0), (today, pace.done)]
    likely = None if pace.likely_low is None or pace.likely_high is None else (pace.likely_low, pace.likely_high)
    moments = [(_ms(day), n) for day, n in points]
    drawn = chart_options.goal_lines(
        moments, pace.goal, _ms(course.begun), _ms(course.ends) if course.ends else None, likely
    )
    return ChartSpec(
        GOALS[key],
        ChartTable(("What", "Number"), _pace_rows(pace)),
        drawn,
        pace.sentence,
        alt=f"Line chart: {pace.done} of {pace.goal} done. {pace.sentence}",
        height=260,
        file=picture_name(report, f"goal-{key}"),
    )


def rate_row(one: Rate) -> chart_options.Share:
    said = f"{one.share:.0%} of {one.touches}" if one.touches else "no touches"
    share, low, high = (round(part * 100, 1) for part in (one.share, one.low, one.high))
    return chart_options.Share(f"{one.name}\n{said}", share if one.touches else None, low, high, one.thin)


def rate_cells(one: Rate) -> list[str]:
    share = [percent(one.share), f"{one.low:.0%} and {one.high:.0%}"] if one.touches else ["–", "–"]
    return [one.name, str(one.touches), str(one.reached), *share, str(one.booked)]


def rate_tip(row: Sequence[str]) -> list[str]:
    return [
        row[0],
        f"{row[2]} of {row[1]} touches reached ({row[3]})",
        f"Likely between {row[4]}",
        f"Meetings booked: {row[5]}",
    ]


def picture_name(report: Report, what: str) -> str:
    """`energy-spring-2026-03-31-funnel.png`."""
    return export.name(report, "png").removesuffix(".png") + f"-{what}.png"


def percent(share: float) -> str:
    return f"{share:.0%}"


def _points(report: Report, key: str, begun: date, today: date, done: int) -> list[tuple[date, int]]:
    """The sum at the end of each week, counted back from what is done now."""
    counts = [week.touches if key == "touches" else week.booked for week in report.per_week]
    points, left = [(today, done)], done
    for week, count in zip(reversed(report.per_week), reversed(counts), strict=True):
        left -= count
        if begun < week.start < today:
            points.append((week.start, left))
    return [*([(begun, max(left, 0))] if begun < today else []), *reversed(points)]


def _pace_rows(pace: GoalForecast) -> list[list[str]]:
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
        [what, f"{value:.1f}" if isinstance(value, float) else str(value)] for what, value in rows if value is not None
    ]


def _counts(week: Week) -> tuple[int, int, int, int]:
    return week.touches, week.reached, week.booked, week.held


def _ms(day: date) -> int:
    """Noon, so that no time zone makes another day of it."""
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=12)).timestamp() * 1000)


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
