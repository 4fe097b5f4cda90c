"""Both sides never differ for good in silence: what cannot be followed, or was emptied there, is asked about."""

from datetime import timedelta

import pytest
from sqlmodel import col, delete

from app import db
from app.errors import Conflict
from app.models import Activity, ConflictResolution, Organisation, PipedriveLink, PipedriveSync, Setting, User, now
from app.services.activities import activity_log
from app.services.push_queue import push_status
from app.sync.queue.look_back import RESTORED
from tests.support import faults, sync_harness
from tests.support.sync_deeds import change, decide, listened, questions
from tests.support.sync_harness import ask, counts, fresh, meet, settled
from tests.support.world import contact

TOMORROW = now().replace(second=0, microsecond=0) + timedelta(days=1)


@pytest.fixture
def desk(fake, database):
    return sync_harness.hurried(sync_harness.desk_at(fake.url), recheck=0)


@pytest.fixture
def kari(fake, desk, ada_with_key):
    kari = contact(
        ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example", phone="+4722000000"
    )
    ask(ada_with_key, kari)
    settled(desk)
    return fresh(kari)


def badge(row):
    with db.reading() as session:
        return push_status.status_of(session, fresh(row)).badge


def firm_of(row):
    with db.reading() as session:
        firm = fresh(row).organisation_id
        return session.get_one(Organisation, firm).name if firm else None


def there(fake):
    return fake.company.record("persons", 1)


@pytest.mark.parametrize("field", ["emails", "phones"])
@pytest.mark.parametrize("resolution", ConflictResolution)
def test_addresses_that_a_colleague_emptied_are_asked_about(fake, desk, ada_with_key, kari, field, resolution):
    before = getattr(kari, field)
    fake.company.edit("persons", 1, **{field: []})
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (getattr(fresh(kari), field), badge(kari)) == (before, push_status.Badge.NEEDS_YOU)
    change(ada_with_key, kari, name="Kari Hansen")
    settled(desk)
    assert (there(fake)["name"], there(fake)[field]) == ("Kari Hansen", [])
    decide(ada_with_key, question, resolution)
    settled(desk)
    listened(desk)
    stands = before if resolution is ConflictResolution.OURS else []
    assert (getattr(fresh(kari), field), [row["value"] for row in there(fake)[field]]) == (stands, stands)
    assert (badge(kari), questions(ada_with_key)) == (push_status.Badge.IN_PIPEDRIVE, [])


@pytest.mark.parametrize("resolution", ConflictResolution)
def test_an_organisation_that_a_colleague_took_away_is_asked_about(fake, desk, ada_with_key, kari, resolution):
    fake.company.edit("persons", 1, org_id=None)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (firm_of(kari), question.theirs) == ("Nordic Steel AS", "nothing")
    decide(ada_with_key, question, resolution)
    settled(desk)
    listened(desk)
    ours = resolution is ConflictResolution.OURS
    assert (firm_of(kari), there(fake)["org_id"]) == (("Nordic Steel AS", 1) if ours else (None, None))
    assert questions(ada_with_key) == []


@pytest.mark.parametrize("how", ["taken over", "emptied there"])
def test_an_organisation_that_was_removed_here_is_asked_about_while_pipedrive_has_it(
    fake, desk, ada_with_key, kari, how
):
    change(ada_with_key, kari, organisation=None)
    settled(desk)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (question.ours, question.theirs, badge(kari)) == ("nothing", "Nordic Steel AS", push_status.Badge.NEEDS_YOU)
    with pytest.raises(Conflict, match="by hand"):
        decide(ada_with_key, question, ConflictResolution.OURS)
    if how == "taken over":
        decide(ada_with_key, question, ConflictResolution.THEIRS)
        settled(desk)
    else:
        fake.company.edit("persons", 1, org_id=None)
    listened(desk)
    assert firm_of(kari) == ("Nordic Steel AS" if how == "taken over" else None)
    assert (badge(kari), questions(ada_with_key)) == (push_status.Badge.IN_PIPEDRIVE, [])


def test_a_name_that_is_too_long_here_is_asked_about_and_stays_there_until_its_owner_says_so(
    fake, desk, ada_with_key, kari
):
    long = "Kari " + "von " * 60 + "Nordmann"
    fake.company.edit("persons", 1, name=long)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (fresh(kari).name, badge(kari)) == ("Kari Nordmann", push_status.Badge.NEEDS_YOU)
    change(ada_with_key, kari, phone="+4722000001")
    settled(desk)
    with pytest.raises(Conflict, match="does not fit here"):
        decide(ada_with_key, question, ConflictResolution.THEIRS)
    assert there(fake)["name"] == long
    (question,) = questions(ada_with_key)
    decide(ada_with_key, question, ConflictResolution.OURS)
    settled(desk)
    assert (there(fake)["name"], questions(ada_with_key)) == ("Kari Nordmann", [])


