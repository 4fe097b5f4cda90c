"""The intent is the mutex: whoever decided on what is no longer so has to look again."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.models import EntityType, LinkState, PipedriveLink
from app.sync.links import link_store
from app.sync.links.link_store import Slot
from app.sync.queue.outcome_errors import Again, Waiting
from app.sync.queue.timings import Pace

FIRM = Slot("acme", EntityType.ORGANIZATION, ("nordic steel",))
KARI = Slot("acme", EntityType.PERSON, ("contact-1", "mail:a", "mail:b"))
NOW, LATER = Pace(deadline=0, late_commit=0), Pace()


def see(slot, pace=NOW):
    with db.reading() as session:
        return link_store.look_up(session, slot, pace)


def intend(slot, seen, digest="d"):
    with db.transaction() as session:
        return link_store.intend(session, slot, seen, digest)


def keep(slot, number, **given):
    with db.transaction() as session:
        link_store.save_link(session, slot, number, "d", created=given.get("created", True))


def test_two_who_saw_nothing_do_not_both_create():
    ada, bo = see(FIRM), see(FIRM)
    intend(FIRM, ada)
    with pytest.raises(Again):
        intend(FIRM, bo)


def test_two_who_looked_after_a_crash_do_not_both_create():
    intend(FIRM, see(FIRM))
    ada, bo = see(FIRM), see(FIRM)
    assert ada.doubt
    assert bo.doubt
    intend(FIRM, ada)
    with pytest.raises(Again):
        intend(FIRM, bo)


def test_who_slept_while_another_created_it_does_not_create():
    bo = see(FIRM)
    intend(FIRM, see(FIRM))
    keep(FIRM, 7)
    with pytest.raises(Again):
        intend(FIRM, bo)
    assert see(FIRM).own.remote_id == 7


def test_while_a_request_may_still_arrive_everybody_waits_a_little():
    intend(FIRM, see(FIRM))
    with pytest.raises(Waiting) as waiting:
        see(FIRM, LATER)
    assert timedelta(0) < waiting.value.wait <= LATER.a_moment


def test_an_intent_is_taken_back_only_by_whoever_wrote_it_last_and_an_older_doubt_stays():
    nothing = see(FIRM)
    first = intend(FIRM, nothing)
    doubted = see(FIRM)
    second = intend(FIRM, doubted)
    for seen, moment, left in ((nothing, first, second), (doubted, second, first), (nothing, first, None)):
        with db.transaction() as session:
            link_store.drop_intent(session, FIRM, seen, moment)
        assert getattr(see(FIRM).doubt, "intent_at", None) == left


def test_what_was_deleted_there_stays_known_as_that_when_a_new_one_is_refused():
    keep(KARI, 1)
    with db.transaction() as session:
        link_store.mark_lost(session, "acme", EntityType.PERSON, 1)
    lost = see(KARI)
    with db.transaction() as session:
        link_store.drop_intent(session, KARI, lost, link_store.intend(session, KARI, lost, "digest"))
    assert (see(KARI).own.state, see(KARI).own.remote_id) == (LinkState.LOST, 1)


def test_every_address_of_a_person_leads_to_the_same_record_and_none_is_taken_from_another():
    keep(Slot("acme", EntityType.PERSON, ("contact-2", "mail:b")), 2)
    assert [link.remote_id for link in see(KARI).aliases] == [2]
    keep(KARI, 1)
    assert see(KARI).own.remote_id == 1
    assert [link.remote_id for link in see(Slot("acme", EntityType.PERSON, ("contact-3", "mail:b"))).aliases] == [2]
    assert [link.remote_id for link in see(Slot("acme", EntityType.PERSON, ("contact-3", "mail:a"))).aliases] == [1]
    assert see(Slot("other", EntityType.PERSON, ("contact-1",))).own is None


def test_a_lost_record_is_lost_under_all_its_keys():
    keep(KARI, 1)
    with db.transaction() as session:
        link_store.mark_lost(session, "acme", EntityType.PERSON, 1)
    assert {row.state for row in every_link()} == {LinkState.LOST}


def every_link():
    with db.reading() as session:
        return list(session.exec(select(PipedriveLink)))
