"""What Pipedrive told us is not told back to it: no push is queued for it, over webhooks or lists, while our own edits still go over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app import db
from app.models import Outcome, User, now
from app.services.activities import activity_log
from app.services.contacts import organisations
from app.sync.pull import listener
from tests.support import sync_harness
from tests.support.sync_harness import ADAS_KEY, fresh, hurried, links, listen_next, meet, pushes, settled
from tests.support.webhook_calls import about, known_secrets, ring
from tests.support.world import contact

ADDRESS = "https://leads.firm.example"
DUE = now().replace(second=0, microsecond=0) + timedelta(days=2)


@pytest.fixture
def desk(fake, database):
    fake.company.people.by_key[ADAS_KEY].admin = True
    return replace(hurried(sync_harness.desk_at(fake.url), recheck=3600), address=ADDRESS)


@pytest.fixture
def kari(fake, desk, ada_with_key):
    return contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")


@pytest.fixture
def meeting(fake, desk, ada_with_key, kari):
    """A meeting that both sides know, and agree on."""
    meeting = meet(ada_with_key, kari, due_date=DUE, subject="Intro")
    settled(desk)
    listen_next()
    listener.listen(desk)
    settled(desk)
    fake.heard.clear()
    return fresh(meeting)


@pytest.fixture(params=["polled", "webhook"])
def hear(request, fake, desk, ada_with_key, kari):
    """Hear of a record, over lists or over Pipedrive's own call; afterwards nothing may be asked of us."""

    def hear(entity, number, action="change", **meta):
        before = {row.id: row.generation for row in pushes()}
        if request.param == "polled":
            listen_next()
        else:
            given = known_secrets(ADDRESS)
            answer = ring(ADDRESS, given.path, about(entity, number, action, **meta), password=given.password)
            assert answer.status_code == 200
        assert listener.listen(desk) == 1
        return [row for row in pushes() if row.generation != before.get(row.id)]

    return hear


def edit_meeting(owner, meeting, **facts):
    with db.transaction() as session:
        return activity_log.change(session, session.get_one(User, owner.id), meeting.id, facts)


def is_in_step(meeting):
    """Both sides are known to agree about all of the meeting."""
    (link,) = [one for one in links() if one.entity_key == str(meeting.id)]
    return link.agreed["ours"]["due"] == f"{fresh(meeting).due_date:%Y-%m-%dT%H:%MZ}"


@pytest.mark.parametrize(
    "there",
    [
        {"due_date": f"{DUE + timedelta(days=3):%Y-%m-%d}", "due_time": "08:15:00"},
        {"done": True},
        {"due_date": f"{DUE + timedelta(days=3):%Y-%m-%d}", "done": True},
        {"note": "Bring the drawings."},
    ],
    ids=["moved", "done", "moved and done", "note"],
)
def test_a_change_of_a_meeting_that_was_heard_queues_no_push(fake, desk, meeting, hear, there):
    fake.company.edit("activities", 1, **there)
    assert hear("activity", 1) == []
    assert {heard.method for heard in fake.heard} == {"GET"}
    fake.heard.clear()
    settled(desk)
    assert fake.heard == []


def test_what_was_heard_of_a_meeting_stands_here(fake, desk, kari, meeting, hear):
    fake.company.edit("activities", 1, due_date=f"{DUE + timedelta(days=3):%Y-%m-%d}", due_time="08:15:00", done=True)
    hear("activity", 1)
    ours = fresh(meeting)
    assert (ours.due_date, ours.outcome) == ((DUE + timedelta(days=3)).replace(hour=8, minute=15), Outcome.HELD)
    assert fresh(kari).last_contacted == ours.happened_at
    assert is_in_step(meeting)


def test_our_own_edit_beside_what_was_heard_still_goes_over(fake, desk, ada_with_key, meeting, hear):
    edit_meeting(ada_with_key, meeting, location="Oslo")
    fake.company.edit("activities", 1, due_date=f"{DUE + timedelta(days=3):%Y-%m-%d}")
    assert hear("activity", 1) == []
    settled(desk)
    (there,) = fake.alive("activities")
    assert there["location"] == "Oslo" or there["location"] == {"value": "Oslo"}
    assert fresh(meeting).due_date == DUE + timedelta(days=3)


