"""The bank over HTTP: capture, merge, undo, many at once, organisations, views, erase and export."""

import pytest
from sqlmodel import select

from app import db
from app.models import Contact
from tests.support import world
from tests.support.api_client import ask, is_refusal


def names():
    with db.reading() as session:
        return sorted(session.scalars(select(Contact.name).where(Contact.deleted_at.is_(None))))


def test_a_pasted_signature_is_answered_as_a_draft_that_can_be_posted(ada, jane):
    blob = "Best regards\nJane Roe\nHead of Operations\nACME Ltd\n+44 20 7946 0123\njane@acme.example"
    body = ask(ada, "POST", "/api/contacts/capture", {"text": blob}).json()
    assert body["sort"] == "signature"
    assert body["draft"]["job_title"] == "Head of Operations"
    assert ["phone", "+442079460123"] in body["pieces"]
    assert [(one["id"], one["reason"]) for one in body["candidates"]] == [
        (str(jane.id), "Same e-mail address jane@acme.example.")
    ]
    assert ask(ada, "POST", "/api/contacts?force=true", body["draft"]).status_code == 201
    assert is_refusal(ask(ada, "POST", "/api/contacts/capture", {"text": " "}), 422, "Invalid")
    assert is_refusal(ask(ada, "POST", "/api/contacts/capture", {"text": "ä" * 9_000}), 413, "TooLarge")


def test_a_duplicate_says_why(ada, jane):
    answer = ask(ada, "POST", "/api/contacts", {"name": "J", "email": "jane@acme.example"})
    assert is_refusal(answer, 409, "LikelyDuplicate")
    assert answer.json()["candidates"][0]["reason"] == "Same e-mail address jane@acme.example."


def test_a_merge_is_planned_done_and_undone(ada, jane):
    twin = world.contact(ada, "Roe, J.", job_title="CEO")
    wish = {"keep_id": str(jane.id), "drop_id": str(twin.id)}
    plan = ask(ada, "POST", "/api/contacts/merge?dry_run=true", wish).json()
    assert {one["field"]: one["choice"] for one in plan["fields"]}["job_title"] == "drop"
    assert len(names()) == 2
    done = ask(ada, "POST", "/api/contacts/merge", wish | {"fields": {"name": "drop"}})
    assert done.status_code == 200, done.text
    assert (done.json()["id"], done.json()["name"], done.json()["job_title"]) == (str(jane.id), "Roe, J.", "CEO")
    assert names() == ["Roe, J."]
    undone = ask(ada, "POST", f"/api/undo/{done.json()['undo_id']}")
    assert undone.json() == {"kind": "MERGE", "sentence": "Undone for 1.", "put_back": 1, "left": 0}
    assert names() == ["Jane Roe", "Roe, J."]
    assert is_refusal(ask(ada, "POST", f"/api/undo/{done.json()['undo_id']}"), 409, "Conflict")


@pytest.mark.parametrize(
    "wish",
    [
        {"verb": "TAG", "tag": "x", "contact_ids": ["{id}"]},
        {"verb": "TAG", "tag": "x", "query": "q=jane"},
        {"verb": "WARM", "by": 1, "contact_ids": ["{id}"]},
        {"verb": "SNOOZE", "days": 3, "query": ""},
        {"verb": "PUSH", "contact_ids": ["{id}"]},
        {"verb": "TRASH", "query": "q=jane"},
        {"verb": "LOG", "query": "q=jane", "touch": {"type": "CALL", "outcome": "REACHED"}},
        {"verb": "ASSIGN", "contact_ids": ["{id}"], "campaign_id": "{campaign}"},
    ],
)  # fmt: skip
def test_every_verb_for_many_goes_over_the_wire_and_back(ada, jane, wish):
    campaign = world.campaign(ada)
    said = {
        key: [str(jane.id)] if key == "contact_ids" else str(campaign.id) if key == "campaign_id" else value
        for key, value in wish.items()
    }
    done = ask(ada, "POST", "/api/contacts/bulk", said)
    assert (done.status_code, done.json()["n"]) == (200, 1), done.text
    assert ask(ada, "POST", f"/api/undo/{done.json()['deed_id']}").json()["put_back"] == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"verb": "TAG", "tag": "x"}, {"verb": "TAG", "tag": "x", "contact_ids": [], "query": ""}, {"verb": "DANCE", "query": ""},
        {"verb": "LOG", "query": ""}, {"verb": "ASSIGN", "query": ""}, {"verb": "TAG", "query": ""}, {"verb": "WARM", "by": 99, "query": ""},
        {"verb": "TRASH", "query": "colour=red"}, {"verb": "TRASH", "query": "sort=x"},
    ],
)  # fmt: skip
def test_a_half_said_wish_is_a_422(ada, jane, wish):
    assert is_refusal(ask(ada, "POST", "/api/contacts/bulk", wish), 422, "Invalid")
    assert names() == ["Jane Roe"]


