"""What a push would do, told after a real look into Pipedrive; and the three lists of the sync centre."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from app import db
from app.errors import Conflict, NotFound
from app.models import SKIPPED, SyncLane, SyncStatus, Trigger, now
from app.services.pipedrive import manual_push, push_history, queue_overview, record_choice
from app.services.pipedrive.push_history import Tab
from app.services.push_queue import push_jobs
from app.sync.push import preview
from tests.support import sync_harness, world
from tests.support.sync_harness import ADAS_KEY, ask, edit, lane, meet, settled


def looked(desk, who, contact, trigger=Trigger.MANUAL):
    with db.reading() as session:
        wanted = manual_push.wanted(session, who, contact.id)
    found = preview.search_pipedrive(desk, wanted)
    with db.reading() as session:
        return manual_push.plan(session, who, contact.id, trigger, found)


def made(fake, kind, facts):
    """Somebody's record in Pipedrive, made there."""
    answer = httpx.post(f"{fake.url}/api/v2/{kind}", json=facts, headers={"x-api-token": ADAS_KEY})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["id"]


def test_a_look_finds_who_is_there_and_writes_nothing(fake, desk, ada_with_key, jane):
    firm = made(fake, "organizations", {"name": "acme ltd"})
    meet(ada_with_key, jane, due_date=datetime(2030, 12, 3, 10, tzinfo=UTC))
    plan = looked(desk, ada_with_key, jane, Trigger.MEETING)
    assert plan.sentence == (
        f"Will link to existing organization acme ltd (id {firm}), create person Jane Roe, create meeting 3 Dec 10:00 UTC."
    )
    assert [heard.path for heard in fake.heard if heard.method != "GET"] == ["/api/v2/organizations"]
    person = made(fake, "persons", {"name": "J. Roe", "emails": [{"value": "jane@acme.example"}]})
    assert f"link to existing person J. Roe (id {person})" in looked(desk, ada_with_key, jane).steps
    made(fake, "persons", {"name": "Jane R.", "emails": [{"value": "jane@acme.example"}]})
    assert "ask you which of 2 records in Pipedrive is Jane Roe" in looked(desk, ada_with_key, jane).steps


def test_a_look_is_charged_and_gives_the_lane_back(fake, desk, ada_with_key, jane):
    looked(desk, ada_with_key, jane)
    with db.reading() as session:
        spent = queue_overview.budget(session, ada_with_key)
    assert (spent.account, spent.kinds[0][0]) == ("acme", "search")
    assert spent.spent >= 40
    assert lane(ada_with_key).lease_token is None


def test_nobody_looks_while_the_queue_is_at_work(fake, desk, ada_with_key, jane, monkeypatch):
    monkeypatch.setattr(preview, "PATIENCE", 0.05)
    ask(ada_with_key, jane)
    with db.transaction() as session:
        row = session.exec(select(SyncLane)).one()
        row.lease_token, row.lease_until = uuid4(), now() + timedelta(seconds=30)
    with pytest.raises(Conflict, match="on their way"):
        looked(desk, ada_with_key, jane)
    assert fake.heard == []


def test_a_refused_key_stops_the_lane_and_is_told(fake, desk, ada_with_key, jane):
    fake.company.people.by_key.clear()
    with pytest.raises(Conflict, match="does not accept this key any more"):
        looked(desk, ada_with_key, jane)
    with db.reading() as session:
        mine = queue_overview.own_queue(session, ada_with_key)
    assert mine.stuck
    assert mine.last4 == ADAS_KEY[-4:]


def listed(who, tab, whose=None, **more):
    with db.reading() as session:
        return push_history.items(session, who, tab, whose, **more)


def numbers(who, whose=None):
    with db.reading() as session:
        return tuple(push_history.tabs(session, who, whose).values())


def test_each_push_stands_in_one_list(database, fake, desk, ada_with_key, jane, john):
    pushed, failed = ask(ada_with_key, jane), ask(ada_with_key, john)
    assert numbers(ada_with_key) == (2, 0, 0)
    edit(failed, status=SyncStatus.FAILED, error_code="rejected", error="Too long.")
    settled(desk)
    assert numbers(ada_with_key) == (0, 1, 1)
    (done,) = listed(ada_with_key, Tab.DONE).items
    assert (done.sync.id, done.contact, [one.what.value for one in done.did]) == (
        pushed.id,
        "Jane Roe",
        ["CREATED", "CREATED"],
    )
    with db.transaction() as session:
        record_choice.skip(session, ada_with_key, failed.id)
    assert numbers(ada_with_key) == (0, 0, 2)
    assert {one.sync.error_code for one in listed(ada_with_key, Tab.DONE).items} == {None, SKIPPED}


def test_a_list_goes_on_where_its_page_ended(ada_with_key):
    for number in range(5):
        ask(ada_with_key, world.contact(ada_with_key, f"Person {number}"))
    seen, cursor = [], None
    while True:
        page = listed(ada_with_key, Tab.WAITING, cursor=cursor, limit=2)
        seen += [one.contact for one in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [f"Person {number}" for number in range(5)]


def test_a_golden_ticket_counts_what_it_may_not_name(ada_with_key, bo_with_key, gwen, jane):
    ask(ada_with_key, jane)
    assert numbers(gwen) == (1, 0, 0)
    (one,) = listed(gwen, Tab.WAITING, ada_with_key.id).items
    assert (one.hidden, one.contact, one.owner) == (True, None, "Ada Lind")
    with pytest.raises(NotFound):
        listed(bo_with_key, Tab.WAITING, ada_with_key.id)
    assert numbers(bo_with_key) == (0, 0, 0)


def test_everybodys_queues_are_a_golden_tickets_only(ada_with_key, bo_with_key, gwen, jane):
    ask(ada_with_key, jane)
    with db.reading() as session:
        everybody, own = queue_overview.all_queues(session, gwen), queue_overview.all_queues(session, bo_with_key)
    assert [(one.name, one.open, one.last4) for one in everybody] == [
        ("Ada Lind", 1, ADAS_KEY[-4:]),
        ("Bo Berg", 0, sync_harness.BOS_KEY[-4:]),
    ]
    assert [one.name for one in own] == ["Bo Berg"]
    assert ADAS_KEY not in str(everybody)


def test_a_key_that_is_saved_sets_what_waits_going(ada_with_key, jane):
    ask(ada_with_key, jane)
    with db.transaction() as session:
        row = session.exec(select(SyncLane)).one()
        row.told_at, row.paused_reason = now(), "Pipedrive does not accept this key."
        session.flush()
        assert queue_overview.own_queue(session, ada_with_key).stuck
        push_jobs.wake_lane(session, ada_with_key)
    with db.reading() as session:
        mine = queue_overview.own_queue(session, ada_with_key)
    assert (mine.stuck, mine.reason, mine.open) == (False, None, 1)
