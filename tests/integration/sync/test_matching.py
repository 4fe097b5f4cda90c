"""Who is who in Pipedrive is known, asked or decided, never guessed; and the firm's own words are used there."""

import json
from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import SKIPPED, SyncAccount, SyncStatus, User, now
from app.practice.request_handler import answer
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.pipedrive import record_choice
from app.services.push_queue import company_mapping, push_jobs, push_status
from app.sync.pull import listener
from tests.support import faults, sync_harness
from tests.support.sync_harness import (
    ADAS_KEY,
    BOS_KEY,
    ask,
    counts,
    edit,
    fresh,
    links,
    meet,
    only_push,
    pushes,
    settled,
)
from tests.support.world import contact


@pytest.fixture
def desk(fake, database):
    return sync_harness.desk_at(fake.url)


@pytest.fixture
def kari(ada_with_key):
    return contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")


def typed_there(fake, kind, **facts):
    """Somebody typed it into Pipedrive's own screens."""
    headers = {"x-api-token": BOS_KEY, "content-type": "application/json"}
    reply = answer(fake.company, "POST", f"/api/v2/{kind}", [], headers, json.dumps(facts).encode())
    assert reply.status == 200, reply.body
    return json.loads(reply.body)["data"]["id"]


def emails(*values):
    return [{"value": value} for value in values]


def decide(verb, owner, *about):
    with db.transaction() as session:
        return verb(session, session.get_one(User, owner.id), *about)


def standing(row):
    with db.reading() as session:
        return push_status.status_of(session, fresh(row))


def choose(**chosen):
    with db.transaction() as session:
        firm_settings.save(session, **chosen)


@pytest.fixture
def twice(fake, desk, ada_with_key, kari):
    """Two people there have Kari's address; the push asks."""
    firm = typed_there(fake, "organizations", name="Fjord AS")
    typed_there(fake, "persons", name="Kari Nordmann", emails=emails("kari@steel.example"), org_id=firm)
    typed_there(fake, "persons", name="K. Nordmann", emails=emails("old@x.example", "kari@steel.example"))
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    return row


def test_several_that_may_be_meant_are_kept_with_all_that_tells_them_apart(twice, kari):
    assert (twice.status, twice.error_code, standing(kari).badge) == ("FAILED", "several", push_status.Badge.NEEDS_YOU)
    assert twice.candidates == [
        {"id": 1, "name": "Kari Nordmann", "organization": "Fjord AS", "email": "kari@steel.example",
         "url": "https://acme.pipedrive.com/person/1", "kind": "person"},
        {"id": 2, "name": "K. Nordmann", "organization": "", "email": "old@x.example",
         "url": "https://acme.pipedrive.com/person/2", "kind": "person"},
    ]  # fmt: skip


def test_the_owner_says_which_one_it_is(fake, desk, ada_with_key, kari, twice):
    decide(record_choice.link_to, ada_with_key, twice.id, 2)
    assert standing(kari).badge is push_status.Badge.WAITING
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert (fresh(kari).pipedrive_person_id, counts(fake)) == (2, (2, 2, 0))
    assert (fresh(twice).choice, fresh(twice).candidates) == (None, None)


def test_a_choice_that_does_not_exist_is_told_and_can_be_made_again(fake, desk, ada_with_key, kari, twice):
    decide(record_choice.link_to, ada_with_key, twice.id, 99)
    (row,) = settled(desk)
    assert (row.status, row.error_code) == (SyncStatus.FAILED, "choice_gone")
    assert row.error == "Record 99 is not in Pipedrive, or your key may not see it. Choose another one."
    decide(record_choice.link_to, ada_with_key, twice.id, 1)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert fresh(kari).pipedrive_person_id == 1


def test_none_of_them_makes_a_new_one_also_when_its_answer_got_lost(fake, desk, ada_with_key, kari, twice):
    fake.next(faults.server_error(commits=True), method="POST", kind="persons")
    decide(record_choice.create_anyway, ada_with_key, twice.id)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert (fresh(kari).pipedrive_person_id, counts(fake)) == (3, (2, 3, 0))


