"""Only what we can prove to have created counts as ours; what a colleague made is linked, and nothing of theirs is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.models import EntityType, PushEffect, PushReceipt, SyncConflict, SyncStatus, User, WebhookNote, now
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.pipedrive import record_choice
from app.services.push_queue import blocked_pushes, push_status
from app.sync.pull import listener
from tests.support import faults, sync_harness
from tests.support.colleague import typed_there
from tests.support.sync_deeds import change, listened, questions, undo
from tests.support.sync_harness import (
    ADAS_KEY,
    BOS_KEY,
    ask,
    counts,
    edit,
    fresh,
    links,
    listen_next,
    meet,
    settled,
    tried_once,
)
from tests.support.waiting import until
from tests.support.world import contact


@pytest.fixture
def desk(fake, database):
    return sync_harness.hurried(sync_harness.desk_at(fake.url), recheck=0)


@pytest.fixture
def marked(fake, desk, ada_with_key):
    """Ada is an administrator there: our field has been added."""
    fake.company.people.by_key[ADAS_KEY].admin = True
    ask(ada_with_key, contact(ada_with_key, "First Face", email="first@x.example"))
    settled(desk)
    listened(desk)
    return fake.company.fields["persons"][-1]["field_code"]


def restored(hours=1):
    """A backup was put back that knows nothing of Pipedrive."""
    with db.transaction() as session:
        for table in ("pipedrive_links", "pipedrive_syncs"):
            session.exec(text(f"delete from {table}"))
        firm_settings.save(session, sync_verify_since=(now() - timedelta(hours=hours)).isoformat())


def emails(*addresses):
    return [{"value": one} for one in addresses]


def effects(sync):
    with db.reading() as session:
        rows = session.exec(select(PushReceipt).where(PushReceipt.sync_id == sync.id))
        return {(one.what, one.entity_type) for one in rows}


def asked_about(row):
    with db.reading() as session:
        rows = session.exec(select(SyncConflict).where(SyncConflict.contact_id == row.id))
        return {one.field for one in rows if one.resolved_at is None}


def status(row):
    with db.reading() as session:
        return push_status.status_of(session, fresh(row))


def their_person(fake, **facts):
    firm = typed_there(fake, "organizations", name="Their Org")["id"]
    facts = {"name": "Dr. Their Name", "emails": emails("their@t.example"), "org_id": firm, **facts}
    return typed_there(fake, "persons", **facts)


@pytest.mark.parametrize("restore", [True, False])
def test_a_colleagues_person_found_by_address_is_linked_also_after_a_restore(fake, desk, ada_with_key, marked, restore):
    if restore:
        restored()
    theirs = their_person(fake)
    row = contact(ada_with_key, "T. Name", organisation="Our Idea Of It", email="their@t.example", phone="+4722334455")
    ask(ada_with_key, row)
    push = settled(desk)[-1]
    assert (PushEffect.CREATED, EntityType.PERSON) not in effects(push)
    assert (PushEffect.CREATED, EntityType.ORGANIZATION) not in effects(push)
    stands = fake.company.record("persons", theirs["id"])
    assert (stands["name"], stands["org_id"]) == ("Dr. Their Name", theirs["org_id"])
    assert [one["value"] for one in stands["phones"]] == ["+4722334455"]
    assert asked_about(row) == {"name", "org"}
    assert [one["name"] for one in fake.alive("organizations") if "Idea" in one["name"]] == []


def test_a_persons_copy_that_a_colleague_made_within_the_minute_of_a_lost_create_is_not_ours(fake, desk, ada_with_key):
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    fake.next(faults.server_error(commits=False), method="POST", kind="persons")
    ask(ada_with_key, row)
    fake.gate.set()
    with tried_once(desk):
        theirs = typed_there(fake, "persons", name="Dr. Kari Nordmann", emails=emails("kari@steel.example"))
    push = settled(desk)[-1]
    assert effects(push) == {(PushEffect.LINKED, EntityType.PERSON)}
    assert fake.company.record("persons", theirs["id"])["name"] == "Dr. Kari Nordmann"
    assert counts(fake)[1] == 1


def test_a_record_that_carries_our_mark_is_ours_although_its_answer_got_lost(fake, desk, ada_with_key, marked):
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    ask(ada_with_key, row)
    push = settled(desk)[-1]
    assert effects(push) == {(PushEffect.CREATED, EntityType.PERSON)}
    assert counts(fake)[1] == 2


def test_what_a_colleague_wrote_while_our_answer_was_lost_stays(fake, desk, ada_with_key, marked):
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    ask(ada_with_key, row)
    with tried_once(desk):
        fake.company.edit("persons", 2, name="Kari Hansen")
    settled(desk)
    listened(desk)
    assert fake.company.record("persons", 2)["name"] == "Kari Hansen"
    assert fresh(row).name == "Kari Hansen"


def test_the_look_back_after_a_restore_costs_a_bounded_number_of_tokens_and_stops_no_push(fake, desk, ada_with_key):
    blank = typed_there(fake, "persons", name="Somebody Else")
    for number in range(5_200):
        crowd = {**blank, "id": fake.company.store.next_id("persons"), "name": f"Crowd {number}"}
        fake.company.store.put("persons", crowd, fake.company.clock())
    restored()
    before = fake.company.limits.spent
    rows = [contact(ada_with_key, f"Person {number}", email=f"new{number}@x.example") for number in range(3)]
    for row in rows:
        ask(ada_with_key, row)
    assert {push.status for push in settled(desk)} == {SyncStatus.SUCCESS}
    # three first pushes, and the newest four pages once
    assert fake.company.limits.spent - before <= 3 * 25 + 40


def test_the_look_back_ends_by_itself(fake, ada_with_key):
    desk = sync_harness.hurried(sync_harness.desk_at(fake.url), search_lag=-1)
    restored()
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(ada_with_key, row)
    settled(desk)
    assert fake.company.limits.spent == 25


def test_whoever_is_deleted_and_added_again_after_a_lost_answer_is_one_person(fake, desk, ada_with_key, marked):
    first = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    ask(ada_with_key, first)
    with tried_once(desk), db.transaction() as session:
        contact_bank.trash(session, session.get_one(User, ada_with_key.id), first.id)
    again = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(ada_with_key, again)
    settled(desk)
    assert [one["name"] for one in fake.alive("persons")] == ["First Face", "Kari Nordmann"]
    assert fresh(again).pipedrive_person_id == 2


def test_two_colleagues_make_one_person_although_the_first_ones_answer_and_key_were_lost(
    fake, desk, ada_with_key, bo_with_key, marked
):
    annas = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    ask(ada_with_key, annas)
    sync_harness.drain(desk)
    fake.company.replace_key(ADAS_KEY, None)
    berts = contact(bo_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(bo_with_key, berts)
    until(lambda: (sync_harness.drain(desk), fresh(berts).pipedrive_person_id)[1])
    assert fresh(berts).pipedrive_person_id == 2
    assert counts(fake)[1] == 2


# merges heard by webhook


def told_of_a_merge(kind, number, into):
    with db.transaction() as session:
        session.add(WebhookNote(account="acme", entity_type=kind, remote_id=number, merged_to_id=into))


def test_the_survivor_of_a_merge_that_a_webhook_told_of_is_not_written_over(fake, desk, ada_with_key):
    row = contact(ada_with_key, "K. Mueller", organisation="Wrong Org", email="k@m.example")
    ask(ada_with_key, row)
    settled(desk)
    survivor = their_person(fake, name="Dr. Katharina Mueller", emails=emails("dr@m.example"))
    fake.company.merge("persons", 1, into=survivor["id"])
    told_of_a_merge(EntityType.PERSON, 1, survivor["id"])
    listened(desk)
    stands = fake.company.record("persons", survivor["id"])
    assert (stands["name"], stands["org_id"]) == ("Dr. Katharina Mueller", survivor["org_id"])
    assert fresh(row).pipedrive_person_id == survivor["id"]
    assert {"name", "org"} <= asked_about(row)


def test_a_merge_that_did_not_happen_is_not_believed(fake, desk, ada_with_key):
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(ada_with_key, row)
    settled(desk)
    stranger = their_person(fake)
    told_of_a_merge(EntityType.PERSON, 1, stranger["id"])
    listened(desk)
    assert fresh(row).pipedrive_person_id == 1
    assert fake.company.record("persons", stranger["id"])["name"] == "Dr. Their Name"


# what the key may not do or see


def forbidden():
    return faults.in_json(403, {"success": False, "error": "Forbidden", "code": "ERR_FORBIDDEN"})


def test_an_edit_that_pipedrive_refuses_needs_its_owner_and_goes_over_once_it_may(fake, desk, ada_with_key):
    their_person(fake, emails=emails("kari@steel.example"), name="Kari Nordmann")
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(ada_with_key, row)
    settled(desk)
    fake.next(forbidden(), method="PATCH", kind="persons", times=None)
    change(ada_with_key, row, phone="+4722334455")
    push = settled(desk)[-1]
    assert (push.status, push.error_code) == (SyncStatus.FAILED, "not_allowed")
    assert status(row).badge is push_status.Badge.NEEDS_YOU
    fake.heal()
    with db.transaction() as session:
        assert blocked_pushes.reopen_due(session, "acme") == 0
        session.exec(
            text("update pipedrive_syncs set finished_at = now() - interval '2 hours' where status = 'FAILED'")
        )
    with db.transaction() as session:
        assert blocked_pushes.reopen_due(session, "acme") == 1
    settled(desk)
    assert [one["value"] for one in fake.company.record("persons", 1)["phones"]] == ["+4722334455"]
    assert status(row).badge is push_status.Badge.IN_PIPEDRIVE


@pytest.mark.parametrize(
    ("kind", "facts"), [("persons", {"phone": "+4722334455"}), ("persons", {"name": "Kari Hansen"})]
)
def test_a_change_that_is_not_found_although_the_record_is_there_is_refused_and_not_tried_for_ever(
    fake, desk, ada_with_key, kind, facts
):
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(ada_with_key, row)
    settled(desk)
    fake.next(faults.in_json(404, {"success": False, "error": "not found"}), method="PATCH", kind=kind, times=None)
    change(ada_with_key, row, **facts)
    push = settled(desk)[-1]
    assert (push.status, push.error_code) == (SyncStatus.FAILED, "not_allowed")
    assert len(fake.asked("PATCH")) <= 2


def test_a_create_that_the_key_may_not_do_says_what_to_do(fake, desk, ada_with_key):
    fake.next(forbidden(), method="POST", kind="persons", times=None)
    ask(ada_with_key, contact(ada_with_key, "Kari Nordmann", email="kari@steel.example"))
    push = settled(desk)[-1]
    assert (push.status, push.error_code) == (SyncStatus.FAILED, "not_allowed")
    assert "Ask an administrator" in push.error


@pytest.fixture
def hidden_firm(fake, desk, bo_with_key):
    """An organization that only Bo's key sees, linked by Bo."""
    row = contact(bo_with_key, "Bo's Friend", organisation="X AG", email="friend@x.example")
    ask(bo_with_key, row)
    settled(desk)
    fake.company.edit("organizations", 1, visible_to=1)
    return fake.company.record("organizations", 1)


