"""Every change of a contact's fields is kept, whoever made it, and one is taken back by itself."""

import pytest
from sqlmodel import select

from app import db
from app.models import Contact, ContactChange, User, contact_fields
from app.services.contacts import bulk_actions, contact_bank
from app.services.push_queue import heard_changes
from app.services.team import transfer
from tests.support import world
from tests.support.api_client import ask, is_refusal

OTHERS = {
    "name": "Jane Doe",
    "emails": ["jane.doe@acme.example"],
    "phones": ["+493099999"],
    "organisation": "Globex",
    "job_title": "Partner",
    "linkedin_url": "https://www.linkedin.com/in/jane-doe",
    "notes": "Moved on.",
    "tags": ["water"],
    "warmness_score": 9,
    "cadence_days": 30,
}


def history(who, contact, query=""):
    answer = ask(who, "GET", f"/api/contacts/{contact.id}/history{query}")
    assert answer.status_code == 200
    return answer.json()


def take_back(who, contact, change):
    return ask(who, "POST", f"/api/contacts/{contact.id}/history/{change['id']}/take-back")


@pytest.mark.parametrize("field", contact_fields.BY_NAME)
def test_a_change_of_every_field_is_kept_and_taken_back(ada, jane, field):
    path = f"/api/contacts/{jane.id}"
    before = ask(ada, "GET", path).json()
    ask(ada, "PUT", path, {field: OTHERS[field]})
    (change,) = history(ada, jane)["items"]
    assert (change["field"], change["before"], change["after"]) == (field, before[field], OTHERS[field])
    assert (change["by"], change["source"], change["can_take_back"]) == ("Ada Lind", "HERE", True)
    assert take_back(ada, jane, change).json()[field] == before[field]
    newest, first = history(ada, jane)["items"]
    assert (newest["before"], newest["after"]) == (OTHERS[field], before[field])
    assert first["taken_back_at"]
    assert not first["can_take_back"]


def test_one_change_is_taken_back_and_the_others_stay(ada, jane):
    ask(ada, "PUT", f"/api/contacts/{jane.id}", {"name": "Jane Doe", "notes": "Moved on.", "tags": ["water"]})
    changes = {one["field"]: one for one in history(ada, jane)["items"]}
    assert changes.keys() == {"name", "notes", "tags"}
    shown = take_back(ada, jane, changes["notes"]).json()
    assert (shown["name"], shown["notes"], shown["tags"]) == ("Jane Doe", jane.notes, ["water"])


def test_what_was_changed_again_since_stands(ada, jane):
    for name in ("Jane Doe", "Jane Poe"):
        ask(ada, "PUT", f"/api/contacts/{jane.id}", {"name": name})
    second, first = history(ada, jane)["items"]
    assert is_refusal(take_back(ada, jane, first), 409, "Conflict")
    assert take_back(ada, jane, second).status_code == 200
    assert is_refusal(take_back(ada, jane, second), 409, "Conflict")
    assert ask(ada, "GET", f"/api/contacts/{jane.id}").json()["name"] == "Jane Doe"


def test_plain_sql_and_pipedrive_are_in_it_too(ada, jane):
    with db.transaction() as session:
        bulk_actions.tag(session, session.get_one(User, ada.id), [jane.id], "fair")
    with db.transaction() as session:
        heard_changes.mark_heard(session)
        contact_bank.change(session, session.get_one(User, ada.id), jane.id, {"job_title": "Partner"}, heard=True)
    heard, tagged = history(ada, jane)["items"]
    assert (heard["field"], heard["by"], heard["source"]) == ("job_title", "Pipedrive", "PIPEDRIVE")
    assert (tagged["field"], tagged["after"]) == ("tags", ["fair"])


