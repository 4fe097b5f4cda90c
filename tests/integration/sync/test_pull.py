"""What is changed, held, moved, merged or deleted in Pipedrive comes back, and nobody overwrites anybody in silence."""

import json
from datetime import timedelta
from threading import Thread

import pytest
from sqlmodel import select, text, update

from app import db
from app.errors import Conflict, NotFound
from app.models import AuditEvent, ConflictResolution, EntityType, Outcome, SyncAccount, SyncStatus, User, now
from app.practice.request_handler import answer
from app.services.activities import activity_log
from app.services.contacts import contact_bank, organisations
from app.services.push_queue import push_jobs, push_status
from app.services.push_queue.push_status import Badge
from app.sync.pull import dispatch, listener
from tests.support import faults, openapi_contract, sync_harness
from tests.support.sync_deeds import change, decide, listened, questions
from tests.support.sync_harness import (
    BOS_KEY,
    ask,
    counts,
    edit,
    fresh,
    hurried,
    links,
    meet,
    pushes,
    settled,
)
from tests.support.world import contact


@pytest.fixture
def desk(fake, database):
    return sync_harness.hurried(sync_harness.desk_at(fake.url), recheck=0)


@pytest.fixture(autouse=True)
def _nothing_breaks(caplog):
    yield
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.fixture
def kari(fake, desk, ada_with_key):
    """Somebody whom both sides know, and agree on."""
    kari = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
    ask(ada_with_key, kari)
    settled(desk)
    listened(desk)
    return fresh(kari)


def standing(row):
    with db.reading() as session:
        return push_status.status_of(session, fresh(row))


def firm_of(row):
    with db.reading() as session:
        return organisations.name_of(session, fresh(row).organisation_id)


def values(*addresses):
    return [{"value": one, "primary": not place, "label": "work"} for place, one in enumerate(addresses)]


def test_what_only_they_changed_is_taken_over_with_a_trace_and_costs_no_answer(fake, desk, ada_with_key, kari):
    fake.company.edit("persons", 1, name="Kari Hansen", emails=values("hansen@steel.example", "kari@steel.example"),
                      phones=values("+47 22 33 44 55", "not a number"))  # fmt: skip
    fake.heard.clear()
    listened(desk)
    ours = fresh(kari)
    assert (ours.name, ours.emails) == ("Kari Hansen", ["hansen@steel.example", "kari@steel.example"])
    assert (ours.phones, ours.given_name) == (["+4722334455"], "Kari")
    assert {heard.method for heard in fake.heard} == {"GET"}
    assert not any(row.is_open for row in pushes())
    with db.reading() as session:
        (event,) = [one for one in session.exec(select(AuditEvent)) if one.action == "contact.changed_in_pipedrive"]
    assert (event.actor, event.detail) == ("pipedrive", {"fields": ["emails", "name", "phones"]})
    spent = fake.company.limits.spent
    meet(ada_with_key, kari)
    settled(desk)
    assert fake.company.limits.spent == spent + 5


def test_hearing_the_same_twice_changes_nothing(fake, desk, ada_with_key, kari):
    fake.company.edit("persons", 1, name="Kari Hansen")
    listened(desk)
    version = fresh(kari).version
    listened(desk)
    assert fresh(kari).version == version
    change(ada_with_key, kari, name="Kari Ibsen")
    settled(desk)
    assert fake.alive("persons")[0]["name"] == "Kari Ibsen"
    listened(desk)
    assert fresh(kari).name == "Kari Ibsen"


def test_an_address_removed_there_goes_here_and_one_that_only_we_know_stays(fake, desk, ada_with_key, kari):
    change(ada_with_key, kari, emails=["kari@steel.example", "k@home.example"])
    settled(desk)
    fake.company.edit("persons", 1, emails=values("k@home.example", "new@steel.example"))
    listened(desk)
    assert fresh(kari).emails == ["k@home.example", "new@steel.example"]
    assert questions(ada_with_key) == []


def test_another_firm_there_is_another_firm_here(fake, desk, ada_with_key, kari):
    typed_there(fake, "organizations", name="Fjord AS")
    fake.company.edit("persons", 1, org_id=2)
    listened(desk)
    assert (firm_of(kari), fresh(kari).pipedrive_org_id) == ("Fjord AS", 2)
    spent = fake.company.limits.spent
    meet(ada_with_key, kari)
    settled(desk)
    assert fake.company.limits.spent == spent + 5
    assert fake.alive("activities")[0]["org_id"] == 2


