"""A notice that outlives what it tells of is settled by itself, whatever it tells of; one that still holds is left."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.mail.delivery import Delivery
from app.models import (
    ActivityDraft,
    ActivityType,
    CampaignUser,
    Notification,
    Outcome,
    User,
    now,
)
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from tests.support import world


def rings():
    Delivery(None, "").create_notifications()


def do(who, verb, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def notices(who):
    with db.reading() as session:
        mine = select(Notification).where(Notification.user_id == who.id)
        return [(one.sentence, one.read_at is None) for one in session.exec(mine)]


def planned(ada, jane, kind=ActivityType.CALL, ago=timedelta(minutes=5)):
    return do(ada, activity_log.log, jane.id, ActivityDraft(type=kind, due_date=now() - ago))


def called(ada, jane, row):
    do(ada, activity_log.log, jane.id, ActivityDraft(type=ActivityType.CALL, outcome=Outcome.REACHED))


def moved(ada, jane, row):
    do(ada, activity_log.change, row.id, {"due_date": now() + timedelta(days=3)})


def removed(ada, jane, row):
    do(ada, activity_log.remove, row.id)


def trashed(ada, jane, row):
    do(ada, contact_bank.trash, jane.id)


@pytest.mark.parametrize("deed", [called, moved, removed, trashed])
def test_a_call_that_is_not_due_any_more(ada, jane, deed):
    row, other = planned(ada, jane), world.contact(ada, "John Doe")
    planned(ada, other)
    rings()
    rings()
    assert sorted(notices(ada)) == [("Call with Jane Roe is due.", True), ("Call with John Doe is due.", True)]
    deed(ada, jane, row)
    rings()
    assert sorted(notices(ada)) == [
        ("Call with John Doe is due.", True),
        ("Settled: Call with Jane Roe is due.", False),
    ]


def test_a_meeting_whose_outcome_was_said(ada, jane):
    row = planned(ada, jane, ActivityType.MEETING, timedelta(hours=3))
    rings()
    asked = "Meeting with Jane Roe: held, no-show or moved?"
    assert (asked, True) in notices(ada)
    do(ada, activity_log.change, row.id, {"done": True, "outcome": Outcome.HELD})
    rings()
    assert (f"Settled: {asked}", False) in notices(ada)
    assert [said for said, unread in notices(ada) if unread and "Meeting" in said] == []


def test_a_campaign_that_somebody_is_in_no_more(ada, bo):
    world.campaign(ada, "Energy spring", members=[bo])
    rings()
    assert notices(bo) == [("You are now in the campaign “Energy spring”.", True)]
    with db.transaction() as session:
        session.delete(session.exec(select(CampaignUser).where(CampaignUser.user_id == bo.id)).one())
    rings()
    assert notices(bo) == [("Settled: You are now in the campaign “Energy spring”.", False)]
