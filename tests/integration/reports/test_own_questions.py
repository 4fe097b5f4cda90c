"""Own questions count what the ready ones count, for whom they may; kept ones, week goals, notes and falls behind pace."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.errors import Forbidden, Invalid, NotFound
from app.mail.delivery import Delivery
from app.models import (
    Activity,
    ActivityDraft,
    Campaign,
    CampaignNoteDraft,
    Grouping,
    Measure,
    Notification,
    PersonGoalDraft,
    Question,
    QuestionFilters,
    SavedReportDraft,
    User,
    base,
    now,
)
from app.services.activities import activity_log
from app.services.campaigns import board_assignments, campaign_notes
from app.services.reports import campaign_report, person_goals, question_rows, questions, saved_reports, share_links
from app.services.reports.files import export
from app.services.reports.filters import Asked
from tests.support import world
from tests.support.generated_touches import NOW


@pytest.fixture(autouse=True)
def _stopped(monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: NOW)


def do(verb, who, *said):
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *said)


def touch(who, contact, campaign, type_="CALL", **facts):
    draft = ActivityDraft(type=type_, campaign_id=campaign.id if campaign else None, **facts)
    return do(activity_log.log, who, contact.id, draft)


@pytest.fixture
def work(ada, bo, jane, john):
    """Two campaigns of two sectors: Ada calls and writes and books, Bo calls; and one that neither sees."""
    spring = world.campaign(ada, "Spring", members=[bo], holds=[jane, john])
    autumn = world.campaign(ada, "Autumn", holds=[jane])
    with db.transaction() as session:
        for row, sector in ((spring, "Energy"), (autumn, "Steel")):
            session.get_one(Campaign, row.id).sector = sector
    bos = world.contact(bo, "Bo's own")
    with db.transaction() as session:
        board_assignments.assign(session, session.get_one(User, bo.id), spring.id, [bos.id])
    for days, outcome in ((1, "REACHED"), (8, "NO_ANSWER"), (9, "REACHED")):
        touch(ada, jane, spring, outcome=outcome, happened_at=NOW - timedelta(days=days))
    touch(ada, john, spring, "EMAIL", outcome="SENT", happened_at=NOW - timedelta(days=2))
    touch(ada, jane, autumn, "EMAIL", outcome="REPLIED", happened_at=NOW - timedelta(days=3))
    touch(bo, bos, spring, outcome="REACHED", happened_at=NOW - timedelta(days=1))
    touch(ada, john, spring, "MEETING", due_date=NOW + timedelta(days=2))
    return spring, autumn


def own(measure, by, **more):
    return QuestionFilters(measure=measure, by=by, **more)


def asked(who, filters):
    with db.reading() as session:
        return questions.answer(session, session.get_one(User, who.id), Question.OWN, filters)


def plain(measure, by):
    """The same counted by hand."""
    names = {"METHOD": lambda a, c, u: a.type.value, "PERSON": lambda a, c, u: u.name, "CAMPAIGN": lambda a, c, u: c.name,
             "SECTOR": lambda a, c, u: c.sector,
             "WEEK": lambda a, c, u: (a.happened_at - timedelta(days=a.happened_at.weekday())).date().isoformat()}  # fmt: skip
    with db.reading() as session:
        rows = session.exec(
            select(Activity, Campaign, User)
            .join(Campaign, Campaign.id == Activity.campaign_id)
            .join(User, User.id == Activity.user_id)
        ).all()
        touches = [row for row in rows if row[0].done]
        if measure is Measure.REACHED:
            touches = [row for row in touches if row[0].outcome in {"REACHED", "REPLIED"}]
        return Counter(names[by.value](*row) for row in touches)


@pytest.mark.parametrize("by", [Grouping.METHOD, Grouping.PERSON, Grouping.CAMPAIGN, Grouping.SECTOR, Grouping.WEEK])
@pytest.mark.parametrize("measure", [Measure.TOUCHES, Measure.REACHED])
def test_an_own_question_counts_what_a_plain_count_counts_and_its_bars_open_just_that(work, gwen, measure, by):
    answer = asked(gwen, own(measure, by))
    expected = plain(measure, by)
    labels = dict(zip(answer.keys, (row[0] for row in answer.rows), strict=True))
    got = {key if by in {Grouping.METHOD, Grouping.WEEK} else labels[key]: row[1]
           for key, row in zip(answer.keys, answer.rows, strict=True) if row[1]}  # fmt: skip
    assert got == expected
    for key, row in zip(answer.keys, answer.rows, strict=True):
        with db.reading() as session:
            behind = question_rows.behind(session, gwen, Question.OWN, own(measure, by), key)
        assert len(behind.items) == row[1]


def test_it_keeps_to_days_people_and_what_one_may_see(work, ada, bo, gwen):
    spring, autumn = work
    assert {row[0] for row in asked(bo, own(Measure.TOUCHES, Grouping.CAMPAIGN)).rows} == {"Spring"}
    with pytest.raises(NotFound):
        asked(bo, own(Measure.TOUCHES, Grouping.CAMPAIGN, campaign_id=autumn.id))
    narrowed = asked(gwen, own(Measure.TOUCHES, Grouping.METHOD, user_id=ada.id, last_days=7))
    assert (narrowed.title, narrowed.sentence) == ("Touches by method", "Touches: 3 in all, most E-mail (2).")
    assert [row[:2] for row in narrowed.rows] == [("E-mail", 2), ("Call", 1)]
    rates = asked(gwen, own(Measure.MEETINGS_RATE, Grouping.PERSON, campaign_id=spring.id))
    assert {row[0]: row[1:4] for row in rates.rows}["Ada Lind"] == (4, 1, 0.25)
    for odd in (QuestionFilters(), own(Measure.HANDED_OVER, Grouping.METHOD)):
        with pytest.raises(Invalid):
            asked(gwen, odd)
    with pytest.raises(Invalid), db.reading() as session:
        question_rows.behind(session, bo, Question.OWN, own(Measure.TOUCHES, Grouping.CAMPAIGN), str(autumn.id))


def test_a_kept_one_says_what_it_counts_and_ready_ones_stay_ready(work, ada):
    with pytest.raises(Invalid):
        do(saved_reports.save, ada, SavedReportDraft(name="x", question="OWN"))
    kept = do(
        saved_reports.save,
        ada,
        SavedReportDraft(name="By week", question="OWN", filters=own(Measure.TOUCHES, Grouping.WEEK, last_days=30)),
    )
    assert kept.filters == {"measure": "TOUCHES", "by": "WEEK", "last_days": 30}
    ready = do(
        saved_reports.save,
        ada,
        SavedReportDraft(name="y", question="CHANNELS", filters=own(Measure.TOUCHES, Grouping.WEEK)),
    )
    assert ready.filters == {}


def test_only_they_and_golden_tickets_see_and_set_the_goals_of_a_week(work, ada, bo, gwen):
    do(person_goals.change, gwen, ada.id, PersonGoalDraft(touches=20, meetings=2))
    do(person_goals.change, bo, bo.id, PersonGoalDraft(touches=5))
    with pytest.raises(NotFound):
        do(person_goals.change, bo, ada.id, PersonGoalDraft(touches=1))
    hers = do(person_goals.mine, ada)
    # NOW is a Wednesday: since Monday a call, and a mail of Monday; the meeting was booked today
    assert (hers.goal_touches, hers.goal_meetings, hers.meetings) == (20, 2, 1)
    since = hers.start
    with db.reading() as session:
        done = [one for one in session.exec(select(Activity).where(Activity.user_id == ada.id)) if one.done]
    assert hers.touches == sum(one.happened_at.date() >= since for one in done) > 0
    assert [(one.name, one.goal_touches) for one in do(person_goals.everybody, bo)] == [("Bo Berg", 5)]
    assert {one.name: one.goal_touches for one in do(person_goals.everybody, gwen)} == {
        "Ada Lind": 20,
        "Bo Berg": 5,
        "Gwen Gold": None,
    }
    do(person_goals.change, ada, ada.id, PersonGoalDraft())
    assert do(person_goals.mine, ada).goal_touches is None


def test_notes_stand_on_the_time_line_for_members_and_on_no_link(work, ada, bo):
    spring, _ = work
    draft = CampaignNoteDraft(day=NOW.date() - timedelta(days=8), words="Hannover fair")
    with pytest.raises(Forbidden):
        do(campaign_notes.add, bo, spring.id, draft)
    note = do(campaign_notes.add, ada, spring.id, draft)
    with db.reading() as session:
        found = campaign_report.report(session, bo, spring.id, Asked())
    assert found.notes == ((draft.day, "Hannover fair"),)
    assert f"{draft.day},Hannover fair" in export.csv(found).decode("utf-8-sig")
    assert export.xlsx(found).startswith(b"PK")
    assert export.pdf(found).startswith(b"%PDF")
    token = do(share_links.share, ada, spring.id, 7)
    with db.reading() as session:
        assert share_links.shown(session, token).notes == ()
    with pytest.raises(Forbidden):
        do(campaign_notes.remove, bo, note.id)
    do(campaign_notes.remove, ada, note.id)
    with db.reading() as session:
        assert campaign_report.report(session, bo, spring.id, Asked()).notes == ()


def test_a_campaign_that_falls_behind_is_told_once_a_fall(work, ada, bo, gwen, jane, monkeypatch):
    spring, _ = work
    delivery = Delivery(None, "http://firm.example")
    today = NOW.date()

    def goals(**facts):
        with db.transaction() as session:
            session.get_one(Campaign, spring.id).sqlmodel_update(facts)

    def told():
        delivery.look_at_paces()
        with db.reading() as session:
            return sorted(
                (session.get_one(User, one.user_id).name, one.sentence)
                for one in session.exec(select(Notification))
                if one.about.startswith("behind:")
            )

    assert told() == []
    # halfway, with 5 touches
    goals(start_date=today - timedelta(days=9), end_date=today + timedelta(days=10), goal_touches=10)
    assert told() == []
    goals(goal_touches=20)
    once = told()
    assert once == [
        ("Ada Lind", "“Spring” falls behind: 5 of 10 touches expected by now."),
        ("Gwen Gold", "“Spring” falls behind: 5 of 10 touches expected by now."),
    ]
    assert told() == once
    for _ in range(5):
        touch(ada, jane, spring, outcome="REACHED", happened_at=now())
    assert told() == once
    monkeypatch.setattr(base, "clock", lambda: NOW + timedelta(hours=1))
    goals(goal_touches=60)
    assert len(told()) == 4
