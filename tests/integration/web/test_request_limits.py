"""How often somebody may ask: before anything is looked up, and as one for all processes and restarts."""

import asyncio

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlmodel import select

from app import db, settings
from app.models import PersonDraft, RequestCount, Role
from app.services.accounts import sessions, users
from app.web.auth import identity
from app.web.auth.identity import IdentityCache
from app.web.middleware import rate_limit
from app.web.middleware.access_control import LINKS, OPEN, AccessControl
from app.web.middleware.rate_limit import RateLimit, RateLimits

PASSWORD = "seven quiet otters"


@pytest.fixture
def alice(database):
    with db.transaction() as session:
        return users.add(session, PersonDraft(email="alice@firm.example", name="Alice"), Role.CONSULTANT, PASSWORD)


@pytest.fixture
def token(alice):
    with db.transaction() as session:
        return sessions.open_session(session, alice, "")


@pytest.fixture
def looked_up(monkeypatch):
    """Every token that the database was asked for."""
    asked, look_up = [], identity._look_up

    def counted(token, **given):
        asked.append(token)
        return look_up(token, **given)

    monkeypatch.setattr(identity, "_look_up", counted)
    return asked


class Wall:
    def __init__(self):
        self.statuses = []
        inside = FastAPI()
        for path in ("/api/nothing", "/page", *OPEN, *(f"{link}{{token}}" for link in LINKS)):
            inside.get(path)(lambda: None)
        self.gate = AccessControl(self.let_in, inside, settings.load(), IdentityCache())

    async def let_in(self, scope, receive, send):
        self.statuses.append(200)

    async def heard(self, message):
        if message["type"] == "http.response.start":
            self.statuses.append(message["status"])

    async def ask(self, path="/api/nothing", *, cookie=None, bearer=None, place="203.0.113.9"):
        headers = [(b"host", b"localhost")]
        headers += [(b"cookie", f"sid={cookie}".encode())] if cookie else []
        headers += [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
        await self.gate(scope | {"client": (place, 1), "state": {}}, None, self.heard)
        return self.statuses[-1]


@pytest.mark.parametrize("how", ["cookie", "bearer"])
async def test_made_up_tokens_cost_no_look_up_beyond_the_limit_and_keep_no_neighbour_out(token, looked_up, how):
    wall = Wall()
    assert await wall.ask(cookie=token) == 200
    looked_up.clear()
    answers = [await wall.ask(**{how: f"made-up-{number}"}) for number in range(200)]
    assert answers == [401] * 60 + [429] * 140
    assert len(looked_up) == 60
    # whoever was in before, at the same address, stays in
    assert await wall.ask(cookie=token) == 200
    assert await wall.ask(cookie=token, place="198.51.100.1") == 200


async def test_right_tokens_are_no_strangers_however_many_come_from_one_office(alice, looked_up):
    def arrive(_):
        with db.transaction() as session:
            return sessions.open_session(session, alice, "")

    wall = Wall()
    tokens = [await asyncio.to_thread(arrive, number) for number in range(80)]
    assert {await wall.ask(cookie=token) for token in tokens} == {200}


async def test_a_token_that_is_far_too_long_is_nobodys(database, looked_up):
    wall = Wall()
    assert await wall.ask(cookie="x" * 5000) == 401
    assert looked_up == []


@pytest.mark.parametrize("path", [*sorted(OPEN), *(f"{link}abc" for link in LINKS)])
@pytest.mark.parametrize("signed_in", [True, False])
async def test_whatever_proves_something_is_limited_for_everybody(token, path, signed_in):
    """Also for who is signed in: guessing at links and passwords must not be cheaper for them."""
    wall = Wall()
    for _ in range(700):
        await wall.ask(path, cookie=token if signed_in else None)
    assert wall.statuses[-1] == 429
    passed = [status for status in wall.statuses if status != 429]
    assert len(passed) <= 600


# --- as one for all processes


def process():
    strangers = RateLimit(60, 60)
    return strangers, RateLimits(strangers=strangers)


def allowed(limit, times, key="203.0.113.9"):
    return sum(limit.wait(key) == 0 for _ in range(times))


def test_another_process_and_a_restart_know_what_was_counted(database):
    (first, one), (second, other) = process(), process()
    one.exchange(), other.exchange()
    assert (allowed(first, 40), allowed(second, 10)) == (40, 10)
    for limits in (one, other, one):
        limits.exchange()
    assert allowed(first, 30) == 10
    one.exchange()
    again, after_restart = process()
    after_restart.exchange()
    assert allowed(again, 5) == 0
    assert allowed(again, 5, "198.51.100.1") == 5


def test_an_ended_window_begins_anew_in_all_of_them(database):
    limit = RateLimit(5, 0.2)
    limits = RateLimits(strangers=limit)
    assert allowed(limit, 9) == 5
    limits.exchange()
    with db.transaction() as session:
        row = session.exec(select(RequestCount)).one()
        row.started_at -= rate_limit.request_counts.timedelta(seconds=1)
        session.add(row)
    late = RateLimit(5, 0.2)
    RateLimits(strangers=late).exchange()
    assert allowed(late, 9) == 5


def test_no_request_pays_a_statement_and_a_second_pays_three(database):
    strangers, limits = process()
    limits.exchange()
    asked = []

    def seen(*_):
        asked.append(1)

    event.listen(db.engine, "before_cursor_execute", seen)
    try:
        allowed(strangers, 500)
        assert asked == []
        limits.exchange()
        assert 0 < len(asked) <= 3
    finally:
        event.remove(db.engine, "before_cursor_execute", seen)


def test_ten_thousand_addresses_fill_neither_memory_nor_forgive_everybody(database):
    strangers, _ = process()
    for number in range(3 * rate_limit.MANY):
        strangers.wait(str(number))
    assert len(strangers._kept) <= rate_limit.MANY
    assert allowed(strangers, 100, str(3 * rate_limit.MANY - 1)) == 59


def test_no_address_stands_in_the_table(database):
    strangers, limits = process()
    strangers.wait("203.0.113.9")
    limits.exchange()
    with db.reading() as session:
        assert "203.0.113" not in repr(session.exec(select(RequestCount)).one())
