"""A week without Pipedrive costs nobody a tap, and when it is back nobody storms it."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlmodel import select

from app import db
from app.models import PipedriveSync, SyncAccount, SyncLane, SyncStatus, now
from app.models.pipedrive_sync import MAX_ATTEMPTS
from app.practice.limits import Limits
from app.services.push_queue import push_jobs
from app.sync.api.errors import OutOfOrder
from app.sync.queue import circuit_breaker, token_budget
from app.sync.queue.leases import Lease
from app.sync.queue.timings import Pace
from app.sync.runner.worker import drain
from tests.support import faults, sync_harness, world
from tests.support.api_client import ask
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.sync_harness import ADAS_KEY, BOS_KEY, connect, counts, hurried, lane, no_doubles, pushes, settled

STAFF = 8
DAYS = 7


class Crowded(FakePipedrive):
    """Counts how many requests it has in hand at the same moment."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.in_hand, self.most_in_hand = 0, 0
        self.delay = 0.005

    def hear(self, heard):
        with self._lock:
            self.in_hand += 1
            self.most_in_hand = max(self.most_in_hand, self.in_hand)
        return super().hear(heard)

    def commit(self, heard):
        try:
            return super().commit(heard)
        finally:
            with self._lock:
                self.in_hand -= 1


@pytest.fixture
def firm(database):
    """Eight people with keys, who all go on working."""
    keys = {f"key-{number}-0123456789": f"Person {number}" for number in range(STAFF)}
    staff = [connect(world.person(name), key) for key, name in keys.items()]
    with Crowded(keys) as fake:
        yield fake, staff
        assert fake.violations == []
        assert fake.overlaps == []


def a_day_passes(desk):
    """Every pause and every backoff is over, nothing that was sent can still arrive, and the drain looks again."""
    with db.transaction() as session:
        session.connection().exec_driver_sql("update pipedrive_links set intent_at = intent_at - interval '1 day'")
        for table in ("sync_lanes set not_before", "sync_accounts set not_before", "pipedrive_syncs set run_at"):
            session.connection().exec_driver_sql(f"update {table} = clock_timestamp() - interval '1 minute'")
    drain(desk)


def work(person, day):
    """What somebody does on an ordinary day, over the API; every answer has to be a good one."""
    body = {
        "name": f"Contact {day} of {person.name}",
        "email": f"c{day}@{person.id.hex[-8:]}.example",
        "warmness_score": 8,
    }
    contact = good(ask(person, "POST", "/api/contacts", body))
    meeting = {
        "type": "MEETING",
        "contact_id": contact["id"],
        "subject": f"Day {day}",
        "due_date": "2027-01-04T08:30:00Z",
    }
    good(ask(person, "POST", "/api/activities", meeting))
    good(ask(person, "GET", "/api/contacts/suggested"))
    good(ask(person, "PUT", f"/api/contacts/{contact['id']}", {"notes": "Pipedrive is away"}))
    status = good(ask(person, "GET", "/api/pipedrive/status"))
    assert status["counts"]["PENDING"] + status["counts"]["RETRY"] + status["counts"]["FAILED"] == 2 * (day + 1)


def good(answer):
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def test_a_week_without_any_line_spends_nobodys_attempts_and_ends_by_itself_without_a_stampede(firm):
    fake, staff = firm
    desk, port = hurried(sync_harness.desk_at(fake.url), offline=4, lanes_at_once=3), fake.port
    fake.stop()
    for day in range(DAYS):
        for person in staff[:2]:
            work(person, day)
        a_day_passes(desk)
    for person in staff[2:]:
        sync_harness.meet(person, world.contact(person, "Late", email=f"late@{person.id.hex[-8:]}.example"))
    a_day_passes(desk)
    rows = pushes()
    assert {(row.status, row.attempts) for row in rows} == {(SyncStatus.PENDING, 0)}
    assert {row.error for row in rows} <= {"Pipedrive cannot be reached; trying again soon.", None}
    assert {lane(person).paused_reason for person in staff} == {"Pipedrive cannot be reached; trying again soon."}
    assert fake.heard == []

    fake.start(port)
    settled(desk, 60)
    first = {heard.key: heard.at for heard in reversed(fake.heard)}
    # nobody comes back in the same moment as all the others
    assert max(first.values()) - min(first.values()) > desk.pace.offline / 4
    assert counts(fake)[1:] == (2 * DAYS + STAFF - 2,) * 2
    assert no_doubles(fake)
    assert fake.most_in_hand <= desk.pace.lanes_at_once


