"""What we have said ourselves, and lost the answer to, is nobody else's change."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.models import SyncAccount, SyncConflict, SyncStatus, now
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from app.sync.pull import listener
from app.sync.runner.worker import drain
from tests.support import faults, sync_harness
from tests.support.sync_harness import ask, settled
from tests.support.world import contact

FACTS = pytest.mark.parametrize(
    "facts", [("phones", ["+4722000001"], ["+4722000002"], ["+4722000003"]), ("name", "Kari Hansen", "Kari Berg", "Kari Dahl")],
    ids=["phones", "name"],
)  # fmt: skip


@pytest.mark.parametrize("facts", [("phones", ["+4722000001"], ["+4722000002"]), ("name", "Kari Hansen", "Kari Berg")], ids=["phones", "name"])  # fmt: skip
@pytest.mark.parametrize("lost", [faults.server_error(commits=True), faults.reset(commits=True)], ids=["500", "reset"])
def test_an_edit_whose_answer_got_lost_and_another_edit_after_it_are_no_conflict(fake, desk, ada_with_key, facts, lost):
    field, first, second = facts
    kari = contact(ada_with_key, "Kari Nordmann", phone="+4722000000", email="kari@steel.example")
    ask(ada_with_key, kari)
    settled(desk)
    fake.next(lost, method="PATCH", kind="persons")
    edit(ada_with_key, kari, {field: first})
    drain(sync_harness.hurried(desk, first_wait=600, longest_wait=600))
    assert only_open().attempts == 1
    edit(ada_with_key, kari, {field: second})
    sync_harness.edit(only_open(), run_at=kari.created_at)
    settled(desk)
    with db.reading() as session:
        asked = [(row.field, row.ours, row.theirs) for row in session.exec(select(SyncConflict))]
    assert asked == []
    (there,) = fake.alive("persons")
    told = there["name"] if field == "name" else {row["value"] for row in there["phones"]}
    assert told == second or set(second) <= set(told)
    assert getattr(sync_harness.fresh(kari), field) == second


@FACTS
def test_nothing_newer_follows_an_edit_that_may_still_arrive(fake, desk, ada_with_key, facts):
    """No request overtakes another one, so the last edit is the one that stays."""
    field, first, second, _ = facts
    kari, patient = known(desk, ada_with_key), sync_harness.hurried(desk, late_commit=600)
    say_late(fake, patient, ada_with_key, kari, {field: first})
    edit(ada_with_key, kari, {field: second})
    drain(patient)
    assert len(fake.asked("PATCH", "persons")) == 1
    assert (only_open().status, only_open().attempts) == (SyncStatus.RETRY, 1)
    arrives(fake)
    sync_harness.edit(only_open(), run_at=kari.created_at)
    settled(patient)
    assert is_told(fake, field, second)
    assert conflicts() == []


@FACTS
def test_the_same_edit_is_simply_said_again(fake, desk, ada_with_key, facts):
    field, first, _, _ = facts
    kari, patient = known(desk, ada_with_key), sync_harness.hurried(desk, late_commit=600)
    say_late(fake, patient, ada_with_key, kari, {field: first})
    settled(patient)
    assert is_told(fake, field, first)


@FACTS
def test_an_edit_that_arrives_after_a_newer_one_is_said_anew_and_nobody_is_asked(fake, desk, ada_with_key, facts):
    """However late: what stands there is our own older word, so our newest one is said once more."""
    field, first, second, _ = facts
    kari, hasty = known(desk, ada_with_key), sync_harness.hurried(desk, late_commit=-desk.pace.deadline)
    say_late(fake, hasty, ada_with_key, kari, {field: first})
    edit(ada_with_key, kari, {field: second})
    settled(hasty)
    assert is_told(fake, field, second)
    arrives(fake)
    assert not is_told(fake, field, second)
    listened(hasty)
    assert is_told(fake, field, second)
    assert getattr(sync_harness.fresh(kari), field) == (second if field == "name" else [*second])
    assert conflicts() == []


@FACTS
def test_an_older_edit_that_arrives_after_two_newer_sayings_is_no_conflict(fake, desk, ada_with_key, facts):
    """The first answer is lost and so is the second; then the first request arrives last, and somebody edits again."""
    field, first, second, third = facts
    kari, hasty = (
        known(desk, ada_with_key),
        sync_harness.hurried(desk, late_commit=-desk.pace.deadline, first_wait=600, longest_wait=600),
    )
    say_late(fake, hasty, ada_with_key, kari, {field: first})
    edit(ada_with_key, kari, {field: second})
    fake.next(faults.reset(commits=True), method="PATCH", kind="persons")
    drain(hasty)
    assert is_told(fake, field, second)
    arrives(fake)
    assert is_told(fake, field, first)
    edit(ada_with_key, kari, {field: third})
    settled(hasty)
    assert conflicts() == []
    assert is_told(fake, field, third)
    assert getattr(sync_harness.fresh(kari), field) == third


def test_a_colleague_who_goes_back_to_our_older_word_much_later_is_heard(fake, desk, ada_with_key):
    kari, hasty = known(desk, ada_with_key), sync_harness.hurried(desk, late_commit=-desk.pace.deadline)
    say_late(fake, hasty, ada_with_key, kari, {"name": "Kari Hansen"})
    edit(ada_with_key, kari, {"name": "Kari Berg"})
    settled(hasty)
    with db.transaction() as session:
        (link,) = [row for row in sync_harness.links() if row.entity_key == str(kari.id)]
        (word,) = link.agreed["words"]
        link.agreed = {**link.agreed, "words": [{**word, "until": (now() - timedelta(hours=1)).isoformat()}]}
        session.add(session.merge(link))
    fake.company.edit("persons", kari_there(fake)["id"], name="Kari Hansen")
    listened(hasty)
    assert sync_harness.fresh(kari).name == "Kari Hansen"
    arrives(fake)


def test_a_meeting_moved_twice_stands_where_it_was_moved_last(fake, desk, ada_with_key):
    kari = known(desk, ada_with_key)
    hasty = sync_harness.hurried(desk, late_commit=-desk.pace.deadline)
    meeting = sync_harness.meet(ada_with_key, kari, due_date=now(), subject="Intro", location="Room 1")
    settled(hasty)
    fake.next(faults.late_commit(after=60), method="PATCH", kind="activities")
    move(ada_with_key, meeting, "Room 2")
    drain(sync_harness.hurried(hasty, first_wait=600, longest_wait=600))
    move(ada_with_key, meeting, "Room 3")
    settled(hasty)
    arrives(fake)
    assert [row["location"] for row in fake.alive("activities")] == [{"value": "Room 2"}]
    listened(hasty)
    assert [row["location"] for row in fake.alive("activities")] == [{"value": "Room 3"}]
    assert conflicts() == []


def known(desk, owner):
    """Somebody on whom both sides agree."""
    kari = contact(owner, "Kari Nordmann", phone="+4722000000", email="kari@steel.example")
    ask(owner, kari)
    settled(desk)
    return kari


def say_late(fake, desk, owner, row, changes):
    """An edit whose request is heard, never answered, and done only when it `arrives`."""
    fake.next(faults.late_commit(after=60), method="PATCH", kind="persons")
    edit(owner, row, changes)
    drain(sync_harness.hurried(desk, first_wait=600, longest_wait=600))
    assert only_open().attempts == 1
    sync_harness.edit(only_open(), run_at=row.created_at)


def arrives(fake):
    fake.gate.set()
    assert fake.late_commits.acquire(timeout=60)


def listened(desk):
    with db.transaction() as session:
        (account,) = session.exec(select(SyncAccount))
        account.listen_at, account.heard = now(), {}
        session.add(account)
    assert listener.listen(desk) == 1
    settled(desk)


def kari_there(fake):
    (there,) = fake.alive("persons")
    return there


def is_told(fake, field, value):
    there = kari_there(fake)
    return there["name"] == value if field == "name" else set(value) <= {row["value"] for row in there["phones"]}


def conflicts():
    with db.reading() as session:
        return [(row.field, row.ours, row.theirs) for row in session.exec(select(SyncConflict))]


def move(owner, row, location):
    with db.transaction() as session:
        activity_log.change(session, owner, row.id, {"location": location})


def edit(owner, row, changes):
    with db.transaction() as session:
        contact_bank.change(session, owner, row.id, changes)


def only_open():
    (row,) = [row for row in sync_harness.pushes() if row.is_open]
    return row
