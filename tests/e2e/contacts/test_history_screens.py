"""The history of a contact's fields on the contact's screen, and taking one change back there."""

from playwright.sync_api import expect

from tests.support.app_process import opened


def test_one_change_is_taken_back_from_the_history(phone, api):
    contact = api.post("/contacts?force=true", json={"name": "Ute Uhlig", "job_title": "Buyer"}).json()
    path = f"/contacts/{contact['id']}"
    api.put(path, json={"job_title": "Head of Buying", "tags": ["fair"]})
    api.put(path, json={"notes": "Met at the fair."})
    opened(phone, path)
    phone.locator(".pd-extras", has_text="Merge with").locator(".q-item").first.click()
    phone.get_by_role("button", name="History of changes").tap()

    sheet = phone.locator(".pd-sheet:visible")
    steps = sheet.get_by_role("listitem")
    expect(steps).to_have_count(3)
    title = steps.filter(has_text="Job title")
    expect(title).to_contain_text("Buyer → Head of Buying")
    title.get_by_role("button", name="Take back").tap()

    expect(phone.get_by_text("Ute Uhlig is as before this change")).to_be_visible()
    expect(steps).to_have_count(4)
    expect(steps.first).to_contain_text("Head of Buying → Buyer")
    expect(steps.filter(has_text="undone")).to_contain_text("Buyer → Head of Buying")
    seen = api.get(path).json()
    assert (seen["job_title"], seen["tags"], seen["notes"]) == ("Buyer", ["fair"], "Met at the fair.")