OUTAGES = {
    "everything": {"fault": faults.in_html(503, faults.GATEWAY_PAGE)},
    "time-outs": {"fault": faults.silence()},
    "what creates": {"fault": faults.server_error(), "method": "POST"},
    "organizations": {"fault": faults.server_error(), "kind": "organizations"},
}


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
def test_a_week_of_errors_needs_nobody(firm, outage):
    """Whatever part of Pipedrive breaks, it all waits, one asks for all, and in the end it goes over by itself."""
    fake, staff = firm
    desk = hurried(sync_harness.desk_at(fake.url), lanes_at_once=3, ailing=30, longest_ailing=60, spread=1)
    fake.next(**outage, times=None)
    for person in staff:
        sync_harness.meet(person, world.contact(person, "Kari", organisation=f"Firm {person.id.hex[-4:]}", email=f"k@{person.id.hex[-8:]}.example"))  # fmt: skip
    a_day_passes(desk)
    for day in range(MAX_ATTEMPTS + 2):
        if day < DAYS:
            sync_harness.meet(
                staff[0], world.contact(staff[0], f"Day {day}", organisation="Steel", email=f"d{day}@steel.example")
            )
        before = len(fake.heard)
        a_day_passes(desk)
        assert len({heard.key for heard in fake.heard[before:]}) == 1, "one asks for all"
        assert len(fake.heard) - before < 10
    rows = pushes()
    assert {row.status for row in rows} <= {SyncStatus.PENDING, SyncStatus.RETRY}
    assert max(row.attempts for row in rows) <= 1
    assert "Pipedrive itself is in trouble" in lane(staff[1]).paused_reason

    fake.heal()
    before, fake.in_hand, fake.most_in_hand = len(fake.heard), 0, 0
    a_day_passes(desk)
    settled(desk, 60)
    assert {row.status for row in pushes()} == {SyncStatus.SUCCESS}
    assert no_doubles(fake)
    first = {heard.key: heard.at for heard in reversed(fake.heard[before:])}
    assert max(first.values()) - min(first.values()) > desk.pace.spread / 4
    assert fake.most_in_hand <= desk.pace.lanes_at_once


def test_a_try_for_all_whose_pushes_still_wait_is_the_next_ones(firm):
    """What may still arrive is not asked about, so that colleague finds nothing out and holds up nobody."""
    fake, (ada, bo, *_) = firm
    desk = hurried(sync_harness.desk_at(fake.url), late_commit=30, lanes_at_once=1)
    fake.next(faults.server_error(), method="POST", about="ada@steel.example")
    sync_harness.ask(ada, world.contact(ada, "Waits", email="ada@steel.example"))
    drain(desk)
    sync_harness.ask(bo, world.contact(bo, "Finds out", email="bo@steel.example"))
    with db.transaction() as session:
        for change in (
            "sync_accounts set not_before = clock_timestamp(), trouble = jsonb_set(trouble, '{rests}', '1')",
            "pipedrive_syncs set run_at = clock_timestamp()",
        ):
            session.connection().exec_driver_sql(f"update {change}")
    sync_harness.edit(lane(ada), lease_until=None)
    drain(desk)
    waits, finds_out = pushes()
    assert waits.is_open
    assert finds_out.status is SyncStatus.SUCCESS


@pytest.mark.parametrize("others", [0, 1, 20])
def test_a_push_that_alone_breaks_pipedrive_needs_its_owner_and_holds_up_nobody(firm, others):
    fake, staff = firm
    ada, bo = staff[:2]
    desk = hurried(sync_harness.desk_at(fake.url), attempts=4)
    fake.next(faults.server_error(), times=None, about="poison@steel.example")
    sync_harness.ask(ada, world.contact(ada, "Poison", email="poison@steel.example"))
    for number in range(others):
        sync_harness.ask(bo if number % 2 else ada, world.contact(ada if not number % 2 else bo, f"N{number}", email=f"n{number}@steel.example"))  # fmt: skip
    poison, *rest = settled(desk, 30)
    assert (poison.status, poison.attempts) == (SyncStatus.FAILED, 4)
    assert (
        poison.error
        == "Pipedrive answers, but not to this push. We gave up after 4 tries; choose Retry to start again."
    )
    assert {row.status for row in rest} <= {SyncStatus.SUCCESS}
    assert lane(ada).paused_reason is None


