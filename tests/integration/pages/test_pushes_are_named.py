"""Nothing goes to Pipedrive silently: the message after a tap says who does, and its Undo keeps them here."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.models import ActivityDraft, ActivityType, PipedriveSync, User, now
from app.pages.core.tap import Confirmation, naming_pushes
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import bulk_actions, contact_bank
from tests.support import world


@pytest.fixture
def connected(ada):
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=True)
    return ada


def tapped(who, deed, answer):
    with db.transaction() as session:
        me = session.get_one(User, who.id)
        return naming_pushes(session, me, answer(deed(session, me)))


def waiting():
    with db.reading() as session:
        return session.exec(select(PipedriveSync.status)).all()


def warmed(row, score):
    return lambda session, me: contact_bank.set_warmness(session, me, row.id, score)


def said(words):
    return lambda _: words


def test_who_becomes_warm_is_named_and_undo_keeps_them_here(connected):
    row = world.contact(connected, "Jane Roe", warmness_score=6)
    answer = tapped(connected, warmed(row, 8), said("Warmness 8"))
    assert answer.sentence == "Warmness 8. Jane Roe goes to Pipedrive"
    assert waiting() == ["PENDING"]
    with db.transaction() as session:
        assert answer.undo(session, session.get_one(User, connected.id)) == "Not pushed to Pipedrive"
    assert waiting() == []


def test_what_was_sent_meanwhile_is_not_said_to_be_kept_here(connected):
    row = world.contact(connected, "Jane Roe", warmness_score=6)
    answer = tapped(connected, warmed(row, 8), said("Warmness 8"))
    with db.transaction() as session:
        session.exec(select(PipedriveSync)).one().attempts = 1
    with db.transaction() as session:
        assert answer.undo(session, session.get_one(User, connected.id)) == "It is on its way to Pipedrive already"
    assert waiting() == ["PENDING"]


def test_undo_takes_the_deed_back_too(connected):
    row = world.contact(connected, "Jane Roe", warmness_score=3)
    meeting = ActivityDraft(type=ActivityType.MEETING, due_date=now() + timedelta(days=2))

    def undoable(touch):
        def back(session, who):
            activity_log.remove(session, who, touch.id)
            return "Meeting undone"

        return Confirmation("Meeting booked", back)

    answer = tapped(connected, lambda session, me: activity_log.log(session, me, row.id, meeting), undoable)
    assert answer.sentence == "Meeting booked. Jane Roe goes to Pipedrive"
    with db.transaction() as session:
        assert answer.undo(session, session.get_one(User, connected.id)) == "Meeting undone"
    assert waiting() == []


def test_many_are_counted(connected):
    ids = [world.contact(connected, name, warmness_score=6).id for name in ("Jane Roe", "John Berg", "Åsa Öst")]
    answer = tapped(
        connected,
        lambda session, me: bulk_actions.warm(session, me, ids, 2),
        said("3 contacts warmer."),
    )
    assert answer.sentence == "3 contacts warmer. 3 contacts go to Pipedrive"


@pytest.mark.parametrize("before", [6, 8], ids=["nowhere to go", "known already"])
def test_where_nothing_new_goes_over_nothing_is_said(ada, before):
    if before == 8:
        with db.transaction() as session:
            firm_settings.save(session, practice_pipedrive=True)
    row = world.contact(ada, "Jane Roe", warmness_score=before)
    assert tapped(ada, warmed(row, 9), said("Warmness 9")) == "Warmness 9"
