"""What an answer across campaigns is made of: columns, rows, and one honest sentence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.models import ActivityType, Campaign, Question
from app.services.reports import figures, metric_definitions
from app.services.reports.figures import THIN, Rate

Unit = Literal["text", "count", "share", "days"]
Chart = Literal["bars", "stack", "table"]
Cell = str | int | float | None


@dataclass(frozen=True)
class Column:
    """A share is 0-1."""

    title: str
    unit: Unit = "count"


@dataclass(frozen=True)
class Answer:
    """`rows` fit the columns; `chart` is how they are best drawn, the first column naming the bars.

    `days` says which days it is about; `keys` name the bars whose rows can be opened.
    """

    question: Question
    title: str
    sentence: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Chart
    days: str = ""
    keys: tuple[str, ...] = ()


# the sentence, the columns and rows, how they are drawn, the days where they are not the chosen ones, and the keys
Said = tuple[str, tuple[Column, ...], Iterable[tuple[Cell, ...]], Chart, str, Iterable[str]]
# between the sector and the theme of a key
SECTOR_MARK = "|"

PER_TOUCH, LEAST, MOST = "Meetings per touch", "At least", "At most"
RATES = (
    "Touches",
    "Meetings booked",
    Column(PER_TOUCH, "share"),
    Column(LEAST, "share"),
    Column(MOST, "share"),
    "Contacts",
    Column("With a meeting", "share"),
    Column("Reached", "share"),
)

# a week by its Monday, where the viewer is
BY = {
    "type": "type",
    "user_id": "user_id",
    "campaign_id": "campaign_id",
    "week": "cast(date_trunc('week', at at time zone :zone) as date)",
}
GROUPED = {
    by: text(f"""
        with {metric_definitions.EVENTS}, chosen as (
            select {key} as key, kind, reached, coalesce(contact_id, id) as contact from events
            where at >= :since and at < :until and {metric_definitions.FITS}
        ), met as (
            select key, contact, bool_or(kind = 'meetings_booked') as met from chosen
            where kind in ('touches', 'meetings_booked') group by key, contact
        )
        select key, kind, count(*) as n, count(*) filter (where reached) as reached from chosen group by key, kind
        union all
        select key, 'contacts', count(*), count(*) filter (where met) from met group by key
    """)  # noqa: S608 - pieces of SQL that stand here and in metric_definitions.py, no data
    for by, key in BY.items()
}


@dataclass(frozen=True)
class Scope:
    """The campaigns, the person and the method that a question is about; `whole`: everything, also for no campaign."""

    campaigns: Sequence[Campaign]
    user_id: UUID | None = None
    type: ActivityType | None = None
    whole: bool = False
    # what was counted already, for several questions of one moment
    counted: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    def binds(self) -> dict[str, Any]:
        return {"campaigns": self.ids(), "user": self.user_id, "type": self.type and self.type.value}

    def ids(self) -> list[UUID]:
        return [campaign.id for campaign in self.campaigns]


def counts(session: Session, scope: Scope, by: str, binds: dict[str, Any]) -> dict[Any, Counter[str]]:
    """The events of these campaigns between `since` and `until`, counted by kind for each method, person, campaign or week.

    Beside the kinds stand `reached`, `contacts`, and `met`, the contacts with a meeting.
    """
    same = (by, repr(sorted(binds.items())))
    if same in scope.counted:
        return dict(scope.counted[same])
    found: dict[Any, Counter[str]] = {}
    for row in session.execute(GROUPED[by], metric_definitions.BINDS | scope.binds() | binds):
        mine = found.setdefault(row.key, Counter())
        mine[row.kind] += row.n
        mine["met" if row.kind == "contacts" else "reached"] += row.reached
    scope.counted[same] = found
    return dict(found)


def rate(name: str, counted: Counter[str]) -> Rate:
    return figures.rate(
        name,
        name,
        counted["touches"],
        counted["reached"],
        counted["meetings_booked"],
        counted["contacts"],
        counted["met"],
    )


def cells(one: Rate) -> tuple[Cell, ...]:
    """The row of a rate, as RATES heads it; what was never tried has no share."""
    rate = one.per_touch
    share = (rate.share, rate.low, rate.high) if one.touches else (None, None, None)
    met = one.per_contact.share if one.per_contact.n else None
    return (one.name, one.touches, one.booked, *share, one.per_contact.n, met, one.share if one.touches else None)


def columns(first: str, rest: tuple[str | Column, ...]) -> tuple[Column, ...]:
    return (Column(first, "text"), *(one if isinstance(one, Column) else Column(one) for one in rest))


def best(rates: Sequence[Rate], do: str) -> str:
    """What to do and how sure it is, by meetings per touch; `do` is said of the name of the best: `Do more {}`."""
    solid = sorted((one for one in rates if not one.per_touch.thin), key=lambda one: -one.per_touch.share)
    if not solid:
        return f"Too early to tell: it takes {THIN} touches of a kind."
    first = solid[0]
    if not first.booked:
        return f"No meeting came of {sum(one.touches for one in solid):,} touches yet: too early to tell."
    if len(solid) == 1:
        return f"{_told(first)}; nothing else has {THIN} touches yet to compare it with."
    for one in solid:
        worse = [other for other in solid if other.per_touch.high < one.per_touch.low]
        if worse:
            return _choice(one, worse, solid, do)
    return f"Too early to choose: {_told(first)}, not clearly better than {_told(solid[1])}."


def _choice(one: Rate, worse: Sequence[Rate], solid: Sequence[Rate], do: str) -> str:
    """`one` is surely better than these; of the others it cannot be told."""
    rather = " or ".join(other.name for other in worse)
    alike = [other for other in solid if other is not one and other not in worse]
    said = f"{do.format(one.name)} rather than {rather}: {_told(one)}, surely more than {_told(worse[0])}."
    if not alike:
        return said
    names = ", ".join(f"{other.name} ({other.per_touch.share:.1%} of {other.touches:,})" for other in alike)
    return f"{said} Not clearly better or worse: {names}."


def _told(one: Rate) -> str:
    rate = one.per_touch
    return f"{one.name} with {rate.share:.1%} meetings per touch ({one.booked} of {one.touches:,}, likely {rate.low:.0%} to {rate.high:.0%})"
