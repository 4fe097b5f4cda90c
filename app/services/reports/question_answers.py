"""What an answer across campaigns is made of: columns, rows, and one honest sentence."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from app.models import Campaign, Question
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
    """`rows` fit the columns; `chart` is how they are best drawn, the first column naming the bars."""

    question: Question
    title: str
    sentence: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Chart


RATES = (
    "Touches",
    "Reached",
    Column("Share", "share"),
    Column("At least", "share"),
    Column("At most", "share"),
    "Meetings booked",
)

GROUPED = {
    by: text(f"""
        with {metric_definitions.EVENTS}
        select {by} as key, kind, count(*) as n, count(*) filter (where reached) as reached
        from events where at >= :since and at < :until group by {by}, kind
    """)  # noqa: S608 - pieces of SQL that stand here and in metric_definitions.py, no data
    for by in ("type", "user_id", "campaign_id")
}


def counts(session: Session, scope: list[Campaign], by: str, binds: dict[str, Any]) -> dict[Any, Counter[str]]:
    """The events of these campaigns between `since` and `until`, counted by kind for each method, person or campaign."""
    every = {"campaigns": ids(scope), "user": None, "type": None}
    found: dict[Any, Counter[str]] = {}
    for row in session.execute(GROUPED[by], metric_definitions.BINDS | every | binds):
        mine = found.setdefault(row.key, Counter())
        mine[row.kind] += row.n
        mine["reached"] += row.reached
    return found


def ids(scope: list[Campaign]) -> list[UUID]:
    return [campaign.id for campaign in scope]


def rate(name: str, counted: Counter[str]) -> Rate:
    return figures.rate(name, name, counted["touches"], counted["reached"], counted["meetings_booked"])


def cells(one: Rate) -> tuple[Cell, ...]:
    """The row of a rate, as RATES heads it; what was never tried has no share."""
    share = (one.share, one.low, one.high) if one.touches else (None, None, None)
    return (one.name, one.touches, one.reached, *share, one.booked)


def columns(first: str, rest: tuple[str | Column, ...]) -> tuple[Column, ...]:
    return (Column(first, "text"), *(one if isinstance(one, Column) else Column(one) for one in rest))


def best(rates: list[Rate]) -> str:
    """A sentence: which of them reaches most, and whether that can be told apart from the second."""
    solid = sorted((one for one in rates if not one.thin), key=lambda one: -one.share)
    if not solid:
        return f"Too early to tell: it takes {THIN} touches of a kind."
    first = solid[0]
    said = f"{first.name} reached {first.share:.0%} of {first.touches}, likely between {first.low:.0%} and {first.high:.0%}"
    if len(solid) == 1:
        return f"{said}; nothing else has {THIN} touches yet."
    second = solid[1]
    if first.low > second.high:
        return f"{said}: more than any other."
    return f"{said}; {second.name} ({second.share:.0%} of {second.touches}) may be as good."
