"""Asking for a push, seeing how pushes stand, trying again, deciding which record is meant."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from app import db
from app.models import (
    ActivityDraft,
    ActivityType,
    EntityType,
    LinkState,
    Outcome,
    PipedriveLink,
    PipedriveSync,
    PushEffect,
    PushReceipt,
    SyncConflict,
    SyncLane,
    SyncStatus,
    now,
)
from app.services.activities import activity_log
from app.services.base import firm_settings
from app.services.pipedrive import manual_push
from tests.support import world
from tests.support.api_client import KEY, ask, is_refusal


def syncs() -> list[PipedriveSync]:
    with db.reading() as session:
        return list(session.exec(select(PipedriveSync)))


def fail(contact) -> None:
    with db.transaction() as session:
        row = session.exec(select(PipedriveSync).where(PipedriveSync.contact_id == contact.id)).one()
        row.status, row.error, row.error_code, row.attempts = SyncStatus.FAILED, "The name is too long.", "rejected", 3


def meet(who, contact, **facts):
    with db.transaction() as session:
        return activity_log.log(session, who, contact.id, ActivityDraft(type=ActivityType.MEETING, **facts))


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
    assert answer.json()["plan"][1:] == [
        "Create organization ACME Ltd.",
        "Create person Jane Roe.",
        manual_push.NOT_LOOKED,
    ]
    assert syncs() == []


def know_acme(ada, jane):
    """Ada has a key, Jane's person and her firm are linked."""
    with db.transaction() as session:
        ada.pipedrive_key, ada.pipedrive_company = "sealed", "acme"
        session.merge(ada)
        jane.pipedrive_person_id = 12
        session.merge(jane)
        firm_settings.save(session, pipedrive_company="acme")
        session.add(
            PipedriveLink(
                account="acme",
                entity_type=EntityType.ORGANIZATION,
                entity_key="acme",
                state=LinkState.LINKED,
                remote_id=7,
            )
        )


def test_a_plan_uses_what_pipedrive_already_has(ada, jane):
    meeting = meet(ada, jane, due_date=datetime(2030, 12, 3, 10, tzinfo=UTC), subject="Kick-off")
    know_acme(ada, jane)
    plan = push(ada, jane, "MEETING", "?dry_run=true").json()["plan"]
    assert plan == [
        "Use organization ACME Ltd (id 7).",
        "Update person Jane Roe (id 12).",
        "Create meeting 3 Dec 10:00 UTC.",
    ]
    with db.transaction() as session:
        session.merge(meeting).pipedrive_activity_id = 33
    assert push(ada, jane, "MEETING", "?dry_run=true").json()["plan"][2] == "Update meeting 3 Dec 10:00 UTC (id 33)."


def test_a_plan_tells_of_the_deal_that_a_meeting_earns(ada, gwen, jane):
    meet(ada, jane, due_date=now() + timedelta(days=5))
    with db.transaction() as session:
        firm_settings.change(session, session.merge(gwen), pipedrive_on_meeting="deal")
    assert push(ada, jane, "MEETING", "?dry_run=true").json()["plan"][-2] == "Create a deal."
    assert push(ada, jane, "MANUAL", "?dry_run=true").json()["plan"][-2] == "Create person Jane Roe."


def test_a_contact_without_an_organisation_gets_none(ada):
    zoe = world.contact(ada, "Zoe")
    assert push(ada, zoe, query="?dry_run=true").json()["plan"][1:] == ["Create person Zoe.", manual_push.NOT_LOOKED]


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
        "badge": "NEEDS_YOU", "reason": "The name is too long.", "status": "FAILED", "sync_id": str(syncs()[0].id),
        "agreed_at": None,
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


def several(contact) -> PipedriveSync:
    """The push of this contact stopped: two people in Pipedrive may be meant."""
    with db.transaction() as session:
        row = session.exec(select(PipedriveSync).where(PipedriveSync.contact_id == contact.id)).one()
        row.status, row.error, row.error_code = SyncStatus.FAILED, "Pipedrive has Jane Roe more than once.", "several"
        row.detail = f"Closed {KEY}"
        row.candidates = [
            {"id": number, "name": "Jane Roe", "organization": "ACME", "email": "", "url": None, "kind": "person"}
            for number in (812, 913)
        ]
    return row


def about(who, sync, verb="", body=None, method="POST"):
    return ask(who, method, f"/api/pipedrive/syncs/{sync.id}{verb}", body)