def test_for_an_address_that_somebody_else_has_there_none_of_them_keeps_the_link_and_adds_it(
    fake, desk, ada_with_key, kari
):
    ask(ada_with_key, kari)
    settled(desk)
    linked = fresh(kari).pipedrive_person_id
    typed_there(fake, "persons", name="Karl Hauge", emails=emails("hauge@home.example"))
    every = [*fresh(kari).emails, "hauge@home.example"]
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada_with_key.id), kari.id, {"emails": every})
    row = settled(desk)[-1]
    assert (row.error_code, [one["linked_to"] for one in row.candidates]) == ("unsure", [linked])
    assert record_choice.keeps_link(row)
    decide(record_choice.create_anyway, ada_with_key, row.id)
    assert settled(desk)[-1].status is SyncStatus.SUCCESS
    assert fresh(kari).pipedrive_person_id == linked
    told = {one["id"]: [email["value"] for email in one["emails"]] for one in fake.alive("persons")}
    assert (told[linked], len(told)) == (every, 2)


def test_who_is_left_out_needs_nobody_and_is_not_pushed_by_an_edit(fake, desk, ada_with_key, kari, twice):
    decide(record_choice.skip, ada_with_key, twice.id)
    row = fresh(twice)
    assert (row.status, row.error_code, row.candidates) == (SyncStatus.FAILED, SKIPPED, None)
    assert (standing(kari).badge, standing(kari).reason) == (
        push_status.Badge.NOT_PUSHED,
        "You skipped this push. Retry brings it back.",
    )
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada_with_key.id), kari.id, {"name": "Kari Hansen"})
    assert not any(one.is_open for one in pushes())
    ask(ada_with_key, kari)
    assert standing(kari).badge is push_status.Badge.WAITING


def test_firms_that_are_there_twice_are_asked_about_too(fake, desk, ada_with_key, kari):
    for name in ("Nordic Steel", "NORDIC STEEL AS"):
        typed_there(fake, "organizations", name=name)
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    assert [(one["kind"], one["id"], one["url"]) for one in row.candidates] == [
        ("organization", 1, "https://acme.pipedrive.com/organization/1"),
        ("organization", 2, "https://acme.pipedrive.com/organization/2"),
    ]
    decide(record_choice.link_to, ada_with_key, row.id, 2)
    assert [one.status for one in settled(desk)] == [SyncStatus.SUCCESS]
    assert (fresh(kari).pipedrive_org_id, counts(fake)) == (2, (2, 1, 0))


def test_only_its_owner_decides_and_only_what_is_open(fake, desk, ada_with_key, bo_with_key, kari, twice):
    for verb, about in ((record_choice.link_to, (1,)), (record_choice.create_anyway, ()), (record_choice.skip, ())):
        with pytest.raises(NotFound):
            decide(verb, bo_with_key, twice.id, *about)
    decide(record_choice.link_to, ada_with_key, twice.id, 1)
    settled(desk)
    with pytest.raises(Conflict, match="done already"):
        decide(record_choice.skip, ada_with_key, twice.id)


def test_unlinking_touches_nothing_there_and_a_choice_links_anew(fake, desk, ada_with_key, kari, twice):
    decide(record_choice.link_to, ada_with_key, twice.id, 1)
    settled(desk)
    written = len(fake.heard) - len(fake.asked("GET"))
    decide(record_choice.unlink, ada_with_key, kari.id)
    assert (standing(kari).badge, fresh(kari).pipedrive_person_id) == (push_status.Badge.NOT_PUSHED, None)
    assert not [link for link in links() if link.entity_type == "person"]
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada_with_key.id), kari.id, {"phone": "+47 22 33 44 55"})
    settled(desk)
    assert len(fake.heard) - len(fake.asked("GET")) == written
    row = ask(ada_with_key, kari)
    decide(record_choice.link_to, ada_with_key, row.id, 2)
    settled(desk)
    assert fresh(kari).pipedrive_person_id == 2


