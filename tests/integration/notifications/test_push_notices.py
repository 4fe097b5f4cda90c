"""What rings because of pushes: one notice for one cause, none for one's own decisions, the key told once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select, update

from app import db
from app.mail.delivery import Delivery
from app.models import Notification, PipedriveSync, SyncStatus, Trigger, User, base, now
from app.services.accounts import user_profile
from app.services.base import firm_settings
from app.services.contacts import bulk_actions, contact_bank
from app.services.notifications import daily_digest, inbox
from app.services.pipedrive import push_history, queue_overview, record_choice
from app.services.pipedrive.push_history import Tab
from app.services.push_queue import push_jobs
from tests.support import bulk_data
from tests.support.world import contact

SITE = "https://leads.example.com"
MONDAY = datetime(2026, 11, 23, 8, 5, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def at(monkeypatch):
    def stop(moment):
        monkeypatch.setattr(base, "clock", lambda: moment.astimezone(ZoneInfo("UTC")))

    stop(MONDAY)
    return stop


@pytest.fixture
def keyed(ada):
    with db.transaction() as session:
        row = session.get_one(User, ada.id)
        row.pipedrive_key, row.pipedrive_company, row.pipedrive_last4 = "sealed", "acme", "1234"
    return row


def rings():
    """How many notices are new."""
    return Delivery(None, SITE).create_notifications()


def sentences():
    with db.reading() as session:
        return [one.sentence for one in session.exec(select(Notification).order_by(col(Notification.created_at)))]


def queued(who, how_many, start=0):
    people = [contact(who, f"Person {start + n}") for n in range(how_many)]
    with db.transaction() as session:
        push_jobs.enqueue_contacts(session, who, [one.id for one in people], Trigger.MANUAL)
    return people


def fail(people, code="rejected", error="The name is too long."):
    with db.transaction() as session:
        session.exec(
            update(PipedriveSync)
            .where(col(PipedriveSync.contact_id).in_([one.id for one in people]))
            .values(status=SyncStatus.FAILED, error_code=code, error=error, finished_at=now())
        )


def needing(who):
    with db.reading() as session:
        listed = push_history.tabs(session, who, who.id)[Tab.NEEDS_YOU]
        assert queue_overview.overview(session, who).counts[SyncStatus.FAILED] == listed
        assert queue_overview.own_queue(session, who).counts[SyncStatus.FAILED] == listed
        mail = daily_digest.digest(session, who, SITE)
    told = [line for line in (mail.body if mail else "").splitlines() if "to Pipedrive need" in line]
    counted = "1 push to Pipedrive needs you" if listed == 1 else f"{listed} pushes to Pipedrive need you"
    assert (counted in "".join(told)) is bool(listed)
    return listed


def retried(who):
    with db.transaction() as session:
        return push_jobs.retry_all(session, who)


@pytest.mark.parametrize("how", ["single", "bulk"])
def test_what_its_owner_trashed_while_it_waited_rings_nothing_and_needs_nobody(keyed, at, how):
    people = queued(keyed, 3)
    with db.transaction() as session:
        if how == "bulk":
            bulk_actions.trash(session, keyed, [one.id for one in people])
        else:
            for one in people:
                contact_bank.trash(session, keyed, one.id)
    assert (rings(), needing(keyed), retried(keyed)) == (0, 0, 0)


def test_what_failed_before_its_contact_was_trashed_needs_nobody_and_comes_back_with_it(keyed, at):
    (jane,) = queued(keyed, 1)
    fail([jane])
    assert needing(keyed) == 1
    with db.transaction() as session:
        contact_bank.trash(session, keyed, jane.id)
    assert (needing(keyed), retried(keyed)) == (0, 0)
    with db.transaction() as session:
        contact_bank.restore(session, keyed, jane.id)
    with db.reading() as session:
        assert session.exec(select(PipedriveSync.status)).one() is SyncStatus.PENDING


def test_skipping_rings_nothing_and_needs_nobody(keyed, gwen, at):
    people = queued(keyed, 2)
    fail(people, "several", "Two people fit.")
    with db.transaction() as session:
        for row in session.exec(select(PipedriveSync)).all():
            record_choice.skip(session, session.get_one(User, keyed.id), row.id)
    assert (rings(), needing(keyed), retried(keyed), retried(gwen)) == (0, 0, 0, 0)


def test_a_disabled_colleagues_failures_ring_nowhere(keyed, gwen, at):
    fail(queued(keyed, 2))
    with db.transaction() as session:
        session.get_one(User, keyed.id).active = False
    assert rings() == 0


def test_five_thousand_in_the_trash_are_a_few_statements_and_no_notice(keyed, at):
    ids = bulk_data.fill(keyed, 5000)
    with db.transaction() as session:
        push_jobs.enqueue_contacts(session, keyed, ids, Trigger.MANUAL)
    with bulk_data.counted() as asked, db.transaction() as session:
        assert bulk_actions.trash(session, keyed, ids).n == 5000
    assert len([values for _, values in asked if isinstance(values, list)]) == 0
    assert len(asked) < 15
    assert rings() == 0


def test_five_thousand_failures_are_tried_again_in_one_statement(keyed, at):
    ids = bulk_data.fill(keyed, 5000)
    with db.transaction() as session:
        push_jobs.enqueue_contacts(session, keyed, ids, Trigger.MANUAL)
        session.exec(update(PipedriveSync).values(status=SyncStatus.FAILED, error_code="rejected", finished_at=now()))
    with bulk_data.counted() as asked, db.transaction() as session:
        assert push_jobs.retry_all(session, keyed) == 5000
    changing = [(words, values) for words, values in asked if "update pipedrive_syncs" in words.lower()]
    assert len(changing) == 1
    assert not isinstance(changing[0][1], list)
    assert len(asked) < 8


def test_many_failures_of_one_cause_are_one_notice_that_counts_them(keyed, at):
    fail(queued(keyed, 7), "not_allowed", "Pipedrive does not allow this: no permission.")
    assert rings() == 1
    assert sentences() == ["7 pushes need you. The last one: Pipedrive does not allow this: no permission."]
    at(MONDAY + timedelta(minutes=1))
    fail(queued(keyed, 5, start=7), "not_allowed", "Pipedrive does not allow this: no permission.")
    assert rings() == 0
    assert sentences() == ["12 pushes need you. The last one: Pipedrive does not allow this: no permission."]


def test_another_cause_is_another_notice(keyed, at):
    fail(queued(keyed, 2))
    fail(queued(keyed, 1, start=2), "several", "Two people fit.")
    assert rings() == 2
    assert rings() == 0
    assert sorted(sentences()) == [
        "2 pushes need you. The last one: The name is too long.",
        "The push of Person 2 needs you: Two people fit.",
    ]


def test_a_cause_that_was_dealt_with_and_comes_back_rings_again(keyed, at):
    first = queued(keyed, 1)
    fail(first)
    assert rings() == 1
    with db.transaction() as session:
        inbox.mark_read(session, keyed)
        session.exec(update(PipedriveSync).values(status=SyncStatus.SUCCESS, error_code=None, error=None))
    at(MONDAY + timedelta(minutes=10))
    fail(queued(keyed, 1, start=1))
    assert rings() == 1


def test_more_of_a_cause_that_was_read_but_not_dealt_with_ring_once_in_half_a_day(keyed, at):
    fail(queued(keyed, 1))
    assert rings() == 1
    with db.transaction() as session:
        inbox.mark_read(session, keyed)
    at(MONDAY + timedelta(minutes=10))
    fail(queued(keyed, 1, start=1))
    assert rings() == 0
    at(MONDAY + timedelta(hours=13))
    fail(queued(keyed, 1, start=2))
    assert rings() == 1


def test_what_needs_nobody_any_more_is_settled_in_the_bell_and_the_rest_stands(keyed, bo, at):
    one, other = queued(keyed, 2)
    fail([one])
    fail([other], code="unsure", error="Who is it?")
    assert rings() == 2
    with db.transaction() as session:
        theirs = PipedriveSync.contact_id == one.id
        session.exec(update(PipedriveSync).where(theirs).values(status=SyncStatus.SUCCESS, error_code=None))
    assert rings() == 0
    unread = "The push of Person 1 needs you: Who is it?"
    assert sorted(sentences()) == ["Settled: The push of Person 0 needs you: The name is too long.", unread]
    with db.reading() as session:
        assert inbox.count_unread(session, keyed) == 1
    # and is not settled twice
    assert rings() == 0
    assert len([said for said in sentences() if said.startswith("Settled: ")]) == 1


def test_a_key_that_is_there_settles_the_notice_that_it_was_missing(ada, at):
    queued(ada, 1)
    assert rings() == 1
    with db.transaction() as session:
        user = session.get_one(User, ada.id)
        user_profile.save_pipedrive_key(session, user, "sealed", "1234", "acme", 7, "Ada")
        push_jobs.wake_lane(session, user)
    rings()
    with db.reading() as session:
        assert inbox.count_unread(session, ada) == 0
    assert sentences() == [f"Settled: {push_jobs.NO_KEY}"]


def test_a_missing_key_is_told_once_in_each_time_without_one(ada, at):
    queued(ada, 3)
    assert rings() == 1
    assert sentences() == [push_jobs.NO_KEY]
    at(MONDAY + timedelta(hours=20))
    queued(ada, 1, start=3)
    assert rings() == 0
    with db.transaction() as session:
        user = session.get_one(User, ada.id)
        user_profile.save_pipedrive_key(session, user, "sealed", "1234", "acme", 7, "Ada")
        push_jobs.wake_lane(session, user)
    assert rings() == 0
    with db.transaction() as session:
        user_profile.delete_pipedrive_key(session, session.get_one(User, ada.id))
    assert rings() == 1


def test_nobody_without_pushes_or_who_practises_is_told_that_a_key_is_missing(ada, bo, at):
    assert rings() == 0
    with db.transaction() as session:
        firm_settings.save(session, practice_pipedrive=True)
    queued(ada, 1)
    assert rings() == 0


def test_trying_everything_again_takes_only_that_persons_when_one_is_named(keyed, gwen, bo, at):
    for who in (gwen, bo):
        fail(queued(who, 2))
    with db.transaction() as session:
        assert push_jobs.retry_all(session, gwen, gwen.id) == 2
        assert push_jobs.retry_all(session, gwen) == 2


def test_of_several_failures_of_one_thing_the_newest_is_tried_and_none_beside_one_on_its_way(keyed, at):
    jane, zoe = queued(keyed, 2)
    fail([jane, zoe])
    at(MONDAY + timedelta(minutes=1))
    with db.transaction() as session:
        push_jobs.enqueue_contacts(session, keyed, [jane.id, zoe.id], Trigger.MANUAL)
    fail([jane])
    assert retried(keyed) == 1
    with db.reading() as session:
        rows = session.exec(select(PipedriveSync).order_by(col(PipedriveSync.created_at))).all()
    assert [row.status for row in rows if row.contact_id == jane.id] == ["FAILED", "PENDING"]
    assert [row.status for row in rows if row.contact_id == zoe.id] == ["FAILED", "PENDING"]