def test_a_meeting_that_is_logged_again_after_a_restore_is_not_there_twice(fake, desk, ada_with_key, kari):
    backup = now()
    forget(meeting_in(desk, ada_with_key, kari, due_date=TOMORROW, location="Oslo", note="agenda"))
    restored(backup)
    fake.company.edit("activities", 1, subject="Their talk", note="<p>Minutes</p>")
    again = meeting_in(desk, ada_with_key, kari, due_date=TOMORROW, note="agenda, as far as I remember")
    assert (counts(fake)[2], fresh(again).pipedrive_activity_id, fresh(again).location) == (1, 1, "Oslo")
    assert {one.field for one in questions(ada_with_key)} == {"subject", "note"}
    assert [fake.company.record("activities", 1)[name] for name in ("subject", "note")] == [
        "Their talk",
        "<p>Minutes</p>",
    ]
    # another time is another meeting
    meeting_in(desk, ada_with_key, kari, due_date=TOMORROW + timedelta(hours=2))
    assert counts(fake)[2] == 2


def test_of_a_day_without_a_time_the_subject_tells_whether_it_is_the_same_meeting(fake, desk, ada_with_key, kari):
    backup = now()
    for subject in ("Intro", "Offer"):
        forget(meeting_in(desk, ada_with_key, kari, due_date=TOMORROW, subject=subject))
    restored(backup)
    fake.company.edit("activities", 1, due_time=None)
    fake.company.edit("activities", 2, due_time=None)
    again = meeting_in(desk, ada_with_key, kari, due_date=TOMORROW, subject="Offer")
    other = meeting_in(desk, ada_with_key, kari, due_date=TOMORROW, subject="Closing")
    assert (fresh(again).pipedrive_activity_id, fresh(other).pipedrive_activity_id) == (2, 3)


def test_a_meeting_whose_answer_got_lost_is_found_although_a_colleague_took_our_reference_out(
    fake, desk, ada_with_key, kari
):
    slow = sync_harness.hurried(desk, first_wait=600, longest_wait=600)
    meeting = meet(ada_with_key, kari, due_date=TOMORROW, note="agenda")
    fake.next(faults.server_error(commits=True), method="POST", kind="activities")
    sync_harness.drain(slow)
    fake.company.edit("activities", 1, note="<p>Minutes</p>")
    (push,) = (row for row in sync_harness.pushes() if row.is_open)
    sync_harness.edit(push, run_at=kari.created_at)
    settled(desk)
    assert (counts(fake)[2], fresh(meeting).pipedrive_activity_id) == (1, 1)
    assert [one.field for one in questions(ada_with_key)] == ["note"]
    assert fake.company.record("activities", 1)["note"] == "<p>Minutes</p>"


def test_a_meeting_whose_answer_got_lost_and_that_is_off_by_then_is_marked_and_nobody_is_asked(
    fake, desk, ada_with_key, kari
):
    slow = sync_harness.hurried(desk, first_wait=600, longest_wait=600)
    meeting = meet(ada_with_key, kari, due_date=TOMORROW, subject="Intro")
    fake.next(faults.server_error(commits=True), method="POST", kind="activities")
    sync_harness.drain(slow)
    with db.transaction() as session:
        activity_log.remove(session, session.get_one(User, ada_with_key.id), meeting.id)
    (push,) = (row for row in sync_harness.pushes() if row.is_open)
    sync_harness.edit(push, run_at=kari.created_at)
    settled(desk)
    assert [row["subject"] for row in fake.alive("activities")] == ["Called off: Intro"]
    assert questions(ada_with_key) == []


def meeting_in(desk, owner, person, **facts):
    row = meet(owner, person, **facts)
    settled(desk)
    return row


def forget(meeting):
    """The backup was made before it was logged."""
    with db.transaction() as session:
        session.exec(delete(PipedriveSync).where(col(PipedriveSync.entity_id) == meeting.id))
        session.exec(delete(PipedriveLink).where(col(PipedriveLink.entity_key) == str(meeting.id)))
        session.delete(session.get_one(Activity, meeting.id))


def restored(backup_at):
    with db.transaction() as session:
        session.add(Setting(key=RESTORED, value=backup_at.isoformat()))