def test_by_the_exact_name_in_the_same_firm(fake, desk, ada_with_key):
    firm = typed_there(fake, "organizations", name="Nordic Steel AS")
    typed_there(fake, "persons", name="kari  NORDMANN", org_id=firm)
    typed_there(fake, "persons", name="Kari Nordmann")
    with_address = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel", email="kari@steel.example")
    elsewhere = contact(ada_with_key, "Kari Nordmann", organisation="Fjord AS")
    for one in (with_address, elsewhere):
        ask(ada_with_key, one)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert (fresh(with_address).pipedrive_person_id, fresh(elsewhere).pipedrive_person_id) == (1, 3)
    assert [row["value"] for row in fake.alive("persons")[0]["emails"]] == ["kari@steel.example"]


def test_the_same_name_in_the_same_firm_with_another_address_is_a_question(fake, desk, ada_with_key):
    firm = typed_there(fake, "organizations", name="Nordic Steel AS")
    typed_there(fake, "persons", name="Kari Nordmann", org_id=firm, emails=emails("private@x.example"))
    kari = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel", email="kari@steel.example")
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    assert (row.status, row.error_code, [one["id"] for one in row.candidates]) == (SyncStatus.FAILED, "unsure", [1])
    assert [one["value"] for one in fake.alive("persons")[0]["emails"]] == ["private@x.example"]


