"""The shape of the figures, and their rules that need no database: shares with their interval, and where weeks begin."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import sqrt
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app.models import ActivityType, Stage
from app.services.reports.goal_forecast import Course, GoalForecast

THIN = 10
WEEKS = 260
WEEK = timedelta(days=7)
Z95 = 1.959964

# the way that a contact goes; NOT_NOW is beside it
LADDER = (Stage.TO_CONTACT, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.MEETING_BOOKED, Stage.HANDED_OVER)


@dataclass(frozen=True)
class Figure:
    """`value` in the chosen days; `change` against `before`, the same length just before (or this week and last)."""

    key: str
    value: int
    before: int
    change: int


@dataclass(frozen=True)
class Step:
    """How many contacts got at least to `stage`, and their share (0-1) of all in the campaign."""

    stage: Stage
    reached_n: int
    share: float


@dataclass(frozen=True)
class Share:
    """`hits` of `n` as a share (0-1) with its 95 % interval; below 10 it is `thin`."""

    hits: int
    n: int
    share: float
    low: float
    high: float
    thin: bool

    @classmethod
    def of(cls, hits: int, n: int) -> Self:
        """More hits than tries are as many."""
        hits = min(hits, n)
        low, high = interval(hits, n)
        return cls(hits, n, hits / n if n else 0.0, low, high, n < THIN)


@dataclass(frozen=True)
class Rate:
    """A method (`key` is its type) or a person (`key` is their id); shares are 0-1, the interval holds 95 %.

    `share` is what was reached of the touches. `per_touch` are the meetings booked of the touches, `per_contact` the
    contacts with a meeting of those that were touched, `before` is `per_touch` in the days that changes are against.
    """

    key: str
    name: str
    touches: int
    reached: int
    share: float
    low: float
    high: float
    thin: bool
    booked: int
    per_touch: Share
    per_contact: Share
    before: Share


@dataclass(frozen=True)
class Week:
    """`start` is a Monday; `earlier` are the touches of the week that lies as many weeks back as are chosen."""

    start: date
    touches: int = 0
    reached: int = 0
    booked: int = 0
    held: int = 0
    earlier: int | None = None


@dataclass(frozen=True)
class Money:
    """What deals of one currency are worth; deals without one have none."""

    currency: str
    open: Decimal
    won: Decimal
    lost: Decimal


@dataclass(frozen=True)
class DealFigures:
    """`pushed`, `with_deal` and `won_contacts` count contacts, `open`, `won` and `lost` deals; each deal once.

    `win_rate` are the won ones of those that were decided. `read_at` is when the deals were read last, None for never.
    """

    pushed: int
    with_deal: int
    won_contacts: int
    open: int
    won: int
    lost: int
    money: tuple[Money, ...]
    win_rate: Share
    read_at: datetime | None


@dataclass(frozen=True)
class Report:
    """Everything about one campaign's work; `figures`, `goal` and `pace` by their keys.

    `since` and `until` are the chosen days, both inclusive, `person` and `method` what else narrows it; `zone` is where days and weeks begin. `progress` has, for
    each key of `goal`, how much was done in the whole campaign before a day began, and at the end by now; whatever
    days, person and method are chosen. `deals` are what became of the contacts, None where that is not to be seen; `notes` are
    the words on its time line, by day.
    """

    campaign_id: UUID
    campaign: str
    zone: str
    since: date | None
    until: date | None
    person: str | None
    method: ActivityType | None
    figures: dict[str, Figure]
    funnel: tuple[Step, ...]
    whole: Rate
    by_type: tuple[Rate, ...]
    by_user: tuple[Rate, ...]
    per_week: tuple[Week, ...]
    goal: dict[str, int | None]
    pace: dict[str, GoalForecast]
    course: Course
    progress: dict[str, tuple[tuple[date, int], ...]]
    as_of: datetime
    deals: DealFigures | None = None
    notes: tuple[tuple[date, str], ...] = ()


def interval(hits: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for `hits` of `n`, as shares; nothing tried means that nothing is known.

    E. B. Wilson, 1927; recommended for small n by Brown, Cai and DasGupta, 2001.
    """
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, z * z
    middle = (share + square / (2 * n)) / (1 + square / n)
    reach = z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return (0.0 if hits == 0 else middle - reach), (1.0 if hits == n else middle + reach)


def rate(  # noqa: PLR0917 - what was counted of one
    key: str,
    name: str,
    touches: int,
    reached: int,
    booked: int,
    contacts: int = 0,
    met: int = 0,
    before: Share | None = None,
) -> Rate:
    got, per_touch, per_contact = Share.of(reached, touches), Share.of(booked, touches), Share.of(met, contacts)
    facts = (got.share, got.low, got.high, got.thin, booked)
    return Rate(key, name, touches, reached, *facts, per_touch, per_contact, before or Share.of(0, 0))


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day there; a day may have 23 or 25 hours."""
    return datetime.combine(day, time(), zone)


def mondays(last: date, today: date) -> list[date]:
    """The Mondays of 260 weeks until `last`, and of those from there until today."""
    start, end = monday(last) - WEEK * (WEEKS - 1), monday(max(last, today))
    return [start + WEEK * at for at in range((end - start).days // 7 + 1)]


def unbroken(weeks: dict[date, Week], first: date, last: date) -> tuple[Week, ...]:
    """The weeks in order, with a quiet one where there is a gap."""
    start, found = monday(first), []
    while start <= last:
        found.append(weeks.get(start, Week(start)))
        start += WEEK
    return tuple(found)
