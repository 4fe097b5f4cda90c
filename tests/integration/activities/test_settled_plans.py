"""A touch closes what it answers of the plans: it counts once, and taking it back opens them again."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app import db
from app.models import Activity, ActivityDraft, ActivityType, Outcome, User, now
from app.services.activities import activity_log, bulk_log, settled_plans
from app.services.base.counted_touches import counts
from app.services.campaigns import undo_dispatch
from tests.support import world
from tests.support.api_client import ask

CALL = ActivityType.CALL


def do(who, verb, *given, **named):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **named)


def planned(who, contact, *, days=-2.0, kind=CALL):
    draft = ActivityDraft(type=kind, due_date=now() + timedelta(days=days))
    return do(who, activity_log.log, contact.id, draft)


def called(who, contact, **facts):
    return do(who, activity_log.log, contact.id, ActivityDraft(type=CALL, outcome=Outcome.REACHED), **facts)


def fresh(row):
    with db.reading() as session:
        return session.get_one(Activity, row.id)


def counted(contact):
    """How many touches of the contact count."""
    with db.reading() as session:
        query = f"select count(*) from activities t where t.contact_id = :id and t.done and {counts('t')}"
        return session.scalar(text(query), {"id": contact.id})


def test_open_plans_of_the_same_kind_are_done_and_count_once(ada, jane):
    plans = [planned(ada, jane), planned(ada, jane, days=-9)]
    touch = called(ada, jane)
    assert [(fresh(plan).done, fresh(plan).settled_by, fresh(plan).happened_at) for plan in plans] == [
        (True, touch.id, touch.happened_at)
    ] * 2
    assert counted(jane) == 1
    assert fresh(touch).settled_by is None


@pytest.mark.parametrize(
    "plan",
    [{"days": 2}, {"kind": ActivityType.EMAIL}, {"of": "another"}],
    ids=["later", "another kind", "somebody else"],
)
def test_what_it_does_not_answer_stays_open(ada, jane, plan):
    plan = dict(plan)
    whom = world.contact(ada, "John Berg") if plan.pop("of", None) else jane
    row = planned(ada, whom, **plan)
    called(ada, jane)
    assert not fresh(row).done


def test_a_touch_of_last_week_does_not_answer_what_was_planned_since(ada, jane):
    row = planned(ada, jane, days=-1)
    draft = ActivityDraft(type=CALL, happened_at=now() - timedelta(days=7))
    do(ada, activity_log.log, jane.id, draft)
    assert not fresh(row).done


def test_taking_the_touch_back_opens_the_plan_and_putting_it_back_closes_it(ada, jane):
    row = planned(ada, jane)
    touch = called(ada, jane)
    do(ada, activity_log.remove, touch.id)
    assert (fresh(row).done, fresh(row).happened_at, counted(jane)) == (False, None, 0)
    do(ada, activity_log.put_back, touch.id)
    assert (fresh(row).settled_by, counted(jane)) == (touch.id, 1)


def test_undo_of_a_touch_with_many_opens_their_plans(ada, jane):
    row = planned(ada, jane)
    done = do(ada, bulk_log.log, [jane.id], ActivityDraft(type=CALL))
    assert fresh(row).done
    do(ada, undo_dispatch.undo, done.undo_id)
    assert (fresh(row).done, counted(jane)) == (False, 0)


def test_ticking_one_of_two_promises_closes_both(ada, jane):
    first, second = planned(ada, jane), planned(ada, jane, days=-1)
    do(ada, activity_log.change, first.id, {"done": True, "outcome": Outcome.REACHED})
    assert (fresh(second).settled_by, counted(jane)) == (first.id, 1)


def test_the_answer_names_them_and_they_are_left_where_that_is_asked_for(ada, jane):
    row = planned(ada, jane)
    wish = {"type": "CALL", "contact_id": str(jane.id), "outcome": "REACHED"}
    assert ask(ada, "POST", "/api/activities?settle=false", wish).json()["settled"] == []
    assert not fresh(row).done
    assert ask(ada, "POST", "/api/activities", wish).json()["settled"] == [str(row.id)]
    assert ask(ada, "GET", f"/api/activities/{row.id}").json()["done"] is True
    with db.reading() as session:
        assert settled_plans.settled_by(session, ada, fresh(row)) == []
