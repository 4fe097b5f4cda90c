"""C-reports over the wires: links for people without an account, kept questions, and doors that partners open."""

import pytest

from app import db
from app.services.reports import share_links
from tests.support import world
from tests.support.api_client import ask, is_refusal


@pytest.fixture
def spring(ada, bo, jane):
    return world.campaign(ada, "Spring", members=[bo], holds=[jane])


def test_a_link_is_made_listed_and_taken_back(ada, bo, gwen, spring):
    path = f"/api/campaigns/{spring.id}/report-links"
    made = ask(ada, "POST", path, {"days": 7})
    assert made.status_code == 201
    token = made.json()["url"].removeprefix("https://leads.example.com/r/")
    with db.reading() as session:
        assert share_links.opened(session, token).id == spring.id
    (link,) = ask(gwen, "GET", path).json()["items"]
    assert link["id"] == made.json()["id"]
    assert "url" not in link
    assert is_refusal(ask(ada, "POST", path, {"days": 366}), 422)
    assert is_refusal(ask(bo, "GET", path), 403, "Forbidden")
    assert ask(ada, "DELETE", f"/api/report-links/{link['id']}").status_code == 204
    assert ask(ada, "GET", path).json()["items"] == []
    with db.reading() as session, pytest.raises(share_links.NotFound):
        share_links.opened(session, token)


def test_a_question_is_kept_under_its_name_until_it_is_removed(ada, bo):
    draft = {"name": "Channels", "question": "CHANNELS", "filters": {"sector": "Energy"}, "weekly": True}
    made = ask(ada, "POST", "/api/reports", draft).json()
    assert (made["question"], made["filters"], made["weekly"]) == ("CHANNELS", {"sector": "Energy"}, True)
    again = ask(ada, "POST", "/api/reports", draft | {"question": "HELP", "weekly": False}).json()
    assert again["id"] == made["id"]
    assert [one["question"] for one in ask(ada, "GET", "/api/reports").json()["items"]] == ["HELP"]
    assert ask(bo, "GET", "/api/reports").json()["items"] == []
    assert is_refusal(ask(bo, "DELETE", f"/api/reports/{made['id']}"), 404)
    assert ask(ada, "DELETE", f"/api/reports/{made['id']}").status_code == 204
    assert is_refusal(ask(ada, "POST", "/api/reports", {"name": "x", "question": "ODD"}), 422)


def test_an_introduction_is_offered_used_taken_back_and_turned_down(ada, bo, gwen, jane, john, spring):
    draft = {"offered_to": str(ada.id), "whom": "John at Nordic", "campaign_id": str(spring.id), "note": "Old friends."}
    assert is_refusal(ask(bo, "POST", "/api/introductions", draft), 403, "Forbidden")
    door = ask(gwen, "POST", "/api/introductions", draft).json()
    (mine,) = ask(ada, "GET", "/api/introductions").json()["items"]
    assert (mine["by"], mine["campaign"], mine["state"]) == ("Gwen Gold", "Spring", "OPEN")
    assert ask(bo, "GET", "/api/introductions").json()["items"] == []

    path = f"/api/introductions/{door['id']}"
    hers = world.contact(bo, "Hers Alone")
    assert is_refusal(ask(ada, "POST", f"{path}/redeem", {"contact_id": str(hers.id)}), 404)
    used = ask(ada, "POST", f"{path}/redeem", {"contact_id": str(john.id)}).json()
    assert used["state"] == "USED"
    touch = ask(ada, "GET", f"/api/activities/{used['activity_id']}").json()
    # he comes onto the board of the campaign that the door was offered for
    assert (touch["type"], touch["outcome"], touch["campaign_id"]) == ("REFERRAL", "INTRODUCED", str(spring.id))
    assert is_refusal(ask(ada, "POST", f"{path}/decline"), 409, "Conflict")
    assert [one["state"] for one in ask(gwen, "GET", "/api/introductions?box=offered").json()["items"]] == ["USED"]

    assert ask(ada, "POST", f"{path}/reopen").json()["state"] == "OPEN"
    assert is_refusal(ask(ada, "GET", f"/api/activities/{touch['id']}"), 404)
    assert is_refusal(ask(ada, "POST", f"{path}/reopen"), 409, "Conflict")
    assert ask(ada, "POST", f"{path}/decline").json()["state"] == "DECLINED"
    assert ask(ada, "GET", "/api/introductions").json()["items"] == []
    assert is_refusal(ask(gwen, "POST", f"{path}/reopen"), 404)