def test_two_of_that_name_in_the_firm_are_asked_about(fake, desk, ada_with_key):
    firm = typed_there(fake, "organizations", name="Nordic Steel AS")
    for _ in range(2):
        typed_there(fake, "persons", name="Kari Nordmann", org_id=firm)
    ask(ada_with_key, contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS"))
    (row,) = settled(desk)
    assert [one["organization"] for one in row.candidates] == ["Nordic Steel AS"] * 2


def test_two_without_an_address_are_not_the_same_for_that(fake, desk, ada_with_key):
    typed_there(fake, "persons", name="Ola Hansen", emails=[])
    kari = contact(ada_with_key, "Kari Nordmann")
    ask(ada_with_key, kari)
    settled(desk)
    assert (fresh(kari).pipedrive_person_id, counts(fake)) == (2, (0, 2, 0))


def test_somebody_known_there_by_number_only_is_met_at_their_firm(fake, desk, ada_with_key):
    firm = typed_there(fake, "organizations", name="ACME")
    typed_there(fake, "persons", name="Roe, Jane", org_id=firm, phones=[{"value": "+49 30 1234567"}])
    jane = contact(ada_with_key, "Jane Roe", organisation="ACME Ltd", email="jane@acme.example", phone="+49 30 1234567")
    ask(ada_with_key, jane)
    settled(desk)
    assert fresh(jane).pipedrive_person_id == 1


def test_two_contacts_of_one_bank_never_share_a_record_for_their_name(fake, desk, ada_with_key):
    one, other = (contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS") for _ in range(2))
    for row in (one, other):
        ask(ada_with_key, row)
        settled(desk)
    assert fresh(one).pipedrive_person_id != fresh(other).pipedrive_person_id


def test_two_colleagues_who_know_the_same_person_without_an_address_share_one(fake, desk, ada_with_key, bo_with_key):
    ours, theirs = (
        contact(owner, "Kari Nordmann", organisation="Nordic Steel AS") for owner in (ada_with_key, bo_with_key)
    )
    for owner, row in ((ada_with_key, ours), (bo_with_key, theirs)):
        ask(owner, row)
        settled(desk)
    assert counts(fake) == (1, 1, 0)


def listened(desk):
    with db.transaction() as session:
        row = session.exec(select(SyncAccount)).one()
        row.listen_at, row.heard = now(), {}
        session.add(row)
    assert listener.listen(desk) == 1


@pytest.fixture
def marked(fake, desk, ada_with_key):
    """Ada is an administrator there: our field has been added."""
    fake.company.people.by_key[ADAS_KEY].admin = True
    ask(ada_with_key, contact(ada_with_key, "First Face", organisation="First AS", email="first@x.example"))
    settled(desk)
    listened(desk)
    return {kind: rows[-1]["field_code"] for kind, rows in fake.company.fields.items()}


def test_what_we_create_carries_our_mark_where_a_field_for_it_could_be_added(fake, desk, ada_with_key, kari, marked):
    ask(ada_with_key, kari)
    settled(desk)
    for kind in ("persons", "organizations"):
        assert fake.alive(kind)[-1]["custom_fields"][marked[kind]].startswith("pdn-")
    listened(desk)
    assert len(fake.asked("POST", "personFields")) == 1


def test_by_our_mark_a_merged_record_is_known_again_whatever_its_addresses(fake, desk, ada_with_key, kari, marked):
    ask(ada_with_key, kari)
    settled(desk)
    (mark,) = fake.alive("persons")[-1]["custom_fields"].values()
    survivor = typed_there(fake, "persons", name="K. N.", custom_fields={marked["persons"]: mark})
    fake.company.merge("persons", 2, into=survivor)
    ask(ada_with_key, kari)
    assert SyncStatus.FAILED not in {row.status for row in settled(desk)}
    assert fresh(kari).pipedrive_person_id == survivor


def test_a_key_that_may_not_add_fields_is_asked_once_and_everything_works_without(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    settled(desk)
    listened(desk)
    listened(desk)
    assert len(fake.asked("POST", "organizationFields")) == 1
    meet(ada_with_key, kari)
    settled(desk)
    assert "Ref pdn-" in fake.alive("activities")[0]["note"]
    assert fake.alive("persons")[0]["custom_fields"] == {}


def test_a_field_that_somebody_deleted_there_stops_nothing(fake, desk, ada_with_key, kari, marked):
    for rows in fake.company.fields.values():
        rows.pop()
    ask(ada_with_key, kari)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert fake.alive("persons")[-1]["custom_fields"] == {}


def test_the_companys_own_kinds_of_activities_are_used_as_the_firm_chose(fake, desk, ada_with_key, kari):
    types = fake.company.types
    types.append(types[0] | {"id": 9, "key_string": "intro_talk", "name": "Intro talk"})
    choose(pipedrive_activity_types={"MEETING": "intro_talk"})
    meet(ada_with_key, kari)
    settled(desk)
    types[-1]["active_flag"] = False
    listened(desk)
    assert [row["type"] for row in fake.alive("activities")] == ["intro_talk"]
    with db.reading() as session:
        known = company_mapping.activity_types(session, fresh(ada_with_key))
    assert ("lunch", "Lunch") in [(one.key, one.name) for one in known]
    assert "intro_talk" not in [one.key for one in known]


@pytest.mark.parametrize("heard", [True, False], ids=["heard", "not heard"])
@pytest.mark.parametrize("how", ["off", "gone", "chosen off"])
def test_a_meeting_whose_type_is_switched_off_there_waits_for_another_one_and_then_goes_over(
    fake, desk, ada_with_key, kari, how, heard
):
    meet(ada_with_key, kari, due_date=now() + timedelta(days=1))
    settled(desk)
    fake.company.types.append(fake.company.types[0] | {"id": 9, "key_string": "intro_talk", "name": "Intro talk"})
    key = "intro_talk" if how == "chosen off" else "meeting"
    if how == "chosen off":
        choose(pipedrive_activity_types={"MEETING": key})
    (there,) = (row for row in fake.company.types if row["key_string"] == key)
    if how == "gone" or not heard:
        fake.company.types.remove(there)
    else:
        there["active_flag"] = False
    if heard:
        listened(desk)
    second = meet(ada_with_key, kari, due_date=now() + timedelta(days=2))
    (waits,) = (row for row in settled(desk) if row.status is SyncStatus.FAILED)
    assert (waits.error_code, counts(fake)[2]) == ("type_off", 1)
    assert waits.error == (
        f"The activity type {key.replace('_', ' ').capitalize()} is switched off in Pipedrive. "
        "A golden ticket chooses another one in Settings, Pipedrive; then this goes over by itself."
    )
    choose(pipedrive_activity_types={"MEETING": "lunch"})
    with db.transaction() as session:
        push_jobs.retry_all(session, session.get_one(User, ada_with_key.id))
    settled(desk)
    assert [row["type"] for row in fake.alive("activities")] == ["meeting", "lunch"]
    assert fresh(second).pipedrive_activity_id == 2


@pytest.mark.parametrize(("owner", "owned"), [("key_user", True), ("none", False)])
def test_whose_a_new_record_is_who_sees_it_and_how_it_is_labelled_is_the_firms_choice(
    fake, desk, ada_with_key, kari, owner, owned
):
    choose(pipedrive_owner=owner, pipedrive_visible_to=3, pipedrive_label_ids=[7, 8])
    edit(ada_with_key, pipedrive_user_id=fake.user_ids[ADAS_KEY])
    meet(ada_with_key, kari)
    settled(desk)
    firm, person, meeting = (fake.asked("POST", kind)[0].json for kind in ("organizations", "persons", "activities"))
    assert {("owner_id" in one) for one in (firm, person, meeting)} == {owned}
    assert (firm["visible_to"], person["visible_to"], person["label_ids"]) == (3, 3, [7, 8])
    assert "visible_to" not in meeting


def known_labels(owner):
    with db.reading() as session:
        return company_mapping.labels(session, session.get_one(User, owner.id))


def test_labels_are_known_by_name_and_one_that_is_gone_there_breaks_no_push(fake, desk, ada_with_key, kari):
    choose(pipedrive_label_ids=[2, 77])
    ask(ada_with_key, contact(ada_with_key, "First"))
    settled(desk)
    listened(desk)
    assert known_labels(ada_with_key) == {1: "Customer", 2: "Hot lead", 3: "Warm lead", 4: "Cold lead"}
    ask(ada_with_key, kari)
    settled(desk)
    assert fake.asked("POST", "persons")[-1].json["label_ids"] == [2]


def test_where_the_key_may_not_read_labels_their_numbers_go_over_as_typed(fake, desk, ada_with_key, kari):
    fake.next(faults.not_allowed(), kind="personFields", times=None)
    choose(pipedrive_label_ids=[2, 77])
    ask(ada_with_key, contact(ada_with_key, "First"))
    settled(desk)
    listened(desk)
    assert known_labels(ada_with_key) == {}
    ask(ada_with_key, kari)
    settled(desk)
    assert fake.asked("POST", "persons")[-1].json["label_ids"] == [2, 77]


@pytest.mark.parametrize(
    "wrong",
    [
        {"deleted_meetings": "shred"}, {"pipedrive_poll_minutes": 0}, {"pipedrive_activity_types": {"SKYPE": "x"}},
        {"pipedrive_visible_to": 2}, {"pipedrive_label_ids": ["7"]}, {"pipedrive_on_meeting": "party"}, {"pipedrive_owner": []},
    ],
)  # fmt: skip
def test_a_choice_that_there_is_not_is_refused_with_a_sentence(gwen, wrong):
    with pytest.raises(Invalid) as refused, db.transaction() as session:
        firm_settings.change(session, gwen, **wrong)
    assert str(refused.value).endswith(".")


def test_only_a_golden_ticket_chooses(ada_with_key):
    with pytest.raises(Forbidden), db.transaction() as session:
        firm_settings.change(session, ada_with_key, deleted_meetings="delete")


def test_a_meeting_made_by_a_colleague_goes_with_the_owners_key(fake, desk, ada_with_key, kari):
    meeting = meet(ada_with_key, kari)
    with db.transaction() as session:
        activity_log.change(session, session.get_one(User, ada_with_key.id), meeting.id, {"note": "x"})
    settled(desk)
    assert {heard.key for heard in fake.heard} == {ADAS_KEY}
    assert only_push().generation == 2
