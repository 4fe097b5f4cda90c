"""What changes here is told once, the last edit wins, what is off is taken back, and undo takes back only ours."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, NotFound
from app.models import PushEffect, PushReceipt, SyncAccount, SyncStatus, Trigger, User, now
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.pipedrive import push_receipts
from app.services.push_queue import push_jobs, push_status
from app.sync.runner.worker import drain
from tests.support import faults, openapi_contract
from tests.support.colleague import typed_there
from tests.support.sync_deeds import change, undo
from tests.support.sync_harness import (
    ADAS_KEY,
    BOS_KEY,
    ask,
    counts,
    edit,
    fresh,
    links,
    meet,
    no_doubles,
    only_push,
    pushes,
    settled,
)
from tests.support.world import contact


@pytest.fixture
def kari(ada_with_key):
    return contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")


@pytest.fixture
def pushed(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari, Trigger.WARM)
    settled(desk)
    fake.heard.clear()
    return kari


def change_meeting(owner, meeting, **facts):
    with db.transaction() as session:
        return activity_log.change(session, session.get_one(User, owner.id), meeting.id, facts)


def remove(owner, meeting):
    with db.transaction() as session:
        return activity_log.remove(session, session.get_one(User, owner.id), meeting.id)


def choose(**chosen):
    with db.transaction() as session:
        firm_settings.save(session, **chosen)


def test_ten_edits_become_one_push_and_one_request_with_the_last_of_them(fake, desk, ada_with_key, pushed):
    for number in range(9):
        change(ada_with_key, pushed, name=f"Kari {number}")
    change(ada_with_key, pushed, name="Kari Hansen", email="hansen@steel.example", phone="+47 22 33 44 55")
    (row,) = [row for row in pushes() if row.is_open]
    assert (row.trigger, row.entity_type, row.generation) == (Trigger.UPDATE, "person", 10)
    settled(desk)
    (patch,) = fake.asked("PATCH")
    assert patch.json["name"] == "Kari Hansen"
    (person,) = fake.alive("persons")
    assert [(one["value"], one["primary"]) for one in person["emails"]] == [
        ("kari@steel.example", False),
        ("hansen@steel.example", True),
    ]
    assert [one["value"] for one in person["phones"]] == ["+4722334455"]


def test_an_edit_costs_a_look_and_a_change_and_one_that_changes_nothing_costs_nothing(fake, desk, ada_with_key, pushed):
    spent = fake.company.limits.spent
    change(ada_with_key, pushed, name="Kari Hansen")
    settled(desk)
    assert fake.company.limits.spent == spent + 6
    change(ada_with_key, pushed, name="Kari Ibsen")
    change(ada_with_key, pushed, name="Kari Hansen")
    settled(desk)
    change(ada_with_key, pushed, notes="tall", tags=["steel"])
    assert not any(row.is_open for row in pushes())
    assert fake.company.limits.spent == spent + 6


def test_somebody_whom_pipedrive_does_not_know_is_not_pushed_by_an_edit(fake, desk, ada_with_key, kari):
    change(ada_with_key, kari, name="Kari Hansen")
    assert pushes() == []


def test_an_edit_mends_a_push_that_pipedrive_refused(fake, desk, ada_with_key, kari):
    fake.next(faults.refused("Validation failed: name: too long"), method="POST", kind="persons")
    ask(ada_with_key, kari)
    settled(desk)
    change(ada_with_key, kari, name="Kari")
    settled(desk)
    assert {row.status for row in pushes()} == {SyncStatus.SUCCESS}
    assert [row["name"] for row in fake.alive("persons")] == ["Kari"]


def test_another_firm_is_created_there_and_the_person_moves_to_it(fake, desk, ada_with_key, pushed):
    change(ada_with_key, pushed, organisation="Fjord AS")
    settled(desk)
    (person,) = fake.alive("persons")
    assert [row["name"] for row in fake.alive("organizations")] == ["Nordic Steel AS", "Fjord AS"]
    assert (person["org_id"], fresh(pushed).pipedrive_org_id) == (2, 2)


def test_a_record_that_was_there_before_us_follows_what_we_change_from_then_on(fake, desk, ada_with_key):
    office_person(fake, name="Kari Nordmann", emails=[{"value": "kari@steel.example"}])
    kari = contact(ada_with_key, "Nordmann, Kari", email="kari@steel.example")
    ask(ada_with_key, kari)
    settled(desk)
    assert fake.alive("persons")[0]["name"] == "Kari Nordmann"
    change(ada_with_key, kari, name="Kari Hansen")
    settled(desk)
    assert fake.alive("persons")[0]["name"] == "Kari Hansen"


def office_person(fake, **facts):
    typed_there(fake, "persons", **facts)


def test_a_meeting_follows_when_it_is_moved_held_and_emptied(fake, desk, ada_with_key, kari):
    due = now().replace(microsecond=0) + timedelta(days=2)
    meeting = meet(ada_with_key, kari, due_date=due, duration_minutes=30, location="Oslo", note="agenda")
    settled(desk)
    change_meeting(ada_with_key, meeting, due_date=due + timedelta(days=1))
    settled(desk)
    (row,) = fake.alive("activities")
    assert row["due_date"] == f"{due + timedelta(days=1):%Y-%m-%d}"
    change_meeting(ada_with_key, meeting, duration_minutes=None, location=None, note="")
    settled(desk)
    (row,) = fake.alive("activities")
    assert (row["duration"], row["location"]) == ("00:00:00", {"value": ""})
    assert row["note"].startswith("<p>Ref pdn-")
    change_meeting(ada_with_key, meeting, done=True, outcome="HELD")
    settled(desk)
    assert fake.alive("activities")[0]["done"] is True
    assert [set(one.json) for one in fake.asked("PATCH", "activities")] == [
        {"due_date", "due_time"},
        {"duration", "location", "note"},
        {"subject", "done"},
    ]


@pytest.mark.parametrize(
    ("off", "subject"), [("removed", "Called off: Intro"), ("CANCELLED", "Called off: Intro"), ("NO_SHOW", "Did not come: Intro")]
)  # fmt: skip
def test_a_meeting_that_is_off_is_marked_there_and_comes_back_when_it_is_put_back(
    fake, desk, ada_with_key, kari, off, subject
):
    meeting = meet(ada_with_key, kari, due_date=now() + timedelta(days=2), subject="Intro")
    settled(desk)
    if off == "removed":
        remove(ada_with_key, meeting)
    else:
        change_meeting(ada_with_key, meeting, outcome=off, done=True)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    (row,) = fake.alive("activities")
    assert (row["subject"], row["done"]) == (subject, True)
    with db.transaction() as session:
        me = session.get_one(User, ada_with_key.id)
        activity_log.put_back(session, me, meeting.id) if off == "removed" else activity_log.change(
            session, me, meeting.id, {"outcome": None, "done": False}
        )
    settled(desk)
    (row,) = fake.alive("activities")
    assert (row["subject"], row["done"]) == ("Intro", False)


def test_where_the_firm_deletes_such_meetings_they_are_deleted_and_put_back_anew(fake, desk, ada_with_key, kari):
    choose(deleted_meetings="delete")
    meeting = meet(ada_with_key, kari, subject="Intro")
    settled(desk)
    spent = fake.company.limits.spent
    remove(ada_with_key, meeting)
    settled(desk)
    assert fake.company.limits.spent == spent + 4
    assert (counts(fake), fresh(meeting).pipedrive_activity_id) == ((1, 1, 0), None)
    with db.transaction() as session:
        activity_log.put_back(session, session.get_one(User, ada_with_key.id), meeting.id)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert (counts(fake), fresh(meeting).pipedrive_activity_id) == ((1, 1, 1), 2)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_meeting_that_is_off_while_nobody_knows_whether_it_arrived_is_looked_for_first(
    fake, desk, ada_with_key, kari, arrived
):
    fake.next(faults.server_error(commits=arrived), method="POST", kind="activities")
    meeting = meet(ada_with_key, kari, subject="Intro")
    drain(desk)
    remove(ada_with_key, meeting)
    settled(desk)
    assert [row["subject"] for row in fake.alive("activities")] == ["Called off: Intro"] * arrived
    assert len(fake.asked("POST", "activities")) == 1


def test_what_a_colleague_wrote_under_a_meeting_is_asked_about_and_not_written_over(fake, desk, ada_with_key, kari):
    meeting = meet(ada_with_key, kari, due_date=now() + timedelta(days=2), note="agenda")
    settled(desk)
    fake.company.edit("activities", 1, note="<p>bring the samples</p>")
    change_meeting(ada_with_key, meeting, note="agenda, second version", location="Oslo")
    settled(desk)
    (row,) = fake.alive("activities")
    assert (row["note"], row["location"]) == ("<p>bring the samples</p>", {"value": "Oslo"})
    with db.reading() as session:
        assert push_status.status_of(session, fresh(kari)).badge is push_status.Badge.NEEDS_YOU


def test_a_contact_in_the_trash_closes_what_waits_and_out_of_it_goes_on(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    with db.transaction() as session:
        contact_bank.trash(session, session.get_one(User, ada_with_key.id), kari.id)
    assert (only_push().status, only_push().error_code) == (SyncStatus.FAILED, "contact_gone")
    with db.transaction() as session:
        contact_bank.restore(session, session.get_one(User, ada_with_key.id), kari.id)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert counts(fake) == (1, 1, 0)


def test_a_first_push_with_a_meeting_costs_at_most_55_and_20_more_for_somebody_with_a_number(fake, desk, ada_with_key):
    jane = contact(ada_with_key, "Jane Roe", organisation="ACME Ltd", email="jane@acme.example", phone="+49 30 1234567")
    meet(ada_with_key, jane)
    settled(desk)
    assert fake.company.limits.spent == 65
    with db.reading() as session:
        spent = {row.kind: row.tokens for row in push_jobs.spending(session, fresh(ada_with_key))}
        account = session.exec(select(SyncAccount)).one()
    assert spent == {"search": 40, "read": 10, "create": 15}
    assert (account.tokens_spent, account.tokens_left) == (65, 30_000 - 65)


def of(owner, sync):
    with db.reading() as session:
        return [
            (one.what, one.entity_type, one.remote_id or one.remote_ref)
            for one in push_receipts.list_receipts(session, owner, sync.id)
        ]


def test_a_push_leaves_a_receipt_of_everything_it_did(fake, desk, ada_with_key, kari):
    office_person(fake, name="Kari Nordmann", emails=[{"value": "kari@steel.example"}])
    meet(ada_with_key, kari)
    (row,) = settled(desk)
    assert of(ada_with_key, row) == [
        (PushEffect.LINKED, "person", 1),
        (PushEffect.CREATED, "organization", 1),
        (PushEffect.UPDATED, "person", 1),
        (PushEffect.CREATED, "activity", 1),
    ]
    change(ada_with_key, kari, name="Kari Hansen")
    row = next(row for row in settled(desk) if row.trigger is Trigger.UPDATE)
    assert of(ada_with_key, row) == [(PushEffect.UPDATED, "person", 1)]


def test_undo_takes_back_what_the_push_created_and_nothing_else(fake, desk, ada_with_key, kari):
    office_person(fake, name="Kari Nordmann", emails=[{"value": "kari@steel.example"}])
    meeting = meet(ada_with_key, kari)
    (row,) = settled(desk)
    undone = undo(ada_with_key, row)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert (counts(fake), fresh(undone).detail) == (
        (1, 1, 0),
        "Nordic Steel AS stays in Pipedrive: people belong to it.",
    )
    assert fresh(meeting).pipedrive_activity_id is None
    with db.reading() as session:
        taken = {one.entity_type for one in session.exec(select(PushReceipt)) if one.undone_at}
    assert taken == {"activity"}


def test_undo_deletes_all_of_a_first_push_and_a_later_push_makes_it_anew(fake, desk, ada_with_key, kari):
    meet(ada_with_key, kari)
    (row,) = settled(desk)
    undo(ada_with_key, row)
    settled(desk)
    assert counts(fake) == (0, 0, 0)
    assert (links(), fresh(kari).pipedrive_person_id, fresh(kari).pipedrive_org_id) == ([], None, None)
    with db.reading() as session:
        assert push_status.status_of(session, fresh(kari)).badge is push_status.Badge.NOT_PUSHED
    with pytest.raises(Conflict, match="created nothing"):
        undo(ada_with_key, row)
    ask(ada_with_key, kari)
    settled(desk)
    assert counts(fake) == (1, 1, 0)


def test_an_undo_that_broke_halfway_goes_on_where_it_was(fake, desk, ada_with_key, kari):
    meet(ada_with_key, kari)
    (row,) = settled(desk)
    fake.next(faults.server_error(commits=True), method="DELETE", kind="persons")
    undo(ada_with_key, row)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert counts(fake) == (0, 0, 0)


def test_nobody_undoes_or_reads_somebody_elses_push(fake, desk, ada_with_key, bo_with_key, kari):
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    for verb in (push_receipts.list_receipts, push_receipts.undo):
        with pytest.raises(NotFound), db.transaction() as session:
            verb(session, session.get_one(User, bo_with_key.id), row.id)


@pytest.mark.parametrize("kind", ["lead", "deal"])
def test_a_booked_meeting_earns_one_lead_or_deal_also_when_its_answer_got_lost(fake, desk, ada_with_key, kari, kind):
    choose(pipedrive_on_meeting=kind)
    fake.next(faults.server_error(commits=True), method="POST", kind=f"{kind}s")
    meet(ada_with_key, kari)
    meet(ada_with_key, kari, due_date=now() + timedelta(days=1))
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    there = list(fake.company.leads.values()) if kind == "lead" else fake.alive("deals")
    assert [(one["title"].partition(" (Ref")[0], one["person_id"]) for one in there] == [
        ("Kari Nordmann, Nordic Steel AS", 1)
    ]
    assert counts(fake) == (1, 1, 2)
    (earned,) = [row for row in pushes() if kind in {entity for _, entity, _ in of(ada_with_key, row)}]
    undo(ada_with_key, earned)
    settled(desk)
    assert (len(fake.company.leads), fake.alive("deals")) == (0, [])


def test_an_update_after_a_kill_is_told_once_it_can_be(fake, desk, ada_with_key, pushed):
    fake.next(faults.server_error(commits=True), method="PATCH", kind="persons")
    change(ada_with_key, pushed, name="Kari Hansen")
    settled(desk)
    assert no_doubles(fake)
    assert [row["name"] for row in fake.alive("persons")] == ["Kari Hansen"]


def test_an_edit_goes_over_with_the_owners_key(fake, desk, ada_with_key, pushed):
    change(ada_with_key, pushed, name="Kari Hansen")
    settled(desk)
    assert {heard.key for heard in fake.heard} == {ADAS_KEY}


@pytest.mark.skipif(not openapi_contract.OfficialContract.is_here(), reason=openapi_contract.MISSING)
def test_everything_we_send_fits_pipedrives_own_documents(fake, desk, ada_with_key, kari):
    official = openapi_contract.OfficialContract()
    choose(pipedrive_on_meeting="lead", pipedrive_visible_to=3, pipedrive_label_ids=[7])
    edit(ada_with_key, pipedrive_user_id=fake.user_ids[ADAS_KEY])
    meeting = meet(
        ada_with_key, kari, due_date=now() + timedelta(days=1), duration_minutes=30, location="Oslo", note="x"
    )
    settled(desk)
    change(ada_with_key, kari, name="Kari Hansen", email="x@y.example")
    change_meeting(ada_with_key, meeting, duration_minutes=None, location=None, note="")
    settled(desk)
    remove(ada_with_key, meeting)
    first = min(pushes(), key=lambda row: row.created_at)
    settled(desk)
    undo(ada_with_key, first)
    settled(desk)
    assert {heard.method for heard in fake.heard} == {"GET", "POST", "PATCH", "DELETE"}
    assert [official.check(one.method, one.path, one.query, one.body) for one in fake.heard] == [[]] * len(fake.heard)


@pytest.mark.parametrize("fate", ["deleted", "hidden"])
def test_a_change_that_is_refused_because_of_the_firm_says_so(fake, desk, ada_with_key, fate):
    """Pipedrive only says that it refuses the change: what it hangs on is looked at."""
    jane = contact(ada_with_key, "Jane Roe", email="jane@acme.example", organisation="Acme Ltd")
    other = contact(ada_with_key, "Kim Roe", email="kim@beta.example", organisation="Beta Works")
    for row in (jane, other):
        ask(ada_with_key, row)
    settled(desk)
    beta = fake.company.record("persons", fresh(other).pipedrive_person_id)["org_id"]
    if fate == "deleted":
        fake.company.remove("organizations", beta)
    else:
        fake.company.edit("organizations", beta, visible_to=1, owner_id=fake.company.add_user(BOS_KEY, "Zoe"))
    change(ada_with_key, jane, organisation="Beta Works")
    row = settled(desk)[-1]
    assert (row.status, row.error_code) == (SyncStatus.FAILED, "gone" if fate == "deleted" else "hidden")


def test_a_meeting_that_answers_a_planned_one_is_that_one_held_and_not_made_twice(fake, desk, ada_with_key, kari):
    planned = meet(ada_with_key, kari, due_date=now() + timedelta(minutes=1), subject="First talk")
    settled(desk)
    held = meet(ada_with_key, kari, outcome="HELD", happened_at=now(), subject="We met")
    settled(desk)
    with db.transaction() as session:
        activity_log.change(session, session.get_one(User, ada_with_key.id), held.id, {"note": "They want an offer."})
    settled(desk)
    (there,) = fake.alive("activities")
    assert (there["subject"], there["done"], fresh(planned).settled_by) == ("First talk", True, held.id)
