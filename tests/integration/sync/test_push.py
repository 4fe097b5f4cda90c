"""Organization, person and activity arrive once, linked, and are told again only what changed."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.models import Activity, LinkState, SyncAccount, SyncConflict, SyncStatus, Trigger, now
from app.practice.request_handler import answer
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.push_queue import push_jobs
from tests.support import openapi_contract, sync_harness
from tests.support.sync_harness import ADAS_KEY, BOS_KEY, ask, counts, edit, fresh, links, meet, settled
from tests.support.world import contact


@pytest.fixture
def kari(ada_with_key):
    return contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")


def test_a_warm_contact_becomes_one_organization_and_one_person(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari, Trigger.WARM)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    (firm,), (person,) = fake.alive("organizations"), fake.alive("persons")
    assert (firm["name"], person["name"], person["org_id"]) == ("Nordic Steel AS", "Kari Nordmann", firm["id"])
    assert [row["value"] for row in person["emails"]] == ["kari@steel.example"]
    assert (fresh(kari).pipedrive_org_id, fresh(kari).pipedrive_person_id) == (firm["id"], person["id"])
    assert fake.alive("activities") == []


def test_a_meeting_goes_over_in_utc_with_its_words_as_text_and_with_whom_it_is(fake, desk, ada_with_key, kari):
    due = now().replace(microsecond=0) + timedelta(days=3)
    meeting = meet(
        ada_with_key, kari, due_date=due, duration_minutes=45, location="Oslo <S>", note="a < b", subject="Intro"
    )
    settled(desk)
    (row,) = fake.alive("activities")
    assert (row["subject"], row["type"], row["done"], row["duration"]) == ("Intro", "meeting", False, "00:45:00")
    assert (row["due_date"], row["due_time"][:5]) == (f"{due:%Y-%m-%d}", f"{due:%H:%M}")
    assert (row["person_id"], row["org_id"]) == (fresh(kari).pipedrive_person_id, fresh(kari).pipedrive_org_id)
    assert row["location"] == {"value": "Oslo <S>"}
    assert row["note"].startswith("<p>a &lt; b</p><p>Ref pdn-")
    assert fresh(meeting).pipedrive_activity_id == row["id"]
    assert counts(fake) == (1, 1, 1)


def test_the_first_push_costs_at_most_55_tokens_and_the_next_meeting_5(fake, desk, ada_with_key, kari):
    meet(ada_with_key, kari)
    settled(desk)
    spent = fake.company.limits.spent
    assert spent <= 55
    assert account().tokens_spent == spent
    meet(ada_with_key, kari, due_date=now() + timedelta(days=1), subject="Second")
    settled(desk)
    assert fake.company.limits.spent == spent + 5
    assert account().tokens_spent == spent + 5
    assert counts(fake) == (1, 1, 2)


def account():
    with db.reading() as session:
        return session.exec(select(SyncAccount)).one()


def test_pushing_again_changes_nothing(fake, desk, ada_with_key, kari):
    meet(ada_with_key, kari)
    ask(ada_with_key, kari)
    settled(desk)
    before = [fake.company.records(kind) for kind in ("organizations", "persons", "activities")]
    written = len(fake.asked()) - len(fake.asked("GET"))
    ask(ada_with_key, kari)
    ask(ada_with_key, kari, Trigger.WARM)
    settled(desk)
    assert [fake.company.records(kind) for kind in ("organizations", "persons", "activities")] == before
    assert len(fake.asked()) - len(fake.asked("GET")) == written


def test_a_contact_without_a_firm_makes_no_organization(fake, desk, ada_with_key):
    ask(ada_with_key, contact(ada_with_key, "Solo", email="solo@x.example"))
    settled(desk)
    assert counts(fake) == (0, 1, 0)
    assert fake.alive("persons")[0]["org_id"] is None


def test_a_meeting_that_was_moved_and_held_is_changed_where_it_is_and_only_there(fake, desk, ada_with_key, kari):
    meeting = meet(ada_with_key, kari, due_date=now() + timedelta(hours=1), note="agenda")
    settled(desk)
    fake.company.edit("activities", 1, note="<p>written by a colleague</p>")
    with db.transaction() as session:
        activity_log.change(
            session, ada_with_key, meeting.id, {"done": True, "due_date": now() - timedelta(hours=1), "outcome": "HELD"}
        )
    settled(desk)
    (row,) = fake.alive("activities")
    assert row["done"] is True
    assert row["note"] == "<p>written by a colleague</p>"
    (patch,) = fake.asked("PATCH", "activities")
    assert set(patch.json) == {"subject", "due_date", "due_time", "done"}


def test_a_meeting_that_was_taken_back_before_it_went_is_simply_done(fake, desk, ada_with_key, kari):
    meeting = meet(ada_with_key, kari)
    with db.transaction() as session:
        activity_log.remove(session, ada_with_key, meeting.id)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert counts(fake) == (0, 0, 0)


def asked_about(contact):
    """The fields of which somebody has to say whose value stands."""
    with db.reading() as session:
        rows = session.exec(select(SyncConflict).where(SyncConflict.contact_id == contact.id))
        return {row.field for row in rows if row.resolved_at is None}


@pytest.mark.parametrize("kept", ["KARI@steel.example", "second@steel.example"])
def test_somebody_pipedrive_knows_by_any_address_is_not_created_again(fake, desk, ada_with_key, kept):
    kari = contact(
        ada_with_key, "Kari N", emails=["kari@steel.example", "second@steel.example"], phone="+47 22 33 44 55"
    )
    pipedrive_person(fake, "Kari Nordmann", emails=[{"value": "old@x.example"}, {"value": kept, "label": "home"}])
    ask(ada_with_key, kari, Trigger.WARM)
    settled(desk)
    (person,) = fake.alive("persons")
    assert person["name"] == "Kari Nordmann"
    assert (person["emails"][1]["value"], person["emails"][1]["label"]) == (kept, "home")
    assert len(person["emails"]) == 2
    assert [row["value"] for row in person["phones"]] == ["+4722334455"]
    assert asked_about(kari) == {"name", "emails"}
    assert fresh(kari).pipedrive_person_id == 1


def test_by_phone_only_where_the_names_agree(fake, desk, ada_with_key):
    pipedrive_person(fake, "Roe, Jane", phones=[{"value": "+4930123456"}])
    jane = contact(ada_with_key, "Jane Roe", phone="+49 30 123456")
    john = contact(ada_with_key, "John Doe", phone="+49 30 123456")
    for one in (jane, john):
        ask(ada_with_key, one)
    settled(desk)
    assert fresh(jane).pipedrive_person_id == 1
    assert fresh(john).pipedrive_person_id == 2


def test_when_several_could_be_meant_the_owner_is_asked_and_nobody_is_created(fake, desk, ada_with_key, kari):
    for name in ("Kari Nordmann", "K. Nordmann"):
        pipedrive_person(fake, name, emails=[{"value": "kari@steel.example"}])
    ask(ada_with_key, kari)
    (row,) = settled(desk)
    assert (row.status, row.error_code, row.attempts) == (SyncStatus.FAILED, "several", 1)
    assert row.error.endswith("Kari Nordmann (1), K. Nordmann (2). Choose one, or merge them there and try again.")
    assert len(fake.alive("persons")) == 2
    fake.company.merge("persons", 2, into=1)
    with db.transaction() as session:
        assert push_jobs.retry(session, ada_with_key, [row.id]) == 1
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]


def test_a_firm_that_pipedrive_has_is_used(fake, desk, ada_with_key, kari):
    pipedrive_record(fake, "organizations", name="nordic steel as")
    ask(ada_with_key, kari)
    settled(desk)
    assert fresh(kari).pipedrive_org_id == 1
    assert counts(fake) == (1, 1, 0)


def test_what_the_owner_changes_is_told_and_what_a_colleague_typed_there_stays(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    settled(desk)
    fake.company.edit("persons", 1, phones=[{"value": "+47 1", "label": "mobile"}])
    with db.transaction() as session:
        contact_bank.change(
            session,
            ada_with_key,
            kari.id,
            {"name": "Kari Hansen", "email": "hansen@steel.example", "phone": "+47 22 33 44 55"},
        )
    ask(ada_with_key, kari)
    settled(desk)
    (person,) = fake.alive("persons")
    assert person["name"] == "Kari Hansen"
    assert [row["value"] for row in person["emails"]] == ["kari@steel.example", "hansen@steel.example"]
    assert [(row["value"], row["label"]) for row in person["phones"]] == [("+47 1", "mobile"), ("+4722334455", "work")]


def test_two_consultants_with_the_same_firm_and_the_same_person_make_one_of_each(
    fake, desk, ada_with_key, bo_with_key, kari
):
    theirs = contact(bo_with_key, "Kari Nordmann", organisation="NORDIC STEEL", email="kari@steel.example")
    others = [contact(who, f"Person {n}", organisation="Nordic Steel AS", email=f"{n}@{who.id}.example")
              for n in range(5) for who in (ada_with_key, bo_with_key)]  # fmt: skip
    fake.delay = 0.02
    for owner, one in ((ada_with_key, kari), (bo_with_key, theirs)):
        ask(owner, one)
    for number, one in enumerate(others):
        ask((ada_with_key, bo_with_key)[number % 2], one)
    assert {row.status for row in settled(desk, 30)} == {SyncStatus.SUCCESS}
    assert counts(fake) == (1, 11, 0)
    assert fresh(kari).pipedrive_person_id == fresh(theirs).pipedrive_person_id
    assert {heard.key for heard in fake.heard} == {ADAS_KEY, BOS_KEY}


def test_what_a_colleague_created_a_moment_ago_is_known_although_search_lags(
    desk, fake, ada_with_key, bo_with_key, kari
):
    fake.company.store.lag = timedelta(minutes=5)
    theirs = contact(bo_with_key, "Kari Nordmann", organisation="Nordic Steel", email="kari@steel.example")
    ask(ada_with_key, kari)
    settled(desk)
    ask(bo_with_key, theirs)
    settled(desk)
    assert counts(fake) == (1, 1, 0)


def test_a_record_that_somebody_deleted_comes_back_only_when_its_owner_asks_again(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    settled(desk)
    fake.company.remove("persons", 1)
    meeting = meet(ada_with_key, kari)
    row = next(row for row in settled(desk) if row.entity_id == meeting.id)
    assert (row.status, row.error_code) == (SyncStatus.FAILED, "gone")
    assert row.error == "Kari Nordmann was deleted in Pipedrive. Choose Retry to create it there anew."
    assert LinkState.LOST in {link.state for link in links()}
    with db.transaction() as session:
        push_jobs.retry(session, ada_with_key, [row.id])
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert counts(fake) == (1, 1, 1)
    assert fresh(kari).pipedrive_person_id == 2


def test_a_record_that_was_merged_is_found_again_under_its_new_number(fake, desk, ada_with_key, kari):
    ask(ada_with_key, kari)
    settled(desk)
    pipedrive_person(fake, "Kari", emails=[{"value": "kari@steel.example"}])
    fake.company.merge("persons", 1, into=2)
    meet(ada_with_key, kari)
    assert {row.status for row in settled(desk)} == {SyncStatus.SUCCESS}
    assert fresh(kari).pipedrive_person_id == 2
    assert fake.alive("activities")[0]["person_id"] == 2


def test_a_company_that_calls_its_meetings_otherwise_gets_its_own_type(fake, desk, ada_with_key, kari):
    for row in fake.company.types:
        if row["key_string"] == "meeting":
            row.update(key_string="in_person_meeting", name="In person meeting")
    meet(ada_with_key, kari)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert fake.alive("activities")[0]["type"] == "in_person_meeting"


@pytest.mark.parametrize("fate", ["trashed", "erased"])
def test_a_contact_that_is_gone_closes_its_push_with_a_sentence(fake, desk, ada_with_key, kari, fate):
    ask(ada_with_key, kari)
    with db.transaction() as session:
        if fate == "trashed":
            contact_bank.trash(session, ada_with_key, kari.id)
        else:
            session.delete(session.get_one(type(kari), kari.id))
    (row,) = settled(desk)
    assert (row.status, row.error) == (SyncStatus.FAILED, "This contact is no longer in the contact bank.")
    assert fake.heard == []


def test_nobodys_key_but_the_owners_is_ever_used(fake, desk, ada_with_key, bo_with_key, kari):
    ask(ada_with_key, kari)
    edit(kari, user_id=bo_with_key.id)
    (row,) = settled(desk)
    assert (row.status, row.error_code) == (SyncStatus.FAILED, "owner_changed")
    assert fake.heard == []
    ask(bo_with_key, kari)
    settled(desk)
    assert {heard.key for heard in fake.heard} == {BOS_KEY}


def test_who_takes_a_contact_over_and_pushes_it_does_so_with_their_own_key(fake, desk, ada_with_key, bo_with_key, kari):
    first = ask(ada_with_key, kari)
    edit(kari, user_id=bo_with_key.id)
    assert ask(bo_with_key, kari).id == first.id
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
    assert {heard.key for heard in fake.heard} == {BOS_KEY}


def test_after_a_restore_what_went_over_since_the_backup_is_found_and_not_sent_again(fake, desk, ada_with_key, kari):
    bare = contact(ada_with_key, "No Address")
    ask(ada_with_key, bare)
    meet(ada_with_key, kari)
    settled(desk)
    assert counts(fake) == (1, 2, 1)
    with db.transaction() as session:
        for table in ("pipedrive_links", "pipedrive_syncs"):
            session.exec(text(f"delete from {table}"))
        session.exec(text("update activities set pipedrive_activity_id = null"))
        firm_settings.save(session, sync_verify_since=(now() - timedelta(hours=1)).isoformat())
    ask(ada_with_key, bare)
    with db.transaction() as session:
        meeting = outreach_of(session, kari)
        push_jobs.enqueue(session, ada_with_key, kari, Trigger.MEETING, meeting)
    settled(desk)
    assert counts(fake) == (1, 2, 1)


def outreach_of(session, contact):
    return session.exec(select(Activity).where(Activity.contact_id == contact.id)).one()


@pytest.mark.skipif(not openapi_contract.OfficialContract.is_here(), reason=openapi_contract.MISSING)
def test_everything_we_send_fits_pipedrives_own_documents(fake, desk, ada_with_key, kari):
    contract = openapi_contract.OfficialContract()
    meeting = meet(ada_with_key, kari, note="x", duration_minutes=30, location="Oslo")
    settled(desk)
    edit(meeting, note="y", done=True)
    ask(ada_with_key, kari)
    with db.transaction() as session:
        contact_bank.change(session, ada_with_key, kari.id, {"phone": "+47 22 33 44 55"})
        push_jobs.enqueue(session, ada_with_key, kari, Trigger.MEETING, fresh(meeting))
    settled(desk)
    assert {heard.method for heard in fake.heard} == {"GET", "POST", "PATCH"}
    assert [contract.check(one.method, one.path, one.query, one.body) for one in fake.heard] == [[]] * len(fake.heard)


def pipedrive_person(fake, name, **facts):
    return pipedrive_record(fake, "persons", name=name, **facts)


def pipedrive_record(fake, kind, **facts):
    """Somebody typed it into Pipedrive's own screens."""
    headers = {"x-api-token": BOS_KEY, "content-type": "application/json"}
    reply = answer(fake.company, "POST", f"/api/v2/{kind}", [], headers, json.dumps(facts).encode())
    assert reply.status == 200, reply.body
    return json.loads(reply.body)["data"]["id"]


@pytest.mark.parametrize("reason", ["restored from a backup", True])
def test_nothing_goes_over_while_the_operator_has_paused_it(fake, desk, ada_with_key, kari, reason):
    """The reason is kept as words, and any reason stops the drain."""
    with db.transaction() as session:
        firm_settings.save(session, sync_paused=reason)
    ask(ada_with_key, kari, Trigger.MANUAL)
    assert sync_harness.drain(desk) == 0
    assert fake.heard == []
    with db.transaction() as session:
        firm_settings.save(session, sync_paused=None)
    assert [row.status for row in settled(desk)] == [SyncStatus.SUCCESS]
