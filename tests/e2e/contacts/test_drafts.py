"""A lost line, a reload or a new start of the server never loses what was typed into a sheet."""

import pytest
from playwright.sync_api import expect

from tests.support.app_process import opened


@pytest.fixture
def kari(api):
    found = api.get("/contacts", params={"q": "Kari Nordmann"}).json()["items"]
    return (found or [api.post("/contacts", json={"name": "Kari Nordmann", "warmness_score": 9}).json()])[0]


def test_a_note_that_was_not_saved_is_there_after_a_reload_and_is_saved_once(phone, api, kari):
    opened(phone, "/")
    log(phone)
    phone.get_by_text("Note, or another time").tap()
    phone.get_by_label("Note", exact=True).fill("Möchte im März ein Angebot.")
    opened(phone, "/")
    log(phone)
    expect(phone.get_by_label("Note", exact=True)).to_have_value("Möchte im März ein Angebot.")
    expect(phone.get_by_label("Note", exact=True)).to_be_visible()
    phone.get_by_role("button", name="Reached", exact=True).tap()
    expect(phone.get_by_text("Call logged: reached")).to_be_visible()
    touches = api.get("/activities", params={"contact_id": kari["id"]}).json()["items"]
    assert [one["note"] for one in touches] == ["Möchte im März ein Angebot."]
    # what was saved is no draft any more
    expect(phone.locator(".q-dialog")).to_have_count(0)
    assert phone.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('pd-draft'))") == []


def test_a_half_written_contact_is_there_after_a_reload(phone, api):
    opened(phone, "/contacts")
    add(phone)
    phone.get_by_label("Name", exact=True).fill("Zoë Öström")
    phone.get_by_label("Organisation", exact=True).fill("Nordic Steel AS")
    opened(phone, "/contacts")
    add(phone)
    expect(phone.get_by_label("Name", exact=True)).to_have_value("Zoë Öström")
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.get_by_text("Zoë Öström added")).to_be_visible()
    made = api.get("/contacts", params={"q": "Zoë Öström"}).json()["items"]
    assert [one["organisation"] for one in made] == ["Nordic Steel AS"]


def log(page):
    page.get_by_role("button", name="Log", exact=True).first.tap()
    page.get_by_role("button", name="Reached", exact=True).wait_for()


def add(page):
    page.get_by_role("button", name="Add a contact").locator("visible=true").first.tap()
    page.get_by_label("Name", exact=True).wait_for()