def test_a_firm_that_is_only_invisible_to_a_key_is_never_made_twice(fake, desk, ada_with_key, hidden_firm):
    row = contact(ada_with_key, "Carl Carlsen", organisation="X AG", email="carl@x.example")
    ask(ada_with_key, row)
    push = settled(desk)[-1]
    assert (push.status, push.error_code) == (SyncStatus.FAILED, "hidden")
    assert "your key does not see it" in push.error
    with db.transaction() as session:
        sync_harness.push_jobs.retry(session, session.get_one(User, ada_with_key.id), [push.id])
    settled(desk)
    assert len(fake.alive("organizations")) == 1
    fake.company.edit("organizations", 1, visible_to=3)
    with db.transaction() as session:
        sync_harness.push_jobs.retry(session, session.get_one(User, ada_with_key.id), [push.id])
    assert fresh(push).status is SyncStatus.PENDING
    settled(desk)
    assert (fresh(row).pipedrive_org_id, fresh(push).status) == (1, SyncStatus.SUCCESS)


def test_its_owner_may_ask_for_a_new_one_in_place_of_what_the_key_does_not_see(fake, desk, ada_with_key, hidden_firm):
    row = contact(ada_with_key, "Carl Carlsen", organisation="X AG", email="carl@x.example")
    ask(ada_with_key, row)
    push = settled(desk)[-1]
    with db.transaction() as session:
        record_choice.create_anyway(session, session.get_one(User, ada_with_key.id), push.id)
    settled(desk)
    assert fresh(row).pipedrive_org_id == 2
    assert [one["name"] for one in fake.alive("organizations")] == ["X AG", "X AG"]
    assert ("LINKED", True) in {(link.state, link.created_by_us) for link in links() if link.remote_id == 1}


