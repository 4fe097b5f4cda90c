"""`Live` is only said while news would arrive; a cut, a dead and a reopened line are noticed by themselves."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import psycopg
import pytest

from app import signals
from app.models import now
from app.pages.reports.live import freshness


@pytest.fixture
def line(monkeypatch):
    """A line of our own, so that no other test's counts."""
    fresh = signals.NewsConnection()
    monkeypatch.setattr(signals, "news_connection", fresh)
    return fresh


@pytest.fixture
async def heard(url, line):
    """What is heard while the test runs."""
    told = []

    async def hear():
        async for news in signals.listen(url):
            told.append(news)  # noqa: PERF401 - it never ends

    task = asyncio.create_task(hear())
    await until(lambda: line.heard_at)
    yield told
    task.cancel()
    await asyncio.wait({task})


async def until(true, seconds=60):
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what it waits for is a clock
            await asyncio.sleep(0.02)


def backend(url):
    """The process of PostgreSQL that our line ends in."""
    with psycopg.connect(url, autocommit=True) as other:
        asked = "select pid from pg_stat_activity where application_name = 'pipedriven news' and datname = current_database()"
        return max(pid for (pid,) in other.execute(asked))


async def test_a_quiet_line_is_asked_for_a_sign_of_life(heard, line):
    first = line.heard_at
    await until(lambda: line.heard_at > first)
    assert line.is_sure
    assert heard == []


async def test_a_line_that_the_server_ends_is_unsure_at_once_and_comes_back_with_all_news(heard, line, url):
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s)", [backend(url)])
    await until(lambda: not line.is_sure, 3)
    await until(lambda: line.is_sure)
    await until(lambda: {news.topic for news in heard} == set(signals.Topic))


async def test_a_line_that_is_dead_without_a_word_is_unsure_within_seconds_and_is_opened_anew(heard, line, url):
    stopped = backend(url)
    os.kill(stopped, signal.SIGSTOP)
    try:
        await until(lambda: not line.is_sure, signals.SURE + 2)
        await until(lambda: line.is_sure)
        assert backend(url) != stopped
        assert {news.topic for news in heard} == set(signals.Topic)
    finally:
        os.kill(stopped, signal.SIGCONT)


@pytest.mark.parametrize(
    ("cut", "news", "age", "live"),
    [(False, False, 3600, True), (False, True, 1, True), (False, True, 5, False), (True, False, 1, False), (True, True, 1, False)],
)  # fmt: skip
def test_what_is_known_of_an_answer(line, cut, news, age, live):
    """A quiet hour is live; an answer that news has overtaken is not, nor is anything over a cut line."""
    line.mark_alive()
    line.is_cut = cut
    asked = now() - timedelta(seconds=age)
    at, fresh = freshness.known_true_at(SimpleNamespace(news=news), asked)
    assert fresh is live
    assert at == (asked if news else line.heard_at)


def test_where_nobody_listens_nobody_waits_for_news(line):
    assert line.is_sure
    assert freshness.known_true_at(SimpleNamespace(news=False), datetime(2026, 3, 1, tzinfo=UTC))[1]
