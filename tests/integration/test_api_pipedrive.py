"""R22-R24: asking for a push, seeing how pushes stand, trying again."""

from datetime import timedelta
from uuid import uuid4

import pytest
import world
from sqlmodel import select
from wires import ask, is_refusal

from app import db
from app.models import (
    ActivityDraft,
    ActivityType,
    EntityType,
    LinkState,
    Outcome,
    PipedriveLink,
    PipedriveSync,
    SyncLane,
    SyncStatus,
    now,
)
from app.services import outreach, workspace


def syncs() -> list[PipedriveSync]:
    with db.reading() as session:
        return list(session.exec(select(PipedriveSync)))


def fail(contact) -> None:
    with db.transaction() as session:
        row = session.exec(select(PipedriveSync).where(PipedriveSync.contact_id == contact.id)).one()
        row.status, row.error, row.error_code, row.attempts = SyncStatus.FAILED, "The name is too long.", "rejected", 3


def meet(who, contact, **facts):
    with db.transaction() as session:
        return outreach.log(session, who, contact.id, ActivityDraft(type=ActivityType.MEETING, **facts))


def push(who, contact, trigger="MANUAL", query=""):
    return ask(who, "POST", f"/api/pipedrive/sync{query}", {"contact_id": str(contact.id), "trigger": trigger})


@pytest.mark.parametrize("trigger", ["MANUAL", "WARM"])
def test_a_push_is_accepted_and_waits(ada, jane, trigger):
    answer = push(ada, jane, trigger)
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert (body["contact_id"], body["trigger"], body["status"], body["entity_type"]) == (
        str(jane.id),
        trigger,
        "PENDING",
        "person",
    )
    assert [str(row.id) for row in syncs()] == [body["id"]]
    assert push(ada, jane, trigger).json()["id"] == body["id"]


def test_a_meeting_push_names_the_latest_meeting_that_was_not_called_off(ada, jane):
    assert is_refusal(push(ada, jane, "MEETING"), 409, "Conflict")
    meet(ada, jane, due_date=now() + timedelta(days=9), outcome=Outcome.CANCELLED)
    latest = meet(ada, jane, due_date=now() + timedelta(days=5))
    meet(ada, jane, happened_at=now() - timedelta(days=5))
    body = push(ada, jane, "MEETING").json()
    assert (body["entity_type"], body["entity_id"]) == ("activity", str(latest.id))


@pytest.mark.parametrize(
    "body", [{}, {"contact_id": "x"}, {"contact_id": str(uuid4()), "trigger": "COLD"}, {"x": 1}, None]
)
def test_what_breaks_a_rule_is_a_422(ada, body):
    assert is_refusal(ask(ada, "POST", "/api/pipedrive/sync", body), 422, "Invalid")


def test_a_foreign_contact_is_not_pushed(bo, jane):
    assert is_refusal(push(bo, jane), 404, "NotFound")
    assert syncs() == []


def test_a_dry_run_says_the_plan_in_words_and_writes_nothing(ada, jane):
    answer = push(ada, jane, query="?dry_run=true")
    assert answer.status_code == 200
    assert answer.json()["plan"][0].startswith("No Pipedrive key yet")
    assert answer.json()["plan"][1:] == ["Create organization “ACME Ltd”.", "Create person “Jane Roe”."]
    assert syncs() == []


def test_a_plan_uses_what_pipedrive_already_has(ada, jane):
    meeting = meet(ada, jane, due_date=now() + timedelta(days=5), subject="Kick-off")
    with db.transaction() as session:
        ada.pipedrive_key = "sealed"
        session.merge(ada)
        jane.pipedrive_person_id = 12
        session.merge(jane)
        workspace.keep(session, pipedrive_company="acme")
        session.add(
            PipedriveLink(
                account="acme",
                entity_type=EntityType.ORGANIZATION,
                entity_key="acme",
                state=LinkState.LINKED,
                remote_id=7,
            )
        )
    plan = push(ada, jane, "MEETING", "?dry_run=true").json()["plan"]
    assert plan == ["Use organization 7.", "Use person 12.", "Create activity “Kick-off”."]
    with db.transaction() as session:
        session.merge(meeting).pipedrive_activity_id = 33
    assert push(ada, jane, "MEETING", "?dry_run=true").json()["plan"][2] == "Update activity 33."


