"""A look into Pipedrive keeps to every limit and pause that pushes keep to, and says truly when to look again."""

from datetime import timedelta

import pytest

from app import db
from app.errors import Conflict
from app.models import SyncAccount, Trigger, now
from app.services.base import firm_settings
from app.services.pipedrive import manual_push
from app.sync.push import preview
from app.sync.queue import leases, token_budget
from app.sync.queue.leases import Lease
from tests.support import faults
from tests.support.sync_harness import ask, edit, lane


def looked(desk, who, contact):
    with db.reading() as session:
        wanted = manual_push.wanted(session, who, contact.id)
    return preview.search_pipedrive(desk, wanted)


@pytest.fixture
def laned(ada_with_key, jane):
    """Ada has a lane; what made it is not due yet."""
    edit(ask(ada_with_key, jane, Trigger.WARM), run_at=now() + timedelta(minutes=30))
    return ada_with_key


def lane_waits(ada):
    edit(
        lane(ada),
        not_before=now() + timedelta(seconds=6),
        paused_reason="Pipedrive asked for a pause; trying again in 6 s.",
    )


def company_waits(ada):
    row = lane(ada)
    with db.transaction() as session:
        token_budget.pause(
            session, Lease(row.id, row.id, ada, "acme"), "Pipedrive's firewall turned us away; trying again in 10 min.", timedelta(minutes=10)
        )  # fmt: skip


def only_the_company_waits(ada):
    with db.transaction() as session:
        reason = "The company's daily Pipedrive budget is used up; trying again in 3 h."
        session.add(SyncAccount(account="acme", not_before=now() + timedelta(hours=3), paused_reason=reason))


def operator_paused(_ada):
    with db.transaction() as session:
        firm_settings.save(session, sync_paused="the move to the new office")


def key_refused(ada):
    edit(lane(ada), told_at=now(), paused_reason="Pipedrive does not accept this key any more.")


PAUSES = [
    (lane_waits, "Pipedrive asked for a pause; look again in [56] s."),
    (company_waits, r"Pipedrive's firewall turned us away; look again in (9|10) min\."),
    (only_the_company_waits, r"budget is used up; look again in 3 h|budget is used up; look again in 179 min"),
    (operator_paused, "Pushes are paused for everybody: the move to the new office."),
    (key_refused, "Pipedrive does not accept this key any more."),
]


@pytest.mark.parametrize(("pause", "words"), PAUSES)
def test_nobody_looks_during_a_pause(fake, desk, laned, jane, pause, words):
    pause(laned)
    with pytest.raises(Conflict, match=words) as refused:
        looked(desk, laned, jane)
    assert "trying again" not in str(refused.value)
    assert fake.heard == []
    assert lane(laned).lease_token is None


def test_a_look_that_meets_a_limit_says_when_to_look_again_and_the_next_one_asks_nothing(fake, desk, laned, jane):
    fake.next(faults.too_fast(retry_after=30))
    for _ in range(2):
        with pytest.raises(Conflict, match=r"^Pipedrive asked for a pause; look again in (29|30) s\.$"):
            looked(desk, laned, jane)
    assert len(fake.heard) == 1


def test_looks_and_pushes_share_what_is_left_of_the_burst_limit(fake, desk, laned, jane, monkeypatch):
    waits = []
    gate = desk.gates[lane(laned).id]
    monkeypatch.setattr(gate, "wait", lambda *, search: waits.append(search) or 0.0)
    looked(desk, laned, jane)
    assert True in waits


def test_the_whole_app_has_one_context(monkeypatch):
    from app import main

    seen = []
    monkeypatch.setattr(main.preview, "search_pipedrive", lambda context, _wanted: seen.append(context))
    site = main.Site(None, None, "", None, None, context="the one", clock=None)
    site.look_up(None)
    site.look_up(None)
    assert seen == ["the one", "the one"]


def test_a_pause_that_is_over_holds_nobody_up(fake, desk, laned, jane):
    edit(
        lane(laned),
        not_before=now() - timedelta(seconds=1),
        paused_reason="Pipedrive asked for a pause; trying again in 6 s.",
    )
    looked(desk, laned, jane)
    assert fake.heard
    with db.reading() as session:
        assert leases.moment(session) >= lane(laned).lease_until
