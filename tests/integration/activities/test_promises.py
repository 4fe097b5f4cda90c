"""Many plans at once: only one's own, only what is still open, and no meeting, which somebody else knows of."""

from datetime import date, timedelta

import pytest

from app import db
from app.calendar_days import local_day, today
from app.errors import Invalid
from app.models import ActivityDraft, ActivityType, User, now
from app.services.activities import activity_log, promises
from tests.support import world


def logged(who, contact, **facts):
    with db.transaction() as session:
        draft = ActivityDraft(**{"type": ActivityType.CALL, "due_date": now() - timedelta(days=2)} | facts)
        return activity_log.log(session, session.get_one(User, who.id), contact.id, draft)


def open_of(who, ids):
    with db.reading() as session:
        return [one.id for one in promises.still_open(session, session.get_one(User, who.id), ids)]


def test_only_what_is_open_and_mine_and_no_meeting(ada, bo):
    mine, theirs = world.contact(ada, "Jane Roe"), world.contact(bo, "Jane Roe")
    plan, gone = (logged(ada, mine, due_date=now() + timedelta(days=2)) for _ in range(2))
    others = [
        logged(ada, mine, type=ActivityType.MEETING, due_date=now() + timedelta(days=1)),
        logged(ada, mine, due_date=None, outcome="REACHED"),
        logged(bo, theirs),
        gone,
    ]
    with db.transaction() as session:
        activity_log.remove(session, session.get_one(User, ada.id), gone.id)
    assert open_of(ada, [plan.id, *(one.id for one in others)]) == [plan.id]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", ""])
def test_each_keeps_its_hour_on_the_day_that_its_person_counts(ada, zone):
    contact = world.contact(ada, "Jane Roe")
    plans = [logged(ada, contact, due_date=now() - timedelta(hours=hours)) for hours in (30, 55)]
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        me.timezone = zone or "UTC"
        day = today(me.timezone) + timedelta(days=3)
        promises.move(session, me, promises.still_open(session, me, [plan.id for plan in plans]), day)
        moved = promises.still_open(session, me, [plan.id for plan in plans])
        assert [local_day(plan.due_date, me.timezone) for plan in moved] == [day, day]


def test_a_day_that_is_over_is_refused(ada):
    plan = logged(ada, world.contact(ada, "Jane Roe"))
    with db.transaction() as session, pytest.raises(Invalid):
        promises.move(session, session.get_one(User, ada.id), [plan], date(2020, 1, 1))
