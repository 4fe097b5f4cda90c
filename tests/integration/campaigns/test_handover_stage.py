"""Handed over means that Pipedrive has them; the card moves by itself, and never against a hand."""

import pytest
from sqlmodel import select

from app import db
from app.models import ActivityDraft, CampaignContact, CampaignMove, Outcome, PipedriveSync, Stage, Trigger, now
from app.services.activities import activity_log
from app.services.campaigns import board_stages, campaigns
from app.sync.runner import after_push
from tests.support import world
from tests.support.sync_harness import ask, edit, meet, settled


@pytest.fixture
def spring(ada_with_key, jane):
    return world.campaign(ada_with_key, "Spring", holds=[jane])


def do(verb, *args, **given):
    with db.transaction() as session:
        return verb(session, *args, **given)


def stage(campaign):
    with db.reading() as session:
        query = select(CampaignContact.stage).where(CampaignContact.campaign_id == campaign.id)
        return session.exec(query).one()


def at(ada_with_key, campaign, jane, where):
    do(board_stages.move, ada_with_key, campaign.id, jane.id, where)


@pytest.mark.parametrize(
    ("trigger", "before", "after"),
    [
        (Trigger.MANUAL, Stage.IN_DIALOGUE, Stage.HANDED_OVER),
        (Trigger.MANUAL, Stage.MEETING_BOOKED, Stage.HANDED_OVER),
        (Trigger.MANUAL, Stage.TO_CONTACT, Stage.TO_CONTACT),
        (Trigger.MANUAL, Stage.NOT_NOW, Stage.NOT_NOW),
        (Trigger.WARM, Stage.IN_DIALOGUE, Stage.HANDED_OVER),
        (Trigger.WARM, Stage.MEETING_BOOKED, Stage.MEETING_BOOKED),
        (Trigger.UPDATE, Stage.IN_DIALOGUE, Stage.IN_DIALOGUE),
    ],
)
def test_what_a_push_does_to_a_card(desk, ada_with_key, jane, spring, trigger, before, after):
    if before is not Stage.TO_CONTACT:
        at(ada_with_key, spring, jane, before)
    ask(ada_with_key, jane, trigger)
    settled(desk)
    assert stage(spring) == after


def test_a_meeting_hands_over_in_its_own_campaign_once_it_was_held(desk, ada_with_key, jane, spring):
    autumn = world.campaign(ada_with_key, "Autumn", holds=[jane])
    at(ada_with_key, autumn, jane, Stage.IN_DIALOGUE)
    booked = meet(ada_with_key, jane, campaign_id=spring.id, due_date=now().replace(year=now().year + 1))
    settled(desk)
    assert stage(spring) == Stage.MEETING_BOOKED
    do(activity_log.change, ada_with_key, booked.id, {"done": True, "happened_at": now(), "outcome": Outcome.HELD})
    settled(desk)
    assert (stage(spring), stage(autumn)) == (Stage.HANDED_OVER, Stage.IN_DIALOGUE)


def test_a_move_by_hand_since_it_was_asked_for_holds(desk, ada_with_key, jane, spring):
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    ask(ada_with_key, jane)
    at(ada_with_key, spring, jane, Stage.NOT_NOW)
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    settled(desk)
    assert stage(spring) == Stage.IN_DIALOGUE


def test_who_was_moved_back_stays_and_a_later_touch_does_not_undo_it(desk, ada_with_key, jane, spring):
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    ask(ada_with_key, jane)
    settled(desk)
    do(activity_log.log, ada_with_key, jane.id, ActivityDraft(type="CALL", campaign_id=spring.id, outcome="REACHED"))
    assert stage(spring) == Stage.HANDED_OVER
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    after_push.catch_up()
    assert stage(spring) == Stage.IN_DIALOGUE


def test_what_was_stopped_in_between_is_made_up_for_once(ada_with_key, jane, spring):
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    push = ask(ada_with_key, jane)
    edit(push, status="SUCCESS", finished_at=now())
    after_push.catch_up()
    after_push.catch_up()
    assert stage(spring) == Stage.HANDED_OVER
    with db.reading() as session:
        steps = session.exec(select(CampaignMove).where(CampaignMove.to_stage == Stage.HANDED_OVER)).all()
    assert len(steps) == 1


@pytest.mark.parametrize("end", [campaigns.archive, campaigns.remove])
def test_a_campaign_that_is_over_stays_as_it_was(desk, ada_with_key, jane, spring, end):
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    do(end, ada_with_key, spring.id)
    ask(ada_with_key, jane)
    settled(desk)
    assert stage(spring) == Stage.IN_DIALOGUE


def test_what_failed_hands_nobody_over(ada_with_key, jane, spring):
    at(ada_with_key, spring, jane, Stage.IN_DIALOGUE)
    edit(ask(ada_with_key, jane), status="FAILED")
    with db.reading() as session:
        (push,) = session.exec(select(PipedriveSync)).all()
    after_push.hand_over(push.id, ada_with_key.id)
    assert stage(spring) == Stage.IN_DIALOGUE
