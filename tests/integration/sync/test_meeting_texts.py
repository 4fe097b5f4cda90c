"""What colleagues write on a meeting in Pipedrive comes back here; where both sides wrote, somebody is asked."""

from datetime import timedelta

import pytest

from app import db
from app.errors import Conflict
from app.models import ConflictResolution, Outcome, User, now
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import contact_bank
from app.services.push_queue import push_status
from app.sync.api import reference_marks
from tests.support import sync_harness
from tests.support.colleague import typed_there
from tests.support.sync_deeds import decide, listened, questions
from tests.support.sync_harness import ask, counts, fresh, meet, settled
from tests.support.world import contact

TOMORROW = now().replace(second=0, microsecond=0) + timedelta(days=1)
FIRST = {"subject": "Intro", "note": "agenda", "location": "Room 1", "duration_minutes": 30, "due_date": TOMORROW}
# our column -> what we say later, what a colleague says there, and how that stands here
FIELDS = {
    "subject": ("Second talk", {"subject": "Their talk"}, "Their talk"),
    "note": ("Ours & more", {"note": "<p>Minutes: they want an offer</p><p>Ref pdn-00000000</p>"}, "Minutes: they want an offer"),
    "location": ("Room 2", {"location": {"value": "Client HQ"}}, "Client HQ"),
    "duration_minutes": (60, {"duration": "01:30:00"}, 90),
    "due_date": (TOMORROW + timedelta(days=2), {"due_date": f"{TOMORROW + timedelta(days=3):%Y-%m-%d}", "due_time": f"{TOMORROW:%H:%M}:00"},
                 TOMORROW + timedelta(days=3)),
}  # fmt: skip


@pytest.fixture
def desk(fake, database):
    return sync_harness.hurried(sync_harness.desk_at(fake.url), recheck=0)


@pytest.fixture(autouse=True)
def _nothing_breaks(caplog):
    yield
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.fixture
def kari(fake, desk, ada_with_key):
    kari = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
    ask(ada_with_key, kari)
    settled(desk)
    return fresh(kari)


@pytest.fixture
def meeting(desk, ada_with_key, kari):
    meeting = meet(ada_with_key, kari, **FIRST)
    settled(desk)
    return meeting


def change(owner, meeting, **facts):
    with db.transaction() as session:
        return activity_log.change(session, session.get_one(User, owner.id), meeting.id, facts)


def remove(owner, meeting):
    with db.transaction() as session:
        activity_log.remove(session, session.get_one(User, owner.id), meeting.id)


def put_back(owner, meeting):
    with db.transaction() as session:
        activity_log.put_back(session, session.get_one(User, owner.id), meeting.id)


def badge(row):
    with db.reading() as session:
        return push_status.status_of(session, fresh(row)).badge


def choose(**chosen):
    with db.transaction() as session:
        firm_settings.save(session, **chosen)


def stands(fake, number=1):
    return fake.company.record("activities", number)


@pytest.mark.sweep
@pytest.mark.parametrize("turn", [True, False], ids=["heard", "not heard"])
@pytest.mark.parametrize("field", FIELDS)
def test_what_a_colleague_wrote_stands_here_whether_it_was_heard_or_found_with_the_next_push(
    fake, desk, ada_with_key, meeting, field, turn
):
    _, there, here = FIELDS[field]
    fake.company.edit("activities", 1, **there)
    before = stands(fake)
    if turn:
        listened(desk)
        assert fake.asked("PATCH") == []
        assert getattr(fresh(meeting), field) == here
    other = "location" if field != "location" else "subject"
    change(ada_with_key, meeting, **{other: FIELDS[other][0]})
    settled(desk)
    assert (getattr(fresh(meeting), field), questions(ada_with_key)) == (here, [])
    assert {name: stands(fake)[name] for name in there} == {name: before[name] for name in there}


@pytest.mark.sweep
@pytest.mark.parametrize("turn", [True, False], ids=["heard", "not heard"])
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("resolution", ConflictResolution)
def test_where_both_wrote_somebody_is_asked_and_nothing_is_written_over_before(
    fake, desk, ada_with_key, kari, meeting, field, turn, resolution
):
    ours, there, here = FIELDS[field]
    fake.company.edit("activities", 1, **there)
    before = stands(fake)
    change(ada_with_key, meeting, **{field: ours})
    if turn:
        listened(desk)
    settled(desk)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (getattr(fresh(meeting), field), badge(kari)) == (ours, push_status.Badge.NEEDS_YOU)
    assert {name: stands(fake)[name] for name in there} == {name: before[name] for name in there}
    decide(ada_with_key, question, resolution)
    settled(desk)
    listened(desk)
    kept = {name: stands(fake)[name] for name in there} == {name: before[name] for name in there}
    assert kept is (resolution is ConflictResolution.THEIRS)
    assert (getattr(fresh(meeting), field), questions(ada_with_key)) == (here if kept else ours, [])
    assert badge(kari) is push_status.Badge.IN_PIPEDRIVE


