"""People with Pipedrive keys, a sync context with the patience of a test, and ways to look at what became of the pushes."""

import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, select, update

from app import db
from app.models import (
    ActivityDraft,
    PipedriveLink,
    PipedriveSync,
    SyncAccount,
    SyncLane,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services.activities import activity_log
from app.services.push_queue import push_jobs
from app.sync.api.pipedrive import http_client
from app.sync.queue.company import SyncContext
from app.sync.queue.timings import Pace
from app.sync.runner.worker import drain
from tests.support.fake_pipedrive import FakePipedrive

ADAS_KEY, BOS_KEY = "key-ada-0123456789", "key-bo-9876543210"
KEYS = {ADAS_KEY: "Ada", BOS_KEY: "Bo"}
QUICK = Pace(
    lease=10,
    deadline=1.0,
    late_commit=0.1,
    first_wait=0.02,
    longest_wait=0.1,
    offline=0.05,
    ailing=0.05,
    longest_ailing=0.1,
    spread=0.05,
    soon=0.1,
    poll=0.05,
)


@pytest.fixture
def fake():
    with FakePipedrive(KEYS) as fake:
        yield fake
        assert fake.violations == []
        assert fake.overlaps == []


@pytest.fixture
def desk(fake, database):
    return desk_at(fake.url)


def desk_at(url, pace=QUICK, patience=0.5):
    def http_for(_who):
        http = http_client(url)
        http.timeout = httpx.Timeout(patience)
        return http

    return SyncContext(http_for, lambda who: who.pipedrive_key, pace)


def hurried(desk, **pace):
    return replace(desk, pace=replace(desk.pace, **pace))


@contextmanager
def tried_once(desk):
    """Everything is tried; what failed is tried again when the block has ended, and not within it on a slow machine."""
    drain(hurried(desk, first_wait=600, longest_wait=600))
    yield
    with db.transaction() as session:
        failed = update(PipedriveSync).where(col(PipedriveSync.status) == SyncStatus.RETRY)
        session.exec(failed.values(run_at=now()))


def connect(user, key, company="acme"):
    with db.transaction() as session:
        row = session.get_one(User, user.id)
        row.pipedrive_key, row.pipedrive_company, row.pipedrive_last4 = key, company, key[-4:]
        session.add(row)
        push_jobs.wake_lane(session, row)
    return row


@pytest.fixture
def ada_with_key(ada):
    return connect(ada, ADAS_KEY)


@pytest.fixture
def bo_with_key(bo):
    return connect(bo, BOS_KEY)


def ask(owner, contact, trigger=Trigger.MANUAL):
    with db.transaction() as session:
        return push_jobs.enqueue(session, owner, contact, trigger)


def meet(owner, contact, **facts):
    """A meeting logged with the contact; it queues its own push."""
    with db.transaction() as session:
        return activity_log.log(session, owner, contact.id, ActivityDraft(type="MEETING", **facts))


def settled(desk, seconds=10):
    """Drain until nothing is open any more; returns every push by its subject."""
    until = time.monotonic() + seconds
    while True:
        drain(desk)
        rows = pushes()
        if not any(row.is_open for row in rows):
            return rows
        assert time.monotonic() < until, [(row.status, row.attempts, row.error) for row in rows if row.is_open]
        time.sleep(0.01)


def listen_next():
    """The time to listen to lists has come for every company."""
    with db.transaction() as session:
        for account in session.exec(select(SyncAccount)):
            account.listen_at = now()
            account.heard = {**account.heard, "at": (now() - timedelta(hours=1)).isoformat()}
            session.add(account)


def pushes():
    with db.reading() as session:
        return list(session.exec(select(PipedriveSync).order_by(col(PipedriveSync.created_at))))


def only_push():
    (row,) = pushes()
    return row


def links():
    with db.reading() as session:
        return list(session.exec(select(PipedriveLink)))


def lane(user):
    with db.reading() as session:
        return session.exec(select(SyncLane).where(SyncLane.user_id == user.id)).one()


def fresh(row):
    with db.reading() as session:
        return session.get_one(type(row), row.id)


def edit(row, **facts):
    with db.transaction() as session:
        found = session.get_one(type(row), row.id)
        for name, value in facts.items():
            setattr(found, name, value)
        session.add(found)
    return found


def counts(fake):
    return tuple(len(fake.alive(kind)) for kind in ("organizations", "persons", "activities"))


def no_doubles(fake):
    return [text for kind in ("organizations", "persons", "activities") for text in fake.doubles(kind)] == []
