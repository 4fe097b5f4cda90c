"""A report as charts: which figure is drawn how, and what each says in words. Pure: a report in, specs out."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.models import ActivityType
from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.reports import deal_charts, goal_charts
from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.pages.reports.parts.time_marks import MUTED
from app.services.reports.figures import THIN, Rate, Report, Week
from app.services.reports.files.tables import previous_days

WORDS = {
    "touches": "Touches",
    "reached": "Reached",
    "meetings_booked": "Meetings booked",
    "meetings_held": "Meetings held",
    "handed_over": "Handed over",
}
DRAWN_WEEKS = 53
RATES = ("Touches", "Meetings booked", "Per touch", "Likely between", "Before", "Contacts", "With a meeting", "Reached")


def report_charts(report: Report) -> dict[str, ChartSpec]:
    """All charts by their place on the screen."""
    specs = {
        "weeks": weeks_chart(report),
        "funnel": funnel_chart(report),
        "methods": rates_chart(report, report.by_type, "By outreach method", "method"),
        "people": rates_chart(report, report.by_user, "By person", "person"),
    }
    if report.deals and report.deals.pushed:
        specs["deals"] = deal_charts.deals_chart(report, report.deals)
    return specs | {f"goal-{key}": goal_charts.goal_chart(report, key) for key in goal_charts.TITLES}


def weeks_chart(report: Report) -> ChartSpec:
    """The trend: touches of each week, the meetings that came of them, and the weeks before the chosen ones."""
    found = report.per_week[-DRAWN_WEEKS:]
    partial = [is_partial(report, week) for week in found]
    cells = [[_day(week.start), *_counts(week), _per_touch(week)] for week in found]
    heads: tuple[str, ...] = ("Week of", "Touches", "Reached", "Meetings booked", "Meetings held", "Booked per touch")
    earlier = f"{len(report.per_week)} weeks earlier" if len(report.per_week) > 1 else "The week before"
    if any(week.earlier for week in found):
        heads, cells = (*heads, earlier), [[*row, str(week.earlier)] for row, week in zip(cells, found, strict=True)]
    noted = notes_of(report, found)
    if any(noted):
        heads, cells = (*heads, "Notes"), [[*row, words] for row, words in zip(cells, noted, strict=True)]
    told = [
        [row[0], *(f"{head}: {cell}" for head, cell in zip(heads[1:], row[1:], strict=True) if cell)] for row in cells
    ]
    for row, part in zip(told, partial, strict=True):
        row[0] = f"Week of {row[0]}" + (", in part" if part else "")
    busy = any(any((week.touches, week.booked, week.held)) for week in found)
    note = "Touches and meetings of each week" + (
        f"; the last {DRAWN_WEEKS} are drawn." if len(report.per_week) > DRAWN_WEEKS else "."
    )
    if partial and partial[-1]:
        note += " The pale last week is not over, or not all of it is chosen."
    return ChartSpec(
        "Week by week",
        ChartTable(heads, cells),
        chart_options.stacked_columns(
            [_short(week.start) for week in found],
            {
                "Reached": [week.reached for week in found],
                "Not reached": [week.touches - week.reached for week in found],
            },
            partial,
            week_lines(found, earlier),
            [(at, words) for at, words in enumerate(noted) if words],
        ),
        note,
        alt=f"Column chart of {len(found)} weeks; the last one has {found[-1].touches} touches." if found else "",
        height=300,
        keys=[week.start.isoformat() for week in found],
        across="x",
        tips=told,
        empty="" if busy else "No activity in these days." if report.since or report.until else "No activity yet.",
        file="weeks",
    )


def notes_of(report: Report, found: Sequence[Week]) -> list[str]:
    """The words on the time line in each of these weeks."""
    days = timedelta(days=7)
    return ["; ".join(words for day, words in report.notes if week.start <= day < week.start + days) for week in found]


def week_lines(found: Sequence[Week], earlier: str) -> list[chart_options.LineSeries]:
    """Meetings, and behind them the touches of as many weeks before the chosen days."""
    booked, held = [week.booked for week in found], [week.held for week in found]
    lines = [
        chart_options.LineSeries("Booked", booked, chart_options.ORANGE, "circle", "solid"),
        chart_options.LineSeries("Held", held, chart_options.GREEN, "diamond", "dashed"),
    ]
    if any(week.earlier for week in found):
        before = [week.earlier or 0 for week in found]
        lines.append(chart_options.LineSeries(earlier, before, MUTED, "none", "dotted", axis=0))
    return lines


def is_partial(report: Report, week: Week) -> bool:
    """Whether only a part of a week is counted: it is not over yet, or the chosen days cut it."""
    last = min(filter(None, (report.until, report.course.today)))
    return bool(report.since and report.since > week.start) or last < week.start + timedelta(days=6)


def funnel_chart(report: Report) -> ChartSpec:
    """How far the contacts ever came."""
    steps = report.funnel
    total = steps[0].reached_n if steps else 0
    found = [(step.stage.value, STAGES[step.stage], step.reached_n, step.share) for step in steps]
    found += deal_charts.rungs(report.deals, total)
    names = [f"{name}\n{percent(share)}" for _, name, _, share in found]
    cells = [[name, str(n), percent(share)] for _, name, n, share in found]
    return ChartSpec(
        "Funnel",
        ChartTable(("Stage", "Contacts that got there", "Share"), cells),
        chart_options.bars(names, {"Contacts": [n for _, _, n, _ in found]}),
        f"How many contacts ever got at least this far.{deal_charts.ending(report.deals)}",
        alt="Bar chart: " + ", ".join(f"{row[0]} {row[1]}" for row in cells) + ".",
        height=chart_options.chart_height(len(found)),
        keys=[key for key, *_ in found],
        across="y",
        tips=[[row[0], f"{row[1]} contacts", row[2]] for row in cells],
        empty="" if total else "Nobody is in this campaign yet.",
        file="funnel",
    )


def rates_chart(report: Report, found: Sequence[Rate], title: str, what: str) -> ChartSpec:
    """How many touches led to a meeting, with the interval, how many there were, and the days before."""
    cells = [rate_cells(one) for one in found]
    note = f"Meetings booked per touch, with the 95 % range; hatched below {THIN} touches."
    if any(one.before.n for one in found):
        note += f" The diamond: {previous_days(report)}."
    return ChartSpec(
        title,
        ChartTable((what.capitalize(), *RATES), cells),
        chart_options.share_bars([rate_row(one) for one in found]),
        note,
        alt="Bar chart: " + "; ".join(f"{row[0]} {row[2]} meetings of {row[1]} touches" for row in cells) + ".",
        height=chart_options.chart_height(len(found)),
        keys=[one.key for one in found],
        across="y",
        tips=[rate_tip(one, row) for one, row in zip(found, cells, strict=True)],
        empty="" if any(one.touches or one.booked for one in found) else "No touches in these days.",
        file=what,
    )


def rate_row(one: Rate) -> chart_options.Share:
    """A meeting is no way to a meeting: it has no bar."""
    rate = one.per_touch
    if one.key == ActivityType.MEETING:
        return chart_options.Share(f"{one.name}\n{one.booked} booked at once", None, 0, 0, thin=False)
    said = f"{rate.share:.1%} · {one.booked} of {one.touches:,}" if one.touches else "no touches"
    share, low, high, before = (round(part * 100, 1) for part in (rate.share, rate.low, rate.high, one.before.share))
    tried = one.touches > 0
    return chart_options.Share(
        f"{one.name}\n{said}", share if tried else None, low, high, rate.thin, before if one.before.n else None
    )


def rate_cells(one: Rate) -> list[str]:
    rate, met = one.per_touch, one.per_contact
    told = one.touches and one.key != ActivityType.MEETING
    share = [f"{rate.share:.1%}", f"{rate.low:.0%} and {rate.high:.0%}"] if told else ["–", "–"]
    before = f"{one.before.share:.1%}" if one.before.n and told else "–"
    return [
        one.name,
        f"{one.touches:,}",
        f"{one.booked:,}",
        *share,
        before,
        f"{met.n:,}",
        percent(met.share) if met.n else "–",
        f"{one.reached:,} ({percent(one.share)})" if one.touches else "0",
    ]


def rate_tip(one: Rate, row: Sequence[str]) -> list[str]:
    return [
        row[0],
        f"{row[2]} meetings of {row[1]} touches ({row[3]})",
        f"Likely between {row[4]}",
        f"{one.per_contact.hits:,} of {row[6]} contacts with a meeting ({row[7]})",
        f"Reached: {row[8]}",
    ]


def percent(share: float) -> str:
    return f"{share:.0%}"


def _counts(week: Week) -> list[str]:
    return [f"{n:,}" for n in (week.touches, week.reached, week.booked, week.held)]


def _per_touch(week: Week) -> str:
    return f"{week.booked / week.touches:.1%}" if week.touches else "–"


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