def test_out_of_the_trash_in_one_go(ada, jane, john):
    ask(ada, "POST", "/api/contacts/bulk", {"verb": "TRASH", "query": ""})
    assert names() == []
    assert ask(ada, "POST", "/api/contacts/bulk", {"verb": "RESTORE", "query": "trash=true&q=jane"}).json()["n"] == 1
    assert names() == ["Jane Roe"]


def test_an_organisation_is_renamed_merged_and_back(ada, jane, john):
    items = ask(ada, "GET", "/api/organisations").json()["items"]
    ids = {one["name"]: one["id"] for one in items}
    renamed = ask(ada, "PUT", f"/api/organisations/{ids['ACME Ltd']}", {"name": "Acme Holding"}).json()
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["organisation"] == "Acme Holding"
    merged = ask(
        ada, "POST", "/api/organisations/merge", {"keep_id": ids["Nordic Steel AS"], "drop_id": ids["ACME Ltd"]}
    ).json()
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["organisation"] == "Nordic Steel AS"
    for deed in (merged, renamed):
        assert ask(ada, "POST", f"/api/undo/{deed['undo_id']}").status_code == 200
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["organisation"] == "ACME Ltd"
    assert is_refusal(ask(ada, "PUT", f"/api/organisations/{ids['ACME Ltd']}", {"name": " "}), 422)


def test_a_view_is_kept_renamed_and_removed(ada, bo):
    kept = ask(ada, "POST", "/api/views", {"name": "Warm", "query": "warmness_min=7"}).json()
    assert ask(ada, "PUT", f"/api/views/{kept['id']}", {"name": "Hot"}).json()["name"] == "Hot"
    assert ask(ada, "GET", "/api/views").json()["items"] == [kept | {"name": "Hot"}]
    assert ask(bo, "GET", "/api/views").json()["items"] == []
    assert ask(ada, "DELETE", f"/api/views/{kept['id']}").status_code == 204
    assert is_refusal(ask(ada, "POST", "/api/views", {"name": "V", "query": "colour=red"}), 422, "Invalid")


def test_erasing_by_the_wire_leaves_nothing_to_restore(ada, jane):
    path = f"/api/contacts/{jane.id}"
    told = ask(ada, "GET", f"{path}/export.json")
    assert told.headers["content-disposition"] == f'attachment; filename="contact-{jane.id}.json"'
    assert told.json()["contact"]["organisation"] == "ACME Ltd"
    assert ask(ada, "DELETE", f"{path}?erase=true").json()["sentence"].startswith("Erased.")
    assert is_refusal(ask(ada, "POST", f"{path}/restore"), 404)
    assert is_refusal(ask(ada, "POST", "/api/contacts", {"name": "New", "email": "jane@acme.example"}), 409, "Conflict")


def test_a_hand_over_of_named_contacts(ada, bo, gwen, jane, john):
    world.campaign(ada, holds=[jane])
    path = f"/api/users/{ada.id}/hand-over"
    wish = {"to_user_id": str(bo.id), "contact_ids": [str(jane.id)]}
    assert ask(gwen, "POST", path, wish).json() == {"handed_over": 1}
    assert ask(bo, "GET", f"/api/contacts/{jane.id}").json()["owner"]["name"] == "Bo Berg"
    assert is_refusal(ask(gwen, "POST", path, wish | {"contact_ids": [str(john.id)]}), 404)