def test_a_firm_that_is_renamed_there_is_renamed_here(fake, desk, ada_with_key, kari):
    other = contact(ada_with_key, "Ola", organisation="Nordic Steel AS", email="ola@steel.example")
    ask(ada_with_key, other)
    settled(desk)
    fake.company.edit("organizations", 1, name="Nordic Metals AS")
    listened(desk)
    assert {firm_of(one) for one in (kari, other)} == {"Nordic Metals AS"}
    change(ada_with_key, kari, name="Kari Hansen")
    settled(desk)
    assert counts(fake)[0] == 1


@pytest.mark.parametrize("through", ["push", "listening"])
@pytest.mark.parametrize("resolution", ConflictResolution)
def test_what_both_changed_is_asked_about_field_by_field(fake, desk, ada_with_key, kari, resolution, through):
    fake.company.edit("persons", 1, name="Kari Hansen", emails=values("hansen@steel.example"))
    change(ada_with_key, kari, name="Kari Ibsen", email="ibsen@steel.example", phone="+47 22 33 44 55")
    if through == "push":
        settled(desk)
    listened(desk)
    name, emails = sorted(questions(ada_with_key), key=lambda one: one.field, reverse=True)
    assert (name.field, name.ours, name.theirs) == ("name", "Kari Ibsen", "Kari Hansen")
    assert (emails.field, emails.ours, emails.theirs) == (
        "e-mail addresses",
        "ibsen@steel.example",
        "hansen@steel.example",
    )
    assert standing(kari).badge is push_status.Badge.NEEDS_YOU
    assert standing(kari).reason.startswith("You and Pipedrive say different things about the ")
    (person,) = fake.alive("persons")
    assert (person["name"], fresh(kari).name) == ("Kari Hansen", "Kari Ibsen")
    assert [one["value"] for one in person["phones"]] == ["+4722334455"]
    for one in (name, emails):
        decide(ada_with_key, one, resolution)
        settled(desk)
    listened(desk)
    (person,) = fake.alive("persons")
    wins = "Kari Ibsen" if resolution is ConflictResolution.OURS else "Kari Hansen"
    assert (person["name"], fresh(kari).name) == (wins, wins)
    assert ("ibsen@steel.example" in [one["value"] for one in person["emails"]]) is (
        resolution is ConflictResolution.OURS
    )
    assert fresh(kari).emails == [f"{'ibsen' if resolution is ConflictResolution.OURS else 'hansen'}@steel.example"]
    assert (questions(ada_with_key), standing(kari).badge) == ([], push_status.Badge.IN_PIPEDRIVE)


def test_a_question_ends_by_itself_when_both_say_the_same(fake, desk, ada_with_key, kari):
    fake.company.edit("persons", 1, name="Kari Hansen")
    change(ada_with_key, kari, name="Kari Ibsen")
    settled(desk)
    assert len(questions(ada_with_key)) == 1
    change(ada_with_key, kari, name="Kari Hansen")
    settled(desk)
    assert questions(ada_with_key) == []


def test_only_its_owner_decides_and_only_once(fake, desk, ada_with_key, bo_with_key, kari):
    fake.company.edit("persons", 1, name="Kari Hansen")
    change(ada_with_key, kari, name="Kari Ibsen")
    settled(desk)
    (asked,) = questions(ada_with_key)
    assert questions(bo_with_key) == []
    with pytest.raises(NotFound):
        decide(bo_with_key, asked, ConflictResolution.OURS)
    decide(ada_with_key, asked, ConflictResolution.OURS)
    with pytest.raises(Conflict, match="decided already"):
        decide(ada_with_key, asked, ConflictResolution.THEIRS)


def test_a_question_about_the_firm_is_answered_with_theirs(fake, desk, ada_with_key, kari):
    typed_there(fake, "organizations", name="Fjord AS")
    fake.company.edit("persons", 1, org_id=2)
    change(ada_with_key, kari, organisation="Elv AS")
    settled(desk)
    (asked,) = questions(ada_with_key)
    assert (asked.field, asked.ours, asked.theirs) == ("organisation", "Elv AS", "Fjord AS")
    decide(ada_with_key, asked, ConflictResolution.THEIRS)
    settled(desk)
    assert (firm_of(kari), fake.alive("persons")[0]["org_id"]) == ("Fjord AS", 2)


