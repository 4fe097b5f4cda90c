"""Questions across campaigns, saved reports, links for outsiders, introductions, and the team in figures."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import delete
from sqlmodel import select

from app import db
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import (
    Activity,
    ActivityDraft,
    Campaign,
    CampaignContact,
    CampaignUser,
    IntroductionDraft,
    Question,
    QuestionFilters,
    ReportLink,
    SavedReportDraft,
    Stage,
    User,
    base,
    now,
)
from app.services.activities import activity_log, introduced_contact, introductions
from app.services.base import secret_tokens
from app.services.campaigns import campaigns
from app.services.reports import campaign_report, question_rows, questions, saved_reports, share_links, team_report
from app.services.reports.filters import Asked
from tests.support import world


def do(verb, who, *given, **more):
    """One verb by that person, committed."""
    with db.transaction() as session:
        return verb(session, session.get_one(User, who.id), *given, **more)


def touch(who, contact, campaign=None, type_="CALL", **facts):
    return do(
        activity_log.log, who, contact.id, ActivityDraft(type=type_, campaign_id=campaign and campaign.id, **facts)
    )


def many(who, contact, campaign, type_, outcomes, before=timedelta()):
    """Touches of yesterday or so long before, straight into the table."""
    at = now() - timedelta(days=1) - before
    with db.transaction() as session:
        session.add_all(
            Activity(type=type_, user_id=who.id, contact_id=contact.id, campaign_id=campaign.id, outcome=outcome, happened_at=at)
            for outcome in outcomes
        )  # fmt: skip


def answer(who, question, **filters):
    with db.reading() as session:
        return questions.answer(session, who, question, QuestionFilters(**filters))


@pytest.fixture
def spring(ada, bo, jane):
    return world.campaign(ada, "Spring", members=[bo], holds=[jane])


@pytest.fixture
def secret_one(ada, john):
    return world.campaign(ada, "Secret", holds=[john])


def test_every_question_has_an_answer_even_where_nothing_is(bo, gwen):
    for question in questions.GALLERY:
        for who in (bo, gwen):
            said = answer(who, question)
            assert said.title
            assert said.sentence.endswith(".")
            assert said.days
            assert all(len(row) == len(said.columns) for row in said.rows)
    with pytest.raises(Invalid, match="whose report"):
        answer(bo, Question.CAMPAIGN)


def test_a_member_is_answered_about_their_campaigns_and_a_golden_ticket_about_all(
    ada, bo, gwen, jane, john, spring, secret_one
):
    touch(ada, jane, spring, outcome="REACHED")
    touch(ada, john, secret_one, "EMAIL", outcome="SENT")
    touch(ada, jane, None, "LINKEDIN", outcome="SENT")
    assert [row[0] for row in answer(bo, Question.CHANNELS).rows] == ["Call"]
    assert {row[0] for row in answer(gwen, Question.CHANNELS).rows} == {"Call", "E-mail"}
    assert [row[0] for row in answer(bo, Question.WEEK).rows] == ["Spring"]
    do(campaigns.remove, ada, spring.id)
    assert answer(bo, Question.CHANNELS).rows == ()


def test_a_channel_is_called_better_only_when_it_can_be_told_apart(ada, gwen, jane, spring):
    def said():
        return answer(gwen, Question.CHANNELS).sentence

    many(ada, jane, spring, "CALL", ["REACHED"] * 9)
    assert said() == "Too early to tell: it takes 10 touches of a kind."
    many(ada, jane, spring, "CALL", ["NO_ANSWER"])
    assert said() == "No meeting came of 10 touches yet: too early to tell."
    many(ada, jane, spring, "MEETING", [None] * 6)
    assert "nothing else has 10 touches yet" in said()
    many(ada, jane, spring, "EMAIL", ["SENT"] * 10, before=timedelta(days=1))
    assert said() == (
        "Do more by Call rather than E-mail: Call with 60.0% meetings per touch (6 of 10, likely 31% to 83%),"
        " surely more than E-mail with 0.0% meetings per touch (0 of 10, likely 0% to 28%)."
    )
    rows = answer(gwen, Question.CHANNELS).rows
    assert [row[0] for row in rows] == ["Call", "E-mail"]
    assert rows[0][:4] == ("Call", 10, 6, 0.6)
    assert rows[0][6:] == (1, 1.0, 0.9)
    many(ada, jane, spring, "REFERRAL", ["INTRODUCED"] * 40, before=timedelta(days=1))
    assert [row[0] for row in answer(gwen, Question.CHANNELS).rows] == ["Call", "E-mail", "Referral"]
    assert answer(gwen, Question.CHANNELS, user_id=gwen.id).rows == ()


def test_sectors_and_themes_are_compared_and_narrow_every_question(ada, gwen, jane, john, spring, secret_one):
    with db.transaction() as session:
        session.get_one(Campaign, spring.id).sector, session.get_one(Campaign, spring.id).theme = "Energy", "Pricing"
    many(ada, jane, spring, "CALL", ["REACHED"] * 10)
    many(ada, john, secret_one, "CALL", ["NO_ANSWER"] * 10)
    said = answer(gwen, Question.SECTORS)
    assert {(row[0], row[1], row[8], row[-1]) for row in said.rows} == {
        ("Energy · Pricing", 10, 1.0, 1),
        ("Neither", 10, 0.0, 1),
    }
    assert [row[1] for row in answer(gwen, Question.CHANNELS, sector="Energy").rows] == [10]
    assert answer(gwen, Question.CHANNELS, theme="Nothing").rows == ()
    assert answer(gwen, Question.CHANNELS, to=date(2020, 1, 1)).rows == ()
    with pytest.raises(Invalid):
        answer(gwen, Question.CHANNELS, from_=date(2020, 1, 2), to=date(2020, 1, 1))


def test_who_needs_help_is_who_is_overdue_or_falls_behind_their_usual(ada, bo, gwen, jane, spring):
    assert answer(gwen, Question.HELP).sentence == "Nobody seems to need help."
    with db.transaction() as session:
        session.add_all(
            Activity(
                type="CALL",
                user_id=bo.id,
                contact_id=jane.id,
                campaign_id=spring.id,
                happened_at=now() - timedelta(days=20),
            )
            for _ in range(8)
        )
        session.add(
            Activity(
                type="CALL",
                user_id=bo.id,
                contact_id=jane.id,
                campaign_id=spring.id,
                done=False,
                due_date=now() - timedelta(days=2),
            )
        )
    said = answer(gwen, Question.HELP)
    assert said.rows[0] == ("Bo Berg", 1, 0, 2.0)
    assert said.sentence == "Bo Berg has 1 overdue and 0 touches in 7 days; 2.0 a week are usual."
    assert "All touches" in said.days
    with db.transaction() as session:
        for row in session.exec(select(Activity).where(Activity.user_id == bo.id)):
            row.campaign_id = None
    (mate,) = (one for one in do(team_report.team, gwen).members if one.name == "Bo Berg")
    assert answer(gwen, Question.HELP).rows[0][:3] == ("Bo Berg", mate.overdue, 0)
    assert "for these campaigns" in answer(ada, Question.HELP).days
    assert [row[1] for row in answer(ada, Question.HELP).rows] == [0, 0]


def test_leads_stall_where_they_stand_longest(ada, gwen, jane, john, spring):
    with db.transaction() as session:
        old = now() - timedelta(days=30)
        session.add(
            CampaignContact(
                campaign_id=spring.id, contact_id=john.id, stage=Stage.CONTACTED, added_at=old, stage_at=old
            )
        )
    said = answer(gwen, Question.STALLS)
    assert said.sentence == "Leads stall at Contacted: 1 of 1 have stood there for more than 21 days."
    assert said.rows[1] == ("Contacted", 1, 30.0, 1)


def test_this_week_stands_beside_the_one_that_ended_and_on_its_last_day_is_whole(ada, gwen, jane, spring, monkeypatch):
    monkeypatch.setattr(base, "clock", lambda: datetime(2026, 11, 30, 9, tzinfo=UTC))
    touch(ada, jane, spring, outcome="REACHED")
    touch(ada, jane, spring, happened_at=now() - timedelta(days=2))
    said = answer(gwen, Question.WEEK, last_days=90)
    assert said.sentence == (
        "Since Monday, 30 Nov 2026: 1 touch, 1 reached, 0 meetings booked, 0 meetings held, 0 handed over."
        " The week before (23 to 29 Nov 2026): 1 touch, 0 reached, 0 meetings booked, 0 meetings held, 0 handed over."
    )
    assert said.rows == (("Spring", 1, 1, 0, 0, 0, 1, 0),)
    assert said.days.endswith("whatever days are chosen")
    with db.reading() as session:
        ended = questions.answer(session, gwen, Question.WEEK, None, date(2026, 11, 29))
    assert ended.sentence.startswith("23 to 29 Nov 2026: 1 touch, ")
    assert ended.rows == (("Spring", 1, 0, 0, 0, 0, 0, 0),)


def test_a_saved_report_is_its_owners_and_a_name_is_kept_once(ada, bo):
    draft = SavedReportDraft(
        name="Mine", question=Question.CHANNELS, filters=QuestionFilters(sector="Energy", from_=date(2026, 1, 1))
    )
    kept = do(saved_reports.save, ada, draft)
    do(saved_reports.save, ada, SavedReportDraft(name="Mine", question=Question.WEEK, weekly=True))
    [row] = do(saved_reports.listed, ada)
    assert (row.id, row.question, row.weekly, row.filters) == (kept.id, Question.WEEK, True, {})
    assert do(saved_reports.listed, bo) == []
    with pytest.raises(NotFound):
        do(saved_reports.remove, bo, row.id)
    do(saved_reports.remove, ada, row.id)
    assert do(saved_reports.listed, ada) == []
    assert QuestionFilters.model_validate(draft.filters.model_dump(mode="json")) == draft.filters
    with pytest.raises(ValidationError):
        SavedReportDraft(name=" ", question=Question.WEEK)


def opened(token):
    with db.reading() as session:
        return share_links.opened(session, token)


def test_a_report_link_opens_until_it_is_taken_back_expires_or_its_maker_leaves(ada, gwen, jane, spring):
    token = do(share_links.share, ada, spring.id, 7)
    assert opened(token).id == spring.id
    with db.transaction() as session:
        [link] = share_links.listed(session, ada, spring.id)
        assert link.token_hash == secret_tokens.digest(token)
        assert token not in str(link)
    for end, undo in [
        (lambda link, ada: setattr(link, "revoked_at", now()), lambda link, ada: setattr(link, "revoked_at", None)),
        (
            lambda link, ada: setattr(link, "expires_at", now()),
            lambda link, ada: setattr(link, "expires_at", now() + timedelta(days=1)),
        ),
        (lambda link, ada: setattr(ada, "active", False), lambda link, ada: setattr(ada, "active", True)),
    ]:
        change(link, ada, end)
        with pytest.raises(NotFound, match="does not work any more"):
            opened(token)
        change(link, ada, undo)
        assert opened(token)
    with pytest.raises(NotFound):
        opened("nonsense")
    do(share_links.revoke, gwen, link.id)
    assert do(share_links.listed, ada, spring.id) == []
    with pytest.raises(NotFound):
        opened(token)


def change(link, person, how):
    with db.transaction() as session:
        how(session.get_one(ReportLink, link.id), session.get_one(User, person.id))


def test_a_link_made_by_a_member_who_was_removed_is_dead(ada, gwen, jane, spring):
    token = do(share_links.share, ada, spring.id, 7)
    with db.transaction() as session:
        session.execute(delete(CampaignUser).where(CampaignUser.user_id == ada.id))
    with pytest.raises(NotFound, match="does not work any more"):
        opened(token)


def test_only_the_owner_and_golden_tickets_share_and_outsiders_read_no_names(ada, bo, gwen, jane, spring):
    touch(ada, jane, spring, outcome="REACHED")
    cem = world.person("Cem Can")
    for who, no in ((bo, Forbidden), (cem, NotFound)):
        for verb, more in ((share_links.share, (7,)), (share_links.listed, ())):
            with pytest.raises(no):
                do(verb, who, spring.id, *more)
    token = do(share_links.share, gwen, spring.id, 1)
    with db.transaction() as session:
        [link] = share_links.listed(session, ada, spring.id)
        shown = share_links.shown(session, token)
        assert shown == replace(
            campaign_report.report(session, gwen, spring.id, Asked()), by_user=(), as_of=shown.as_of, deals=None
        )
    assert shown.figures["reached"].value == 1
    assert "Jane" not in str(shown)
    assert "Ada" not in str(shown)
    for who, no in ((bo, Forbidden), (cem, NotFound)):
        with pytest.raises(no):
            do(share_links.revoke, who, link.id)
    for days in (0, 366):
        with pytest.raises(Invalid):
            do(share_links.share, ada, spring.id, days)


def test_an_introduction_is_offered_used_once_and_counted_when_a_meeting_follows(ada, bo, gwen, jane, spring):
    draft = IntroductionDraft(offered_to=ada.id, whom="The CFO of ACME", campaign_id=spring.id, note="Plays golf.")
    ticket = do(introductions.offer, gwen, draft)
    [offer] = do(introductions.mine, ada)
    assert (offer.introduction.id, offer.by, offer.campaign) == (ticket.id, "Gwen Gold", "Spring")
    assert do(introductions.mine, bo) == []
    with pytest.raises(NotFound):
        do(introductions.redeem, bo, ticket.id, jane.id)
    touch(ada, jane, spring, "MEETING", due_date=now() + timedelta(days=1))
    used = do(introductions.redeem, ada, ticket.id, jane.id)
    touch(ada, jane, world.campaign(ada, "Another", holds=[jane]), "MEETING", due_date=now() + timedelta(days=2))
    assert (used.type, used.done, used.campaign_id) == ("REFERRAL", False, spring.id)
    for verb, more in ((introductions.redeem, (jane.id,)), (introductions.decline, ())):
        with pytest.raises(Conflict):
            do(verb, ada, ticket.id, *more)
    assert do(introductions.mine, ada) == []
    assert do(introductions.offered, gwen)[0].introduction.redeemed_activity_id == used.id
    rate = do(introductions.ticket_rate, gwen, spring.id)
    assert (rate.touches, rate.reached, rate.thin) == (1, 0, True)
    touch(ada, jane, spring, "MEETING", due_date=now() + timedelta(days=3))
    rate = do(introductions.ticket_rate, ada, spring.id)
    assert (rate.touches, rate.reached) == (1, 1)
    assert do(introductions.ticket_rate, gwen).reached == 1
    with pytest.raises(Forbidden):
        do(introductions.ticket_rate, ada)


def test_an_introduction_is_a_referral_once_somebody_was_reached_and_not_before(ada, gwen, jane, spring):
    ticket = do(introductions.offer, gwen, IntroductionDraft(offered_to=ada.id, whom="Jane", campaign_id=spring.id))
    planned = do(introductions.redeem, ada, ticket.id, jane.id)

    def counted():
        with db.reading() as session:
            found = campaign_report.report(session, ada, spring.id, Asked())
        return found.figures["touches"].value, found.figures["reached"].value, [one.key for one in found.by_type]

    assert planned.due_date > now()
    assert counted() == (0, 0, [])
    do(activity_log.change, ada, planned.id, {"outcome": "INTRODUCED", "done": True})
    assert counted() == (1, 1, ["REFERRAL"])
    assert do(introductions.ticket_rate, gwen).touches == 1


@pytest.mark.parametrize(
    ("whom", "reach", "told"),
    [
        (
            "Dr. Ingrid Fährmann, CFO Nordsee Logistik",
            "ingrid@nordsee.example",
            {"name": "Dr. Ingrid Fährmann", "job_title": "CFO Nordsee Logistik", "emails": ["ingrid@nordsee.example"]},
        ),
        ("Jane Roe", "0171 1234567", {"name": "Jane Roe", "phones": ["+491711234567"]}),
        ("The CFO of ACME", "", {"name": "The CFO of ACME", "job_title": "The CFO of ACME"}),
        ("...", "ask me", {"name": "..."}),
    ],
)
def test_what_a_partner_wrote_is_a_contact_that_nobody_types_again(ada, gwen, whom, reach, told):
    draft = IntroductionDraft(offered_to=ada.id, whom=whom, reach=reach, note="Likes sailing.")
    ticket = do(introductions.offer, gwen, draft)
    facts = do(introduced_contact.facts, ada, do(introductions.offer_of, ada, ticket.id))
    assert told.items() <= facts.items()
    assert facts["notes"] == "Introduced by Gwen Gold.\nLikes sailing."


def test_an_introduction_for_no_campaign_counts_once_any_meeting_follows(ada, gwen, jane):
    ticket = do(introductions.offer, gwen, IntroductionDraft(offered_to=ada.id, whom="The CFO of ACME"))
    do(introductions.redeem, ada, ticket.id, jane.id)
    assert do(introductions.ticket_rate, gwen).booked == 0
    touch(ada, jane, None, "MEETING", due_date=now() + timedelta(days=3))
    rate = do(introductions.ticket_rate, gwen)
    assert (rate.touches, rate.booked) == (1, 1)


def test_an_introduction_is_a_golden_tickets_to_give_and_a_colleagues_to_turn_down(ada, bo, gwen, john, secret_one):
    with pytest.raises(Forbidden):
        do(introductions.offer, ada, IntroductionDraft(offered_to=bo.id, whom="Somebody"))
    with pytest.raises(Conflict, match="does not work on the campaign"):
        do(introductions.offer, gwen, IntroductionDraft(offered_to=bo.id, whom="Somebody", campaign_id=secret_one.id))
    ticket = do(introductions.offer, gwen, IntroductionDraft(offered_to=bo.id, whom="Somebody"))
    with pytest.raises(NotFound):
        do(introductions.redeem, bo, ticket.id, john.id)
    do(introductions.decline, bo, ticket.id)
    assert do(introductions.mine, bo) == []
    assert do(introductions.offered, gwen)[0].introduction.declined_at


def test_the_team_is_counted_for_golden_tickets_alone(ada, bo, gwen, jane, john, spring):
    for who in (ada, bo):
        with pytest.raises(Forbidden):
            do(team_report.team, who)
    touch(ada, jane, spring, outcome="REACHED")
    touch(ada, john, None, outcome="NO_ANSWER")
    touch(ada, john, None, happened_at=now() - timedelta(days=30))
    touch(ada, jane, spring, due_date=now() - timedelta(days=1), done=False)
    touch(bo, jane, spring, "MEETING", due_date=now() + timedelta(days=1))
    touch(bo, jane, spring, "MEETING", outcome="CANCELLED")
    team = do(team_report.team, gwen)
    assert [told(one) for one in team.members] == [
        ("Bo Berg", 0, 0, 1, 0, 0), ("Ada Lind", 3, 1, 0, 1, 2), ("Gwen Gold", 0, 0, 0, 0, 0)
    ]  # fmt: skip
    assert (team.ranked, team.logging) == (True, 1)
    today = now().date()
    recent = do(team_report.team, gwen, Asked(today - timedelta(days=1), today + timedelta(days=1)))
    assert told(recent.members[1]) == ("Ada Lind", 2, 1, 0, 1, 2)
    assert told(do(team_report.team, gwen, Asked(), spring.id).members[1]) == ("Ada Lind", 1, 1, 0, 1, 1)


def told(one):
    return (one.name, one.touches, one.reached, one.meetings_booked, one.overdue, one.this_week)


def test_where_a_campaign_keeps_no_leaderboard_the_team_stands_by_name(ada, bo, gwen, jane, spring):
    touch(bo, jane, spring, outcome="REACHED")
    assert next(one.name for one in do(team_report.team, gwen, Asked(), spring.id).members) == "Bo Berg"
    with db.transaction() as session:
        session.get_one(Campaign, spring.id).leaderboard = False
    team = do(team_report.team, gwen, Asked(), spring.id)
    assert (team.ranked, [one.name for one in team.members]) == (False, ["Ada Lind", "Bo Berg", "Gwen Gold"])


def test_every_bar_of_the_gallery_opens_as_many_rows_as_it_counts(ada, bo, gwen, jane, john, spring, secret_one):
    with db.transaction() as session:
        row = session.get_one(Campaign, spring.id)
        row.sector, row.theme = "Energy", "Pricing"
    for who, contact, campaign, kind in (
        (ada, jane, spring, "CALL"),
        (bo, jane, spring, "CALL"),
        (ada, jane, spring, "EMAIL"),
        (ada, john, secret_one, "CALL"),
    ):
        touch(who, contact, campaign, kind)
    touch(ada, john, None)
    for who, filters in (
        (gwen, {}),
        (ada, {}),
        (bo, {}),
        (gwen, {"user_id": ada.id}),
        (gwen, {"campaign_id": spring.id}),
    ):
        for question in questions.GALLERY:
            said = answer(who, question, **filters)
            assert len(said.keys) == len(said.rows)
            for key, row in zip(said.keys, said.rows, strict=True):
                with db.reading() as session:
                    found = question_rows.behind(session, who, question, QuestionFilters(**filters), key)
                counted = row[2] if question is Question.HELP else row[1]
                # what is done for no campaign is counted for golden tickets, and is nobody's to open
                private = (
                    question is Question.HELP and who is gwen and row[0] == "Ada Lind" and "campaign_id" not in filters
                )
                assert len(found.items) == counted - private, (question, row)
    with db.reading() as session:
        assert question_rows.behind(session, bo, Question.WEEK, QuestionFilters(), str(secret_one.id)).items == []
        assert len(question_rows.of_person(session, gwen, ada.id, Asked(last_days=7)).items) == 3
        assert len(question_rows.of_person(session, gwen, ada.id, Asked(), spring.id).items) == 2
        with pytest.raises(Forbidden):
            question_rows.of_person(session, ada, ada.id, Asked())
        for question, key in ((Question.CHANNELS, "DANCE"), (Question.HELP, "me"), (Question.STALLS, "x")):
            with pytest.raises(Invalid):
                question_rows.behind(session, gwen, question, QuestionFilters(), key)
