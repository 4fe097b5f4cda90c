"""What is left to do on a first day: asked of new accounts until they hide it, and done by real deeds only."""

import pytest

from app import db
from app.models import ActivityDraft, ActivityType, Outcome, PersonDraft, Role, User
from app.services.accounts import first_steps, users
from app.services.accounts.first_steps import Step
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.samples import sample_data
from tests.support import world


@pytest.fixture
def newcomer(database):
    with db.transaction() as session:
        return users.add(
            session, PersonDraft(email="new@firm.example", name="New"), Role.CONSULTANT, "long enough, my love"
        )


def done(who):
    with db.reading() as session:
        return {step for step, is_done in first_steps.steps(session, session.get_one(User, who.id)).items() if is_done}


def test_sample_people_are_no_step_and_real_ones_are(newcomer):
    with db.transaction() as session:
        sample_data.fill(session, session.get_one(User, newcomer.id))
    assert done(newcomer) == set()
    person = world.contact(newcomer, "Jane Roe")
    assert done(newcomer) == {Step.PEOPLE}
    with db.transaction() as session:
        draft = ActivityDraft(type=ActivityType.CALL, outcome=Outcome.REACHED)
        activity_log.log(session, session.get_one(User, newcomer.id), person.id, draft)
    assert done(newcomer) == {Step.PEOPLE, Step.ACTIVITY}


def test_practice_is_a_connection(newcomer):
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=True)
    assert done(newcomer) == {Step.KEY}


def test_hidden_steps_are_not_looked_for_and_come_back(newcomer, ada):
    with db.transaction() as session:
        first_steps.hide(session, session.get_one(User, newcomer.id))
    with db.transaction() as session:
        me = session.get_one(User, newcomer.id)
        assert first_steps.steps(session, me) == {}
        first_steps.hide(session, me, hidden=False)
        assert set(first_steps.steps(session, me)) == set(Step)
        # an account from before there were steps
        assert first_steps.steps(session, session.get_one(User, ada.id)) == {}
