"""What Today asks for: everybody once, with whom something is to be answered, was promised, or is suggested."""

from datetime import timedelta

from app import db
from app.models import ActivityDraft, ActivityType, User, now
from app.pages.today import day
from app.services.activities import activity_log, pending_outcomes
from app.services.contacts import contact_bank
from tests.support import world


def planned(who, contact, days, kind=ActivityType.CALL):
    with db.transaction() as session:
        draft = ActivityDraft(type=kind, due_date=now() + timedelta(days=days))
        activity_log.log(session, session.get_one(User, who.id), contact.id, draft)


def asked(who):
    with db.reading() as session:
        return day.ask_day(session, session.get_one(User, who.id))


def names(day):
    return (
        [contact.name for _, contact in day.questions],
        [one.entry.contact for one in day.promises],
        [one.contact.name for one in day.suggestions],
    )


def test_nobody_stands_twice(ada):
    asked_of, both, promised, _ = (
        world.contact(ada, name, phones=["+493012345"]) for name in ("Open", "Both", "Promised", "Suggested")
    )
    with db.transaction() as session:
        for one in (asked_of, both):
            pending_outcomes.ask_outcome(session, session.get_one(User, ada.id), one.id, ActivityType.CALL)
    for one in (both, promised, promised):
        planned(ada, one, -1)
    day = asked(ada)
    assert names(day) == (["Both", "Open"], ["Promised"], ["Suggested"])
    assert [one.more for one in day.promises] == [1]


def test_who_is_snoozed_is_not_overdue_except_for_meetings(ada):
    called, met = world.contact(ada, "Call"), world.contact(ada, "Meeting")
    planned(ada, called, -1)
    planned(ada, met, 1, ActivityType.MEETING)
    for one in (called, met):
        with db.transaction() as session:
            contact_bank.snooze(session, session.get_one(User, ada.id), one.id, 3)
    assert names(asked(ada)) == ([], ["Meeting"], [])


def test_a_meeting_that_is_over_stands_before_older_promises_and_what_is_not_shown_is_counted(ada):
    for number in range(3):
        planned(ada, world.contact(ada, f"Call {number}"), number - 9)
    planned(ada, world.contact(ada, "Met"), -1, ActivityType.MEETING)
    day = asked(ada)
    assert names(day)[1] == ["Met", "Call 0"]
    assert day.promised == 4
