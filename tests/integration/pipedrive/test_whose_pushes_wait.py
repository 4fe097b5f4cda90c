"""Whose pushes wait and why: behind one's own bulk, behind a pause, of a colleague who is disabled, with a shared key."""

from datetime import timedelta

import pytest

from app import db
from app.models import Trigger, User, now
from app.services.accounts import pipedrive_keys
from app.services.accounts.pipedrive_keys import KeyOwner
from app.services.pipedrive import queue_overview
from app.services.push_queue import push_jobs, push_status
from app.services.team import transfer
from tests.support import bulk_data
from tests.support.api_client import KEY
from tests.support.api_client import ask as rest
from tests.support.sync_harness import ask, edit, lane, pushes
from tests.support.world import campaign, contact


def reason(one):
    with db.reading() as session:
        return push_status.status_of(session, one).reason


def bulk(owner, many):
    ids = bulk_data.fill(owner, many)
    with db.transaction() as session:
        push_jobs.enqueue_contacts(session, owner, ids, Trigger.MANUAL)


def test_what_waits_behind_ones_own_bulk_says_how_many_wait(ada_with_key):
    bulk(ada_with_key, 1200)
    jane, john = contact(ada_with_key, "Jane Roe"), contact(ada_with_key, "John Doe")
    with db.transaction() as session:
        push_jobs.enqueue_contacts(session, ada_with_key, [jane.id, john.id], Trigger.WARM)
    assert reason(jane) == "It waits its turn: 1,202 pushes with this key are waiting."
    ask(ada_with_key, jane)
    assert reason(jane) == "It is next: 1,201 others with this key wait behind it."


def test_what_waits_for_a_pause_says_which(ada_with_key, jane):
    ask(ada_with_key, jane)
    assert reason(jane) is None
    edit(
        lane(ada_with_key),
        not_before=now() + timedelta(minutes=9),
        paused_reason="Pipedrive asked for a pause; trying again in 9 min.",
    )
    assert reason(jane) == "Pipedrive asked for a pause; trying again in 9 min."


@pytest.fixture
def left(ada_with_key, jane, john):
    """Ada is disabled; Jane, who is in no campaign, and John, who is in one, wait."""
    for one in (jane, john):
        ask(ada_with_key, one)
    with db.transaction() as session:
        session.get_one(User, ada_with_key.id).active = False
    return ada_with_key


def test_a_disabled_colleagues_waiting_pushes_stand_in_a_golden_tickets_status(left, gwen, bo, jane, john):
    campaign(gwen, holds=[john])
    body = rest(gwen, "GET", "/api/pipedrive/status").json()
    assert body["counts"]["PENDING"] == 2
    assert {(one["contact"], one["owner"]) for one in body["items"]} == {
        (None, "Ada Lind"),
        ("John Öström", "Ada Lind"),
    }
    (queue,) = [one for one in body["queues"] if one["user_id"] == str(left.id)]
    assert (queue["name"], queue["active"], queue["counts"]["PENDING"]) == ("Ada Lind", False, 2)
    assert (
        queue["reason"]
        == "The account of Ada Lind is disabled. Hand their contacts over in Team; what waits then goes over with the new owner's key."
    )
    other = rest(bo, "GET", "/api/pipedrive/status").json()
    assert (sum(other["counts"].values()), other["items"], other["queues"]) == (0, [], [])


def test_they_stand_in_the_sync_centres_queues_and_move_with_the_hand_over(left, gwen, bo_with_key):
    def queues():
        with db.reading() as session:
            return {one.name: one for one in queue_overview.all_queues(session, gwen)}

    assert (queues()["Ada Lind"].open, queues()["Ada Lind"].active) == (2, False)
    with db.transaction() as session:
        transfer.transfer_contacts(session, gwen, left.id, bo_with_key.id)
    assert {row.user_id for row in pushes()} == {bo_with_key.id}
    assert "Ada Lind" not in queues() or not queues()["Ada Lind"].open


def test_a_colleague_who_is_disabled_and_has_nothing_waiting_stands_in_no_queue(ada_with_key, gwen):
    with db.transaction() as session:
        session.get_one(User, ada_with_key.id).active = False
    with db.reading() as session:
        assert "Ada Lind" not in {one.name for one in queue_overview.all_queues(session, gwen)}


# --- one key of two


def save(who, user_id=77):
    with db.transaction() as session:
        user = session.get_one(User, who.id)
        pipedrive_keys.save_key(session, user, KEY, KeyOwner("acme", user_id, "Anna there"), lambda *_: "sealed")


def test_a_key_that_a_colleague_uses_too_is_taken_and_said(ada, bo):
    assert "notice" not in rest(ada, "PUT", "/api/me/pipedrive-key", {"api_key": KEY}).json()
    answer = rest(bo, "PUT", "/api/me/pipedrive-key", {"api_key": KEY})
    assert answer.status_code == 200
    assert answer.json()["notice"] == (
        "This key is Ada Lind's too. In Pipedrive, what you push is done by Ada in Pipedrive and belongs to them. "
        "If that is not meant, save your own key."
    )


def test_somebody_elses_key_is_no_news(ada, bo):
    save(ada)
    save(bo, user_id=78)
    with db.reading() as session:
        assert pipedrive_keys.shared_with(session, session.get_one(User, bo.id)) is None