def test_a_later_edit_goes_over_although_something_was_heard_before(fake, desk, ada_with_key, meeting, hear):
    fake.company.edit("activities", 1, due_date=f"{DUE + timedelta(days=3):%Y-%m-%d}")
    hear("activity", 1)
    settled(desk)
    edit_meeting(ada_with_key, meeting, due_date=DUE + timedelta(days=5))
    settled(desk)
    assert fake.alive("activities")[0]["due_date"] == f"{DUE + timedelta(days=5):%Y-%m-%d}"


def test_a_push_that_hears_something_on_its_way_runs_once(fake, desk, ada_with_key, meeting):
    edit_meeting(ada_with_key, meeting, location="Oslo")
    fake.company.edit("activities", 1, due_date=f"{DUE + timedelta(days=3):%Y-%m-%d}")
    settled(desk)
    assert fresh(meeting).due_date == DUE + timedelta(days=3)
    assert [(one.method, one.path) for one in fake.heard] == [
        ("GET", "/api/v2/activities/1"),
        ("PATCH", "/api/v2/activities/1"),
    ]
    fake.heard.clear()
    edit_meeting(ada_with_key, meeting, location="Oslo")
    settled(desk)
    assert fake.heard == []


def test_a_meeting_that_is_off_here_is_not_told_again_because_it_was_done_there(
    fake, desk, ada_with_key, meeting, hear
):
    edit_meeting(ada_with_key, meeting, outcome=Outcome.CANCELLED)
    settled(desk)
    fake.company.edit("activities", 1, due_date=f"{DUE + timedelta(days=3):%Y-%m-%d}")
    assert hear("activity", 1) == []
    assert fresh(meeting).outcome is Outcome.CANCELLED


def test_a_change_of_a_person_that_was_heard_queues_no_push(fake, desk, kari, meeting, hear):
    fake.company.edit(
        "persons", 1, name="Kari Hansen", phones=[{"value": "+47 22 33 44 55", "primary": True, "label": "work"}]
    )
    assert hear("person", 1) == []
    assert (fresh(kari).name, fresh(kari).phones) == ("Kari Hansen", ["+4722334455"])


@pytest.mark.parametrize("name", ["Nordic Metals AS", "Nordic Steel"], ids=["another name", "another spelling"])
def test_a_firm_that_was_renamed_there_queues_no_push(fake, desk, kari, meeting, hear, name):
    fake.company.edit("organizations", 1, name=name)
    assert hear("organization", 1) == []
    with db.reading() as session:
        assert organisations.name_of(session, fresh(kari).organisation_id) == name


def test_an_edit_that_is_made_while_a_push_hears_something_is_not_lost(fake, desk, ada_with_key, meeting, monkeypatch):
    """Pipedrive moved the meeting; while our push asks for it, its owner types a place."""
    edit_meeting(ada_with_key, meeting, note="Bring the drawings.")
    fake.company.edit("activities", 1, due_date=f"{DUE + timedelta(days=3):%Y-%m-%d}")
    commit, typed = fake.commit, []

    def commit_while_somebody_types(heard):
        if heard.method == "PATCH" and not typed:
            typed.append(edit_meeting(ada_with_key, meeting, location="Oslo"))
        return commit(heard)

    monkeypatch.setattr(fake, "commit", commit_while_somebody_types)
    settled(desk)
    (there,) = fake.alive("activities")
    assert typed
    assert "Oslo" in str(there["location"])
    assert fresh(meeting).due_date == DUE + timedelta(days=3)


def test_a_merge_or_deletion_there_is_looked_at_once_with_the_owners_key_and_told_nothing(
    fake, desk, ada_with_key, kari, meeting, hear
):
    fake.company.remove("activities", 1)
    (asked,) = hear("activity", 1, "delete") or [None]
    assert asked is None or asked.entity_id == meeting.id
    settled(desk)
    assert {heard.method for heard in fake.heard} <= {"GET"}
