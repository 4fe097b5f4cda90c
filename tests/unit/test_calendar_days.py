"""Days by the calendar of a zone, where clocks change and midnights are skipped."""

from datetime import UTC, date, datetime

import pytest

from app.calendar_days import at_local_time, days_since, local_day, start_of_day
from app.errors import Invalid

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "then", "zone", "days"),
    [
        # eleven in the evening and one in the morning: two hours, and one day
        ("2026-06-01T23:00+02:00", "2026-06-02T01:00+02:00", BERLIN, 1),
        ("2026-06-01T00:00+02:00", "2026-06-01T23:59+02:00", BERLIN, 0),
        # the same two moments lie within one day elsewhere
        ("2026-06-01T23:00+02:00", "2026-06-02T01:00+02:00", "America/New_York", 0),
        # 23 and 25 hours from midnight to midnight
        ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", BERLIN, 1),
        ("2026-10-25T00:00+02:00", "2026-10-25T23:30+01:00", BERLIN, 0),
        ("2026-06-01T23:00+00:00", "2026-06-02T01:00+00:00", "", 1),
        # what is still to come was no day ago
        ("2026-06-03T00:00+02:00", "2026-06-01T00:00+02:00", BERLIN, 0),
    ],
)
def test_days_are_midnights_between(moment, then, zone, days):
    assert days_since(at(moment), zone, at(then)) == days


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2026, 3, 29), BERLIN, "2026-03-28T23:00+00:00"),
        (date(2026, 10, 26), BERLIN, "2026-10-25T23:00+00:00"),
        # in Beirut the clocks go forward at midnight
        (date(2026, 3, 29), "Asia/Beirut", "2026-03-28T22:00+00:00"),
        (date(2026, 3, 29), "", "2026-03-29T00:00+00:00"),
    ],
)
def test_a_day_begins_at_its_own_midnight(day, zone, start):
    assert start_of_day(day, zone) == at(start)
    assert start_of_day(day, zone).tzinfo is UTC
    assert local_day(start_of_day(day, zone), zone) == day


def test_a_time_that_clocks_pass_over_is_said_and_every_other_is_what_clocks_show():
    with pytest.raises(Invalid, match="02:30 does not exist on 28 March 2027"):
        at_local_time(datetime(2027, 3, 28, 2, 30), "Europe/Berlin")  # noqa: DTZ001 - what a clock shows
    for hour in (1, 3):
        shown = datetime(2027, 3, 28, hour, 30)  # noqa: DTZ001 - what a clock shows
        assert at_local_time(shown, "Europe/Berlin").replace(tzinfo=None) == shown
    twice = datetime(2027, 10, 31, 2, 30)  # noqa: DTZ001 - what a clock shows
    assert at_local_time(twice, "Europe/Berlin").replace(tzinfo=None) == twice