@pytest.mark.parametrize("field", FIELDS)
def test_what_only_we_wrote_goes_over(fake, desk, ada_with_key, meeting, field):
    listened(desk)
    change(ada_with_key, meeting, **{field: FIELDS[field][0]})
    settled(desk)
    listened(desk)
    assert (getattr(fresh(meeting), field), questions(ada_with_key)) == (FIELDS[field][0], [])
    assert len(fake.asked("PATCH", "activities")) == 1


@pytest.mark.parametrize(
    ("emptied", "field"), [({"note": ""}, "note"), ({"location": {"value": ""}}, "location"), ({"duration": "00:00:00"}, "duration_minutes")]
)  # fmt: skip
@pytest.mark.parametrize("resolution", ConflictResolution)
def test_what_a_colleague_emptied_is_asked_about(fake, desk, ada_with_key, meeting, emptied, field, resolution):
    fake.company.edit("activities", 1, **emptied)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (getattr(fresh(meeting), field), question.theirs) == (FIRST[field], "nothing")
    decide(ada_with_key, question, resolution)
    settled(desk)
    listened(desk)
    ours = resolution is ConflictResolution.OURS
    assert (bool(getattr(fresh(meeting), field)), questions(ada_with_key)) == (ours, [])
    there = {"note": "agenda" in stands(fake)["note"], "location": stands(fake)["location"] == {"value": "Room 1"},
             "duration_minutes": stands(fake)["duration"] == "00:30:00"}  # fmt: skip
    assert there[field] is ours


@pytest.mark.parametrize(
    ("there", "field"),
    [
        ({"note": f"<p>{'long ' * 1200}</p>"}, "note"), ({"subject": "s" * 230}, "subject"),
        ({"location": {"value": "p" * 400}}, "location"), ({"due_date": "2399-01-01"}, "due_date"),
    ],
    ids=["note", "subject", "place", "date"],
)  # fmt: skip
def test_what_does_not_fit_here_is_asked_about_and_not_cut(fake, desk, ada_with_key, kari, meeting, there, field):
    fake.company.edit("activities", 1, **there)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (getattr(fresh(meeting), field), badge(kari)) == (FIRST[field], push_status.Badge.NEEDS_YOU)
    with pytest.raises(Conflict, match="does not fit here"):
        decide(ada_with_key, question, ConflictResolution.THEIRS)
    change(ada_with_key, meeting, **{field: FIELDS[field][0]})
    settled(desk)
    assert {name: stands(fake)[name] for name in there} == there
    (question,) = questions(ada_with_key)
    decide(ada_with_key, question, ConflictResolution.OURS)
    settled(desk)
    assert {name: stands(fake)[name] for name in there} != there
    assert questions(ada_with_key) == []


def test_a_note_that_a_colleague_formatted_is_read_as_text_and_written_over_only_when_its_owner_says_so(
    fake, desk, ada_with_key, meeting
):
    html = f"<p>They want <b>two</b> <a href='https://x.example/offer'>offers</a></p>{stands(fake)['note']}"
    fake.company.edit("activities", 1, note=html)
    listened(desk)
    assert fresh(meeting).note == "They want two offers\nagenda"
    change(ada_with_key, meeting, location="Room 2", done=True, outcome="HELD")
    settled(desk)
    assert stands(fake)["note"] == html
    change(ada_with_key, meeting, note="They want two offers by Friday")
    settled(desk)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert stands(fake)["note"] == html
    decide(ada_with_key, question, ConflictResolution.OURS)
    settled(desk)
    listened(desk)
    assert stands(fake)["note"].startswith("<p>They want two offers by Friday</p><p>Ref pdn-")
    assert questions(ada_with_key) == []


def test_our_reference_stays_out_of_our_note_and_a_meeting_without_it_is_not_made_anew(
    fake, desk, ada_with_key, meeting
):
    fake.company.edit("activities", 1, note="<p>agenda</p><p>and minutes</p>")
    listened(desk)
    change(ada_with_key, meeting, location="Room 2")
    settled(desk)
    assert (counts(fake)[2], fresh(meeting).note) == (1, "agenda\nand minutes")
    change(ada_with_key, meeting, note="agenda, minutes, and more")
    settled(desk)
    assert stands(fake)["note"] == f"<p>agenda, minutes, and more</p><p>{reference_marks.reference(meeting.id)}</p>"
    listened(desk)
    assert (counts(fake)[2], fresh(meeting).note) == (1, "agenda, minutes, and more")