def test_who_asks_for_a_new_person_leaves_a_colleagues_link_to_the_hidden_one(fake, desk, ada_with_key, bo_with_key):
    theirs = contact(bo_with_key, "Carl Carlsen", email="carl@x.example")
    ask(bo_with_key, theirs)
    settled(desk)
    mine = contact(ada_with_key, "Carl Carlsen", email="carl@x.example")
    ask(ada_with_key, mine)
    settled(desk)
    fake.company.edit("persons", 1, visible_to=1)
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada_with_key.id), mine.id, {"phone": "+4722334455"})
    push = settled(desk)[-1]
    assert push.error_code == "hidden"
    with db.transaction() as session:
        record_choice.create_anyway(session, session.get_one(User, ada_with_key.id), push.id)
    settled(desk)
    assert (fresh(mine).pipedrive_person_id, fresh(theirs).pipedrive_person_id) == (2, 1)
    (kept,) = [link for link in links() if link.entity_key == str(theirs.id)]
    assert (kept.state, kept.remote_id, kept.created_by_us) == ("LINKED", 1, True)


def test_what_the_listener_does_not_see_costs_nothing_the_second_time_and_queues_nothing(
    fake, desk, ada_with_key, bo_with_key
):
    rows = [
        contact(bo_with_key, f"Friend {number}", organisation="X AG", email=f"friend{number}@x.example")
        for number in range(5)
    ]
    for row in rows:
        ask(bo_with_key, row)
    settled(desk)
    for kind in ("persons", "organizations"):
        for record in fake.alive(kind):
            fake.company.edit(kind, record["id"], visible_to=1)
    edit(bo_with_key, pipedrive_key=None)
    first = _spent_by_a_turn(fake, desk)
    second = _spent_by_a_turn(fake, desk)
    assert second < first - 5
    assert {link.state for link in links()} == {"LINKED"}
    assert {push.status for push in sync_harness.pushes()} == {SyncStatus.SUCCESS}