@pytest.mark.parametrize("known_better", [None, Outcome.CANCELLED])
def test_a_meeting_that_is_done_there_was_held_unless_we_know_better(fake, desk, ada_with_key, kari, known_better):
    meeting = meet(ada_with_key, kari, due_date=now() + timedelta(hours=1), subject="Intro")
    settled(desk)
    if known_better:
        edit(meeting, outcome=known_better)
    fake.company.edit("activities", 1, done=True)
    listened(desk)
    ours = fresh(meeting)
    assert (ours.outcome, ours.done) == ((known_better, False) if known_better else (Outcome.HELD, True))
    assert fresh(kari).last_contacted == ours.happened_at


def test_a_meeting_that_is_moved_there_is_moved_here(fake, desk, ada_with_key, kari):
    due = now().replace(microsecond=0, second=0) + timedelta(days=2)
    meeting = meet(ada_with_key, kari, due_date=due)
    settled(desk)
    fake.company.edit("activities", 1, due_date=f"{due + timedelta(days=3):%Y-%m-%d}", due_time="08:15:00")
    listened(desk)
    assert fresh(meeting).due_date == (due + timedelta(days=3)).replace(hour=8, minute=15)
    assert fresh(kari).next_due == fresh(meeting).due_date
    fake.heard.clear()
    listened(desk)
    assert fake.asked("PATCH") == []


@pytest.mark.parametrize("resolution", ConflictResolution)
def test_a_meeting_that_both_moved_is_asked_about(fake, desk, ada_with_key, kari, resolution):
    due = now().replace(microsecond=0, second=0) + timedelta(days=2)
    meeting = meet(ada_with_key, kari, due_date=due, subject="Intro")
    settled(desk)
    fake.company.edit("activities", 1, due_date=f"{due + timedelta(days=3):%Y-%m-%d}")
    ours, theirs = due + timedelta(days=1), due + timedelta(days=3)
    with db.transaction() as session:
        activity_log.change(session, session.get_one(User, ada_with_key.id), meeting.id, {"due_date": ours})
    settled(desk)
    (asked,) = questions(ada_with_key)
    assert (asked.about, asked.field) == ("Intro", "date")
    decide(ada_with_key, asked, resolution)
    settled(desk)
    stands = ours if resolution is ConflictResolution.OURS else theirs
    assert fresh(meeting).due_date == stands
    assert fake.alive("activities")[0]["due_date"] == f"{stands:%Y-%m-%d}"
    assert questions(ada_with_key) == []


def test_somebody_who_was_merged_there_is_found_again(fake, desk, ada_with_key, kari):
    typed_there(fake, "persons", name="K. Nordmann", emails=values("kari@steel.example"))
    fake.company.merge("persons", 1, into=2)
    listened(desk)
    assert (fresh(kari).pipedrive_person_id, standing(kari).badge) == (2, push_status.Badge.NEEDS_YOU)
    assert [one.field for one in questions(ada_with_key)] == ["name"]
    assert fake.alive("persons")[0]["name"] == "K. Nordmann"


def test_a_firm_that_was_merged_there_is_followed(fake, desk, ada_with_key, kari):
    typed_there(fake, "organizations", name="Nordic Steel")
    fake.company.merge("organizations", 1, into=2)
    listened(desk)
    listened(desk)
    assert fresh(kari).pipedrive_org_id == 2
    assert (firm_of(kari), questions(ada_with_key)) == ("Nordic Steel AS", [])


@pytest.mark.parametrize("kind", ["persons", "organizations", "activities"])
def test_what_somebody_deleted_there_needs_its_owner_and_is_never_made_again_in_silence(
    fake, desk, ada_with_key, kari, kind
):
    meet(ada_with_key, kari, due_date=now() + timedelta(days=1))
    settled(desk)
    before = counts(fake)
    fake.company.remove(kind, 1)
    rows = listened(desk)
    assert [row.error_code for row in rows if row.status is SyncStatus.FAILED] == ["gone"]
    assert standing(kari).badge is push_status.Badge.NEEDS_YOU
    assert standing(kari).reason.endswith("was deleted in Pipedrive. Choose Retry to create it there anew.")
    change(ada_with_key, kari, name="Kari Hansen")
    settled(desk)
    listened(desk)
    assert sum(counts(fake)) == sum(before) - 1
    with db.transaction() as session:
        push_jobs.retry_all(session, session.get_one(User, ada_with_key.id))
    settled(desk)
    assert counts(fake) == before