def test_a_contact_without_an_organisation_gets_none(ada):
    zoe = world.contact(ada, "Zoe")
    assert push(ada, zoe, query="?dry_run=true").json()["plan"][1:] == ["Create person “Zoe”."]


def test_the_status_counts_and_names_what_is_open(ada, jane, john):
    push(ada, jane)
    push(ada, john)
    fail(john)
    body = ask(ada, "GET", "/api/pipedrive/status").json()
    assert body["counts"] == {"PENDING": 1, "RETRY": 0, "SUCCESS": 0, "FAILED": 1}
    assert 0 <= body["oldest_open_seconds"] < 60
    assert body["last_success_at"] is None
    assert body["lane"]["paused_reason"].startswith("No Pipedrive key yet")
    assert {(one["contact"], one["status"], one["error"]) for one in body["items"]} == {
        ("Jane Roe", "PENDING", None),
        ("John Öström", "FAILED", "The name is too long."),
    }
    one = ask(ada, "GET", f"/api/pipedrive/status?contact_id={john.id}").json()
    assert (one["counts"]["FAILED"], one["counts"]["PENDING"], len(one["items"])) == (1, 0, 1)


def test_the_badge_of_a_failure_is_the_one_that_needs_somebody(ada, jane):
    push(ada, jane)
    fail(jane)
    sync = ask(ada, "GET", f"/api/contacts/{jane.id}").json()["sync"]
    assert sync == {
        "badge": "NEEDS_YOU", "reason": "The name is too long.", "status": "FAILED", "sync_id": str(syncs()[0].id)
    }  # fmt: skip


def test_nobody_sees_the_pushes_of_a_colleague(bo, ada, jane):
    push(ada, jane)
    body = ask(bo, "GET", "/api/pipedrive/status").json()
    assert (sum(body["counts"].values()), body["items"], body["oldest_open_seconds"]) == (0, [], None)
    assert is_refusal(ask(bo, "GET", f"/api/pipedrive/status?contact_id={jane.id}"), 404, "NotFound")


@pytest.mark.parametrize("how", ["named", "all"])
def test_a_failed_push_is_tried_again(ada, jane, how):
    push(ada, jane)
    fail(jane)
    body = {"all": True} if how == "all" else {"sync_ids": [str(syncs()[0].id)]}
    assert ask(ada, "POST", "/api/pipedrive/retry", body).json() == {"retried": 1}
    assert [(row.status, row.attempts) for row in syncs()] == [(SyncStatus.PENDING, 0)]
    assert ask(ada, "POST", "/api/pipedrive/retry", {"all": True}).json() == {"retried": 0}


def test_a_colleagues_push_is_not_retried_but_by_a_golden_ticket(ada, bo, gwen, jane):
    push(ada, jane)
    fail(jane)
    ids = {"sync_ids": [str(syncs()[0].id)]}
    assert is_refusal(ask(bo, "POST", "/api/pipedrive/retry", ids), 404, "NotFound")
    assert ask(bo, "POST", "/api/pipedrive/retry", {"all": True}).json() == {"retried": 0}
    assert ask(gwen, "POST", "/api/pipedrive/retry", {"all": True}).json() == {"retried": 1}
    with db.reading() as session:
        assert [lane.user_id for lane in session.exec(select(SyncLane))] == [ada.id]


@pytest.mark.parametrize(
    "body", [{}, {"all": False}, {"all": True, "sync_ids": []}, {"sync_ids": ["x"]}, {"sync_ids": 5}]
)
def test_a_retry_says_which(ada, body):
    assert is_refusal(ask(ada, "POST", "/api/pipedrive/retry", body), 422, "Invalid")


def test_the_retry_of_something_that_is_not_there_is_a_404(ada):
    assert is_refusal(ask(ada, "POST", "/api/pipedrive/retry", {"sync_ids": [str(uuid4())]}), 404, "NotFound")
