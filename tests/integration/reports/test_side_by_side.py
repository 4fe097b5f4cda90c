"""Campaigns beside each other, the time to the first meeting by cohorts, rows from either end, and whom to add to a campaign."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app import db
from app.errors import Invalid
from app.models import ActivityDraft, Campaign, CampaignContact, Question, QuestionFilters, User, base
from app.services.activities import activity_log
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search
from app.services.reports import drill_down, question_rows, questions
from app.services.reports.filters import Asked
from tests.support import world
from tests.support.generated_touches import NOW


@pytest.fixture(autouse=True)
def _stopped(monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: NOW)


def touch(who, contact, campaign, type_="CALL", *, ago=0, **facts):
    draft = ActivityDraft(
        type=type_, campaign_id=campaign.id, happened_at=NOW - timedelta(days=ago), outcome=facts.pop("outcome", None)
    )
    with db.transaction() as session:
        return activity_log.log(session, session.get_one(User, who.id), contact.id, draft)


def joined(campaign, contact, ago):
    with db.transaction() as session:
        place = session.exec(
            select(CampaignContact).where(
                CampaignContact.campaign_id == campaign.id, CampaignContact.contact_id == contact.id
            )
        ).one()
        place.added_at = place.stage_at = NOW - timedelta(days=ago)
        session.add(place)


def answer(who, question, **filters):
    with db.reading() as session:
        return questions.answer(session, session.get_one(User, who.id), question, QuestionFilters(**filters))


def behind(who, question, key, **more):
    with db.reading() as session:
        return [
            row.contact for row in question_rows.behind(session, who, question, QuestionFilters(), key, **more).items
        ]


def test_campaigns_stand_beside_each_other_and_open_their_touches(ada, bo, gwen, jane, john):
    spring = world.campaign(ada, "Spring", members=[bo], holds=[jane])
    autumn = world.campaign(ada, "Autumn", holds=[john])
    world.campaign(ada, "Quiet")
    for ago in range(12):
        touch(ada, jane, spring, ago=ago + 1, outcome="REACHED")
    touch(ada, john, autumn, ago=1, outcome="NO_ANSWER")
    touch(ada, jane, spring, "MEETING", outcome="HELD")
    found = answer(gwen, Question.CAMPAIGNS)
    told = {row[0]: dict(zip((column.title for column in found.columns), row, strict=True)) for row in found.rows}
    assert list(told) == ["Spring", "Autumn"]
    assert (told["Spring"]["Touches"], told["Spring"]["Meetings booked"], told["Spring"]["Meetings held"]) == (13, 1, 1)
    assert (told["Autumn"]["Touches"], told["Autumn"]["Meetings per touch"]) == (1, 0)
    assert behind(gwen, Question.CAMPAIGNS, str(autumn.id)) == ["John Öström"]
    assert [row[0] for row in answer(bo, Question.CAMPAIGNS).rows] == ["Spring"]
    assert behind(bo, Question.CAMPAIGNS, str(autumn.id)) == []


def test_a_cohort_says_who_of_it_has_a_meeting_by_when_and_a_young_one_does_not_say_yet(ada, gwen):
    people = [world.contact(ada, name) for name in ("Ann Old", "Ben Old", "Cay Old", "Dan Young")]
    spring = world.campaign(ada, "Spring", holds=people)
    ann, ben, cay, dan = people
    for contact, ago in ((ann, 70), (ben, 70), (cay, 70), (dan, 3)):
        joined(spring, contact, ago)
    for contact, first, met in ((ann, 69, 60), (ben, 65, 45)):
        touch(ada, contact, spring, ago=first, outcome="REACHED")
        touch(ada, contact, spring, "MEETING", ago=met, outcome="HELD")
    touch(ada, dan, spring, ago=2, outcome="REACHED")
    found = answer(gwen, Question.COHORTS)
    old, young = found.rows
    # Ann was met 10 days after she joined, 9 after the first touch; Ben after 25 and 20; the median is between
    assert old[1:] == (3, 2, pytest.approx(1 / 3), pytest.approx(2 / 3), pytest.approx(2 / 3), 14.5)
    assert young[1:] == (1, 0, None, None, None, None)
    assert found.sentence == "2 of 4 contacts have a meeting; half of those within 14.5 days of the first touch."
    assert sorted(behind(gwen, Question.COHORTS, found.keys[0])) == ["Ann Old", "Ben Old", "Cay Old"]
    for odd in ("x", (NOW.date()).isoformat()):
        with pytest.raises(Invalid):
            behind(gwen, Question.COHORTS, odd if NOW.weekday() else "y")
    assert answer(ada, Question.COHORTS, last_days=1).rows == ()


def test_rows_come_from_either_end_page_by_page(ada, gwen, jane):
    spring = world.campaign(ada, "Spring", holds=[jane])
    for ago in range(5):
        touch(ada, jane, spring, ago=ago + 1, outcome="REACHED")

    def pages(*, oldest_first):
        found, cursor = [], None
        while True:
            with db.reading() as session:
                page = drill_down.drill_down(
                    session, gwen, spring.id, Asked(), "touches", limit=2, cursor=cursor, oldest_first=oldest_first
                )
            found += [row.at for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    newest = pages(oldest_first=False)
    assert newest == sorted(newest, reverse=True)
    assert pages(oldest_first=True) == newest[::-1]
    assert len(set(newest)) == 5
    assert behind(gwen, Question.CAMPAIGNS, str(spring.id), oldest_first=True) == ["Jane Roe"] * 5


def test_whom_to_add_is_narrowed_by_tag_sector_role_and_by_who_is_free(ada, bo):
    chief = world.contact(ada, "Cleo Chief", tags=["fair"], job_title="Chief Financial Officer")
    held = world.contact(ada, "Hal Held", tags=["fair"], job_title="Chief of Staff")
    world.contact(ada, "Pat Plain")
    spring, autumn = world.campaign(ada, "Spring", holds=[held]), world.campaign(ada, "Autumn")
    with db.transaction() as session:
        session.get_one(Campaign, spring.id).sector = "Energy"

    def names(**search):
        with db.reading() as session:
            return [one.name for one in contact_search.contacts(session, ada, Search(**search)).items]

    assert names(tag="fair") == ["Cleo Chief", "Hal Held"]
    assert names(role="chief officer") == ["Cleo Chief"]
    assert names(role="100%") == []
    assert names(sector="Energy") == ["Hal Held"]
    assert names(tag="fair", outside_but=autumn.id) == ["Cleo Chief"]
    assert names(tag="fair", outside_but=spring.id) == ["Cleo Chief", "Hal Held"]
    with db.transaction() as session:
        session.get_one(Campaign, spring.id).archived_at = NOW
    assert names(tag="fair", outside_but=autumn.id) == ["Cleo Chief", "Hal Held"]
    assert chief.tags == ["fair"]
