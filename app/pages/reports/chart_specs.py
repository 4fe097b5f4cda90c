"""A report as charts: which figure is drawn how, and what each says in words. Pure: a report in, specs out."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.reports import goal_charts
from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.services.reports.figures import THIN, Rate, Report, Week

WORDS = {
    "touches": "Touches",
    "reached": "Reached",
    "meetings_booked": "Meetings booked",
    "meetings_held": "Meetings held",
    "handed_over": "Handed over",
}
DRAWN_WEEKS = 53
RATES = ("Touches", "Reached", "Share", "Likely between", "Meetings booked")


def report_charts(report: Report) -> dict[str, ChartSpec]:
    """All charts by their place on the screen."""
    specs = {
        "weeks": weeks_chart(report),
        "funnel": funnel_chart(report),
        "methods": rates_chart(report, report.by_type, "By outreach method", "method"),
        "people": rates_chart(report, report.by_user, "By person", "person"),
    }
    return specs | {f"goal-{key}": goal_charts.goal_chart(report, key) for key in goal_charts.TITLES}


def weeks_chart(report: Report) -> ChartSpec:
    """The trend: touches of each week, and the meetings that came of them."""
    found = report.per_week[-DRAWN_WEEKS:]
    names = [_short(week.start) for week in found]
    drawn = chart_options.stacked_columns(
        names,
        {"Reached": [week.reached for week in found], "Not reached": [week.touches - week.reached for week in found]},
        [is_partial(report, week) for week in found],
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
    for row, week in zip(told, found, strict=True):
        row[0] = f"Week of {row[0]}" + (", in part" if is_partial(report, week) else "")
    busy = any(any(_counts(week)) for week in found)
    note = "Touches and meetings of each week" + (
        f"; the last {DRAWN_WEEKS} are drawn." if len(report.per_week) > DRAWN_WEEKS else "."
    )
    if found and is_partial(report, found[-1]):
        note += " The pale last week is not over, or not all of it is chosen."
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
        empty="" if busy else "No activity in these days." if report.since or report.until else "No activity yet.",
        file="weeks",
    )


def is_partial(report: Report, week: Week) -> bool:
    """Whether only a part of a week is counted: it is not over yet, or the chosen days cut it."""
    last = min(filter(None, (report.until, report.course.today)))
    return bool(report.since and report.since > week.start) or last < week.start + timedelta(days=6)


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
        file="funnel",
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
        file=what,
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


def percent(share: float) -> str:
    return f"{share:.0%}"


def _counts(week: Week) -> tuple[int, int, int, int]:
    return week.touches, week.reached, week.booked, week.held


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
