"""Contacts that are handed over here: their records in Pipedrive follow as the firm and the new owner want, and a colleague's never do."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, NotFound
from app.mail.delivery import Delivery
from app.models import HandoverDecision, Notification, SyncStatus, User, now
from app.services.base import firm_settings
from app.services.push_queue import handovers
from app.services.team import transfer
from tests.support import faults, sync_harness
from tests.support.colleague import typed_there
from tests.support.sync_harness import ADAS_KEY, BOS_KEY, ask, edit, meet, pushes, settled
from tests.support.world import campaign, contact

TOMORROW = now().replace(second=0, microsecond=0) + timedelta(days=1)


@pytest.fixture
def owners(fake, ada_with_key, bo_with_key):
    for user, key in ((ada_with_key, ADAS_KEY), (bo_with_key, BOS_KEY)):
        edit(user, pipedrive_user_id=fake.user_ids[key])
    return fake.user_ids[ADAS_KEY], fake.user_ids[BOS_KEY]


@pytest.fixture
def people(fake, desk, ada_with_key, owners):
    """Ada's: Kari with a meeting that was held and a planned one, and Ola, whom a colleague made there."""
    kari = contact(ada_with_key, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
    typed_there(fake, "persons", name="Ola Dahl", emails=[{"value": "ola@x.example"}], owner_id=owners[0])
    ola = contact(ada_with_key, "Ola Dahl", email="ola@x.example")
    ask(ada_with_key, ola)
    meet(ada_with_key, kari, subject="Held")
    meet(ada_with_key, kari, due_date=TOMORROW, subject="Planned")
    settled(desk)
    campaign(ada_with_key, holds=(kari, ola))
    return kari, ola


def hand_over(gwen, giver, taker):
    with db.transaction() as session:
        return transfer.transfer_contacts(session, session.get_one(User, gwen.id), giver.id, taker.id)


def questions(who):
    with db.reading() as session:
        return handovers.list_open(session, session.get_one(User, who.id))


def decide(who, question, decision):
    with db.transaction() as session:
        handovers.decide(session, session.get_one(User, who.id), question.id, decision)


def choose(chosen):
    with db.transaction() as session:
        firm_settings.save(session, pipedrive_handover=chosen)


def owned(fake):
    rows = [*fake.alive("persons"), *fake.alive("activities")]
    return {row.get("name") or row["subject"]: row["owner_id"] for row in rows}


def test_the_new_owner_is_asked_once_and_gets_what_came_from_here(
    fake, desk, gwen, ada_with_key, bo_with_key, owners, people
):
    ada, bo = owners
    before = owned(fake)
    assert hand_over(gwen, ada_with_key, bo_with_key) == 2
    (question,) = questions(bo_with_key)
    assert question.sentence == (
        "You have 2 contacts from Ada Lind. In Pipedrive Ada Lind still owns their records and planned meetings. "
        "Move those that came from here to you, or leave them as they are."
    )
    for _ in range(2):
        Delivery(None, "").create_notifications()
    with db.reading() as session:
        told = session.exec(select(Notification).where(Notification.user_id == bo_with_key.id)).one()
    assert (told.sentence, told.path, told.read_at) == (question.sentence, "/sync", None)
    settled(desk)
    assert owned(fake) == before
    with pytest.raises(NotFound):
        decide(ada_with_key, question, HandoverDecision.MOVE)
    decide(bo_with_key, question, HandoverDecision.MOVE)
    Delivery(None, "").create_notifications()
    with db.reading() as session:
        over = session.get_one(Notification, told.id)
    assert (over.sentence, over.read_at is None) == (f"Settled: {question.sentence}", False)
    settled(desk)
    assert owned(fake) == {"Kari Nordmann": bo, "Ola Dahl": ada, "Held": ada, "Planned": bo}
    assert {heard.key for heard in fake.asked("PATCH")} == {BOS_KEY}
    spent = fake.company.limits.spent
    ask(bo_with_key, people[0])
    settled(desk)
    assert fake.company.limits.spent - spent <= 5
    with pytest.raises((Conflict, NotFound)):
        decide(bo_with_key, question, HandoverDecision.MOVE)


@pytest.mark.parametrize("chosen", ["ask", "leave"])
def test_where_they_are_left_nothing_changes_there(fake, desk, gwen, ada_with_key, bo_with_key, people, chosen):
    choose(chosen)
    before = owned(fake)
    hand_over(gwen, ada_with_key, bo_with_key)
    for question in questions(bo_with_key):
        decide(bo_with_key, question, HandoverDecision.LEAVE)
    settled(desk)
    ask(bo_with_key, people[0])
    settled(desk)
    assert (owned(fake), questions(bo_with_key)) == (before, [])


def test_where_the_firm_moves_them_nobody_is_asked(fake, desk, gwen, ada_with_key, bo_with_key, owners, people):
    choose("move")
    hand_over(gwen, ada_with_key, bo_with_key)
    assert questions(bo_with_key) == []
    settled(desk)
    assert (owned(fake)["Kari Nordmann"], owned(fake)["Planned"]) == (owners[1], owners[1])


def test_what_a_colleague_took_over_there_stays_theirs(fake, desk, gwen, ada_with_key, bo_with_key, owners, people):
    choose("move")
    cy = fake.company.add_user("key-cy", "Cy")
    fake.company.edit("persons", fake.alive("persons")[-1]["id"], owner_id=cy)
    fake.company.edit("activities", 2, owner_id=cy)
    before = owned(fake)
    hand_over(gwen, ada_with_key, bo_with_key)
    settled(desk)
    assert owned(fake) == before


def test_a_hand_over_that_is_taken_back_leaves_no_question(fake, desk, gwen, ada_with_key, bo_with_key, people):
    hand_over(gwen, ada_with_key, bo_with_key)
    hand_over(gwen, bo_with_key, ada_with_key)
    assert (questions(ada_with_key), questions(bo_with_key)) == ([], [])


def test_who_hands_on_before_an_answer_hands_on_the_question(fake, desk, gwen, ada_with_key, bo_with_key, people):
    edit(bo_with_key, pipedrive_user_id=None)
    hand_over(gwen, ada_with_key, bo_with_key)
    hand_over(gwen, bo_with_key, gwen)
    assert ([one.contacts for one in questions(gwen)], questions(bo_with_key)) == ([2], [])


def test_who_may_not_become_the_owner_there_is_told_what_to_do(fake, desk, gwen, ada_with_key, bo_with_key, people):
    choose("move")
    hand_over(gwen, ada_with_key, bo_with_key)
    fake.next(faults.not_allowed(), method="PATCH", times=None)
    settled(desk)
    (row,) = (row for row in pushes() if row.status is SyncStatus.FAILED)
    assert (row.error_code, row.user_id) == ("not_allowed", bo_with_key.id)
    fake.heal()
    ask(bo_with_key, people[0])
    settled(desk)
    assert owned(fake)["Kari Nordmann"] == sync_harness.fresh(bo_with_key).pipedrive_user_id
