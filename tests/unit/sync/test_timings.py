"""Later and later, never in step, never more than an hour."""

import random
from datetime import datetime, timedelta

import pytest

from app.models.pipedrive_sync import MAX_ATTEMPTS
from app.sync.queue.timings import Pace
from app.sync.queue.token_budget import cost, time_to_midnight


@pytest.mark.parametrize(("attempts", "middle"), [(1, 30), (2, 60), (3, 120), (6, 960)])
def test_each_wait_is_twice_the_last_give_or_take_half(attempts, middle):
    waits = [Pace().backoff(attempts).total_seconds() for _ in range(300)]
    assert 0.5 * middle <= min(waits) < 0.7 * middle
    assert 1.3 * middle < max(waits) <= 1.5 * middle


def test_no_wait_is_longer_than_an_hour():
    assert max(Pace().backoff(MAX_ATTEMPTS).total_seconds() for _ in range(300)) == 3600


def test_twelve_attempts_last_the_better_part_of_a_working_day():
    random.seed(1)
    assert 4 < sum(Pace().backoff(n).total_seconds() for n in range(1, MAX_ATTEMPTS)) / 3600 < 8


def test_a_request_may_still_arrive_forty_seconds_after_we_gave_up_on_it():
    assert Pace().hold.total_seconds() >= Pace().deadline + 40
    assert Pace().lease > Pace().deadline


@pytest.mark.parametrize(("said", "hours"), [("2026-11-22T23:00:00+00:00", 1), ("2026-11-22T23:00:00+02:00", 3), ("2026-11-22T00:00:00+00:00", 24)])  # fmt: skip
def test_the_budgets_day_ends_at_midnight_utc(said, hours):
    assert time_to_midnight(datetime.fromisoformat(said)) == timedelta(hours=hours)


@pytest.mark.parametrize(("method", "path", "tokens"), [("POST", "/api/v2/persons", 5), ("GET", "/api/v2/persons/search", 20), ("GET", "/api/v2/persons/7", 1), ("GET", "/v1/users/me", 2), ("GET", "/elsewhere", 0)])  # fmt: skip
def test_what_a_call_costs(method, path, tokens):
    assert cost(method, path) == tokens
