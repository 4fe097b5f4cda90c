"""What the firm chose is read once and remembered, until the database says that it changed."""

import asyncio

import pytest
from sqlalchemy import text

from app import db, signals
from app.services.base import firm_settings
from app.services.base.firm_cache import firm_cache
from app.signals import NewsConnection, Topic
from tests.support.bulk_data import counted
from tests.support.waiting import until


@pytest.fixture
def line(monkeypatch):
    """A connection for news of its own, over which nothing has come yet."""
    fresh = NewsConnection()
    monkeypatch.setattr(signals, "news_connection", fresh)
    yield fresh
    firm_cache.forget()


def rest_days():
    """The firm's days of rest, and how many statements it took to know them."""
    with counted() as asked, db.reading() as session:
        found = firm_settings.get(session, "rest_days")
    return found, len(asked)


def changed_by_hand(days):
    with db.transaction() as session:
        session.execute(text("delete from settings where key = 'rest_days'"))
        session.execute(
            text(
                "insert into settings (id, created_at, updated_at, key, value)"
                " values (gen_random_uuid(), now(), now(), 'rest_days', to_jsonb(cast(:days as int)))"
            ),
            {"days": days},
        )


def test_what_is_remembered_is_dropped_by_news_even_of_a_change_by_hand(url, line):
    async def heard():
        async for signal in signals.listen(url):
            if signal.topic is Topic.FIRM:
                firm_cache.forget()

    async def told():
        listening = asyncio.create_task(heard())
        await asyncio.to_thread(until, lambda: line.heard_at)
        first = [await asyncio.to_thread(rest_days) for _ in range(2)]
        age = firm_cache.age
        await asyncio.to_thread(changed_by_hand, 9)
        await asyncio.to_thread(until, lambda: firm_cache.age != age)
        then = [await asyncio.to_thread(rest_days) for _ in range(2)]
        listening.cancel()
        await asyncio.wait({listening})
        return first, then

    first, then = asyncio.run(told())
    assert first == [(3, 1), (3, 0)]
    assert then[0][0] == then[1][0] == 9
    assert then[1][1] == 0
    assert not line.is_hearing
    assert rest_days() == (9, 1)


def test_what_was_read_before_the_news_is_not_remembered_after_it(line):
    line.mark_open()
    with db.reading() as session:
        session.execute(text("select 1"))
        changed_by_hand(5)
        firm_cache.forget()
        assert firm_settings.get(session, "rest_days") == 3
    assert rest_days() == (5, 1)


def test_whoever_changes_it_reads_it_and_so_does_everybody_afterwards(gwen, line):
    line.mark_open()
    assert rest_days() == (3, 1)
    with db.transaction() as session:
        firm_settings.change(session, gwen, rest_days=7)
        assert firm_settings.get(session, "rest_days") == 7
        assert rest_days() == (3, 0)
    assert rest_days() == (7, 1)


def test_nothing_is_believed_over_a_line_that_is_cut_or_another_one(line):
    line.mark_open()
    assert [rest_days()[1] for _ in range(2)] == [1, 0]
    line.is_cut = True
    assert rest_days()[1] == 1
    line.mark_open()
    assert [rest_days()[1] for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("key", sorted(firm_settings.ALWAYS_ASKED))
def test_a_stop_is_asked_about_every_time(line, key):
    line.mark_open()
    with counted() as asked, db.reading() as session:
        for _ in range(2):
            firm_settings.get(session, key)
    assert len(asked) == 2
