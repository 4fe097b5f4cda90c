"""A key asks no faster than Pipedrive's burst limit lets it."""

from types import SimpleNamespace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sync.api import burst_limiter
from app.sync.api.burst_limiter import MARGIN, WINDOW, Gate

SEARCH, CREATE = "https://acme.pipedrive.com/api/v2/persons/search", "https://acme.pipedrive.com/api/v2/persons"


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(burst_limiter, "monotonic", lambda: clock.now)
    return clock


def answer(url=SEARCH, left="5", status=200):
    headers = {} if left is None else {"x-ratelimit-remaining": left}
    return httpx.Response(status, headers=headers, request=httpx.Request("GET", url))


@given(gaps=st.lists(st.floats(0, 1.5), min_size=11, max_size=60))
def test_never_more_than_ten_searches_in_two_seconds(gaps):
    clock, asked, kept = SimpleNamespace(now=0.0), [], Gate()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(burst_limiter, "monotonic", lambda: clock.now)
        for gap in gaps:
            clock.now += gap + kept.wait(search=True)
            asked.append(clock.now)
            recent = [one for one in asked if one > clock.now - WINDOW]
            assert len(recent) <= 10
            kept.heard(answer(left=str(10 - len(recent))))


def test_it_waits_only_until_the_oldest_is_two_seconds_ago(clock):
    kept = Gate()
    kept.heard(answer())
    clock.now += 0.5
    kept.heard(answer(left="0"))
    assert kept.wait(search=True) == pytest.approx(1.5 + MARGIN)
    clock.now += 1.5
    assert kept.wait(search=True) == pytest.approx(0.5 + MARGIN)


def test_searches_and_the_rest_are_counted_apart(clock):
    kept = Gate()
    kept.heard(answer(left="0"))
    assert kept.wait(search=False) == 0
    kept.heard(answer(CREATE, left="0"))
    assert kept.wait(search=False) > 0


@pytest.mark.parametrize("left", [None, "1", "x"])
def test_where_nothing_is_said_or_something_is_left_nobody_waits(clock, left):
    kept = Gate()
    kept.heard(answer(left=left))
    assert kept.wait(search=True) == 0
