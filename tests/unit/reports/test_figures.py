"""Shares with their interval, pace, and weeks, checked against published values."""

import re
from datetime import UTC, date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.reports.figures import Week, interval, midnight, monday, mondays, rate, unbroken
from app.services.reports.goal_forecast import Course, forecast, likely
from app.services.reports.metric_definitions import DEFINITIONS

DOCS = Path(__file__).parents[3] / "docs" / "figures.md"
ANY_DAY = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(hits, n, low, high):
    """R. G. Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3."""
    assert interval(hits, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(n=st.integers(0, 10_000), data=st.data())
def test_the_share_always_lies_in_its_interval(n, data):
    hits = data.draw(st.integers(0, n))
    one = rate("CALL", "Call", n, hits, 0)
    assert 0 <= one.low <= one.share <= one.high <= 1 or (n == 0 and (one.low, one.high) == (0, 1))
    assert one.thin == (n < 10)


def test_the_likely_range_is_nelsons():
    """24 outages in 5 years, how many in the next: 4.8 ± 1.645 · √(4.8 · (1 + 1/5)) = 0.85 to 8.75."""
    assert likely(24, 5, 1, z=1.645) == (0, 9)
    assert likely(0, 28, 0) == (0, 0)
    assert likely(0, 28, 28)[1] > 0


MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("goal", "done", "recent", "begun", "ends", "sentence"),
    [
        (100, 64, 24, MARCH - timedelta(days=40), MARCH + timedelta(days=27),
         "64 of 100 touches so far, about 60 expected by now. Needs 9 touches a week from now on, now 6."),
        (5, 0, 0, MARCH - timedelta(days=29), MARCH + timedelta(days=30),
         "0 of 5 touches so far, about 2 expected by now. Needs 2 touches a week from now on, now 0."),
        (100, 100, 24, MARCH - timedelta(days=40), MARCH + timedelta(days=27), "The goal is reached: 100 of 100 touches."),
        (100, 64, 24, MARCH - timedelta(days=40), MARCH - timedelta(days=1), "Ended with 64 of 100 touches."),
        (100, 64, 25, MARCH - timedelta(days=40), None, "64 of 100 touches so far, and no end date; now 6.2 a week."),
        (None, 64, 24, MARCH - timedelta(days=40), None, "No goal is set."),
        (10, 0, 0, MARCH + timedelta(days=5), MARCH + timedelta(days=9), "Starts 6 Mar 2026."),
    ],
)  # fmt: skip
def test_pace_says_what_was_expected_what_is_there_and_what_it_takes(goal, done, recent, begun, ends, sentence):
    assert forecast(Course(begun, ends, MARCH), "touches", goal, done, recent).sentence == sentence


@pytest.mark.parametrize(
    ("days", "recent", "told"), [(13, 20, False), (14, 4, False), (14, 5, True), (0, 5, False), (-5, 5, False)]
)
def test_no_range_is_drawn_from_less_than_14_days_or_5_events(days, recent, told):
    """`days` have gone, today included; below 0 it has not begun."""
    one = forecast(
        Course(MARCH - timedelta(days=days - 1), MARCH + timedelta(days=40), MARCH), "meetings", 20, 9, recent
    )
    assert (one.likely_low is not None, one.likely_high is not None) == (told, told)
    assert ("at the end" in one.outlook) == told


def test_the_range_says_what_it_assumes_and_weeks_that_differ_widen_it():
    course = Course(MARCH - timedelta(days=55), MARCH + timedelta(days=28), MARCH)
    even, uneven = (forecast(course, "touches", 900, 400, 200, weeks) for weeks in ([50] * 8, [10, 90] * 4))
    assert (
        even.outlook
        == f"If the pace of the last 28 days holds, {even.likely_low} to {even.likely_high} touches at the end, 8 times in 10."
    )
    assert uneven.likely_high - uneven.likely_low > 1.5 * (even.likely_high - even.likely_low)


def test_what_has_ended_has_no_range_but_its_end():
    one = forecast(Course(MARCH - timedelta(days=40), MARCH - timedelta(days=1), MARCH), "meetings", 20, 9, 0)
    assert (one.likely_low, one.likely_high, one.outlook) == (9, 9, "")


def test_pace_expects_in_proportion_to_the_days_that_are_gone():
    one = forecast(Course(MARCH - timedelta(days=29), MARCH + timedelta(days=30), MARCH), "touches", 60, 40, 28)
    assert (one.elapsed_share, one.expected_now, one.now_per_week) == (0.5, 30, 7)
    assert one.needed_per_week == pytest.approx(20 * 7 / 31)
    assert one.done < one.likely_low < 40 + 31 < one.likely_high


def test_a_young_campaign_is_measured_over_its_own_days_but_a_week_at_least():
    assert forecast(Course(MARCH - timedelta(days=1), None, MARCH), "touches", None, 5, 5).now_per_week == 5
    assert forecast(Course(MARCH - timedelta(days=13), None, MARCH), "touches", None, 5, 5).now_per_week == 2.5


@given(
    day=ANY_DAY, zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
)
def test_a_week_has_seven_days_whatever_the_clocks_do(day, zone):
    start, zone = monday(day), ZoneInfo(zone)
    assert start.weekday() == 0
    assert start <= day < start + timedelta(days=7)
    hours = (
        midnight(start + timedelta(days=7), zone).astimezone(UTC) - midnight(start, zone).astimezone(UTC)
    ) / timedelta(hours=1)
    assert hours in {167, 167.5, 168, 168.5, 169}


def test_weeks_stand_without_a_gap():
    starts = mondays(date(2026, 3, 11), date(2026, 3, 11))[-3:]
    assert starts == [date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9)]
    busy = {starts[0]: Week(starts[0], 3), starts[2]: Week(starts[2], 1)}
    assert [week.touches for week in unbroken(busy, date(2026, 2, 25), date(2026, 3, 11))] == [3, 0, 1]


def test_the_document_says_of_each_figure_what_the_app_says():
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DOCS.read_text(), re.MULTILINE))
    assert told == DEFINITIONS
    assert all(sentence.endswith(".") for sentence in DEFINITIONS.values())
