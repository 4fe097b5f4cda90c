"""How long one thing takes: measured a few hundred times, told as median and 95th percentile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter

from sqlalchemy import event

from app import db

WARM_UP = 10
Ask = Callable[[int], None]


@dataclass(frozen=True)
class Figure:
    """Median and 95th percentile, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Figure":
        cuts = quantiles(seconds, n=20)
        return cls(cuts[9] * 1000, cuts[18] * 1000)


def timed(ask: Ask, rounds: int) -> Figure:
    """How long one asking takes, after a few that do not count."""
    return Figure.of(list(_runs(ask, rounds)))


def by_turns(ask: Ask, other: Ask, rounds: int) -> tuple[Figure, Figure]:
    """How long each takes, asked by turns, so that whatever else the machine does befalls both."""
    ours, theirs = _runs(ask, rounds), _runs(other, rounds)
    both = list(zip(ours, theirs, strict=True))
    return Figure.of([one for one, _ in both]), Figure.of([one for _, one in both])


def _runs(ask: Ask, rounds: int) -> Iterator[float]:
    for number in range(rounds + WARM_UP):
        start = perf_counter()
        ask(number)
        if number >= WARM_UP:
            yield perf_counter() - start


def stopwatch() -> list[float]:
    """Adds up, in its one field, the seconds between sending each statement and its answer."""
    spent, started = [0.0], [0.0]

    def before(*_: object) -> None:
        started[0] = perf_counter()

    def after(*_: object) -> None:
        spent[0] += perf_counter() - started[0]

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    return spent
