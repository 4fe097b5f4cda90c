"""What the screens ask, in the same number of questions however much there is to show."""

from datetime import date, timedelta

import pytest

from app import db
from app.models import ActivityDraft, IntroductionDraft, Role, Trigger, now
from app.pages.contacts.detail import contact_panel
from app.services.activities import activity_log, introductions, timeline
from app.services.base import audit_log_reader
from app.services.campaigns import board, board_assignments, listing
from app.services.campaigns.listing import Wanted
from app.services.contacts import suggestions
from app.services.pipedrive import queue_overview
from app.services.push_queue import push_jobs
from app.services.reports import campaign_report, team_report
from app.services.reports.filters import Asked
from tests.support import world
from tests.support.bulk_data import counted
from tests.support.database_reset import emptied

# by screen; each is given the session, the person, one contact and one campaign
QUESTIONS = {
    "Today: suggestions": lambda s, me, *_: suggestions.suggest(s, me, 6),
    "Today: planned": lambda s, me, *_: timeline.planned(s, me),
    "Today: introductions": lambda s, me, *_: introductions.mine(s, me),
    "a contact": lambda s, me, contact, _: contact_panel.load_contact(contact.id)(s, me),
    "Activities": lambda s, me, *_: timeline.feed(s, me),
    "Campaigns": lambda s, me, *_: listing.listed(s, me, Wanted(), date(2026, 3, 1)),
    "a campaign: contacts": lambda s, me, _, campaign: board.column(s, me, campaign.id, None),
    "a campaign: report": lambda s, me, _, campaign: campaign_report.report(s, me, campaign.id, Asked()),
    "Pipedrive: queues": lambda s, me, *_: queue_overview.all_queues(s, me),
    "Team activity": lambda s, me, *_: team_report.team(s, me),
    "Audit": lambda s, me, *_: audit_log_reader.read(s, me),
}


@pytest.fixture(autouse=True)
def _empty():
    """All of this is read only; the firm is made once."""


@pytest.fixture(scope="module")
def statements(url):
    """How many statements each question takes, with a little to show and with a lot."""
    emptied(url)
    gwen = world.person("Gwen Gold", Role.GOLDEN_TICKET)
    known = world.contact(gwen, "Known Person", organisation="Known Firm")
    spring = world.campaign(gwen, "Spring", holds=[known])

    def asked(question):
        with counted() as statements, db.reading() as session:
            question(session, gwen, known, spring)
        return len(statements)

    more(gwen, known, spring, 3)
    few = {name: asked(question) for name, question in QUESTIONS.items()}
    more(gwen, known, spring, 12)
    return {name: (few[name], asked(question)) for name, question in QUESTIONS.items()}


def more(gwen, known, spring, many):
    for number in range(many):
        other = world.contact(gwen, f"Person {number} of {many}", organisation=f"Firm {number}", warmness_score=8)
        own = world.campaign(gwen, f"Campaign {number} of {many}", holds=[known, other])
        with db.transaction() as session:
            board_assignments.assign(session, gwen, spring.id, [other.id])
            for contact in (known, other):
                touch = ActivityDraft(type="CALL", outcome="REACHED", campaign_id=own.id)
                activity_log.log(session, gwen, contact.id, touch)
                activity_log.log(session, gwen, contact.id, touch.model_copy(update={"campaign_id": spring.id}))
                planned = ActivityDraft(type="CALL", due_date=now() + timedelta(hours=1))
                activity_log.log(session, gwen, contact.id, planned)
            introductions.offer(session, gwen, IntroductionDraft(offered_to=gwen.id, whom=f"Somebody {number}"))
            push_jobs.enqueue(session, gwen, other, Trigger.MANUAL)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_longer_list_is_not_more_questions(statements, question):
    few, many = statements[question]
    assert many == few <= 16
