"""A report as tables: what its files hold, in the order of the screen, and nothing that the screen does not show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from app.models import ACTIVITY_LABELS, ActivityType, Stage
from app.services.reports.figures import DealFigures, Rate, Report
from app.services.reports.goal_forecast import GoalForecast

Unit = Literal["text", "day", "count", "change", "share", "number"]
Cell = str | int | float | date | None

NAMES = {
    "touches": "Touches",
    "reached": "Reached",
    "meetings_booked": "Meetings booked",
    "meetings_held": "Meetings held",
    "handed_over": "Handed over",
    "meetings": "Meetings",
    "by_type": "By method",
    "by_user": "By person",
}


@dataclass(frozen=True)
class Table:
    """Rows under headings with their units; a share is 0-1."""

    title: str
    headings: tuple[tuple[str, Unit], ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(report: Report) -> list[Table]:
    narrowed = report.since or report.until or report.person or report.method
    figures = tuple((NAMES[key], one.value, one.before, one.change) for key, one in report.figures.items())
    funnel = tuple((_stage(step.stage), step.reached_n, step.share) for step in report.funnel)
    weeks = tuple((week.start, week.touches, week.reached, week.booked, week.held) for week in report.per_week)
    return [
        Table("Report", (("What", "text"), ("Value", "text")), facts(report)),
        Table("Figures", (("Figure", "text"), ("Value", "count"), ("Before", "count"), ("Change", "change")), figures),
        Table(
            "Goals of the whole campaign" if narrowed else "Goals",
            PACE,
            tuple(_forecast_row(NAMES[key], one) for key, one in report.pace.items()),
        ),
        Table(
            "Funnel, all days and methods" if narrowed else "Funnel",
            (("Stage", "text"), ("Contacts", "count"), ("Share", "share")),
            funnel,
        ),
        *deal_tables(report.deals),
        Table("By method", (("Method", "text"), *RATE), tuple(map(_rate, report.by_type))),
        Table("By person", (("Person", "text"), *RATE), tuple(map(_rate, report.by_user))),
        Table("Weeks", WEEK, weeks),
        *([Table("Notes", (("Day", "day"), ("Note", "text")), report.notes)] if report.notes else []),
    ]


def deal_tables(deals: DealFigures | None) -> list[Table]:
    """What became of the contacts: how many, and what it is worth in each currency; none where it is not to be seen."""
    if deals is None:
        return []
    counts = (
        ("Contacts in Pipedrive", deals.pushed),
        ("Contacts with a deal", deals.with_deal),
        ("Contacts with a won deal", deals.won_contacts),
        ("Open deals", deals.open),
        ("Won deals", deals.won),
        ("Lost deals", deals.lost),
    )
    worth = tuple(
        (one.currency or "No currency", float(one.open), float(one.won), float(one.lost)) for one in deals.money
    )
    return [
        Table("What became of it, all days", (("What", "text"), ("Count", "count")), counts),
        *([Table("Value of deals", VALUE, worth)] if worth else []),
    ]


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    """What a file is about: it stands at the head of each, and under the name on every picture."""
    return (
        ("Campaign", report.campaign),
        ("Days", days_words(report)),
        ("Person", report.person or "Everybody"),
        ("Method", ACTIVITY_LABELS[report.method] if report.method else "Every method"),
        ("Time zone", report.zone),
        ("As of", moment_words(report)),
    )


def days_words(report: Report) -> str:
    """`All time`, `1 Mar 2026 to 31 Mar 2026`, `until 31 Mar 2026`; the last day is today where none is chosen."""
    if report.since:
        return f"{day_words(report.since)} to {day_words(report.until or max(report.course.today, report.since))}"
    return f"Until {day_words(report.until)}" if report.until else "All time"


def previous_days(report: Report) -> str:
    """What the changes are against: `previous 30 days`."""
    if not (report.since or report.until):
        return "previous 7 days"
    last = report.until or max(report.course.today, report.since or report.course.today)
    days = (last - report.since).days + 1 if report.since else 7
    return f"previous {days} days" if days > 1 else "the day before"


def moment_words(report: Report) -> str:
    """`31 Mar 2026, 14:05`, where the report's days begin."""
    return at_words(report.as_of, report.zone)


def at_words(moment: datetime, zone: str) -> str:
    at = moment.astimezone(ZoneInfo(zone))
    return f"{day_words(at.date())}, {at:%H:%M}"


def day_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


RATE: tuple[tuple[str, Unit], ...] = (
    ("Touches", "count"),
    ("Meetings booked", "count"),
    ("Meetings per touch", "share"),
    ("At least", "share"),
    ("At most", "share"),
    ("Contacts", "count"),
    ("With a meeting", "share"),
    ("Reached", "count"),
    ("Reached per touch", "share"),
)
PACE: tuple[tuple[str, Unit], ...] = (
    ("Goal of", "text"),
    ("Goal", "count"),
    ("Done", "count"),
    ("Time gone", "share"),
    ("Expected", "number"),
    ("Likely from", "count"),
    ("Likely to", "count"),
    ("Needed a week", "number"),
    ("Now a week", "number"),
    ("In words", "text"),
)
VALUE: tuple[tuple[str, Unit], ...] = (
    ("Currency", "text"),
    ("Open", "number"),
    ("Won", "number"),
    ("Lost", "number"),
)
WEEK: tuple[tuple[str, Unit], ...] = (
    ("Monday", "day"),
    ("Touches", "count"),
    ("Reached", "count"),
    ("Meetings booked", "count"),
    ("Meetings held", "count"),
)


def _forecast_row(name: str, one: GoalForecast) -> tuple[Cell, ...]:
    likely = (one.likely_low, one.likely_high)
    pace = (one.needed_per_week, one.now_per_week)
    return (name, one.goal, one.done, one.elapsed_share, one.expected_now, *likely, *pace, one.sentence)


def _rate(one: Rate) -> tuple[Cell, ...]:
    """What was never tried has no share, nor has a meeting as a way to a meeting."""
    rate = one.per_touch
    told = one.touches and one.key != ActivityType.MEETING
    share = (rate.share, rate.low, rate.high) if told else (None, None, None)
    met = one.per_contact.share if one.per_contact.n else None
    reached = (one.reached, one.share if one.touches else None)
    return (one.name, one.touches, one.booked, *share, one.per_contact.n, met, *reached)


def _stage(stage: Stage) -> str:
    return stage.value.replace("_", " ").capitalize()
