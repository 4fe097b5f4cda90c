"""What the charts are given equals a plain count, under any filter, on any day, also when the clock jumps while a page is open."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app import db
from app.models import Activity, ActivityType, Campaign, CampaignContact, CampaignMove, CampaignUser, User, base
from app.pages.reports import chart_specs
from app.services.reports import campaign_report
from app.services.reports.filters import Asked
from tests.support import world
from tests.support.counted_events import events, fits, flat, weeks, within
from tests.support.generated_touches import NOW, TOUCH, ZONES, stored_touch

DAY = st.none() | st.integers(0, 20).map(lambda back: date(2026, 3, 31) - timedelta(days=back))
JUMP = st.sampled_from([timedelta(), timedelta(hours=15), timedelta(days=1), timedelta(days=7), timedelta(days=40)])
BEGUN = st.integers(-9, 50).map(lambda back: date(2026, 3, 31) - timedelta(days=back))


@pytest.fixture(autouse=True)
def _stopped(monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: NOW)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(touches=st.lists(TOUCH, min_size=8, max_size=25) | st.lists(TOUCH, max_size=4), zone=st.sampled_from(ZONES), days=st.tuples(DAY, DAY),
       last_days=st.none() | st.sampled_from([1, 7, 30]), person=st.none() | st.integers(0, 1), method=st.none() | st.sampled_from(ActivityType),
       jump=JUMP, begun=BEGUN)  # fmt: skip
def test_charts_are_given_what_a_plain_count_gives(
    ada, bo, jane, john, monkeypatch, touches, zone, days, last_days, person, method, jump, begun
):
    monkeypatch.setattr(base, "clock", lambda: NOW)
    first, last = (None, None) if last_days else sorted(days) if all(days) else days
    people, watch = (ada, bo, bo), ZoneInfo(zone)
    with db.transaction() as session:
        for table in (CampaignMove, Activity, CampaignContact, CampaignUser, Campaign):
            session.execute(delete(table))
        session.get_one(User, ada.id).timezone = zone
    spring, other = (world.campaign(ada, name, members=[bo], holds=[jane, john]) for name in ("Spring", "Other"))
    with db.transaction() as session:
        row = session.get_one(Campaign, spring.id)
        row.start_date, row.end_date, row.goal_touches, row.goal_meetings = begun, begun + timedelta(days=60), 40, 6
        stored = [
            stored_touch(one, other if one["elsewhere"] else spring, people, (jane, john, None)) for one in touches
        ]
        session.add_all(stored)
    asked = Asked(first, last, None if person is None else people[person].id, method, last_days)
    at = NOW + jump
    monkeypatch.setattr(base, "clock", lambda: at)
    today = at.astimezone(watch).date()
    with db.reading() as session:
        found = campaign_report.report(session, session.get_one(User, ada.id), spring.id, asked)
    specs = chart_specs.report_charts(found)

    every = list(events(stored, [], spring.id))
    if last_days:
        first, last = today - timedelta(days=last_days - 1), today
    inside = [one for one in every if fits(one, asked) and within(one, zone, first, last)]
    assert drawn_weeks(specs["weeks"]) == weeks(inside, zone)
    for place, by in (("methods", "type"), ("people", "by")):
        given = {key: int(row[1]) for key, row in zip(specs[place].keys, specs[place].table.rows, strict=True)}
        assert {key: n for key, n in given.items() if n} == counted(inside, by)
    for key, kind in (("touches", "touches"), ("meetings", "meetings_booked")):
        # a goal is for the whole campaign, whatever is chosen
        done = [one["at"] for one in every if one["kind"] == kind]
        points = series(specs[f"goal-{key}"], "done")
        assert bool(points) == (begun <= today)
        for n, (moment, total) in enumerate(points):
            day = day_of(moment)
            until = at + timedelta(days=1) if n == len(points) - 1 else datetime.combine(day, time(), watch)
            assert total == sum(one < until for one in done), day
        assert [day_of(moment) for moment, _ in points[:1] + points[-1:]] == [begun, today][: len(points) and 2]
        told = found.pace[key]
        assert (told.likely_low is None) == (
            (today - begun).days < 13 or lately(done, today, begun, watch) < 5
        ) or today > begun + timedelta(days=60)


def day_of(moment):
    return datetime.fromtimestamp(moment / 1000, UTC).date()


def series(spec, name):
    return [one["value"] for one in next(one for one in spec.option["series"] if one["id"] == name)["data"]]


def drawn_weeks(spec):
    """What each column and point says, by its week, without the quiet ones."""
    kinds = {
        one["id"]: [n["value"] if isinstance(n, dict) else n for n in one["data"]] for one in spec.option["series"]
    }
    found = {}
    for at, key in enumerate(spec.keys):
        reached, rest, booked, held = (kinds[name][at] for name in ("Reached", "Not reached", "Booked", "Held"))
        if reached + rest + booked + held:
            found[date.fromisoformat(key)] = (reached + rest, reached, booked, held)
    return found


def counted(inside, by):
    found = {}
    for one in flat(inside):
        if one["kind"] == "touches":
            key = getattr(one[by], "value", None) or str(one[by])
            found[key] = found.get(key, 0) + 1
    return found


def lately(done, today, begun, watch):
    days = min(max((today - begun).days + 1, 7), 28)
    return sum(one >= datetime.combine(today - timedelta(days=days - 1), time(), watch) for one in done)