def _spent_by_a_turn(fake, desk):
    patient = sync_harness.hurried(desk, recheck=0.001)
    listen_next()
    before = fake.company.limits.spent
    with db.transaction() as session:
        session.exec(text("update pipedrive_links set unseen_at = unseen_at + interval '1 hour'"))
    assert listener.listen(patient) == 1
    return fake.company.limits.spent - before


def test_an_unlinked_record_that_others_made_outlives_an_undo(fake, desk, ada_with_key, marked):
    restored()
    their_person(fake)
    row = contact(ada_with_key, "Their Name", email="their@t.example")
    meet(ada_with_key, row)
    push = settled(desk)[-1]
    undo(ada_with_key, push)
    settled(desk)
    assert [one["name"] for one in fake.alive("persons")] == ["First Face", "Dr. Their Name"]
    assert fake.alive("activities") == []


def test_the_key_of_another_colleague_finds_the_same_person(fake, desk, ada_with_key, bo_with_key):
    for owner in (ada_with_key, bo_with_key):
        ask(owner, contact(owner, "Kari Nordmann", email="kari@steel.example"))
    settled(desk)
    assert counts(fake)[1] == 1
    assert {heard.key for heard in fake.asked("POST")} <= {ADAS_KEY, BOS_KEY}


def test_what_a_colleague_deleted_and_restored_is_theirs_now(fake, desk, ada_with_key):
    row = contact(ada_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(ada_with_key, row)
    first = settled(desk)[-1]
    fake.company.remove("persons", 1)
    change(ada_with_key, row, phone="+4722334455")
    settled(desk)
    fake.company.edit("persons", 1, is_deleted=False)
    ask(ada_with_key, row)
    settled(desk)
    assert fresh(row).pipedrive_person_id == 1
    undo(ada_with_key, first)
    settled(desk)
    assert [one["id"] for one in fake.alive("persons")] == [1]


@pytest.mark.parametrize("theirs", [False, True])
def test_an_edit_after_a_lost_answer_is_no_question_where_what_was_sent_still_stands(fake, desk, ada_with_key, theirs):
    """Without our mark nobody can prove whose it is; that both sides said the same at that moment is certain."""
    row = contact(ada_with_key, "Jane Roe", email="jane@acme.example")
    ask(ada_with_key, row)
    fake.next(faults.reset(commits=True), method="POST", kind="persons")
    with tried_once(desk):
        change(ada_with_key, row, name="Jane Rowe")
        if theirs:
            fake.company.edit("persons", 1, name="Jane R. Roe")
    settled(desk)
    assert fake.company.record("persons", 1)["name"] == ("Jane R. Roe" if theirs else "Jane Rowe")
    assert [one.field for one in questions(ada_with_key)] == (["name"] if theirs else [])
    assert [one.created_by_us for one in links() if one.entity_key == str(row.id)] == [False]