def test_a_record_that_only_its_owner_sees_is_not_taken_for_deleted(fake, desk, ada_with_key, bo_with_key, kari):
    fake.company.edit("persons", 1, visible_to=1)
    ask(bo_with_key, contact(bo_with_key, "Ola", email="ola@x.example"))
    settled(desk)
    edit(sync_harness.lane(ada_with_key), lease_until=now())
    edit(sync_harness.lane(bo_with_key), lease_until=None)
    fake.heard.clear()
    listened(desk)
    assert BOS_KEY in {heard.key for heard in fake.asked("GET", "persons")}
    assert (standing(kari).badge, fresh(kari).pipedrive_person_id) == (push_status.Badge.IN_PIPEDRIVE, 1)


def test_whoever_has_no_links_is_not_listened_to(fake, desk, ada_with_key):
    contact(ada_with_key, "Kari", email="kari@x.example")
    assert listener.listen(desk) == 0
    assert fake.heard == []


def test_one_listens_for_the_whole_company_and_not_before_it_is_time(fake, desk, ada_with_key, bo_with_key, kari):
    fake.heard.clear()
    assert listener.listen(desk) == 0
    listened(desk)
    assert len({heard.key for heard in fake.heard}) == 1
    with db.reading() as session:
        account = session.exec(select(SyncAccount)).one()
    assert timedelta(minutes=9) < account.listen_at - now() < timedelta(minutes=11)


def test_while_one_listens_nobody_else_does(fake, desk, ada_with_key, bo_with_key, kari):
    ask(bo_with_key, contact(bo_with_key, "Ola", email="ola@x.example"))
    settled(desk)
    with db.transaction() as session:
        row = session.exec(select(SyncAccount)).one()
        row.listen_at, row.heard = now(), {}
        session.add(row)
    fake.heard.clear()
    fake.next(faults.silence(), method="GET", kind="organizations")
    one = Thread(target=listener.listen, args=(desk,))
    one.start()
    while not fake.heard:
        one.join(0.01)
    assert listener.listen(desk) == 0
    one.join()
    assert len({heard.key for heard in fake.heard}) == 1


def test_a_full_turn_costs_no_more_than_its_lists(fake, desk, ada_with_key, kari):
    patient = hurried(desk, recheck=3600)
    meet(ada_with_key, kari, due_date=now() + timedelta(days=1))
    settled(patient)
    spent = fake.company.limits.spent
    listened(patient)
    assert fake.company.limits.spent == spent + 30
    with db.reading() as session:
        assert {row.kind: row.tokens for row in push_jobs.spending(session, fresh(ada_with_key))}["listen"] >= 30


@pytest.mark.parametrize(
    "fault", [faults.server_error(), faults.too_fast(), faults.silence(), faults.budget_gone(), faults.truncated()]
)
def test_what_was_not_heard_because_of_trouble_is_heard_the_next_time(fake, desk, ada_with_key, kari, fault):
    fake.company.edit("persons", 1, name="Kari Hansen")
    fake.next(fault, method="GET", kind="persons")
    listened(desk)
    with db.transaction() as session:
        for row in [*session.exec(select(SyncAccount)), session.merge(sync_harness.lane(ada_with_key))]:
            row.not_before = now()
            session.add(row)
    listened(desk)
    assert fresh(kari).name == "Kari Hansen"


def test_a_contact_in_the_trash_hears_nothing(fake, desk, ada_with_key, kari):
    with db.transaction() as session:
        contact_bank.trash(session, session.get_one(User, ada_with_key.id), kari.id)
    fake.company.edit("persons", 1, name="Kari Hansen")
    listened(desk)
    assert fresh(kari).name == "Kari Nordmann"


def test_what_was_linked_before_such_things_were_kept_starts_where_it_is(fake, desk, ada_with_key, kari):
    for link in links():
        edit(link, agreed=None)
    fake.company.edit("persons", 1, phones=values("+47 22 33 44 55"))
    listened(desk)
    assert fresh(kari).phones == []
    fake.company.edit("persons", 1, name="Kari Hansen")
    listened(desk)
    assert fresh(kari).name == "Kari Hansen"


def test_many_pages_are_read_to_their_end(fake, desk, ada_with_key, kari, monkeypatch):
    from app.sync.api import pipedrive

    monkeypatch.setattr(pipedrive, "FULL_PAGE", 2)
    for number in range(7):
        typed_there(fake, "persons", name=f"Stranger {number}")
    fake.company.edit("persons", 1, name="Kari Hansen")
    listened(desk)
    assert fresh(kari).name == "Kari Hansen"


