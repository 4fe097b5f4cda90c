"""How often the truth falls into the likely range of a goal, in made-up campaigns of several shapes."""

import math
import random
from datetime import date, timedelta

import pytest

from app.services.reports.goal_forecast import Course, forecast

BEGUN = date(2026, 1, 5)
RHYTHM = (1.4, 1.4, 1.4, 1.4, 1.4, 0.0, 0.0)
SHAPES = ("steady", "growing", "fading", "fairs", "holidays", "wandering")


def levels(shape, weeks, dice):
    """How busy each week is meant to be, about 1."""
    if shape == "growing":
        return [0.5 + week / (weeks - 1) for week in range(weeks)]
    if shape == "fading":
        return [1.5 - week / (weeks - 1) for week in range(weeks)]
    if shape == "fairs":
        busy = dice.sample(range(weeks), max(1, weeks // 4))
        return [3.0 if week in busy else 1.0 for week in range(weeks)]
    if shape == "holidays":
        away = dice.randrange(weeks - 1)
        return [0.0 if week in {away, away + 1} else 1.0 for week in range(weeks)]
    if shape == "wandering":
        steps = [math.exp(dice.gauss(0, 0.25)) for _ in range(weeks)]
        found = [math.prod(steps[: week + 1]) for week in range(weeks)]
        return [one * weeks / sum(found) for one in found]
    return [1.0] * weeks


def poisson(mean, dice):
    """Knuth's way for small means; for large ones the normal one is near enough."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    limit, n, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        n, product = n + 1, product * dice.random()
    return n


def fell_inside(shape, dice):
    """Whether the end fell into the range that was told on some day; None where none was."""
    weeks, per_week = dice.randint(8, 26), dice.choice([2, 5, 15, 60, 240])
    days = [
        poisson(level * per_week / 7 * RHYTHM[day], dice) for level in levels(shape, weeks, dice) for day in range(7)
    ]
    today = dice.randrange(13, len(days) - 1)
    course = Course(BEGUN, BEGUN + timedelta(days=len(days) - 1), BEGUN + timedelta(days=today))
    done, recent = sum(days[: today + 1]), sum(days[today + 1 - course.observed : today + 1])
    whole = [sum(days[at : at + 7]) for at in range(0, today + 1 - 6, 7)]
    told = forecast(course, "touches", 100, done, recent, whole)
    if told.likely_low is None or told.likely_high is None:
        return None
    return told.likely_low <= sum(days) <= told.likely_high


def table(rounds):
    dice, found = random.Random(18), {}
    for shape in SHAPES:
        said = [one for one in (fell_inside(shape, dice) for _ in range(rounds)) if one is not None]
        found[shape] = 100 * sum(said) / len(said)
    return found | {"all together": sum(found.values()) / len(found)}


@pytest.mark.parametrize("rounds", [250, pytest.param(5_000, marks=pytest.mark.sweep(whole=True))])
def test_the_truth_falls_into_the_likely_range_8_times_in_10(rounds, capsys):
    found = table(rounds)
    with capsys.disabled():
        print("", *(f"{shape:<14}{share:5.0f} of 100 inside" for shape, share in found.items()), sep="\n")
    assert 75 <= found["all together"] <= 85
    assert all(share >= 60 for share in found.values())
