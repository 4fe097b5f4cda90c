"""What somebody asks for alone goes before their own bulk, and no colleague waits more than ten seconds."""

import heapq
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.models import ActivityDraft, PipedriveSync, SyncStatus, Trigger, User
from app.services.activities import activity_log
from app.services.contacts import bulk_actions, contact_bank
from app.services.pipedrive import manual_push, push_receipts
from app.services.push_queue import push_jobs
from app.sync.queue import claims, leases
from app.sync.queue.timings import Pace
from app.sync.runner import worker
from tests.support import bulk_data
from tests.support.sync_harness import connect, hurried, pushes
from tests.support.world import contact, person

PACE = Pace()


def backlog(owner, how_many):
    """So many contacts handed to Pipedrive in bulk."""
    ids = bulk_data.fill(owner, how_many)
    with db.transaction() as session:
        bulk_actions.push(session, owner, ids)
    return ids


def next_of(lease, **how):
    with db.reading() as session:
        return leases.next_job(session, lease, **how)


def claimed():
    with db.transaction() as session:
        return claims.claim(session, PACE.lease, practice=False)


def edit(session, who, one):
    contact_bank.change(session, who, one.id, {"name": "Another Name"})


def push_by_hand(session, who, one):
    manual_push.push(session, who, one.id, Trigger.MANUAL)


def book(session, who, one):
    activity_log.log(session, who, one.id, ActivityDraft(type="MEETING"))


@pytest.mark.parametrize("single", [push_by_hand, book, edit])
def test_what_is_asked_for_alone_goes_before_ones_own_bulk(ada_with_key, single):
    backlog(ada_with_key, 30)
    one = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    with db.transaction() as session:
        session.merge(one).pipedrive_person_id = 7
    with db.transaction() as session:
        single(session, session.get_one(User, ada_with_key.id), one)
    assert next_of(claimed()).contact_id == one.id


def test_somebody_in_the_bulk_who_is_pushed_alone_moves_to_the_front(ada_with_key):
    ids = backlog(ada_with_key, 30)
    lease = claimed()
    last = next(one for one in reversed(ids) if next_of(lease).contact_id != one)
    with db.transaction() as session:
        manual_push.push(session, ada_with_key, last, Trigger.MANUAL)
    assert next_of(lease).contact_id == last
    assert len(pushes()) == 30


def test_an_undo_goes_before_the_bulk_and_before_what_is_asked_of_the_same_contact_later(fake, desk, ada_with_key):
    one = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    with db.transaction() as session:
        manual_push.push(session, ada_with_key, one.id, Trigger.MANUAL)
    worker.drain(desk)
    backlog(ada_with_key, 30)
    (done,) = [row for row in pushes() if row.status is SyncStatus.SUCCESS]
    with db.transaction() as session:
        push_receipts.undo(session, ada_with_key, done.id)
    with db.transaction() as session:
        manual_push.push(session, ada_with_key, one.id, Trigger.MANUAL)
    assert next_of(claimed()).trigger is Trigger.UNDO


def test_what_is_asked_for_one_by_one_by_a_script_does_not_stand_before_the_latest(ada_with_key):
    asked = []
    for number in range(30):
        asked.append(contact(ada_with_key, f"Person {number}").id)
        with db.transaction() as session:
            manual_push.push(session, ada_with_key, asked[-1], Trigger.MANUAL)
    assert asked.index(next_of(claimed()).contact_id) == 30 - leases.LATEST


def test_a_few_that_are_asked_for_alone_go_over_in_their_order(ada_with_key):
    backlog(ada_with_key, 30)
    first, second = contact(ada_with_key, "First"), contact(ada_with_key, "Second")
    for one in (first, second):
        with db.transaction() as session:
            manual_push.push(session, ada_with_key, one.id, Trigger.MANUAL)
    assert next_of(claimed()).contact_id == first.id


