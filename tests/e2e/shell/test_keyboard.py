"""What a keyboard reaches at once, and what a sheet saves or says why it does not."""

import pytest
from playwright.sync_api import expect

from tests.support.app_process import opened


@pytest.fixture
def kari(api):
    found = api.get("/contacts", params={"q": "Kari Nordmann"}).json()["items"]
    return (found or [api.post("/contacts", json={"name": "Kari Nordmann", "warmness_score": 9}).json()])[0]


def touches(api, contact):
    found = api.get("/activities", params={"contact_id": contact["id"]}).json()["items"]
    return [(one["type"], one["outcome"], one["note"]) for one in found]


def log_sheet(page, contact):
    opened(page, f"/contacts/{contact['id']}")
    page.locator(".pd-detail").get_by_role("button", name="Log", exact=True).first.click()
    expect(page.locator(".q-dialog").get_by_role("button", name="Voicemail")).to_be_visible()


def test_the_first_tab_skips_to_the_content(desk):
    opened(desk, "/")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("button", name="Skip to the content")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#app .pd-main")).to_be_focused()


def test_a_number_is_an_answer_of_the_log_sheet_and_no_answer_while_one_types(desk, api, kari):
    before = len(touches(api, kari))
    log_sheet(desk, kari)
    desk.get_by_text("Add note or change time").click()
    desk.get_by_label("Note", exact=True).press("2")
    expect(desk.get_by_label("Note", exact=True)).to_have_value("2")
    desk.get_by_label("Note", exact=True).fill("")
    desk.locator(".q-dialog").get_by_role("button", name="Schedule only").focus()
    desk.keyboard.press("2")
    expect(desk.get_by_text("Call logged: voicemail")).to_be_visible()
    assert [said[:2] for said in touches(api, kari)][: -before or None] == [("CALL", "VOICEMAIL")]


def test_a_note_can_be_saved_without_an_answer(phone, api, kari):
    log_sheet(phone, kari)
    phone.get_by_text("Add note or change time").tap()
    save = phone.get_by_role("button", name="Save without an answer")
    expect(save).not_to_be_visible()
    phone.get_by_label("Note", exact=True).fill("Rückruf übermorgen.")
    save.tap()
    expect(phone.get_by_text("Call logged", exact=True)).to_be_visible()
    assert ("CALL", None, "Rückruf übermorgen.") in touches(api, kari)


def test_whom_nobody_is_called_can_be_added_from_the_search(phone):
    opened(phone, "/contacts?q=zzqx")
    phone.get_by_role("button", name="Add “zzqx”").tap()
    expect(phone.locator(".q-dialog").get_by_label("Name", exact=True)).to_have_value("zzqx")


def test_save_says_why_it_does_not_while_a_likely_duplicate_is_undecided(phone, kari):
    opened(phone, "/contacts")
    phone.get_by_label("Add a contact").tap()
    form = phone.locator(".q-dialog")
    form.get_by_label("Name", exact=True).fill("Kari Nordmann")
    form.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.get_by_text("Not saved yet: merge with the one you have, or keep both.")).to_be_visible()
    expect(form.get_by_role("button", name="Keep both")).to_be_in_viewport()
