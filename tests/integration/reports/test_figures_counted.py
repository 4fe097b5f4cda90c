"""The funnel, the pace, the introductions and the team equal a plain count over the same rows."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select

from app import db
from app.models import (
    Activity,
    Campaign,
    CampaignContact,
    CampaignMove,
    CampaignUser,
    Contact,
    Introduction,
    Stage,
    User,
    base,
)
from app.services.activities import introductions
from app.services.reports import campaign_report, team_report
from app.services.reports.filters import Asked
from tests.support import world
from tests.support.generated_touches import MOMENT, MOVE, NOW, TOUCH, ZONES, reached, stored_touch

LADDER = [Stage.TO_CONTACT, Stage.CONTACTED, Stage.IN_DIALOGUE, Stage.MEETING_BOOKED, Stage.HANDED_OVER]
PLACE = st.tuples(st.sampled_from(Stage), st.none() | st.integers(0, 1), st.booleans())
USED = st.tuples(st.integers(0, 30), MOMENT)
BEGUN = st.integers(0, 40).map(lambda back: date(2026, 3, 31) - timedelta(days=back))


@pytest.fixture(autouse=True)
def _stopped(monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: NOW)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(touches=st.lists(TOUCH, max_size=18), moves=st.lists(MOVE, max_size=8), places=st.tuples(PLACE, PLACE), used=st.lists(USED, max_size=4),
       zone=st.sampled_from(ZONES), begun=BEGUN, person=st.none() | st.integers(0, 1), since=st.none() | BEGUN)  # fmt: skip
def test_the_other_figures_equal_a_plain_count(
    ada, bo, gwen, jane, john, touches, moves, places, used, zone, begun, person, since
):
    people, persons, watch = (ada, bo, gwen), (jane, john, None), ZoneInfo(zone)
    with db.transaction() as session:
        for table in (Introduction, CampaignMove, Activity, CampaignContact, CampaignUser, Campaign):
            session.execute(delete(table))
        for each in session.exec(select(User)):
            each.timezone = zone
    spring, other = (world.campaign(ada, name, members=[bo], holds=[jane, john]) for name in ("Spring", "Other"))
    with db.transaction() as session:
        camp = session.get_one(Campaign, spring.id)
        camp.start_date, camp.end_date, camp.goal_touches, camp.goal_meetings = begun, date(2026, 5, 31), 40, 6
        here = {
            one.contact_id: one
            for one in session.exec(select(CampaignContact).where(CampaignContact.campaign_id == spring.id))
        }
        for contact, (stage, assigned, trashed) in zip((jane, john), places, strict=True):
            here[contact.id].stage = stage
            here[contact.id].assigned_user_id = None if assigned is None else people[assigned].id
            session.get_one(Contact, contact.id).deleted_at = NOW if trashed else None
        stored = [stored_touch(one, other if one["elsewhere"] else spring, people, persons) for one in touches]
        session.add_all(stored)
        session.flush()
        steps = [CampaignMove(campaign_id=spring.id, contact_id=who and who.id, user_id=people[by].id, to_stage=stage, from_stage=was,
                              moved_at=at) for which, was, stage, at, by in moves for who in [persons[which]]]  # fmt: skip
        session.add_all(steps)
        doors = [Introduction(campaign_id=spring.id, offered_by=gwen.id, offered_to=ada.id, whom="Somebody", redeemed_at=at,
                              redeemed_activity_id=stored[n % len(stored)].id) for n, at in used if stored]  # fmt: skip
        session.add_all(doors)
    who = None if person is None else people[person].id
    with db.reading() as session:
        me = session.get_one(User, gwen.id)
        found = campaign_report.report(session, me, spring.id, Asked(user_id=who))
        rate = introductions.ticket_rate(session, me, spring.id)
        team = team_report.team(session, me, Asked(since))

    assert [step.reached_n for step in found.funnel] == funnel(places, (jane, john), steps, ada.id, people, who)
    alive = [
        one
        for one in stored
        if not one.deleted_at and not (one.type == "MEETING" and one.outcome in {"MOVED", "CANCELLED"})
    ]
    ours = [one for one in alive if one.campaign_id == spring.id]
    done, booked = [one for one in ours if one.done], [one for one in ours if one.type == "MEETING"]
    days = min(max((NOW.astimezone(watch).date() - begun).days + 1, 7), 28)
    observed = midnight(NOW.astimezone(watch).date() - timedelta(days=days - 1), watch)
    for key, some, at in (("touches", done, lambda one: one.happened_at), ("meetings", booked, booked_at)):
        recent = sum(at(one) >= observed for one in some)
        assert found.pace[key].done == len(some)
        assert found.pace[key].now_per_week == pytest.approx(recent * 7 / days)

    # the introduction is the campaign's, wherever its touch was moved to later, and accepted while that stands
    uses = [
        (door, one) for door in doors for one in stored if not one.deleted_at and one.id == door.redeemed_activity_id
    ]
    led = sum(
        any(m.contact_id and m.contact_id == one.contact_id and m.created_at >= door.redeemed_at for m in booked)
        for door, one in uses
    )
    assert (rate.touches, rate.reached) == (len(uses), led)

    start = midnight(since, watch) if since else datetime.min.replace(tzinfo=watch)
    end = (
        midnight(NOW.astimezone(watch).date() + timedelta(days=1), watch)
        if since
        else datetime.max.replace(tzinfo=NOW.tzinfo)
    )
    today = NOW.astimezone(watch).date()
    monday = midnight(today - timedelta(days=today.weekday()), watch)
    for mate in team.members:
        mine = [one for one in alive if one.user_id == mate.user_id]
        chosen = [one for one in mine if one.done and start <= one.happened_at < end]
        assert mate.touches == len(chosen)
        assert mate.reached == sum(map(reached, chosen))
        assert mate.meetings_booked == sum(one.type == "MEETING" and start <= booked_at(one) < end for one in mine)
        assert mate.this_week == sum(one.done and one.happened_at >= monday for one in mine)
        assert mate.overdue == sum(
            not one.done and not one.deleted_at and one.due_date < NOW and one.contact_id is not None
            for one in stored
            if one.user_id == mate.user_id
        )
    assert team.logging == sum(mate.this_week > 0 for mate in team.members)
    with db.transaction() as session:
        for row in session.exec(select(Contact).where(col(Contact.id).in_([jane.id, john.id]))):
            row.deleted_at = None


def funnel(places, contacts, steps, owner, people, who):
    """How far each contact on the board ever came, of those that this person looks after."""
    rungs = []
    for contact, (stage, assigned, trashed) in zip(contacts, places, strict=True):
        cares = owner if assigned is None else people[assigned].id
        if trashed or (who and cares != who):
            continue
        stood = [
            stage,
            *(one for step in steps if step.contact_id == contact.id for one in (step.from_stage, step.to_stage)),
        ]
        rungs.append(max([0, *(LADDER.index(one) for one in stood if one in LADDER)]))
    return [sum(rung >= step for rung in rungs) for step in range(len(LADDER))]


def booked_at(meeting):
    return min(filter(None, (meeting.created_at, meeting.happened_at)))


def midnight(day, zone):
    return datetime.combine(day, time(), zone)
