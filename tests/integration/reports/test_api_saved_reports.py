"""C-reports over the wires: links for people without an account, kept questions, and doors that partners open."""

import csv
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from app import db
from app.services.reports import share_links
from app.web.public import shared_report
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


def test_a_link_shows_what_it_was_narrowed_to_and_says_so(ada, bo, jane, spring):
    for kind, who in (("CALL", ada), ("CALL", bo), ("EMAIL", ada)):
        ask(who, "POST", "/api/activities", {"type": kind, "contact_id": str(jane.id), "campaign_id": str(spring.id)})
    path = f"/api/campaigns/{spring.id}/report-links"
    wish = {"days": 7, "name": "Board", "filters": {"user_id": str(ada.id), "type": "CALL", "last_days": 7}}
    made = ask(ada, "POST", path, wish).json()
    token = made["url"].removeprefix("https://leads.example.com/r/")
    with db.reading() as session:
        found = share_links.shown(session, token)
    assert (found.figures["touches"].value, found.person, found.method, found.by_user) == (
        1,
        "One colleague",
        "CALL",
        (),
    )
    assert found.since == found.course.today - timedelta(days=6)
    page = shared_report.shown(found).body.decode()
    assert all(word in page for word in ("One colleague", "Method: Call", "Time zone: Europe/Berlin", "As of: "))
    assert "Ada" not in page
    assert ask(ada, "GET", path).json()["items"][0]["opened_at"] is None
    with db.transaction() as session:
        share_links.note_opened(session, token)
    (listed,) = ask(ada, "GET", path).json()["items"]
    assert (listed["name"], listed["filters"], bool(listed["opened_at"])) == ("Board", wish["filters"], True)
    swapped = {"from_": "2026-03-02", "to": "2026-03-01"}
    assert is_refusal(ask(ada, "POST", path, {"days": 7, "filters": swapped}), 422)


def test_the_rows_of_a_figure_leave_as_one_tidy_table_as_far_as_one_may_see_them(ada, bo, jane, spring):
    for kind in ("CALL", "CALL", "EMAIL"):
        ask(ada, "POST", "/api/activities", {"type": kind, "contact_id": str(jane.id), "campaign_id": str(spring.id)})
    path = f"/api/campaigns/{spring.id}/report-rows"
    answer = ask(bo, "GET", f"{path}.csv?type=CALL&last_days=7")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    facts = ("Method", "Done by", "Contact", "Campaign", "Rows of", "Chosen person", "Chosen method", "Time zone")
    assert [tuple(row[key] for key in facts) for row in rows] == [
        ("Call", "Ada Lind", "Jane Roe", "Spring", "touches", "Everybody", "Call", "UTC")
    ] * 2
    assert "-call-rows-touches-" in answer.headers["content-disposition"]
    ask(ada, "DELETE", f"/api/campaigns/{spring.id}/contacts/{jane.id}")
    rows = list(csv.DictReader(io.StringIO(ask(bo, "GET", f"{path}.csv").content.decode("utf-8-sig"), newline="")))
    assert {row["Contact"] for row in rows} == {""}
    assert len(rows) == 3
    book = load_workbook(io.BytesIO(ask(ada, "GET", f"{path}.xlsx?key=EMAIL").content))
    assert [cell.value for cell in book["Rows"][2]][3:7] == ["E-mail", None, "Ada Lind", "Jane Roe"]
    assert is_refusal(ask(ada, "GET", f"{path}.csv?key=ODD"), 422)
    assert is_refusal(ask(ada, "GET", f"{path}.csv?last_days=7&from=2026-03-01"), 422)


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


def test_a_campaigns_own_report_is_kept_by_whoever_may_see_it(ada, gwen, spring):
    stranger = world.person("Cleo Cole")
    own = {"name": "Spring", "question": "CAMPAIGN", "filters": {"campaign_id": str(spring.id), "last_days": 7}}
    assert ask(ada, "POST", "/api/reports", own).status_code == 201
    assert is_refusal(ask(stranger, "POST", "/api/reports", own), 404)
    assert is_refusal(ask(ada, "POST", "/api/reports", own | {"filters": {}}), 422)
    both = {"last_days": 7, "from_": "2026-03-01"}
    assert is_refusal(ask(ada, "POST", "/api/reports", {"name": "x", "question": "WEEK", "filters": both}), 422)


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
    assert (touch["type"], touch["done"], touch["campaign_id"]) == ("REFERRAL", False, str(spring.id))
    assert is_refusal(ask(ada, "POST", f"{path}/decline"), 409, "Conflict")
    assert [one["state"] for one in ask(gwen, "GET", "/api/introductions?box=offered").json()["items"]] == ["USED"]

    assert ask(ada, "POST", f"{path}/reopen").json()["state"] == "OPEN"
    assert is_refusal(ask(ada, "GET", f"/api/activities/{touch['id']}"), 404)
    assert is_refusal(ask(ada, "POST", f"{path}/reopen"), 409, "Conflict")
    assert ask(ada, "POST", f"{path}/decline").json()["state"] == "DECLINED"
    assert ask(ada, "GET", "/api/introductions").json()["items"] == []
    assert is_refusal(ask(gwen, "POST", f"{path}/reopen"), 404)


def test_an_introduction_to_a_stranger_makes_the_contact_and_the_referral_in_one_step(ada, gwen, jane, spring):
    draft = {"offered_to": str(ada.id), "whom": "Ingrid Fährmann, CFO", "reach": "i@nordsee.example"}
    path = f"/api/introductions/{ask(gwen, 'POST', '/api/introductions', draft).json()['id']}"
    (mine,) = ask(ada, "GET", "/api/introductions").json()["items"]
    assert mine["suggested"] == {
        "name": "Ingrid Fährmann",
        "job_title": "CFO",
        "emails": ["i@nordsee.example"],
        "notes": "Introduced by Gwen Gold.",
    }
    both = {"contact_id": str(jane.id), "contact": {}}
    for odd in ({}, both, {"contact": {"name": ""}}, {"contact": {"nobody": "knows"}}):
        assert is_refusal(ask(ada, "POST", f"{path}/redeem", odd), 422)
    assert ask(ada, "GET", "/api/contacts?q=Ingrid").json()["items"] == []
    used = ask(ada, "POST", f"{path}/redeem", {"contact": {"organisation": "Nordsee Logistik"}}).json()
    (made,) = ask(ada, "GET", "/api/contacts?q=Ingrid").json()["items"]
    assert (made["organisation"], made["email"]) == ("Nordsee Logistik", "i@nordsee.example")
    touch = ask(ada, "GET", f"/api/activities/{used['activity_id']}").json()
    assert (touch["contact_id"], touch["done"]) == (made["id"], False)