@pytest.mark.sweep
@pytest.mark.parametrize("turn", [True, False], ids=["heard", "not heard"])
@pytest.mark.parametrize("off", ["removed", "CANCELLED", "NO_SHOW"])
def test_a_meeting_that_is_off_here_and_renamed_there_has_both_words(fake, desk, ada_with_key, meeting, off, turn):
    fake.company.edit("activities", 1, subject="Their talk", note="<p>They fell ill</p>")
    if turn:
        listened(desk)
    remove(ada_with_key, meeting) if off == "removed" else change(ada_with_key, meeting, outcome=off, done=True)
    settled(desk)
    listened(desk)
    words = "Did not come: " if off == "NO_SHOW" else "Called off: "
    assert (stands(fake)["subject"], fresh(meeting).subject, questions(ada_with_key)) == (
        f"{words}Their talk",
        "Their talk",
        [],
    )
    assert (stands(fake)["note"], fresh(meeting).note) == ("<p>They fell ill</p>", "They fell ill")
    fake.company.edit("activities", 1, subject=f"{words}Their last talk", note="<p>They fell ill again</p>")
    listened(desk)
    assert (fresh(meeting).subject, fresh(meeting).note) == ("Their last talk", "They fell ill again")
    put_back(ada_with_key, meeting) if off == "removed" else change(ada_with_key, meeting, outcome=None, done=False)
    settled(desk)
    listened(desk)
    assert (stands(fake)["subject"], stands(fake)["done"], questions(ada_with_key)) == ("Their last talk", False, [])
    assert stands(fake)["note"] == "<p>They fell ill again</p>"


@pytest.mark.parametrize("turn", [True, False], ids=["heard", "not heard"])
def test_our_own_words_for_a_meeting_that_was_held_do_not_stand_against_a_colleagues(
    fake, desk, ada_with_key, kari, turn
):
    meeting = meet(ada_with_key, kari, due_date=TOMORROW)
    settled(desk)
    fake.company.edit("activities", 1, subject="Their talk")
    if turn:
        listened(desk)
    change(ada_with_key, meeting, done=True, outcome="HELD")
    settled(desk)
    listened(desk)
    assert (stands(fake)["subject"], stands(fake)["done"], fresh(meeting).subject) == ("Their talk", True, "Their talk")
    assert questions(ada_with_key) == []


@pytest.mark.parametrize("resolution", ConflictResolution)
def test_a_held_meeting_that_is_opened_again_there_is_asked_about(fake, desk, ada_with_key, meeting, resolution):
    change(ada_with_key, meeting, done=True, outcome="HELD")
    settled(desk)
    fake.company.edit("activities", 1, done=False)
    listened(desk)
    (question,) = questions(ada_with_key)
    assert (question.ours, question.theirs, fresh(meeting).outcome) == ("done", "still to come", Outcome.HELD)
    decide(ada_with_key, question, resolution)
    settled(desk)
    listened(desk)
    held = resolution is ConflictResolution.OURS
    assert (fresh(meeting).done, stands(fake)["done"], questions(ada_with_key)) == (held, held, [])


def test_a_colleague_who_takes_part_goes_on_doing_so_when_the_contact_moves_to_another_firm(
    fake, desk, ada_with_key, kari, meeting
):
    friend = typed_there(fake, "persons", name="A friend")
    guests = [*stands(fake)["participants"], {"person_id": friend["id"], "primary": False}]
    fake.company.edit("activities", 1, participants=guests)
    with db.transaction() as session:
        contact_bank.change(session, session.get_one(User, ada_with_key.id), kari.id, {"organisation": "Fjord AS"})
    change(ada_with_key, meeting, location="Room 2")
    settled(desk)
    assert [row["person_id"] for row in stands(fake)["participants"]] == [1, friend["id"]]


def test_where_such_meetings_are_deleted_one_that_a_colleague_wrote_on_is_marked_instead(
    fake, desk, ada_with_key, meeting
):
    choose(deleted_meetings="delete")
    fake.company.edit("activities", 1, note="<p>Minutes</p>")
    remove(ada_with_key, meeting)
    settled(desk)
    assert (counts(fake)[2], stands(fake)["subject"], stands(fake)["note"]) == (
        1,
        "Called off: Intro",
        "<p>Minutes</p>",
    )
