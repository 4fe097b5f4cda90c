"""Where a goal stands: what was done, what was expected by now, what it takes from now on, and where this pace leads."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

RECENT, WEEK = 28, 7
Z80 = 1.281552
# below these nothing is said about the end
FEW_DAYS, FEW_EVENTS = 14, 5
# how many whole weeks the spread is read from, and how much of it is taken for chance before any week was seen
SPREAD_WEEKS, PRIOR = 8, 2
# a team's own level moves: so much of its square for each week ahead (found by the back-test in docs/figures.md)
DRIFT = 0.012


@dataclass(frozen=True)
class GoalForecast:
    """What cannot be said without a goal or an end is None. `elapsed_share` is 0-1; the likely range is at the end.

    `outlook` says in words what the range is and assumes, or why there is none; empty without a goal or an end.
    """

    goal: int | None
    done: int
    elapsed_share: float | None
    expected_now: float | None
    likely_low: int | None
    likely_high: int | None
    needed_per_week: float | None
    now_per_week: float
    sentence: str
    outlook: str = ""


@dataclass(frozen=True)
class Course:
    """When a campaign runs, and which day it is where the viewer is."""

    begun: date
    ends: date | None
    today: date

    @property
    def gone(self) -> int:
        """Days since it began, today included; none before."""
        return max((self.today - self.begun).days + 1, 0)

    @property
    def observed(self) -> int:
        """The last 28 days, or those since the beginning when it is younger, but never less than a week."""
        return min(max(self.gone, WEEK), RECENT)

    @property
    def left(self) -> int | None:
        """Days to work in, today included."""
        return None if self.ends is None else max((self.ends - max(self.today, self.begun)).days + 1, 0)

    @property
    def elapsed(self) -> float | None:
        """The share of the days that are gone tonight."""
        return None if self.ends is None else min(self.gone / ((self.ends - self.begun).days + 1), 1.0)


def forecast(  # noqa: PLR0917 - what was counted comes last
    course: Course, noun: str, goal: int | None, done: int, recent: int, weeks: Sequence[int] = ()
) -> GoalForecast:
    """Forecast one goal; `recent` of the `done` fell into `course.observed` days, `noun` is their word in the sentence.

    `weeks` are the counts of the campaign's whole weeks, the latest last: how much they differ widens the range.
    """
    now_per_week, left = recent * WEEK / course.observed, course.left
    expected = goal * course.elapsed if goal is not None and course.elapsed is not None else None
    low = high = None
    if left is not None and (left == 0 or can_tell(course, recent)):
        low, high = (done + more for more in likely(recent, course.observed, left, spread=spread(weeks)))
    return GoalForecast(
        goal,
        done,
        course.elapsed,
        expected,
        low,
        high,
        max(goal - done, 0) * WEEK / left if goal is not None and left else None,
        now_per_week,
        _sentence(course, noun, goal, done, now_per_week, expected),
        _outlook(course, noun, goal, low, high),
    )


def can_tell(course: Course, recent: int) -> bool:
    """Whether there is enough behind a pace to say where it leads."""
    return course.gone >= FEW_DAYS and recent >= FEW_EVENTS


def likely(recent: int, days: int, left: int, z: float = Z80, spread: float | None = None) -> tuple[int, int]:
    """The 80 % prediction interval: how many more in `left` days, after `recent` in `days`.

    Nelson's prediction interval for a Poisson count, 1982; half a one stands for none (Krishnamoorthy and Peng, 2011).
    With a `spread`, the variance is so many times Poisson's (McCullagh and Nelder, 1989), and grows by DRIFT with
    every week ahead, for a team whose pace changes.
    """
    expected = max(recent, 0.5) * left / days
    variance = expected * (1 + left / days)
    if spread is not None:
        variance = variance * spread + DRIFT * expected * expected * left / WEEK
    reach = z * math.sqrt(variance)
    return max(0, math.floor(expected - reach)), math.ceil(expected + reach)


def spread(weeks: Sequence[int]) -> float:
    """How many times wider than chance the last whole weeks are apart: Pearson's dispersion, at least 1."""
    seen = weeks[-SPREAD_WEEKS:]
    if not any(seen):
        return 1.0
    mean = sum(seen) / len(seen)
    apart = sum((week - mean) ** 2 for week in seen) / mean
    return max(1.0, (apart + PRIOR) / (len(seen) - 1 + PRIOR))


ONE = {"touches": "touch", "meetings": "meeting"}


def _some(count: int, noun: str) -> str:
    return f"{count:,} {ONE[noun] if count == 1 else noun}"


def _sentence(  # noqa: PLR0917 - the facts of one goal
    course: Course, noun: str, goal: int | None, done: int, now: float, expected: float | None
) -> str:
    if goal is None:
        return "No goal is set."
    if course.gone == 0:
        return f"Starts {_day(course.begun)}."
    so_far = f"{done:,} of {_some(goal, noun)}"
    if done >= goal:
        return f"The goal is reached: {so_far}."
    if course.left == 0:
        return f"Ended with {so_far}."
    if course.left is None or expected is None:
        return f"{so_far} so far, and no end date; now {_a_week(now)} a week."
    needed = math.ceil((goal - done) * WEEK / course.left)
    due = f"{so_far} so far, about {expected:,.0f} expected by now."
    return f"{due} Needs {_some(needed, noun)} a week from now on, now {_a_week(now)}."


def _outlook(course: Course, noun: str, goal: int | None, low: int | None, high: int | None) -> str:
    if goal is None or not course.left or course.gone == 0:
        return ""
    if low is None or high is None:
        return (
            f"Too early to say where it ends: that takes {FEW_DAYS} days and {FEW_EVENTS} {noun} in the last {RECENT}."
        )
    return (
        f"If the pace of the last {course.observed} days holds, {low:,} to {high:,} {noun} at the end, 8 times in 10."
    )


def _a_week(count: float) -> str:
    """Whole from 10 on; below, half a meeting a week is not none."""
    return f"{count:,.0f}" if count >= 10 or count == int(count) else f"{count:.1f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