def test_the_bulk_goes_on_beside_a_stream_of_single_ones(fake, desk, ada_with_key):
    bulk = set(backlog(ada_with_key, 8))
    for number in range(24):
        one = contact(ada_with_key, f"Person {number}")
        with db.transaction() as session:
            manual_push.push(session, ada_with_key, one.id, Trigger.MANUAL)
    patient = hurried(desk, turn=1e9, jobs_a_turn=16)
    lease = claimed()
    with db.transaction() as session:
        leases.release(session, lease)
    worker._turn(patient, claimed())
    over = [row for row in pushes() if row.status is SyncStatus.SUCCESS]
    assert len([row for row in over if row.contact_id in bulk]) == 4


def test_trying_one_again_is_urgent_and_trying_all_again_is_not(ada_with_key):
    backlog(ada_with_key, 3)
    with db.transaction() as session:
        for row in session.exec(select(PipedriveSync)):
            row.status = SyncStatus.FAILED
            session.add(row)
    first, *_ = pushes()
    with db.transaction() as session:
        push_jobs.retry(session, ada_with_key, [first.id])
        push_jobs.retry_all(session, ada_with_key)
    assert [row.id for row in pushes() if row.urgent] == [first.id]


# --- many lanes, by a clock that this test sets forward


class Firm:
    """Colleagues with endless bulk, four workers, and turns that take as long as the product lets them."""

    TURN = PACE.turn + 2.0
    """A turn ends with the push that is under way."""

    def __init__(self, busy):
        self.elapsed = 0.0
        self.waits = {}
        self.workers = [(0.0, number, None) for number in range(PACE.lanes_at_once)]
        self.people = [connect(person(f"Busy {number}"), f"key-{number}") for number in range(busy)]
        for owner in self.people:
            backlog(owner, 5)
        self.turns = []

    def forward(self, seconds):
        """Every moment that is kept lies so much further back."""
        self.elapsed += seconds
        with db.transaction() as session:
            for statement in (
                "update sync_lanes set not_before = not_before - :by, lease_until = lease_until - :by",
                "update sync_accounts set not_before = not_before - :by",
                "update pipedrive_syncs set run_at = run_at - :by",
            ):
                session.execute(text(statement), {"by": timedelta(seconds=seconds)})

    def run(self, until):
        """Let the workers take turns; each turn is noted with when it began and whose it was."""
        while self.workers[0][0] < until:
            ends, number, lease = heapq.heappop(self.workers)
            self.forward(max(0.0, ends - self.elapsed))
            if lease:
                with db.transaction() as session:
                    leases.release(session, lease)
            lease = claimed()
            if lease:
                self.turns.append((self.elapsed, lease.who.id, next_of(lease)))
            heapq.heappush(self.workers, (self.elapsed + self.TURN, number, lease))
        self.forward(max(0.0, until - self.elapsed))

    def begun(self, owner, since):
        return next(at for at, who, _ in self.turns if who == owner.id and at >= since)


def single(owner):
    one = contact(owner, f"Urgent {owner.name}")
    with db.transaction() as session:
        manual_push.push(session, owner, one.id, Trigger.MANUAL)
    return one


@pytest.mark.parametrize("busy", [8, 40])
@pytest.mark.parametrize("moment", [20.0, 21.0, 23.5, 26.9])
def test_a_single_push_begins_within_ten_seconds_however_many_lanes_are_busy(database, busy, moment):
    firm = Firm(busy)
    firm.run(moment)
    colleague = connect(person("Bert Single"), "key-bert")
    asked = {owner.id: (owner, single(owner)) for owner in (colleague, firm.people[0])}
    firm.run(moment + 30)
    for owner, one in asked.values():
        ran = next(at for at, _, job in firm.turns if at >= moment and job.contact_id == one.id)
        assert ran - moment <= 10, (owner.name, ran - moment)


def test_lanes_with_single_pushes_all_the_time_do_not_keep_the_others_waiting_for_more_than_a_minute(database):
    firm = Firm(12)
    for owner in firm.people[:6]:
        single(owner)
    firm.run(200)
    for owner in firm.people[6:]:
        begun = [0.0, *(at for at, who, _ in firm.turns if who == owner.id)]
        assert max(after - before for before, after in itertools.pairwise(begun)) <= 60 + 3 * Firm.TURN