def test_beside_a_backlog_under_the_real_burst_limit_a_single_push_does_not_wait_for_its_end(database):
    """With the product's own pace; only the backlog is smaller than five thousand, for its length changes nothing."""
    keys = {**sync_harness.KEYS}
    ada, bo = (connect(world.person(name), key) for key, name in keys.items())
    with FakePipedrive(keys, limits=Limits(enforced=True)) as fake:
        desk = sync_harness.desk_at(fake.url, Pace(lanes_at_once=1), patience=5)
        with db.transaction() as session:
            session.add_all(backlog(ada, 80))
        with db.transaction() as session:
            push_jobs.wake_lane(session, session.merge(ada))
        sync_harness.ask(bo, world.contact(bo, "Only One", email="one@bo.example"))
        while not fake.asked("POST", "persons", BOS_KEY):
            drain(desk)
        single = fake.asked("POST", "persons", BOS_KEY)[0].at
        # a drain ends where the backlog's key has to pause: what is left of it goes on in the next one
        while (last := fake.asked(key=ADAS_KEY)[-1].at) < single and any(row.is_open for row in pushes()):
            drain(desk)
        assert last > single


def test_a_backlog_keeps_to_the_burst_limit_without_ever_being_told(database):
    """What is left stands in every answer, so Pipedrive need not say no, and hardly a moment is wasted."""
    said = []

    class Telling(FakePipedrive):
        def commit(self, heard):
            reply = super().commit(heard)
            said.append(reply.status)
            return reply

    ada, size = connect(world.person("Ada"), ADAS_KEY), 60
    with Telling({ADAS_KEY: "Ada"}, limits=Limits(enforced=True)) as fake:
        desk = sync_harness.desk_at(fake.url, Pace(), patience=5)
        with db.transaction() as session:
            session.add_all(backlog(ada, size))
        with db.transaction() as session:
            push_jobs.wake_lane(session, session.merge(ada))
        settled(desk, 60)
    assert {row.status for row in pushes()} == {SyncStatus.SUCCESS}
    assert set(said) == {200}


def backlog(owner, size):
    rows = [world.contact(owner, f"Person {number}", email=f"p{number}@ada.example") for number in range(size)]
    sync_harness.ask(owner, rows[0])
    for row in rows[1:]:
        yield PipedriveSync(
            user_id=owner.id, contact_id=row.id, entity_type="person", entity_id=row.id, trigger="MANUAL",
            dedupe_key=f"person:{row.id}", run_at=now(),
        )  # fmt: skip


def test_a_lane_that_waits_for_a_reason_of_its_own_waits_on_when_the_trouble_begins_and_ends(database):
    ada, bo, cem = (
        connect(world.person(name), key)
        for name, key in (("Ada", ADAS_KEY), ("Bo", BOS_KEY), ("Cem", "key-cem-0123456789"))
    )
    for one in (ada, bo, cem):
        sync_harness.ask(one, world.contact(one, f"Contact of {one.name}"))
    with db.transaction() as session:
        lease = Lease(lane(ada).id, uuid4(), ada, "acme")
        own = session.get_one(SyncLane, lane(bo).id)
        own.not_before, own.paused_reason = now() + timedelta(minutes=3), "Slow down."
    waits = lane(bo).not_before
    with db.transaction() as session:
        trouble = OutOfOrder(timedelta(minutes=1))
        token_budget.pause(session, lease, str(trouble), trouble.wait)
    assert (lane(bo).not_before, lane(bo).paused_reason) == (waits, "Slow down.")
    assert lane(cem).paused_reason.startswith(OutOfOrder.says)
    with db.transaction() as session:
        session.exec(select(SyncAccount)).one().trouble = {"jobs": [], "rests": 1, "since": ""}
        line = SimpleNamespace(account="acme", lease=lease, pace=sync_harness.QUICK)
        circuit_breaker.closing(line, lambda *_: None)(session, None, None)
    assert (lane(bo).not_before, lane(bo).paused_reason) == (waits, "Slow down.")
    assert lane(cem).not_before < now() + timedelta(seconds=30)
    assert lane(cem).paused_reason is None
