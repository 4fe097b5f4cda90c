"""A link that its owner names: to nobody who is not there, to no other contact of theirs, and never forgotten; and a contact that is erased while it is pushed."""

import logging

import pytest
from sqlmodel import select, text

from app import db
from app.errors import Conflict
from app.models import AuditEvent, SyncStatus, User
from app.services.contacts import contact_bank
from app.services.contacts.erasure import contact_erasure
from app.services.pipedrive import manual_link, manual_push
from app.sync.push import preview
from tests.support import faults
from tests.support.colleague import deal, typed_there
from tests.support.sync_deeds import listened
from tests.support.sync_harness import ADAS_KEY, ask, desk_at, drain, fresh, hurried, links, pushes, settled
from tests.support.world import contact


def do(who, verb, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


@pytest.fixture
def jane(fake, desk, ada_with_key):
    row = contact(ada_with_key, "Jane Roe", email="jane@acme.example")
    ask(ada_with_key, row)
    settled(desk)
    return fresh(row)


def patient(fake):
    """A sync that waits for an answer while something is done meanwhile."""
    return hurried(desk_at(fake.url, patience=30), deadline=30)


@pytest.fixture
def meanwhile(fake, monkeypatch):
    """Do something after Pipedrive created the first person, and before its answer arrives."""

    def during(deed):
        commit, done = fake.commit, []

        def commit_and_do(heard):
            reply = commit(heard)
            if heard.method == "POST" and heard.path.endswith("/persons") and not done:
                done.append(deed())
            return reply

        monkeypatch.setattr(fake, "commit", commit_and_do)

    return during


@pytest.mark.parametrize(("verb", "where"), [(None, "contact bank"), (contact_bank.trash, "trash")])
def test_a_person_who_is_another_contact_of_mine_is_refused(ada_with_key, jane, verb, where):
    other = contact(ada_with_key, "Kim Doe", email="kim@acme.example")
    if verb:
        do(ada_with_key, verb, jane.id)
    with pytest.raises(Conflict, match=f"is Jane Roe in your {where}"):
        do(ada_with_key, manual_push.link, other.id, str(jane.pipedrive_person_id))
    assert fresh(other).pipedrive_person_id is None


def test_a_number_that_nobody_has_there_is_refused_after_a_look(desk, ada_with_key, jane):
    wanted = do(ada_with_key, manual_link.wanted_link, jane.id, "999999")
    with pytest.raises(Conflict, match="Record 999999 is not in Pipedrive"):
        manual_link.check_found(wanted, lambda one: preview.search_pipedrive(desk, one))
    known = do(ada_with_key, manual_link.wanted_link, jane.id, str(jane.pipedrive_person_id))
    manual_link.check_found(known, lambda one: preview.search_pipedrive(desk, one))


def test_a_link_that_is_named_while_a_push_is_under_way_is_kept(fake, desk, ada_with_key, meanwhile):
    theirs = typed_there(fake, "persons", name="Somebody Else")["id"]
    row = contact(ada_with_key, "Jane Roe", email="jane@acme.example")
    ask(ada_with_key, row)
    meanwhile(lambda: do(ada_with_key, manual_push.link, row.id, str(theirs)))
    settled(patient(fake))
    assert fresh(row).pipedrive_person_id == theirs


def test_what_was_created_for_a_contact_that_is_erased_meanwhile_is_deleted_again(
    fake, desk, ada_with_key, meanwhile, caplog
):
    caplog.set_level(logging.WARNING)
    row = contact(ada_with_key, "Jane Roe", email="jane@acme.example")
    ask(ada_with_key, row)
    meanwhile(lambda: do(ada_with_key, contact_erasure.erase, row.id))
    settled(patient(fake))
    assert fake.alive("persons") == []
    assert [one.entity_key for one in links() if one.state == "LINKED"] == []
    assert all(one.status is not SyncStatus.RETRY for one in pushes())
    assert "erased meanwhile, and was deleted again" in caplog.text


@pytest.mark.parametrize("used", [False, True])
def test_what_a_create_without_an_answer_left_for_an_erased_contact_is_found_and_deleted(
    fake, desk, ada_with_key, used
):
    """Their process was killed, or the answer lost, between the create and our note of it."""
    fake.company.people.by_key[ADAS_KEY].admin = True
    ask(ada_with_key, contact(ada_with_key, "First Face", email="first@x.example"))
    settled(desk)
    listened(desk)
    row = contact(ada_with_key, "Jane Roe", email="jane@acme.example")
    ask(ada_with_key, row)
    fake.next(faults.reset(commits=True), method="POST", kind="persons")
    drain(desk)
    there = fake.alive("persons")[-1]
    assert there["name"] == "Jane Roe"
    if used:
        deal(fake, "persons", there["id"])
    do(ada_with_key, contact_erasure.erase, row.id)
    with db.transaction() as session:
        session.execute(text("update pipedrive_links set intent_at = intent_at - interval '1 minute'"))
    listened(desk)
    assert (there["id"] in [one["id"] for one in fake.alive("persons")]) is used
    assert [one.entity_key for one in links() if one.entity_key == str(row.id)] == []
    with db.reading() as session:
        told = session.exec(select(AuditEvent.detail).where(AuditEvent.action == "contact.erased_remains")).all()
    assert told == ([{"person": there["id"]}] if used else [])