def test_one_push_shows_its_candidates_and_its_receipt(ada, jane):
    know_acme(ada, jane)
    push(ada, jane)
    row = several(jane)
    with db.transaction() as session:
        session.add(
            PushReceipt(
                sync_id=row.id, account="acme", entity_type=EntityType.ORGANIZATION, remote_id=7, what=PushEffect.LINKED
            )
        )
    body = about(ada, row, method="GET").json()
    assert [one["id"] for one in body["candidates"]] == [812, 913]
    assert [(one["what"], one["remote_id"], one["url"]) for one in body["receipt"]] == [
        ("LINKED", 7, "https://acme.pipedrive.com/organization/7")
    ]
    assert KEY not in str(body)


@pytest.mark.parametrize(
    "remote", ["812", "#812", "https://acme.pipedrive.com/person/812", "acme.pipedrive.com/person/812?x=1"]
)
def test_a_record_is_named_by_its_number_or_its_address(ada, jane, remote):
    know_acme(ada, jane)
    push(ada, jane)
    body = about(ada, several(jane), "/link", {"remote": remote}).json()
    assert body["status"] == "PENDING"
    assert syncs()[0].choice == {"person": 812}


@pytest.mark.parametrize(
    "remote",
    ["", "Jane", "0", "https://rival.pipedrive.com/person/812", "https://acme.pipedrive.com/deal/812", "https://evil.example/person/812"],
)  # fmt: skip
def test_what_names_no_record_of_ours_is_refused(ada, jane, remote):
    know_acme(ada, jane)
    push(ada, jane)
    assert is_refusal(about(ada, several(jane), "/link", {"remote": remote}), 422, "Invalid")
    assert syncs()[0].status is SyncStatus.FAILED


def test_none_of_the_candidates_makes_a_new_one(ada, jane):
    push(ada, jane)
    assert about(ada, several(jane), "/create-anyway").json()["status"] == "PENDING"
    assert syncs()[0].choice == {"person": None}


def test_what_was_skipped_needs_nobody_until_it_is_named_again(ada, jane):
    push(ada, jane)
    row = several(jane)
    assert about(ada, row, "/skip").json()["error_code"] == "SKIPPED"
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["sync"]["badge"] == "NOT_PUSHED"
    assert ask(ada, "POST", "/api/pipedrive/retry", {"all": True}).json() == {"retried": 0}
    assert ask(ada, "POST", "/api/pipedrive/retry", {"sync_ids": [str(row.id)]}).json() == {"retried": 1}


def test_a_contact_is_linked_and_unlinked_by_hand(ada, jane):
    know_acme(ada, jane)
    path = f"/api/pipedrive/contacts/{jane.id}/link"
    body = ask(ada, "PUT", path, {"remote": "https://acme.pipedrive.com/person/99"}).json()
    assert (body["status"], syncs()[0].choice) == ("PENDING", {"person": 99})
    assert ask(ada, "DELETE", path).json() == {"contact_id": str(jane.id), "pipedrive_person_id": None}


def test_a_push_that_made_nothing_has_nothing_to_take_back(ada, jane):
    push(ada, jane)
    assert is_refusal(about(ada, syncs()[0], "/undo"), 409, "Conflict")


def created(sync, kind, number, **facts):
    """A receipt of that push."""
    with db.transaction() as session:
        what = {"account": "acme", "entity_type": kind, "remote_id": number, "what": PushEffect.CREATED}
        session.add(PushReceipt(sync_id=sync.id, **what, **facts))


def test_an_undo_that_a_later_meeting_hangs_on_is_refused_in_words(ada, jane):
    push(ada, jane)
    row = syncs()[0]
    created(row, EntityType.PERSON, 7)
    meeting = meet(ada, jane, subject="Second talk", happened_at=datetime(2026, 11, 3, 12, tzinfo=UTC))
    with db.transaction() as session:
        session.get_one(type(jane), jane.id).pipedrive_person_id = 7
        session.get_one(type(meeting), meeting.id).pipedrive_activity_id = 70
    answer = about(ada, row, "/undo")
    assert is_refusal(answer, 409, "Conflict")
    assert answer.json()["detail"] == (
        "The meeting “Second talk” of 3 Nov 2026 hangs on what this push created. Undo its own push first."
    )
    assert all(one.trigger != "UNDO" for one in syncs())
    with db.transaction() as session:
        session.get_one(type(meeting), meeting.id).pipedrive_activity_id = None
    assert about(ada, row, "/undo").status_code == 202


