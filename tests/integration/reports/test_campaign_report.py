"""A campaign's figures equal a plain count, for everybody who may see them, in few questions."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, text

from app import db
from app.errors import Invalid, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    ActivityType,
    Campaign,
    CampaignContact,
    CampaignMove,
    CampaignUser,
    Contact,
    Stage,
    User,
    base,
    new_id,
)
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from app.services.contacts.erasure import contact_erasure
from app.services.reports import campaign_report, drill_down, team_report
from app.services.reports.filters import Asked
from app.services.team import transfer
from tests.support import world
from tests.support.api_client import ask, is_refusal
from tests.support.counted_events import changes, events, fits, flat, rates, weeks, within
from tests.support.generated_touches import MOVE, NOW, TOUCH, ZONES, stored_touch

ALL = Asked()


@pytest.fixture(autouse=True)
def _stopped(monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: NOW)


@pytest.fixture
def spring(ada, bo, jane, john):
    return world.campaign(ada, members=[bo], holds=[jane, john])


def report(who, campaign, asked=ALL):
    with db.reading() as session:
        return campaign_report.report(session, who, campaign.id, asked)


def rows(who, campaign, key, asked=ALL, **more):
    with db.reading() as session:
        return drill_down.drill_down(session, who, campaign.id, asked, key, **more)


def values(found):
    return {key: one.value for key, one in found.figures.items()}


def touch(who, contact, campaign, type_="CALL", **facts):
    with db.transaction() as session:
        draft = ActivityDraft(type=type_, campaign_id=campaign.id, **facts)
        return activity_log.log(session, session.get_one(User, who.id), contact.id, draft)


def moved(campaign, contact, stage, who, *, at=NOW, was=Stage.TO_CONTACT):
    with db.transaction() as session:
        gone = contact.id if contact else None
        session.add(
            CampaignMove(
                campaign_id=campaign.id, contact_id=gone, user_id=who.id, from_stage=was, to_stage=stage, moved_at=at
            )
        )


# --- the oracle -----------------------------------------------------------------------------------------------------

DAY = st.none() | st.integers(0, 20).map(lambda back: date(2026, 3, 31) - timedelta(days=back))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(touches=st.lists(TOUCH, min_size=12, max_size=25) | st.lists(TOUCH, max_size=4), moves=st.lists(MOVE, max_size=10), zone=st.sampled_from(ZONES), days=st.tuples(DAY, DAY),
       person=st.none() | st.integers(0, 2), method=st.none() | st.sampled_from(ActivityType))  # fmt: skip
def test_a_report_equals_a_plain_count_over_the_same_rows(
    ada, bo, jane, john, touches, moves, zone, days, person, method
):
    first, last = sorted(days) if all(days) else days
    with db.transaction() as session:
        for table in (CampaignMove, Activity, CampaignContact, CampaignUser, Campaign):
            session.execute(delete(table))
        left = session.merge(User(id=LEFT, name="Cem Can", email="cem@firm.example", active=False))
        session.get_one(User, ada.id).timezone = zone
    spring, other = (world.campaign(ada, name, members=[bo], holds=[jane, john]) for name in ("Spring", "Other"))
    people, persons = (ada, bo, left), (jane, john, None)
    with db.transaction() as session:
        stored = [stored_touch(one, other if one["elsewhere"] else spring, people, persons) for one in touches]
        session.add_all(stored)
        # no two in the same instant: which is the later one would be anybody's guess
        steps = [CampaignMove(campaign_id=spring.id, contact_id=who and who.id, user_id=people[by].id, to_stage=stage,
                              from_stage=was, moved_at=at + timedelta(microseconds=n))
                 for n, (which, was, stage, at, by) in enumerate(moves) for who in [persons[which]]]  # fmt: skip
        session.add_all(steps)
    asked = Asked(first, last, people[person].id if person is not None else None, method)
    with db.reading() as session:
        me = session.get_one(User, ada.id)
        found = campaign_report.report(session, me, spring.id, asked)
        counted = {
            key: len(drill_down.drill_down(session, me, spring.id, asked, key, limit=200).items)
            for key in values(found)
        }
    happened = [one for one in events(stored, steps, spring.id) if fits(one, asked)]
    inside = [one for one in happened if within(one, zone, first, last)]
    assert values(found) == {key: sum(one["kind"] == key for one in flat(inside)) for key in values(found)} == counted
    assert {key: (one.before, one.change) for key, one in found.figures.items()} == changes(
        happened, zone, first, last, values(found)
    )
    assert {(one.key, one.touches, one.reached, one.booked) for one in found.by_type} == set(rates(inside, "type"))
    assert {
        (one.key, one.touches, one.reached, one.booked) for one in found.by_user if one.touches or one.booked
    } == set(rates(inside, "by"))
    assert {
        week.start: (week.touches, week.reached, week.booked, week.held)
        for week in found.per_week
        if any((week.touches, week.booked, week.held))
    } == weeks(inside, zone)
    assert [week.start for week in found.per_week] == [
        found.per_week[0].start + timedelta(weeks=n) for n in range(len(found.per_week))
    ]


LEFT = new_id()


# --- what is special ------------------------------------------------------------------------------------------------


def test_a_meeting_is_booked_once_credited_to_what_led_to_it_and_held_when_it_was(ada, gwen, jane, spring):
    touch(ada, jane, spring, "EMAIL", outcome="REPLIED", happened_at=NOW - timedelta(days=3))
    touch(ada, jane, spring, "CALL", outcome="REACHED", happened_at=NOW - timedelta(days=1))
    meeting = touch(ada, jane, spring, "MEETING", due_date=NOW + timedelta(days=2))
    assert values(report(gwen, spring)) == {
        "touches": 2,
        "reached": 2,
        "meetings_booked": 1,
        "meetings_held": 0,
        "handed_over": 0,
    }
    assert {one.key: one.booked for one in report(gwen, spring).by_type} == {"CALL": 1, "EMAIL": 0}
    with db.transaction() as session:
        activity_log.change(
            session, session.get_one(User, ada.id), meeting.id, {"done": True, "happened_at": NOW, "outcome": "MOVED"}
        )
    again = touch(ada, jane, spring, "MEETING", due_date=NOW + timedelta(days=9))
    assert values(report(gwen, spring))["meetings_booked"] == 1
    with db.transaction() as session:
        activity_log.change(
            session, session.get_one(User, ada.id), again.id, {"done": True, "happened_at": NOW, "outcome": "HELD"}
        )
    assert values(report(gwen, spring)) == {
        "touches": 3,
        "reached": 3,
        "meetings_booked": 1,
        "meetings_held": 1,
        "handed_over": 0,
    }
    assert {one.key: one.booked for one in report(gwen, spring).by_type} == {"CALL": 1, "EMAIL": 0, "MEETING": 0}


def test_the_funnel_knows_how_far_each_contact_on_the_board_ever_got(ada, bo, gwen, jane, john, spring):
    moved(spring, jane, Stage.MEETING_BOOKED, ada)
    moved(spring, jane, Stage.NOT_NOW, ada, was=Stage.MEETING_BOOKED)
    world_third = world.contact(bo, "Third Person")
    gone = world.contact(bo, "In The Trash")
    with db.transaction() as session:
        session.add(CampaignContact(campaign_id=spring.id, contact_id=world_third.id, stage=Stage.CONTACTED))
        session.add(CampaignContact(campaign_id=spring.id, contact_id=gone.id, stage=Stage.HANDED_OVER))
        contact_bank.trash(session, bo, gone.id)
    assert [(step.stage.value, step.reached_n) for step in report(gwen, spring).funnel] == [
        ("TO_CONTACT", 3), ("CONTACTED", 2), ("IN_DIALOGUE", 1), ("MEETING_BOOKED", 1), ("HANDED_OVER", 0)
    ]  # fmt: skip
    assert [step.reached_n for step in report(gwen, spring, Asked(user_id=bo.id)).funnel] == [1, 1, 0, 0, 0]
    assert [one.contact for one in rows(bo, spring, "IN_DIALOGUE").items] == ["Jane Roe"]
    assert {one.contact for one in rows(bo, spring, "CONTACTED").items} == {"Jane Roe", "Third Person"}


def test_a_hand_over_that_was_taken_back_does_not_count(ada, gwen, jane, john, spring):
    for person in (jane, john):
        moved(spring, person, Stage.HANDED_OVER, ada, at=NOW - timedelta(hours=2))
    moved(spring, john, Stage.IN_DIALOGUE, ada, at=NOW - timedelta(hours=1), was=Stage.HANDED_OVER)
    assert values(report(gwen, spring))["handed_over"] == 1
    assert [one.contact for one in rows(gwen, spring, "handed_over").items] == ["Jane Roe"]


def test_every_erased_contact_that_was_handed_over_counts(ada, gwen, spring):
    for _ in range(2):
        moved(spring, None, Stage.HANDED_OVER, ada)
    assert values(report(gwen, spring))["handed_over"] == 2
    assert [one.contact for one in rows(gwen, spring, "handed_over").items] == [None, None]


def test_an_erased_contacts_work_still_counts_without_a_name(ada, gwen, jane, spring):
    touch(ada, jane, spring, outcome="REACHED")
    with db.transaction() as session:
        session.execute(delete(Contact).where(Contact.id == jane.id))
    assert values(report(gwen, spring))["touches"] == 1
    [row] = rows(gwen, spring, "touches").items
    assert (row.contact_id, row.contact, row.by) == (None, None, "Ada Lind")


def figures_by(who, campaign):
    found = report(who, campaign)
    return (
        values(found),
        {one.key: one.booked for one in found.by_type},
        {one.name: one.booked for one in found.by_user},
    )


@pytest.mark.parametrize("what", ["handed over", "erased", "held", "held by another touch"])
def test_what_was_booked_stays_credited_whatever_becomes_of_its_contact(ada, bo, gwen, jane, spring, what, monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: NOW - timedelta(days=9))
    touch(ada, jane, spring, outcome="REACHED")
    planned = touch(ada, jane, spring, "MEETING", due_date=NOW - timedelta(days=1))
    monkeypatch.setattr(base, "clock", lambda: NOW)
    before = (figures_by(gwen, spring), *[week.booked for week in report(gwen, spring).per_week])
    with db.transaction() as session:
        me = session.get_one(User, ada.id)
        if what == "handed over":
            transfer.transfer_contacts(session, session.get_one(User, gwen.id), ada.id, bo.id, [jane.id])
        elif what == "erased":
            contact_erasure.erase(session, me, jane.id)
        elif what == "held":
            activity_log.change(session, me, planned.id, {"done": True, "outcome": "HELD"})
        else:
            activity_log.log(session, me, jane.id, ActivityDraft(type="MEETING", outcome="HELD", campaign_id=spring.id))
    (values_, methods, people), *booked = (
        figures_by(gwen, spring),
        *[week.booked for week in report(gwen, spring).per_week],
    )
    assert (values_["meetings_booked"], methods["CALL"], people["Ada Lind"]) == (1, 1, 1)
    assert (before[0][1]["CALL"], before[0][2]["Ada Lind"]) == (1, 1)
    assert booked[: len(before) - 1] == list(before[1:])
    with db.reading() as session:
        team = team_report.team(session, session.get_one(User, gwen.id)).members
    assert {one.name: one.meetings_booked for one in team if one.meetings_booked} == {"Ada Lind": 1}


def test_a_meeting_of_which_nobody_said_otherwise_was_held_and_reached_somebody(ada, jane, spring):
    touch(ada, jane, spring, "MEETING", happened_at=NOW - timedelta(days=1))
    found = values(report(ada, spring))
    assert (found["meetings_held"], found["reached"]) == (1, 1)


def test_erasing_keeps_the_one_hand_over_that_counts_and_none_that_was_taken_back(ada, jane, john, spring):
    for contact, back in ((jane, False), (john, True)):
        moved(spring, contact, Stage.HANDED_OVER, ada, at=NOW - timedelta(days=3))
        moved(spring, contact, Stage.HANDED_OVER, ada, at=NOW - timedelta(days=2), was=Stage.NOT_NOW)
        if back:
            moved(spring, contact, Stage.IN_DIALOGUE, ada, at=NOW - timedelta(days=1), was=Stage.HANDED_OVER)
    assert values(report(ada, spring))["handed_over"] == 1
    with db.transaction() as session:
        for contact in (jane, john):
            contact_erasure.erase(session, session.get_one(User, ada.id), contact.id)
    assert values(report(ada, spring))["handed_over"] == 1


def test_rows_name_a_contact_only_to_whom_a_campaign_opens_it(ada, bo, gwen, jane, spring):
    touch(ada, jane, spring, outcome="REACHED")
    assert [rows(who, spring, "reached").items[0].contact for who in (ada, bo, gwen)] == ["Jane Roe"] * 3
    with db.transaction() as session:
        session.execute(delete(CampaignContact).where(CampaignContact.contact_id == jane.id))
    assert [rows(who, spring, "reached").items[0].contact for who in (ada, bo, gwen)] == ["Jane Roe", None, None]
    assert [values(report(who, spring))["reached"] for who in (ada, bo, gwen)] == [1, 1, 1]


def test_rows_come_in_pages_and_by_method_and_week(ada, jane, john, spring):
    for back in range(5):
        touch(ada, jane, spring, "CALL" if back % 2 else "EMAIL", happened_at=NOW - timedelta(days=back, minutes=back))
    seen, mark = [], None
    for _ in range(3):
        page = rows(ada, spring, "touches", limit=2, cursor=mark)
        seen, mark = seen + page.items, page.next_cursor
    assert mark is None
    assert [one.at for one in seen] == sorted({one.at for one in seen}, reverse=True)
    assert len(seen) == 5
    assert len(rows(ada, spring, "CALL").items) == 2
    assert rows(ada, spring, "CALL", Asked(type=ActivityType.EMAIL)).items == []
    assert len(rows(ada, spring, "2026-03-30").items) == 2
    assert len(rows(ada, spring, "2026-03-23").items) == 3
    for odd in ("2026-03-31", "nonsense", "NOT_NOW"):
        with pytest.raises(Invalid):
            rows(ada, spring, odd)
    with pytest.raises(Invalid):
        rows(ada, spring, "touches", cursor="nonsense")


def test_chosen_days_are_compared_with_as_many_just_before_them(ada, jane, spring):
    for back in range(10):
        touch(ada, jane, spring, happened_at=NOW - timedelta(days=back))
    chosen = report(ada, spring, Asked(date(2026, 3, 27), date(2026, 3, 29))).figures["touches"]
    assert (chosen.value, chosen.before, chosen.change) == (3, 3, 0)
    usual = report(ada, spring).figures["touches"]
    assert (usual.value, usual.before, usual.change) == (10, 3, 4)


def test_strangers_get_nothing_and_swapped_days_are_refused(ada, spring):
    cem = world.person("Cem Can")
    for question in (report, lambda who, campaign: rows(who, campaign, "touches")):
        with pytest.raises(NotFound):
            question(cem, spring)
    for days in ((date(2026, 3, 2), date(2026, 3, 1)), (date(1200, 1, 1), None), (None, date(9000, 1, 1))):
        with pytest.raises(Invalid):
            report(ada, spring, Asked(*days))


def test_people_stand_by_name_where_a_campaign_keeps_no_leaderboard(ada, bo, jane, spring):
    touch(bo, jane, spring)
    assert [one.name for one in report(ada, spring).by_user] == ["Bo Berg", "Ada Lind"]
    with db.transaction() as session:
        session.get_one(Campaign, spring.id).leaderboard = False
    assert [one.name for one in report(ada, spring).by_user] == ["Ada Lind", "Bo Berg"]


def test_goal_and_pace_look_at_the_whole_campaign_whatever_is_asked(ada, jane, spring):
    with db.transaction() as session:
        row = session.get_one(Campaign, spring.id)
        row.start_date, row.end_date, row.goal_touches, row.goal_meetings = date(2026, 3, 4), date(2026, 4, 27), 20, 5
    for back in range(4):
        touch(ada, jane, spring, happened_at=NOW - timedelta(days=back))
    found = report(ada, spring, Asked(user_id=new_id()))
    assert values(found)["touches"] == 0
    assert (found.pace["touches"].done, found.goal) == (4, {"touches": 20, "meetings": 5})
    assert (
        found.pace["touches"].sentence
        == "4 of 20 touches so far, about 10 expected by now. Needs 4 touches a week from now on, now 1."
    )
    assert found.progress["touches"] == (
        (date(2026, 3, 4), 0),
        *((date(2026, 3, day), 0) for day in (9, 16, 23)),
        (date(2026, 3, 30), 2),
        (date(2026, 3, 31), 4),
    )
    assert found.per_week[0].start == date(2026, 3, 2)


def test_a_report_takes_at_most_six_questions(ada, jane, spring):
    for _ in range(3):
        touch(ada, jane, spring)
    asked = []
    note = lambda *said: asked.append(said[2])  # noqa: E731
    with db.reading() as session:
        who = session.get_one(User, ada.id)
        event.listen(db.engine, "before_cursor_execute", note)
        campaign_report.report(session, who, spring.id, Asked())
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) <= 6


def test_no_question_of_a_report_reads_the_whole_table_of_touches(ada, spring):
    """With many touches of other campaigns beside it, a report walks an index."""
    fill = """insert into activities (id, created_at, updated_at, type, user_id, campaign_id, subject, note, happened_at, done, version)
        select gen_random_uuid(), now(), now(), 'CALL', :who, null, '', '', now(), true, 1 from generate_series(1, 20000)"""
    plans = []

    def explain(connection, cursor, statement, parameters, *_):
        if "activities" in statement and not statement.startswith("explain"):
            plans.append("\n".join(row[0] for row in cursor.connection.execute("explain " + statement, parameters)))

    with db.engine.connect() as connection:
        connection.execute(text(fill), {"who": ada.id})
        connection.execute(text("analyze activities"))
        with db.Session(connection) as session:
            event.listen(db.engine, "before_cursor_execute", explain)
            campaign_report.report(session, ada, spring.id, Asked())
            drill_down.drill_down(session, ada, spring.id, Asked(), "touches")
            event.remove(db.engine, "before_cursor_execute", explain)
        connection.rollback()
    assert len(plans) == 2
    assert [plan for plan in plans if "Seq Scan on activities" in plan] == []


# --- over the wire --------------------------------------------------------------------------------------------------


def test_the_report_over_the_wire_has_the_promised_keys_and_is_not_sent_twice(ada, jane, spring):
    touch(ada, jane, spring, outcome="REACHED")
    path = f"/api/campaigns/{spring.id}/report"
    answer = ask(ada, "GET", f"{path}?from=2026-03-01&to=2026-03-31&type=CALL&user_id={ada.id}")
    body = answer.json()
    promised = {
        "touches",
        "reached",
        "meetings_booked",
        "meetings_held",
        "handed_over",
        "funnel",
        "by_type",
        "by_user",
        "per_week",
        "goal",
        "pace",
        "as_of",
    }
    assert promised <= set(body)
    assert (body["touches"], body["reached"], body["by_type"][0]["n"]) == (1, 1, 1)
    assert body["by_type"][0]["interval"] == pytest.approx([0.2065, 1.0], abs=1e-4)
    known = {"If-None-Match": answer.headers["etag"]}
    assert ask(ada, "GET", path.replace("report", "report?type=CALL"), headers=known).status_code == 200
    same = path + f"?from=2026-03-01&to=2026-03-31&type=CALL&user_id={ada.id}"
    base.clock = lambda: NOW + timedelta(minutes=1)
    assert ask(ada, "GET", same, headers=known).status_code == 304
    touch(ada, jane, spring, outcome="REACHED")
    assert ask(ada, "GET", same, headers=known).status_code == 200


def test_odd_wishes_over_the_wire_are_refused_in_words(ada, spring):
    path = f"/api/campaigns/{spring.id}/report"
    for wish in ("from=yesterday", "from=2026-03-02&to=2026-03-01", "type=PIGEON", "user_id=7", "to=9999-12-31"):
        assert is_refusal(ask(ada, "GET", f"{path}?{wish}"), 422)
