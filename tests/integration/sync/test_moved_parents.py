"""What is pushed, or hangs on what is pushed, may be moved, merged or deleted by a colleague at any moment."""

from datetime import timedelta

import pytest

from app import db
from app.models import SyncStatus, Trigger
from app.services.base import firm_settings
from app.services.push_queue import push_status
from app.services.push_queue.push_status import Badge
from tests.support import faults
from tests.support.colleague import typed_there
from tests.support.sync_deeds import change, listened
from tests.support.sync_harness import ask, fresh, meet, settled, tried_once
from tests.support.world import contact


@pytest.fixture
def kari(fake, desk, ada_with_key):
    row = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
    ask(ada_with_key, row, Trigger.WARM)
    settled(desk)
    return row


@pytest.fixture
def moved_on_both_sides(fake, desk, ada_with_key, kari):
    """Kari's firm is asked about, and the one that both sides knew is gone; returns where she stands there."""
    theirs = typed_there(fake, "organizations", name="Zoe's group")["id"]
    fake.company.edit("persons", 1, org_id=theirs)
    change(ada_with_key, kari, organisation="Blue River")
    listened(desk)
    fake.company.remove("organizations", 1)
    return theirs


def merged(fake, number):
    """A colleague merges it into a double that they typed; returns that one's number."""
    double = typed_there(fake, "persons", name="Kari Nordmann", emails=[{"value": "kari@steel.example"}])["id"]
    fake.company.merge("persons", number, double)
    return double


def test_a_meeting_goes_where_its_person_stands_while_it_is_asked_which_firm_is_right(
    fake, desk, ada_with_key, kari, moved_on_both_sides
):
    meet(ada_with_key, kari)
    assert settled(desk)[-1].status is SyncStatus.SUCCESS
    assert fake.alive("activities")[0]["org_id"] == moved_on_both_sides


def test_a_meeting_goes_without_a_firm_where_the_one_its_person_stood_at_was_deleted(
    fake, desk, ada_with_key, kari, moved_on_both_sides
):
    fake.company.remove("organizations", moved_on_both_sides)
    fake.heard.clear()
    meet(ada_with_key, kari)
    assert settled(desk)[-1].status is SyncStatus.SUCCESS
    assert fake.alive("activities")[0]["org_id"] is None
    assert len(fake.heard) < 12


@pytest.mark.parametrize("deed", ["merged", "moved to somebody else"])
def test_a_meeting_whose_answer_got_lost_is_found_with_whomever_a_colleague_moved_it_to(
    fake, desk, ada_with_key, kari, deed
):
    fake.next(faults.server_error(commits=True), method="POST", kind="activities")
    meet(ada_with_key, kari)
    with tried_once(desk):
        if deed == "merged":
            merged(fake, 1)
        else:
            other = typed_there(fake, "persons", name="Zoe Berg")["id"]
            fake.company.edit("activities", 1, participants=[{"person_id": other, "primary": True}], person_id=other)
    settled(desk)
    assert [one["id"] for one in fake.alive("activities")] == [1]


@pytest.mark.parametrize("kind", ["lead", "deal"])
def test_a_lead_or_deal_whose_answer_got_lost_is_looked_for_again_once_its_person_is_known_again(
    fake, desk, ada_with_key, kari, kind
):
    with db.transaction() as session:
        firm_settings.save(session, pipedrive_on_meeting=kind)
    fake.next(faults.server_error(commits=True), method="POST", kind=f"{kind}s")
    meet(ada_with_key, kari)
    with tried_once(desk):
        double = merged(fake, 1)
    assert settled(desk)[-1].status is SyncStatus.SUCCESS
    there = list(fake.company.leads.values()) if kind == "lead" else fake.alive("deals")
    assert [one["person_id"] for one in there] == [double]


@pytest.mark.parametrize("whose", ["a colleague's contact", "the contact itself"])
def test_whom_somebody_was_merged_into_is_met_before_the_search_knows_them(
    fake, desk, ada_with_key, bo_with_key, kari, whose
):
    fake.company.store.lag = timedelta(minutes=10)
    double = merged(fake, 1)
    owner, row = ada_with_key, kari
    if whose == "a colleague's contact":
        owner, row = bo_with_key, contact(bo_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(owner, row)
    settled(desk)
    assert fresh(row).pipedrive_person_id == double
    assert len(fake.alive("persons")) == 1


def test_whoever_else_is_a_person_that_a_push_met_deleted_is_told_too(fake, desk, ada_with_key, bo_with_key, kari):
    theirs = contact(bo_with_key, "Kari Nordmann", email="kari@steel.example")
    ask(bo_with_key, theirs)
    settled(desk)
    assert fresh(theirs).pipedrive_person_id == 1
    fake.company.remove("persons", 1)
    change(ada_with_key, kari, phone="+4722334455")
    settled(desk)
    with db.reading() as session:
        badges = push_status.statuses_of(session, [fresh(kari), fresh(theirs)])
    assert {one.badge for one in badges.values()} == {Badge.NEEDS_YOU}


def test_every_owner_hears_of_a_firm_that_a_push_met_deleted(fake, desk, ada_with_key, bo_with_key, kari):
    theirs = [
        contact(bo_with_key, name, organisation="Nordic Steel AS", email=f"{name}@steel.example")
        for name in ("Ola", "Per")
    ]
    for row in theirs:
        ask(bo_with_key, row)
    settled(desk)
    fake.company.remove("organizations", 1)
    meet(ada_with_key, kari)
    asked = [push for push in settled(desk) if push.error_code == "gone"]
    assert {push.user_id for push in asked} == {ada_with_key.id, bo_with_key.id}
    assert len(asked) == 2