@pytest.mark.skipif(not openapi_contract.OfficialContract.is_here(), reason=openapi_contract.MISSING)
def test_everything_we_ask_fits_pipedrives_own_documents(fake, desk, ada_with_key, kari):
    official = openapi_contract.OfficialContract()
    meet(ada_with_key, kari, due_date=now() + timedelta(days=1))
    settled(desk)
    fake.company.remove("activities", 1)
    fake.company.edit("persons", 1, name="Kari Hansen")
    listened(desk)
    assert [official.check(one.method, one.path, one.query, one.body) for one in fake.heard] == [[]] * len(fake.heard)


def typed_there(fake, kind, **facts):
    """Somebody typed it into Pipedrive's own screens."""
    headers = {"x-api-token": BOS_KEY, "content-type": "application/json"}
    reply = answer(fake.company, "POST", f"/api/v2/{kind}", [], headers, json.dumps(facts).encode())
    assert reply.status == 200, reply.body


def test_what_was_read_before_a_push_is_not_taken_for_news(fake, desk, ada_with_key, kari, monkeypatch):
    """The list was asked for, then a push told Pipedrive something newer, and only then the list is gone through."""
    read = []
    monkeypatch.setattr(dispatch, "dispatch_all", lambda *given: read.append(given))
    listened(desk)
    monkeypatch.undo()
    assert {given[1] for given in read} >= {EntityType.PERSON, EntityType.ORGANIZATION}
    change(ada_with_key, kari, name="Kari Berg")
    with db.transaction() as session:
        owner = session.get_one(User, ada_with_key.id)
        organisations.rename(session, owner, fresh(kari).organisation_id, "Berg Steel AS")
    settled(desk)
    for given in read:
        dispatch.dispatch_all(*given)
    settled(desk)
    assert (fresh(kari).name, firm_of(kari), questions(ada_with_key)) == ("Kari Berg", "Berg Steel AS", [])
    assert fake.company.record("persons", 1)["name"] == "Kari Berg"
    assert fake.company.record("organizations", 1)["name"] == "Berg Steel AS"


def unheard(row, **facts):
    """Other facts, for which no push is queued, as it was before the database did that."""
    with db.transaction() as session:
        session.execute(update(type(row)).where(type(row).id == row.id).values(facts))
        session.execute(text("delete from pipedrive_syncs where status in ('PENDING', 'RETRY')"))


def test_what_nothing_is_about_to_say_is_said_at_the_next_look(fake, desk, ada_with_key, kari):
    meeting = meet(ada_with_key, kari)
    settled(desk)
    unheard(kari, name="Kari Berg", phones=["+4722334455"])
    unheard(meeting, subject="Another talk")
    assert standing(kari).badge is Badge.IN_PIPEDRIVE
    listened(desk)
    there = fake.company.record("persons", 1)
    assert (there["name"], [one["value"] for one in there["phones"]]) == ("Kari Berg", ["+4722334455"])
    assert fake.company.record("activities", 1)["subject"] == "Another talk"
    fake.heard.clear()
    listened(desk)
    assert {heard.method for heard in fake.heard} == {"GET"}


def test_what_somebody_chose_not_to_push_is_not_said_at_the_next_look(fake, desk, ada_with_key, kari):
    unheard(kari, name="Kari Berg")
    with db.transaction() as session:
        session.execute(text("update pipedrive_syncs set status = 'FAILED', error_code = 'SKIPPED'"))
    listened(desk)
    assert fake.company.record("persons", 1)["name"] == "Kari Nordmann"


def test_the_badge_knows_as_of_when_both_sides_agree(fake, desk, ada_with_key, kari):
    before = now()
    listened(desk)
    seen = standing(kari)
    assert seen.badge is Badge.IN_PIPEDRIVE
    assert before < seen.agreed_at < now()
    change(ada_with_key, kari, name="Kari Berg")
    assert (standing(kari).badge, standing(kari).agreed_at) == (Badge.WAITING, None)
    settled(desk)
    assert standing(kari).agreed_at > seen.agreed_at
    fake.company.edit("persons", 1, visible_to=1, owner_id=fake.company.add_user(BOS_KEY, "Zoe"))
    listened(desk)
    assert standing(kari).agreed_at is None
