"""The ranking against an oracle in plain Python."""

import random
from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.models import ActivityDraft, ActivityType, Contact, now
from app.services.activities import activity_log
from app.services.contacts import contact_bank, suggestions
from tests.support import world


def suggested(who, limit=10):
    with db.reading() as session:
        return suggestions.suggest(session, who, limit)


def bank(owner, people):
    """Bulk rows: (warmness, days or None)."""
    moment = now()
    with db.transaction() as session:
        for number, (warmness, days) in enumerate(people):
            session.add(
                Contact(
                    user_id=owner.id,
                    name=f"Person {number}",
                    warmness_score=warmness,
                    last_contacted=None if days is None else moment - timedelta(days=days, hours=1),
                )
            )


@pytest.mark.parametrize(
    ("warmness", "days", "score"), [(10, None, 1.00), (9, 1, 0.64), (5, 40, 0.65), (0, None, 0.30), (4, 0, 0.28)]
)
def test_the_formula_is_the_source_plans(ada, warmness, days, score):
    bank(ada, [(warmness, days)])
    assert suggestions.score(warmness, days) == pytest.approx(score)
    assert suggested(ada)[0].score == pytest.approx(score)


def test_twelve_hot_people_called_this_week_do_not_hide_who_is_due(ada):
    hot = [(10, day % 3) for day in range(12)]
    others = [(9, 60 + day) for day in range(10)] + [(random.Random(1).randint(0, 8), 20) for _ in range(278)]
    bank(ada, hot + others)
    assert [s.contact.warmness_score for s in suggested(ada)] == [9] * 10


def days_silent(contact):
    """Whole days since the last touch; None when there was none."""
    return None if contact.last_contacted is None else (now() - contact.last_contacted).days


def test_the_order_equals_a_plain_sort_over_the_whole_bank(ada):
    roll = random.Random(7)
    bank(ada, [(roll.randint(0, 10), roll.choice([None, *range(60)])) for _ in range(400)])
    with db.reading() as session:
        everybody = session.exec(select(Contact)).all()
    oracle = sorted(
        everybody,
        key=lambda c: (
            -round(suggestions.score(c.warmness_score, days_silent(c)), 9),
            c.last_contacted.timestamp() if c.last_contacted else 0,
            c.id,
        ),
    )
    assert [s.contact.id for s in suggested(ada, 50)] == [c.id for c in oracle[:50]]


def test_of_two_long_silences_the_longer_comes_first(ada):
    bank(ada, [(5, 31), (5, 300), (5, None)])
    assert [days_silent(s.contact) for s in suggested(ada)] == [None, 300, 31]


def test_the_reason_is_what_a_consultant_would_say(ada):
    jane = world.contact(ada, "Jane Roe", warmness_score=8)
    world.contact(ada, "New Face", warmness_score=1)
    with db.transaction() as session:
        when = now() - timedelta(days=41, hours=2)
        activity_log.log(session, ada, jane.id, ActivityDraft(type=ActivityType.CALL, happened_at=when))
    assert [s.reason for s in suggested(ada)] == ["warm 8, 41 days since call", "warm 1, never contacted"]


def test_snoozed_planned_and_trashed_people_are_left_out(ada):
    asleep, planned, gone, here = (world.contact(ada, name) for name in ("A", "B", "C", "D"))
    with db.transaction() as session:
        contact_bank.snooze(session, ada, asleep.id, 5)
        later = ActivityDraft(type=ActivityType.CALL, due_date=now() + timedelta(days=3))
        activity_log.log(session, ada, planned.id, later)
        contact_bank.trash(session, ada, gone.id)
    assert [s.contact.id for s in suggested(ada)] == [here.id]


def test_a_cadence_is_measured_against_its_own_rhythm(ada):
    world.contact(ada, "Weekly", warmness_score=5, cadence_days=7, days=7)
    world.contact(ada, "Usual", warmness_score=5, days=7)
    first = suggested(ada)[0]
    assert (first.contact.name, first.score) == ("Weekly", pytest.approx(0.65))
    assert first.reason == "warm 5, 7 days since the last touch (every 7)"


def test_nobody_elses_contacts_are_suggested(ada, bo, jane):
    assert suggested(bo) == []


def test_what_another_tool_knew_of_the_last_touch_is_not_forgotten(ada):
    """An imported date survives planned and removed touches, and only a later one moves it."""
    long_ago = now() - timedelta(days=90)
    jane = world.contact(ada, "Jane Roe")
    with db.transaction() as session:
        row = contact_bank.owned(session, ada, jane.id, lock=True)
        row.last_contacted = row.contacted_elsewhere = long_ago
    with db.transaction() as session:
        activity_log.log(
            session, ada, jane.id, ActivityDraft(type=ActivityType.CALL, due_date=now() + timedelta(days=2))
        )
        call = activity_log.log(session, ada, jane.id, ActivityDraft(type=ActivityType.CALL))
        assert contact_bank.owned(session, ada, jane.id).last_contacted == call.happened_at
        activity_log.remove(session, ada, call.id)
        assert contact_bank.owned(session, ada, jane.id).last_contacted == long_ago


def mixed(who, limit):
    with db.reading() as session:
        return [one.reason for one in suggestions.suggest(session, who, limit, mix=True)]


def test_two_of_five_places_are_kept_for_people_with_a_past(ada):
    bank(ada, [*[(9, None)] * 300, (6, 50), (5, 41), (4, 41), (3, 10)])
    new = "warm 9, never contacted"
    assert mixed(ada, 5) == [
        new,
        new,
        new,
        "warm 6, 50 days since the last touch",
        "warm 5, 41 days since the last touch",
    ]
    assert mixed(ada, 10).count(new) == 6
    assert [one.reason for one in suggested(ada, 5)] == [new] * 5


def test_a_mix_takes_nobody_away_where_there_is_no_past(ada):
    bank(ada, [(9, None), (3, None), (2, 5)])
    assert mixed(ada, 5) == [
        "warm 9, never contacted",
        "warm 3, never contacted",
        "warm 2, 5 days since the last touch",
    ]
    assert len(mixed(ada, 1)) == 1
