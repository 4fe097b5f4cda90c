"""The ranking against an oracle in plain Python."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import delete, select

from app import calendar_days, db
from app.models import Activity, ActivityDraft, ActivityType, Contact, Outcome, User, now
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.contacts import contact_bank, suggestions
from tests.support import world
from tests.support.api_client import ask


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
                    phones=["+493012345"],
                    warmness_score=warmness,
                    last_contacted=None if days is None else moment - timedelta(days=days),
                )
            )


@pytest.mark.parametrize(
    ("warmness", "days", "score"), [(10, None, 1.00), (9, 1, 0.64), (5, 40, 0.65), (0, None, 0.30), (4, 0, 0.28)]
)
def test_the_formula_is_the_source_plans(ada, warmness, days, score):
    bank(ada, [(warmness, days)])
    assert suggestions.score(warmness, days) == pytest.approx(score)
    with db.reading() as session:
        one = session.exec(select(Contact)).one()
    assert ask(ada, "GET", f"/api/contacts/{one.id}").json()["priority_score"] == pytest.approx(score)


def test_twelve_hot_people_called_this_week_do_not_hide_who_is_due(ada):
    hot = [(10, day % 3) for day in range(12)]
    others = [(9, 60 + day) for day in range(10)] + [(random.Random(1).randint(0, 8), 20) for _ in range(278)]
    bank(ada, hot + others)
    assert [s.contact.warmness_score for s in suggested(ada)] == [9] * 10


def days_silent(contact):
    """Whole days since the last contact; None when there was none."""
    return calendar_days.days_since(contact.last_contacted, "Europe/Berlin") if contact.last_contacted else None


def test_the_order_equals_a_plain_sort_over_the_whole_bank(ada):
    roll = random.Random(7)
    bank(ada, [(roll.randint(0, 10), roll.choice([None, *range(3, 60)])) for _ in range(400)])
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
    assert first.reason == "warm 5, 7 days since the last contact (every 7)"


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
        "warm 6, 50 days since the last contact",
        "warm 5, 41 days since the last contact",
    ]
    assert mixed(ada, 10).count(new) == 6
    assert [one.reason for one in suggested(ada, 5)] == [new] * 5


def test_a_mix_takes_nobody_away_where_there_is_no_past(ada):
    bank(ada, [(9, None), (3, None), (2, 5)])
    assert mixed(ada, 5) == [
        "warm 9, never contacted",
        "warm 3, never contacted",
        "warm 2, 5 days since the last contact",
    ]
    assert len(mixed(ada, 1)) == 1


# the whole rule, against a filter and sorted() over everybody

HOURS = st.integers(0, 60 * 24) | st.integers(0, 120)
PERSON = st.fixed_dictionaries(
    {
        "warm": st.integers(0, 10),
        "contacted": st.none() | HOURS,
        "tried": st.none() | HOURS,
        "cadence": st.none() | st.sampled_from([1, 7, 30, 90]),
        "asleep": st.none() | st.integers(-3, 3),
        "plans": st.lists(st.integers(-3, 3).filter(bool), max_size=2),
        "reach": st.sampled_from(["phone", "profile", "nothing", "wrong number"]),
    }
)
PLAIN = {"contacted": None, "tried": None, "cadence": None, "asleep": None, "plans": [], "reach": "phone"}
TIED = [PLAIN | {"warm": 9, "contacted": 9 * 24}, PLAIN | {"warm": 8, "contacted": 16 * 24}]
TWO_PLANS = [PLAIN | {"warm": 9, "plans": [-1, 2]}, PLAIN | {"warm": 1, "plans": [-1]}]
REACHED_BY = {
    "phone": {"phones": ["+493012345"]},
    "profile": {"linkedin_url": "https://www.linkedin.com/in/p"},
    "nothing": {},
    "wrong number": {"phones": ["+493012345"], "failed_addresses": ["+493012345"]},
}


def write_bank(ada, people, base, rest, zone):
    """These people and nobody else, with the moments counted back in hours from `base`."""

    def ago(hours):
        return None if hours is None else base - timedelta(hours=hours, minutes=1)

    with db.transaction() as session:
        session.exec(delete(Activity))
        session.exec(delete(Contact))
        firm_settings.save(session, rest_days=rest)
        session.get_one(User, ada.id).timezone = zone
        for one in people:
            row = Contact(
                user_id=ada.id,
                name="P",
                warmness_score=one["warm"],
                cadence_days=one["cadence"],
                last_contacted=ago(one["contacted"]),
                last_attempt=ago(one["tried"]),
                snoozed_until=None if one["asleep"] is None else base + timedelta(days=one["asleep"], hours=1),
                next_due=min((base + timedelta(days=due) for due in one["plans"]), default=None),
                **REACHED_BY[one["reach"]],
            )
            session.add(row)
            session.flush()
            for due in one["plans"]:
                plan = {"due_date": base + timedelta(days=due), "done": False}
                session.add(Activity(type=ActivityType.CALL, user_id=ada.id, contact_id=row.id, **plan))
            one["id"] = row.id


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@example(people=TIED, most=1, rest=3, zone="UTC", promised=True)
@example(people=TWO_PLANS, most=3, rest=3, zone="UTC", promised=True)
@given(
    people=st.lists(PERSON, max_size=12),
    most=st.integers(1, 6),
    rest=st.integers(0, 5),
    zone=st.sampled_from(["Europe/Berlin", "Pacific/Kiritimati", "America/New_York", "UTC"]),
    promised=st.booleans(),
)
def test_who_is_suggested_is_the_plain_rule_over_everybody(ada, people, most, rest, zone, promised):
    base = now()
    people = [dict(one) for one in people]
    write_bank(ada, people, base, rest, zone)
    with db.reading() as session:
        found = suggestions.suggest(session, session.get_one(User, ada.id), most, at=base, promised=promised)

    def days(hours):
        if hours is None:
            return None
        moment = base - timedelta(hours=hours, minutes=1)
        return (base.astimezone(ZoneInfo(zone)).date() - moment.astimezone(ZoneInfo(zone)).date()).days

    def in_turn(one):
        silent = days(one["contacted"])
        return (
            days(one["tried"]) != 0
            and (silent is None or silent >= max(rest, 1, one["cadence"] or 0))
            and (one["asleep"] is None or one["asleep"] < 0)
            and not any(due > 0 or not promised for due in one["plans"])
        )

    wanted = sorted(
        filter(in_turn, people),
        key=lambda one: (
            one["reach"] in {"nothing", "wrong number"},
            -round(suggestions.score(one["warm"], days(one["contacted"]), one["cadence"]), 6),
            -(10**6 if one["contacted"] is None else one["contacted"]),
            one["id"],
        ),
    )
    assert [one.contact.id for one in found] == [one["id"] for one in wanted[:most]]


def test_postgresql_knows_every_zone_that_a_person_may_choose(database):
    with db.reading() as session:
        known = set(session.execute(text("select name from pg_timezone_names")).scalars())
    assert {name for name in available_timezones() if "/" in name or name == "UTC"} <= known


# what an attempt is, and what it fails at


def call(who, contact, outcome, days=0, note="", kind=ActivityType.CALL):
    with db.transaction() as session:
        draft = ActivityDraft(type=kind, outcome=outcome, note=note, happened_at=now() - timedelta(days=days))
        return activity_log.log(session, session.get_one(User, who.id), contact.id, draft)


ATTEMPTS = [
    (ActivityType.CALL, Outcome.NO_ANSWER),
    (ActivityType.CALL, Outcome.VOICEMAIL),
    (ActivityType.CALL, Outcome.WRONG_NUMBER),
    (ActivityType.EMAIL, Outcome.BOUNCED),
    (ActivityType.MEETING, Outcome.NO_SHOW),
    (ActivityType.CONFERENCE, Outcome.NO_SHOW),
]


@pytest.mark.parametrize(("kind", "outcome"), ATTEMPTS)
def test_an_attempt_does_not_reset_the_silence_and_rests_for_its_day(ada, kind, outcome):
    jane = world.contact(ada, "Jane Roe", warmness_score=8, phones=["+493012345"], emails=["j@x.example"])
    call(ada, jane, Outcome.REACHED, 41)
    tried = call(ada, jane, outcome, 0, kind=kind)
    with db.reading() as session:
        row = session.get_one(Contact, jane.id)
    assert (days_silent(row), row.last_attempt) == (41, tried.happened_at)
    assert suggested(ada) == []
    call(ada, jane, outcome, 1, kind=kind)
    with db.transaction() as session:
        activity_log.remove(session, session.get_one(User, ada.id), tried.id)
    (again,) = suggested(ada)
    assert again.reason.startswith("warm 8, 41 days since call, ")
    # another number or address is wanted, not another try
    assert again.reason.endswith(", try again") == (outcome not in {Outcome.WRONG_NUMBER, Outcome.BOUNCED})


def test_a_wrong_number_is_marked_until_the_touch_is_told_otherwise(ada):
    jane = world.contact(ada, "Jane Roe", phones=["+493011111111", "+493022222222"])
    world.contact(ada, "Cold", phones=["+493033333333"])
    wrong = [call(ada, jane, Outcome.WRONG_NUMBER, 1) for _ in range(2)]
    with db.reading() as session:
        row = session.get_one(Contact, jane.id)
        assert row.failed_addresses == ["+493011111111", "+493022222222"]
        assert row.phones == ["+493011111111", "+493022222222"]
    assert [one.contact.name for one in suggested(ada)] == ["Cold", "Jane Roe"]
    with db.transaction() as session:
        activity_log.change(session, session.get_one(User, ada.id), wrong[0].id, {"outcome": Outcome.NO_ANSWER})
    with db.reading() as session:
        assert session.get_one(Contact, jane.id).good_phones == ["+493011111111"]


def test_the_reason_remembers_the_last_note_and_the_tries_since(ada):
    jane = world.contact(ada, "Jane Roe", warmness_score=8, phones=["+493012345"])
    call(ada, jane, Outcome.REACHED, 41, note="Call after summer\nabout the offer")
    call(ada, jane, Outcome.NO_ANSWER, 5)
    call(ada, jane, Outcome.NO_ANSWER, 2)
    said = "41 days since call, no answer twice, try again · “Call after summer”"
    assert [one.why for one in suggested(ada)] == [said]


def test_a_snooze_ends_with_the_start_of_the_day(ada, jane):
    with db.transaction() as session:
        until = contact_bank.snooze(session, session.get_one(User, ada.id), jane.id, 3).snoozed_until
    there = until.astimezone(ZoneInfo("Europe/Berlin"))
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    assert (there.date() - today, there.hour, there.minute) == (timedelta(days=3), 0, 0)


def test_a_campaign_is_named_to_its_members_only(ada, bo, jane):
    world.campaign(bo, "Energy spring", holds=[jane])
    assert [one.why for one in suggested(ada)] == ["never contacted"]
    world.campaign(ada, "Retail autumn", holds=[jane])
    assert [one.why for one in suggested(ada)] == ["never contacted · Retail autumn"]
