"""The right to see and to be forgotten; the trash that empties itself."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from app import db
from app.errors import Conflict, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    CampaignContact,
    Contact,
    ContactDraft,
    EntityType,
    ErasedPerson,
    LinkState,
    Outcome,
    PipedriveLink,
    PipedriveSync,
    PushEffect,
    PushReceipt,
    SyncStatus,
    Trigger,
    UndoEntry,
    User,
    now,
)
from app.services.activities import activity_log, referrals
from app.services.contacts import bulk_actions, contact_bank, contact_merge, data_export
from app.services.contacts.erasure import contact_erasure
from app.services.push_queue import push_jobs
from app.sync.runner import pruning
from tests.support import world
from tests.support.api_client import ask
from tests.support.database_reset import emptied
from tests.support.imported_files import take_files

CANARY = "Kanarienvogel"


def do(verb, who, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def rows(model, **where):
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where)))


def where_it_stands(word: str) -> list[str]:
    """The tables of the whole database that hold this word anywhere."""
    names = text(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
    )
    with db.reading() as session:
        found = [name for (name,) in session.execute(names)]
        there = text("select count(*) from {} t where t::text ilike :word")
        return [
            name for name in found if session.execute(text(str(there).format(name)), {"word": f"%{word}%"}).scalar()
        ]


@pytest.fixture
def bird(ada, jane):
    """Somebody whose name is in every table that may hold one."""
    made = ask(ada, "POST", "/api/contacts", {
        "name": f"Vera {CANARY}", "email": f"vera@{CANARY.lower()}.example", "phone": "+49 171 7654321",
        "linkedin_url": f"https://linkedin.example/in/{CANARY}", "notes": CANARY, "warmness_score": 8,
    }, headers={"Idempotency-Key": "k"})  # fmt: skip
    assert made.status_code == 201
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        contact = session.exec(select(Contact).where(Contact.name == f"Vera {CANARY}")).one()
        twin = contact_bank.add(session, me, ContactDraft(name=f"V. {CANARY}"), keep_both=True)
        contact_merge.merge(session, me, contact.id, twin.id)
        contact = session.get_one(Contact, contact.id)
        draft = ActivityDraft(type=ActivityType.CALL, note=CANARY, location=CANARY)
        touch = activity_log.log(session, me, contact.id, draft)
        activity_log.log(session, me, contact.id, ActivityDraft(type=ActivityType.CALL, due_date=now() + timedelta(3)))
        referrals.refer(session, me, jane.id, contact.id)
        contact.pipedrive_person_id = 77
        row = push_jobs.enqueue(session, me, contact, Trigger.MANUAL)
        row.status, row.error, row.detail, row.candidates = SyncStatus.FAILED, CANARY, CANARY, [{"name": CANARY}]
        session.add(row)
        session.flush()
        made = {"entity_type": EntityType.PERSON, "remote_id": 77, "what": PushEffect.CREATED}
        session.add(PushReceipt(sync_id=row.id, account="acme", stays=CANARY, **made))
        push_jobs.enqueue(session, me, contact, Trigger.MANUAL)
        for key in (str(contact.id), "mail:abc"):
            session.add(
                PipedriveLink(
                    account="acme",
                    entity_type=EntityType.PERSON,
                    entity_key=key,
                    state=LinkState.LINKED,
                    remote_id=77,
                    agreed={"name": CANARY},
                )
            )
        session.add(
            PipedriveLink(
                account="acme",
                entity_type=EntityType.ACTIVITY,
                entity_key=str(touch.id),
                state=LinkState.LINKED,
                remote_id=5,
                agreed={"subject": CANARY},
            )
        )
        bulk_actions.tag(session, me, [contact.id, jane.id], "spring")
        session.refresh(contact)
    world.campaign(ada, holds=[contact])
    return contact


def test_erasing_leaves_the_name_nowhere_in_the_database(ada, bird):
    told = {"contacts", "activities", "bank_deeds", "pipedrive_syncs", "pipedrive_links", "sync_receipts"}
    assert {*told, "idempotency_keys"} <= set(where_it_stands(CANARY))
    said = do(contact_erasure.erase, ada, bird.id)
    assert where_it_stands(CANARY) == []
    assert where_it_stands("7654321") == []
    assert said.pipedrive_person_id == 77
    assert "person 77" in said.sentence


def test_what_was_done_stays_without_a_name_and_what_was_planned_goes(ada, bird, jane):
    do(contact_erasure.erase, ada, bird.id)
    anonymous = rows(Activity, contact_id=None)
    assert [(row.type, row.subject, row.note, row.location) for row in anonymous] == [(ActivityType.CALL, "", "", None)]
    assert rows(CampaignContact) == []
    assert [row.status for row in rows(PipedriveSync)] == [SyncStatus.FAILED]
    assert rows(PipedriveLink, entity_type="person") == []
    assert {row.subject for row in rows(Activity, contact_id=jane.id)} == {
        "Referral with Jane Roe – introduced",
        "Thank you for bringing somebody",
    }


def test_a_file_does_not_bring_them_back_and_a_hand_only_on_purpose(ada, bo, bird):
    do(contact_erasure.erase, ada, bird.id)
    assert rows(ErasedPerson)
    file = f"Name,Email,Phone\nVera,vera@{CANARY.lower()}.example,\nV,,+49 171 7654321\nOther,o@x.example,\n".encode()
    for dry in (True, False):
        report = take_files(ada, ("a.csv", file), dry_run=dry)
        assert (report.new, [error.row for error in report.errors]) == (1, [2, 3])
        assert report.errors[0].detail.startswith("This person was erased")
    draft = ContactDraft(name="Vera", email=f"vera@{CANARY.lower()}.example")
    with pytest.raises(Conflict, match="erased at their own request"):
        do(contact_bank.add, ada, draft)
    assert do(contact_bank.add, ada, draft, keep_both=True)
    # another bank is another matter, and does not learn of it
    assert do(contact_bank.add, bo, draft)
    assert take_files(bo, ("a.csv", file)).errors == []


def test_only_the_owner_erases_also_out_of_the_trash(ada, bo, gwen, bird):
    for other in (bo, gwen):
        with pytest.raises(NotFound):
            do(contact_erasure.erase, other, bird.id)
    do(contact_bank.trash, ada, bird.id)
    do(contact_erasure.erase, ada, bird.id)
    with pytest.raises(NotFound):
        do(contact_erasure.erase, ada, bird.id)


def test_a_colleague_who_has_the_same_person_keeps_the_way_there(ada, bo, bird):
    theirs = world.contact(bo, "Same person")
    with db.transaction() as session:
        session.add(
            PipedriveLink(
                account="acme",
                entity_type=EntityType.PERSON,
                entity_key=str(theirs.id),
                state=LinkState.LINKED,
                remote_id=77,
            )
        )
    do(contact_erasure.erase, ada, bird.id)
    assert {row.entity_key for row in rows(PipedriveLink, entity_type="person")} == {str(theirs.id), "mail:abc"}


def test_the_export_of_one_contact_tells_everything_and_is_noted(ada, bo, bird):
    told = do(data_export.export_contact, ada, bird.id)
    json.dumps(told)
    assert told["contact"]["name"] == f"Vera {CANARY}"
    assert told["contact"]["emails"] == [f"vera@{CANARY.lower()}.example"]
    assert len(told["activities"]) == 2
    assert [place["campaign"] for place in told["campaigns"]] == ["Energy spring"]
    assert len(told["pushes"]) == 2
    assert told["warmness"]
    assert not {"search_text", "version"} & told["contact"].keys()
    with pytest.raises(NotFound):
        do(data_export.export_contact, bo, bird.id)


def test_the_trash_and_what_could_be_undone_go_after_thirty_days(ada, bird, jane, john):
    do(contact_bank.trash, ada, bird.id)
    do(contact_bank.trash, ada, john.id)
    with db.transaction() as session:
        session.get_one(Contact, bird.id).deleted_at -= timedelta(days=31)
        for deed in session.exec(select(UndoEntry)):
            deed.created_at -= timedelta(days=31)
    assert pruning.empty_trash() == 1
    pruning.delete_old_notes()
    assert {row.id for row in rows(Contact)} == {jane.id, john.id}
    assert rows(UndoEntry) == []
    assert rows(ErasedPerson) == []
    assert len(rows(Activity, contact_id=None)) == 1
    assert pruning.empty_trash() == 0


def subjects(*contacts):
    """What the touches of these contacts are called, sorted."""
    ids = {contact.id for contact in contacts}
    return sorted(row.subject for row in rows(Activity) if row.contact_id in ids)


def test_erasing_changes_no_word_of_anybody_else(ada):
    berg, bergmann, li, anna = (world.contact(ada, name) for name in ("Jan Berg", "Jan Bergmann", "Li", "Anna Roe"))
    do(activity_log.log, ada, bergmann.id, ActivityDraft(type=ActivityType.CALL, outcome=Outcome.REACHED))
    do(activity_log.log, ada, anna.id, ActivityDraft(type=ActivityType.LINKEDIN, outcome=Outcome.SENT))
    do(activity_log.log, ada, anna.id, ActivityDraft(type=ActivityType.CALL, subject="Li and Jan Berg send regards"))
    do(contact_erasure.erase, ada, berg.id)
    do(contact_erasure.erase, ada, li.id)
    assert subjects(bergmann, anna) == [
        "Call with Jan Bergmann – reached",
        "Li and Jan Berg send regards",
        "LinkedIn with Anna Roe – sent",
    ]


NAMES = ["Li", "Li Wei", "Lina", "LinkedIn", "Jan Berg", "Jan Bergmann", "Ann-Marie Öz", "Ann", "Jörg Ä. O’Neil",
         "Thank you", "Referral", "somebody", "Jan Berg", "%", "a_b", "(x|y)"]  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(NAMES), min_size=3, max_size=6), st.data())
def test_whoever_is_erased_the_words_about_all_others_stay(url, names, data):
    """Names that begin like others, that are words of our own, with signs that patterns know, and twice the same."""
    emptied(url)
    ada = world.person("Ada Lind")
    people = [world.contact(ada, name) for name in names]
    gone = data.draw(st.sampled_from(people))
    others = [one for one in people if one.id != gone.id]
    for one in people:
        do(activity_log.log, ada, one.id, ActivityDraft(type=data.draw(st.sampled_from(list(ActivityType)))))
        do(activity_log.log, ada, one.id, ActivityDraft(type=ActivityType.CALL, subject=f"About {gone.name} and Li"))
    by = data.draw(st.sampled_from(others))
    other = data.draw(st.sampled_from([one for one in people if one.id not in {by.id, gone.id}]))
    do(referrals.refer, ada, by.id, other.id)
    before = subjects(*others)
    do(referrals.refer, ada, by.id, gone.id)
    do(contact_erasure.erase, ada, gone.id)
    expected = [*before, f"Referral with {by.name} – introduced", "Thank you for bringing somebody"]
    if other.name == gone.name:
        # the same thanks twice from one who brought two of one name: nobody can tell which is whose
        expected = [line.replace(f"bringing {gone.name}", "bringing somebody") for line in expected]
    assert subjects(*others) == sorted(expected)


def test_a_typed_subject_of_a_referral_loses_whom_it_brought_and_nobody_else(ada):
    li, wei, lina = (world.contact(ada, name) for name in ("Li", "Li Wei", "Lina Li"))
    touch = do(referrals.refer, ada, wei.id, li.id, thanks=False)
    do(activity_log.change, ada, touch.id, {"subject": "Li Wei brought Li, as Lina Li did; Linz, May (Li)"})
    do(activity_log.log, ada, lina.id, ActivityDraft(type=ActivityType.CALL, subject="Li"))
    do(contact_erasure.erase, ada, li.id)
    assert subjects(wei, lina) == ["Li", "Li Wei brought somebody, as Lina Li did; Linz, May (somebody)"]


def test_thanks_for_whom_a_merge_made_part_of_the_erased_one_lose_that_name_too(ada, jane):
    old, kept = world.contact(ada, "V. Kanari"), world.contact(ada, "Vera Kanari")
    do(referrals.refer, ada, jane.id, old.id)
    do(contact_merge.merge, ada, kept.id, old.id)
    do(contact_erasure.erase, ada, kept.id)
    assert where_it_stands("Kanari") == []
    assert "Thank you for bringing somebody" in subjects(jane)


def test_thanks_for_a_namesake_stay(ada, jane, john):
    one, other = world.contact(ada, "Jan Berg"), world.contact(ada, "Jan Berg")
    do(referrals.refer, ada, jane.id, one.id)
    do(referrals.refer, ada, john.id, other.id)
    do(contact_erasure.erase, ada, one.id)
    assert "Thank you for bringing somebody" in subjects(jane)
    assert "Thank you for bringing Jan Berg" in subjects(john)


def test_thanks_lose_the_name_when_the_referral_was_unlinked(ada, jane):
    berg = world.contact(ada, "Jan Berg")
    touch = do(referrals.refer, ada, jane.id, berg.id)
    do(referrals.link, ada, touch.id, None)
    do(contact_erasure.erase, ada, berg.id)
    assert "Thank you for bringing somebody" in subjects(jane)


def test_whoever_was_handed_to_a_colleague_loses_the_name_in_the_thanks_of_the_one_before(ada, bo, jane):
    berg, namesake = world.contact(ada, "Jan Berg"), world.contact(ada, "Jan Berg")
    do(referrals.refer, ada, jane.id, berg.id)
    with db.transaction() as session:
        session.get_one(Contact, berg.id).user_id = bo.id
    do(contact_erasure.erase, bo, berg.id)
    assert "Thank you for bringing somebody" in subjects(jane)
    assert {row.name for row in rows(Contact)} == {jane.name, namesake.name}


def test_the_trash_that_empties_itself_forgets_many_names_in_one_go(ada, jane):
    people = [world.contact(ada, name) for name in ("Li", "Lina", "Jan Berg")]
    for one in people:
        do(referrals.refer, ada, jane.id, one.id)
    before = [line for line in subjects(jane) if not line.startswith("Thank you")]
    for one in (people[0], people[2]):
        do(contact_bank.trash, ada, one.id)
    with db.transaction() as session:
        for one in (people[0], people[2]):
            session.get_one(Contact, one.id).deleted_at -= timedelta(days=31)
    assert pruning.empty_trash() == 2
    assert subjects(jane) == sorted([
        *before, "Thank you for bringing Lina", "Thank you for bringing somebody", "Thank you for bringing somebody",
    ])  # fmt: skip