def test_what_an_undo_left_in_pipedrive_is_said_in_the_status_the_push_and_the_receipt(ada, jane):
    push(ada, jane)
    row = syncs()[0]
    said = "Jane Roe stays in Pipedrive: a note hangs on it."
    created(row, EntityType.PERSON, 7, stays=said)
    undo = about(ada, row, "/undo").json()
    assert undo["detail"] is None
    with db.transaction() as session:
        kept = session.get_one(PipedriveSync, undo["id"])
        kept.status, kept.detail, kept.finished_at = SyncStatus.SUCCESS, said, now()
    items = {one["id"]: one["detail"] for one in ask(ada, "GET", "/api/pipedrive/status").json()["items"]}
    assert items[undo["id"]] == said
    assert ask(ada, "GET", f"/api/pipedrive/syncs/{undo['id']}").json()["detail"] == said
    (receipt,) = about(ada, row, method="GET").json()["receipt"]
    assert (receipt["stays"], receipt["undone_at"]) == (said, None)


def conflict(owner, contact, field="phones", ours=("+49301",), theirs=("+4722123456",)):
    with db.transaction() as session:
        row = SyncConflict(
            contact_id=contact.id, user_id=owner.id, account="acme", entity_type=EntityType.PERSON,
            entity_id=contact.id, field=field, ours=list(ours), theirs=list(theirs),
        )  # fmt: skip
        session.add(row)
    return row


def test_a_conflict_is_shown_to_its_owner_and_decided_once(ada, bo, gwen, jane):
    know_acme(ada, jane)
    row = conflict(ada, jane)
    (shown,) = ask(ada, "GET", "/api/pipedrive/conflicts").json()["items"]
    assert (shown["field"], shown["ours"], shown["theirs"]) == ("phone numbers", "+49301", "+4722123456")
    path = f"/api/pipedrive/conflicts/{row.id}/resolve"
    for other in (bo, gwen):
        assert ask(other, "GET", "/api/pipedrive/conflicts").json()["items"] == []
        assert is_refusal(ask(other, "POST", path, {"resolution": "OURS"}), 404, "NotFound")
    assert ask(ada, "POST", path, {"resolution": "THEIRS"}).json()["resolution"] == "THEIRS"
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["phones"] == ["+4722123456"]
    assert is_refusal(ask(ada, "POST", path, {"resolution": "OURS"}), 409, "Conflict")


def test_a_decision_is_turned_round(ada, jane):
    know_acme(ada, jane)
    row = conflict(ada, jane)
    path = f"/api/pipedrive/conflicts/{row.id}"
    assert is_refusal(ask(ada, "POST", f"{path}/reverse"), 409, "Conflict")
    ask(ada, "POST", f"{path}/resolve", {"resolution": "THEIRS"})
    assert ask(ada, "POST", f"{path}/reverse").json()["resolution"] == "OURS"
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["phones"] == ["+49301"]
    assert ask(ada, "POST", f"{path}/reverse").json()["resolution"] == "THEIRS"
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["phones"] == ["+4722123456"]


def test_a_golden_ticket_learns_of_a_private_contacts_push_but_not_whose(ada, gwen, jane):
    push(ada, jane)
    row = several(jane)
    body = about(gwen, row, method="GET").json()
    assert (body["contact"], body["error"], body["candidates"], body["owner"]) == (None, None, [], "Ada Lind")
    assert "Jane" not in str(body)
    world.campaign(ada, members=[], holds=[jane])
    assert about(gwen, row, method="GET").json()["contact"] == "Jane Roe"
    for verb in ("/skip", "/create-anyway", "/undo"):
        assert is_refusal(about(gwen, row, verb), 404, "NotFound")


def test_the_lane_says_that_everybody_is_paused(ada, jane):
    know_acme(ada, jane)
    with db.transaction() as session:
        firm_settings.save(session, sync_paused="a restore is being looked at")
    said = ask(ada, "GET", "/api/pipedrive/status").json()["lane"]["paused_reason"]
    assert said == "Pushes are paused for everybody: a restore is being looked at."


def test_a_look_without_a_key_says_so(ada, jane):
    assert is_refusal(ask(ada, "POST", "/api/pipedrive/look", {"contact_id": str(jane.id)}), 409, "Conflict")
