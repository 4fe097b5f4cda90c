"""The queue moves when it is told to, by itself when nobody tells, and stops in good order."""

import asyncio
import logging
import threading
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import psycopg
import pytest
from sqlmodel import select

from app import db
from app.models import SyncAccount, SyncLane, SyncStatus, Trigger, base, now
from app.sync.pull import listener
from app.sync.queue import claims
from app.sync.queue.clock_drift import Watch
from app.sync.runner import pruning, worker
from app.sync.runner.scheduler import Clock
from tests.support import faults, sync_harness, waiting
from tests.support.sync_harness import QUICK, ask, desk_at, hurried, lane, only_push
from tests.support.world import contact

A_LONG_TIME = 3600


async def until(true):
    await asyncio.to_thread(waiting.until, true)


def done():
    return only_push().status is SyncStatus.SUCCESS


@pytest.fixture
def desk(fake, database):
    """As patient as it takes: what a busy machine is late with is looked for again after the poll, which is long here."""
    return desk_at(fake.url, replace(QUICK, deadline=30), patience=30)


@pytest.fixture
def kari(ada_with_key):
    return contact(ada_with_key, "Kari", email="kari@x.example")


async def test_news_wakes_the_drain_at_once(fake, desk, ada_with_key, kari):
    await asyncio.to_thread(ask, ada_with_key, kari, Trigger.WARM)
    clock = Clock(hurried(desk, poll=A_LONG_TIME, tick=A_LONG_TIME))
    await clock.start()
    await until(done)
    again = await asyncio.to_thread(ask, ada_with_key, kari)
    clock.wake()
    await until(lambda: not sync_harness.fresh(again).is_open)
    await clock.stop()


async def test_a_push_that_found_its_lane_taken_for_listening_goes_over_right_after(
    fake, desk, ada_with_key, kari, monkeypatch
):
    taken, done_listening = threading.Event(), threading.Event()

    def take(lease_token, lease_until):
        with db.transaction() as session:
            claims.ensure_lanes(session, practice=False)
            one = session.exec(select(SyncLane)).one()
            one.lease_token, one.lease_until = lease_token, lease_until

    def listen(_context):
        take(uuid4(), now() + timedelta(seconds=60))
        taken.set()
        done_listening.wait(30)
        take(None, None)

    looks, drain = [], worker.drain

    def look(context):
        looks.append("begun")
        drain(context)
        looks[-1] = "over"

    monkeypatch.setattr(listener, "listen", listen)
    monkeypatch.setattr(worker, "drain", look)
    clock = Clock(hurried(desk, poll=A_LONG_TIME, tick=A_LONG_TIME, lease=60))
    await clock.start()
    assert await asyncio.to_thread(taken.wait, 30)
    await asyncio.to_thread(ask, ada_with_key, kari)
    next_look = len(looks) + 1
    clock.wake()
    await until(lambda: looks[next_look - 1 :] and looks[next_look - 1] == "over")
    done_listening.set()
    await until(done)
    await clock.stop()


async def test_without_news_the_loop_looks_by_itself_whatever_the_wall_clock_says(
    fake, desk, ada_with_key, kari, monkeypatch
):
    clock, begun = Clock(hurried(desk, poll=0.1, tick=A_LONG_TIME)), monotonic()
    await clock.start()
    await asyncio.to_thread(ask, ada_with_key, kari)
    monkeypatch.setattr(base, "clock", lambda: now_then - timedelta(hours=1))
    await until(done)
    assert clock.heartbeat > begun
    await clock.stop()


async def test_after_a_short_pause_of_the_limit_the_lane_goes_on_without_waiting_for_the_next_look(
    fake, desk, ada_with_key, kari
):
    fake.next(faults.too_fast(reset=1))
    await asyncio.to_thread(ask, ada_with_key, kari)
    clock = Clock(hurried(desk, poll=A_LONG_TIME, tick=A_LONG_TIME))
    await clock.start()
    await until(done)
    await clock.stop()


now_then = now()


async def test_the_slow_tick_brings_a_dead_loop_back(fake, desk, ada_with_key, kari, caplog):
    clock = Clock(hurried(desk, poll=A_LONG_TIME, tick=0.1))
    await clock.start()
    clock._loop.cancel()
    await asyncio.wait([clock._loop])
    await asyncio.to_thread(ask, ada_with_key, kari)
    await until(done)
    await clock.stop()
    assert "starts again" in caplog.text


async def test_stopping_in_the_middle_of_a_silent_call_waits_for_no_answer_and_frees_the_lane(
    fake, desk, ada_with_key, kari
):
    slow = sync_harness.desk_at(fake.url, replace(desk.pace, deadline=A_LONG_TIME, farewell=0.3), patience=A_LONG_TIME)
    clock = Clock(slow)
    fake.next(faults.silence(), method="POST")
    await clock.start()
    await asyncio.to_thread(ask, ada_with_key, kari)
    clock.wake()
    await until(lambda: fake.asked("POST"))
    await asyncio.wait_for(clock.stop(), waiting.NEVER)
    row = await asyncio.to_thread(lane, ada_with_key)
    assert row.lease_token is None
    assert (await asyncio.to_thread(only_push)).status is SyncStatus.PENDING
    # hangs up, or the call would hold this test's threads for as long
    await asyncio.to_thread(fake.stop)