def test_it_belongs_to_the_owner_and_goes_with_the_contact(ada, bo, jane):
    ask(ada, "PUT", f"/api/contacts/{jane.id}", {"name": "Jane Doe"})
    (change,) = history(ada, jane)["items"]
    assert is_refusal(ask(bo, "GET", f"/api/contacts/{jane.id}/history"), 404)
    assert is_refusal(take_back(bo, jane, change), 404)
    assert ask(ada, "DELETE", f"/api/contacts/{jane.id}?erase=true").status_code == 200
    with db.reading() as session:
        assert session.exec(select(ContactChange)).all() == []


def test_a_refused_change_leaves_nothing(ada, jane):
    ask(ada, "PUT", f"/api/contacts/{jane.id}", {"name": "Jane Doe"})
    (change,) = history(ada, jane)["items"]
    with db.transaction() as session:
        session.exec(select(ContactChange)).one().before = ""
    assert is_refusal(take_back(ada, jane, change), 422)
    with db.reading() as session:
        assert session.get_one(Contact, jane.id).name == "Jane Doe"
        assert session.exec(select(ContactChange)).one().taken_back_at is None


def test_pages_go_on_where_the_last_one_ended(ada, jane):
    for number in range(5):
        ask(ada, "PUT", f"/api/contacts/{jane.id}", {"notes": f"Note {number}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = history(ada, jane, f"?limit=2{cursor}")
        seen += [one["after"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seen == [f"Note {number}" for number in reversed(range(5))]


def hand_over(by, giver, taker, contact):
    with db.transaction() as session:
        transfer.transfer_contacts(session, session.get_one(User, by.id), giver.id, taker.id, [contact.id])


@pytest.mark.parametrize("field", contact_fields.BY_NAME)
def test_what_an_earlier_owner_removed_stays_theirs(ada, bo, gwen, jane, field):
    world.campaign(ada, holds=[jane], members=[bo])
    path = f"/api/contacts/{jane.id}"
    ask(ada, "PUT", path, {field: OTHERS[field]})
    hand_over(gwen, ada, bo, jane)
    (change,) = history(bo, jane)["items"]
    assert (change["field"], change["by"], change["withheld"]) == (field, "Ada Lind", True)
    assert (change["before"], change["after"], change["can_take_back"]) == (None, None, False)
    assert is_refusal(take_back(bo, jane, change), 409, "Conflict")
    (exported,) = ask(bo, "GET", f"{path}/export.json").json()["changes"]
    assert (exported["field"], exported["before"], exported["after"]) == (field, None, None)
    # what came of it is the contact as it is now, and back with its earlier owner everything is as before
    assert ask(bo, "GET", path).json()[field] == OTHERS[field]
    hand_over(gwen, bo, ada, jane)
    (mine,) = history(ada, jane)["items"]
    assert mine["after"] == OTHERS[field]
    assert mine["can_take_back"]
    assert not mine["withheld"]


def test_a_touch_that_an_earlier_owner_removed_is_not_put_back_by_the_next_one(ada, bo, gwen, jane):
    world.campaign(ada, holds=[jane], members=[bo])
    made = [
        ask(ada, "POST", "/api/activities", {"type": "CALL", "contact_id": str(jane.id), "note": note}).json()["id"]
        for note in ("Wine", "Song")
    ]
    ask(ada, "DELETE", f"/api/activities/{made[0]}")
    hand_over(gwen, ada, bo, jane)
    ask(bo, "DELETE", f"/api/activities/{made[1]}")
    assert is_refusal(ask(bo, "POST", f"/api/activities/{made[0]}/restore"), 404)
    assert "Wine" not in ask(bo, "GET", f"/api/contacts/{jane.id}/export.json").text
    # what the new owner removed is theirs to put back
    assert "Song" in ask(bo, "GET", f"/api/contacts/{jane.id}/export.json").text
    assert ask(bo, "POST", f"/api/activities/{made[1]}/restore").status_code == 200
    hand_over(gwen, bo, ada, jane)
    assert ask(ada, "POST", f"/api/activities/{made[0]}/restore").status_code == 200
