"""What is true of every outbox, whatever it sends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app import db
from app.models import Mail, PushDevice, WebPush, base
from app.services.notifications import mail_outbox, outbox, web_push_outbox
from app.services.notifications.email_rendering import RenderedMail

START = datetime(2026, 3, 23, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def at(monkeypatch):
    """Stop the clock: `at(moment)`."""

    def stop(moment):
        monkeypatch.setattr(base, "clock", lambda: moment)

    stop(START)
    return stop


def mail(_):
    with db.transaction() as session:
        return mail_outbox.enqueue(session, "jane@acme.example", RenderedMail("Subject", "Body", "<p>Body</p>")).id


def web_push(who):
    with db.transaction() as session:
        device = PushDevice(
            user_id=who.id, endpoint=f"https://push.example/{base.new_id()}", p256dh="", auth="", key=""
        )
        session.add(device)
        session.flush()
        row = WebPush(device_id=device.id, words="Hello", due_at=base.now())
        session.add(row)
        return row.id


EVERY_OUTBOX = pytest.mark.parametrize(
    ("box", "write"), [(mail_outbox.OUTBOX, mail), (web_push_outbox.OUTBOX, web_push)], ids=["mail", "web push"]
)


def claim(session, box, limit=20):
    # a mail that went out stays in its table
    waits = [box.table.sent_at.is_(None), box.table.failed_at.is_(None)] if box.table is Mail else []
    return [row.id for row in box.claim(session, limit, *waits)]


def claimed(box):
    with db.transaction() as session:
        return claim(session, box)


@EVERY_OUTBOX
def test_two_senders_at_the_same_moment_get_a_row_each_the_oldest_first(ada, at, box, write):
    at(START + SECOND)
    late = write(ada)
    at(START)
    early = write(ada)
    at(START + 2 * SECOND)
    with db.transaction() as one, db.transaction() as other:
        # a sender that waited for the other's row instead of passing it by would wait for ever
        other.connection().exec_driver_sql("set local lock_timeout = '5s'")
        assert claim(one, box, 1) == [early]
        assert claim(other, box, 1) == [late]


@EVERY_OUTBOX
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=st.lists(st.sampled_from(["postponed", "crashed"]), max_size=10), last=st.sampled_from(["done", "no"]))
@example(ends=["postponed"] * 10, last="no")
def test_a_row_is_sent_by_one_at_a_time_until_it_is_out_or_was_tried_often_enough(ada, at, box, write, ends, last):
    moment = START
    at(moment)
    row_id = write(ada)
    for attempt, end in enumerate([*ends, last], 1):
        assert claimed(box) == [row_id]
        assert claimed(box) == []
        with db.transaction() as session:
            row = session.get_one(box.table, row_id)
            assert row.attempts == attempt
            if end == "done":
                box.done(session, row)
            elif end == "no":
                box.give_up(session, row)
            elif end == "postponed":
                box.postpone(session, row)
        if end in {"done", "no"} or (end == "postponed" and attempt >= box.attempts):
            break
        wait = outbox.LEASE if end == "crashed" else min(box.first_wait * 2 ** (attempt - 1), box.longest_wait)
        at(moment + wait - SECOND)
        assert claimed(box) == []
        moment += wait
        at(moment)
    at(moment + timedelta(days=1))
    assert claimed(box) == []