async def test_a_chore_that_the_end_cuts_short_is_no_error(desk, ada_with_key, caplog):
    begun, over = threading.Event(), threading.Event()

    def chore():
        begun.set()
        over.wait(10)

    clock = Clock(hurried(desk, poll=A_LONG_TIME, tick=A_LONG_TIME))
    clock.also("chore", 0.05, chore)
    await clock.start()
    await until(begun.is_set)
    await clock.stop()
    over.set()
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_a_stopped_desk_sends_nothing_more(fake, desk, ada_with_key, kari):
    await asyncio.to_thread(ask, ada_with_key, kari)
    desk.stopping.set()
    assert await asyncio.to_thread(worker.drain, desk) == 0
    assert fake.heard == []


async def test_a_database_that_goes_away_for_a_moment_is_waited_for(fake, desk, ada_with_key, kari, url, caplog):
    clock = Clock(hurried(desk, poll=0.1))
    await clock.start()
    with psycopg.connect(url, autocommit=True) as other:
        # waits until they are gone: the asking below is not what is cut off
        other.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")  # fmt: skip
    await asyncio.to_thread(ask, ada_with_key, kari)
    await until(done)
    await clock.stop()
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]


async def test_two_clocks_share_the_work_without_two_calls_of_one_key(fake, desk, ada_with_key, bo_with_key):
    fake.delay = 0.02
    clocks = [Clock(hurried(sync_harness.desk_at(fake.url), poll=0.1)) for _ in range(2)]
    for clock in clocks:
        await clock.start()
    people = [(owner, f"Person {n}") for n in range(8) for owner in (ada_with_key, bo_with_key)]
    for owner, name in people:
        person = await asyncio.to_thread(contact, owner, name, email=f"{name[-1]}{owner.id}@x.example")
        await asyncio.to_thread(ask, owner, person)
        for clock in clocks:
            clock.wake()
    await until(lambda: all(row.status is SyncStatus.SUCCESS for row in sync_harness.pushes()))
    for clock in clocks:
        await clock.stop()
    assert len(fake.alive("persons")) == len(people)
    assert fake.overlaps == []


async def test_what_succeeded_long_ago_is_forgotten_and_a_failure_is_not(desk, ada_with_key, kari):
    old = now() - timedelta(days=31)
    for status in (SyncStatus.SUCCESS, SyncStatus.FAILED):
        row = await asyncio.to_thread(ask, ada_with_key, kari)
        await asyncio.to_thread(sync_harness.edit, row, status=status, finished_at=old)
    await asyncio.to_thread(pruning.delete_old_pushes)
    assert [row.status for row in await asyncio.to_thread(sync_harness.pushes)] == [SyncStatus.FAILED]


def test_the_database_is_never_held_while_pipedrive_is_asked(fake, desk, ada_with_key, kari):
    seen = []

    def http_for(who):
        http = desk.http_for(who)
        http.event_hooks = {"response": [lambda _: seen.append(db.engine.pool.checkedout())]}
        return http

    ask(ada_with_key, kari)
    sync_harness.settled(replace(hurried(desk, lanes_at_once=1), http_for=http_for))
    assert seen
    assert set(seen) == {0}


def test_a_clock_that_is_set_back_by_an_hour_is_noticed_and_what_waits_goes_on(fake, desk, ada_with_key, kari):
    """The moments were written by the clock before, so they lie an hour ahead of the one that is right now."""
    ahead, watch = now() + timedelta(hours=1), Watch()
    sync_harness.ask(ada_with_key, kari)
    sync_harness.edit(sync_harness.only_push(), run_at=ahead)
    sync_harness.edit(sync_harness.lane(ada_with_key), not_before=ahead)
    with db.transaction() as session:
        session.add(SyncAccount(account="acme", not_before=ahead))
    assert worker.drain(desk) == 0
    assert watch.set_back(ahead) is None
    with db.transaction() as session:
        gap = watch.look(session)
        assert abs(gap - timedelta(hours=1)) < timedelta(seconds=5)
        assert watch.look(session) is None
    assert [row.status for row in sync_harness.settled(desk)] == ["SUCCESS"]


@pytest.mark.parametrize(("jump", "noticed"), [(-3600, True), (7200, False), (-5, False), (0, False)])
def test_only_a_clock_that_was_set_back_is_corrected(jump, noticed):
    watch, start = Watch(), now()
    watch.set_back(start, tick=100.0)
    assert (watch.set_back(start + timedelta(seconds=10 + jump), tick=110.0) is not None) is noticed
    assert watch.set_back(start + timedelta(seconds=20 + jump), tick=120.0) is None
