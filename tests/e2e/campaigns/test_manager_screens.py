"""A golden ticket opens a colleague's contact from the board, a report and its address, until a campaign holds it no more."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import PASSWORD, opened, wire


@pytest.fixture(scope="module")
def bo(site, account):
    """Bo, a consultant, over the wires."""
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    wish = {"email": "bo@firm.example", "role": "CONSULTANT"}
    with wire(site.address, cookies) as boss, wire(site.address) as them:
        link = boss.post("/api/users", json=wish).json()["link"]
        typed = {"name": "Bo Bergström", "password": PASSWORD, "timezone": "Europe/Berlin"}
        assert them.post(f"/invite/{link.rpartition('/')[2]}", data=typed).status_code == 303
        yield them


def shared(bo, name, camp):
    """Bo's contact on the board of Bo's campaign, with a touch for it and one beside it: the ids of both."""
    facts = {
        "name": name,
        "email": f"{name.split()[-1].lower()}@acme.example",
        "phone": "+49 30 1234567",
        "notes": "likes herons",
    }
    who = bo.post("/api/contacts?force=true", json=facts).json()["id"]
    row = bo.post("/api/campaigns", json={"name": camp}).json()["id"]
    bo.post(f"/api/campaigns/{row}/assign-contacts", json={"contact_ids": [who]}).raise_for_status()
    for note, of in (("for the campaign", row), ("beside it", None)):
        touch = {"type": "CALL", "contact_id": who, "campaign_id": of, "outcome": "REACHED", "note": note}
        bo.post("/api/activities", json=touch).raise_for_status()
    return row, who


def test_the_whole_contact_opens_from_the_board_to_read_to_log_to_move_and_to_hand_over(desk, bo):
    row, who = shared(bo, "Jane Whole", "Whole spring")
    opened(desk, f"/campaigns/{row}")
    desk.locator("[data-card] .pd-tile-main").click()
    desk.locator(".q-dialog").get_by_role("link", name="Open").click()
    panel = desk.locator(".pd-detail-body")
    for words in ("Bo Bergström's contact", "whole@acme.example", "+49 30 1234567", "likes herons", "beside it"):
        expect(panel.get_by_text(words).last).to_be_visible()
    expect(panel.get_by_text("Bo Bergström has no Pipedrive key yet")).to_have_count(0)
    expect(panel.get_by_text("Not pushed")).to_be_visible()
    for verb in ("Edit", "Delete", "Snooze", "Push to Pipedrive", "Add to campaign"):
        expect(panel.get_by_role("button", name=verb)).to_have_count(0)
    panel.get_by_role("button", name="Log", exact=True).click()
    expect(desk.get_by_role("button", name="Whole spring", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(desk.get_by_role("button", name="No campaign")).to_have_count(0)
    desk.locator(".pd-outcomes .q-btn", has_text="Voicemail").click()
    expect(panel.get_by_text("voicemail")).to_be_visible()

    panel.get_by_role("button", name=re.compile("Whole spring.*In dialogue")).click()
    desk.locator(".q-dialog").get_by_role("button", name="Not now").click()
    expect(panel.get_by_role("button", name=re.compile("Whole spring.*Not now"))).to_be_visible()

    panel.get_by_role("button", name="Hand over").click()
    desk.locator(".q-dialog").get_by_role("button", name="Annegret Schönfelder").click()
    expect(panel.get_by_role("button", name="Edit", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(panel.get_by_text("Bo Bergström's contact")).to_be_visible()
    expect(panel.get_by_text("Before: Annegret Schönfelder, Bo Bergström.")).to_be_visible()
    assert bo.get(f"/api/contacts/{who}").status_code == 200


def test_an_open_page_loses_it_the_moment_the_campaign_does(phone, bo):
    row, who = shared(bo, "Jane Leaves", "Short spring")
    opened(phone, f"/contacts/{who}")
    expect(phone.get_by_text("likes herons")).to_be_visible()
    bo.delete(f"/api/campaigns/{row}/contacts/{who}").raise_for_status()
    expect(phone.get_by_text("This contact is not in a campaign any more")).to_be_visible()
    # not hidden: gone from the page
    for secret in ("likes herons", "leaves@acme.example", "1234567", "beside it"):
        assert secret not in phone.inner_html("#app")
    bo.post(f"/api/campaigns/{row}/assign-contacts", json={"contact_ids": [who]}).raise_for_status()
    expect(phone.get_by_text("likes herons")).to_be_visible()
    bo.delete(f"/api/campaigns/{row}").raise_for_status()
    expect(phone.get_by_text("likes herons")).to_have_count(0)


def test_a_row_behind_a_figure_leads_to_it(desk, bo):
    row, who = shared(bo, "Jane Behind", "Figured spring")
    opened(desk, f"/campaigns/{row}?tab=report")
    desk.locator(".pd-figure", has_text="Reached").click()
    desk.locator(".pd-behind-row", has_text="Jane Behind").click()
    expect(desk.locator(".q-dialog").get_by_role("link", name="Open")).to_have_attribute("href", f"/contacts/{who}")


def test_without_a_campaign_it_does_not_exist(account, site, bo):
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    alone = bo.post("/api/contacts?force=true", json={"name": "Jane Alone"}).json()["id"]
    _, held = shared(bo, "Jane Held", "Held spring")
    with wire(site.address, cookies) as boss:
        answers = [boss.get(f"/contacts/{one}") for one in (alone, held)]
    assert [answer.status_code for answer in answers] == [404, 200]
    assert "Jane Alone" not in answers[0].text
