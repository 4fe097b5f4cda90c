"""Where a goal stands: what was done, what would be expected by now, and where this pace leads."""

import math
from dataclasses import dataclass
from datetime import date

RECENT, WEEK = 28, 7
Z80 = 1.281552


@dataclass(frozen=True)
class GoalForecast:
    """What cannot be said without a goal or an end is None. `elapsed_share` is 0-1; the likely range is at the end."""

    goal: int | None
    done: int
    elapsed_share: float | None
    expected_now: float | None
    likely_low: int | None
    likely_high: int | None
    needed_per_week: float | None
    now_per_week: float
    sentence: str


@dataclass(frozen=True)
class Course:
    """When a campaign runs, and which day it is where the viewer is."""

    begun: date
    ends: date | None
    today: date

    @property
    def observed(self) -> int:
        """The last 28 days, or those since the beginning when it is younger, but never less than a week."""
        return min(max((self.today - self.begun).days + 1, WEEK), RECENT)

    @property
    def left(self) -> int | None:
        """Days to work in, today included."""
        return None if self.ends is None else max((self.ends - max(self.today, self.begun)).days + 1, 0)

    @property
    def elapsed(self) -> float | None:
        """The share of the days that are gone tonight."""
        if self.ends is None:
            return None
        return min(max(((self.today - self.begun).days + 1) / ((self.ends - self.begun).days + 1), 0.0), 1.0)


def forecast(course: Course, noun: str, goal: int | None, done: int, recent: int) -> GoalForecast:
    """Forecast one goal; `recent` of the `done` fell into `course.observed` days, `noun` is their word in the sentence."""
    now_per_week = recent * WEEK / course.observed
    low = high = None
    if course.left is not None:
        low, high = (done + more for more in likely(recent, course.observed, course.left))
    return GoalForecast(
        goal,
        done,
        course.elapsed,
        goal * course.elapsed if goal is not None and course.elapsed is not None else None,
        low,
        high,
        max(goal - done, 0) * WEEK / course.left if goal is not None and course.left else None,
        now_per_week,
        _sentence(course, noun, goal, done, round(now_per_week)),
    )


def likely(recent: int, days: int, left: int, z: float = Z80) -> tuple[int, int]:
    """The 80 % prediction interval: how many more in `left` days, after `recent` in `days`.

    Nelson's prediction interval for a Poisson count, 1982; half a one stands for none (Krishnamoorthy and Peng, 2011).
    """
    expected = max(recent, 0.5) * left / days
    reach = z * math.sqrt(expected * (1 + left / days))
    return max(0, math.floor(expected - reach)), math.ceil(expected + reach)


ONE = {"touches": "touch", "meetings": "meeting"}


def _sentence(course: Course, noun: str, goal: int | None, done: int, now: int) -> str:
    if goal is None:
        return f"No goal is set; now {now} {noun} a week."
    if done >= goal:
        return f"The goal of {goal} {noun} is reached."
    if course.left is None:
        return f"{goal - done} {noun} to go and no end date, now {now} a week."
    if course.left == 0:
        return f"Ended with {done} of {goal} {noun}."
    if course.today < course.begun:
        return f"Begins on {course.begun.isoformat()}."
    needed = math.ceil((goal - done) * WEEK / course.left)
    return f"Needs {needed} {ONE[noun] if needed == 1 else noun} a week, now {now}."
