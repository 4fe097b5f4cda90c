"""Today with a thumb: answers in one tap, promises moved and skipped where they stand, and whoever can wait goes with a swipe."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.app_process import PHONE, opened
from tests.support.waiting import until


@pytest.fixture
def kari(api):
    """The only one in the bank who is not asleep."""
    for one in api.get("/contacts", params={"limit": 200}).json()["items"]:
        api.delete(f"/contacts/{one['id']}").raise_for_status()
    said = {"name": "Kari Nordmann", "warmness_score": 9, "phone": "+47 22 12 34 56", "email": "kari@steel.example"}
    return api.post("/contacts", json=said | {"linkedin_url": "https://www.linkedin.com/in/kari"}).json()


def promised(api, kari, days, kind="CALL"):
    due = datetime.now(UTC) + timedelta(days=days)
    said = {"contact_id": kari["id"], "type": kind, "due_date": due.isoformat(), "done": False, "note": "Price list"}
    made = api.post("/activities", json=said)
    made.raise_for_status()
    return made.json()


def plans(api, kari):
    found = api.get("/activities", params={"contact_id": kari["id"]}).json()["items"]
    return [one for one in found if not one["done"]]


def row(page, part):
    return page.locator(f"#app {part} .pd-row", has_text="Kari Nordmann")


def chosen(page, part, word):
    row(page, part).get_by_role("button", name="More for Kari Nordmann").tap()
    page.get_by_role("menuitem", name=re.compile(f"^{word}")).tap()


def test_the_best_way_is_on_the_row_and_the_rest_behind_the_dots(phone, api, kari):
    opened(phone, "/")
    mine = row(phone, ".pd-upnext")
    expect(mine.get_by_role("link", name="Call Kari Nordmann")).to_have_attribute("href", "tel:+4722123456")
    expect(mine.get_by_role("link")).to_have_count(2)
    mine.get_by_role("button", name="More for Kari Nordmann").tap()
    items = phone.get_by_role("menuitem")
    assert items.all_inner_texts() == ["Mail", "WhatsApp", "LinkedIn", "Book a meeting", "Not today", "Snooze…"]
    assert items.nth(0).get_attribute("href") == "mailto:kari@steel.example"


def test_an_answer_is_one_tap_and_the_follow_up_comes_after_it(phone, api, kari):
    opened(phone, "/")
    phone.evaluate(
        "document.addEventListener('click', e => e.target.closest('a[href^=\"tel:\"]') && e.preventDefault(), true)"
    )
    row(phone, ".pd-upnext").get_by_role("link", name="Call Kari Nordmann").tap()
    asked = phone.locator("#app .pd-ask", has_text="Did you reach Kari Nordmann?")
    asked.get_by_role("button", name="Reached").tap()
    expect(phone.get_by_text("Call logged: reached")).to_be_visible()
    expect(asked).to_have_count(0)
    phone.get_by_role("button", name="Follow up", exact=True).tap()
    sheet = phone.locator(".q-dialog")
    sheet.get_by_label("Note", exact=True).fill("Wants the price list")
    sheet.get_by_role("button", name="In a week").tap()
    expect(sheet.get_by_text(re.compile("Call planned for"))).to_be_visible()
    sheet.get_by_role("button", name="Done").tap()
    expect(phone.get_by_text("Note saved")).to_be_visible()
    touches = api.get("/activities", params={"contact_id": kari["id"]}).json()["items"]
    assert {(one["type"], one["outcome"], one["note"]) for one in touches} == {
        ("CALL", "REACHED", "Wants the price list"),
        ("CALL", None, ""),
    }
    # Undo takes back what was done last
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Undone")).to_be_visible()
    left = api.get("/activities", params={"contact_id": kari["id"]}).json()["items"]
    assert {(one["outcome"], one["note"]) for one in left} == {("REACHED", ""), (None, "")}


def test_a_promise_is_moved_to_tomorrow_and_back(phone, api, kari):
    before = promised(api, kari, -3)
    opened(phone, "/")
    expect(row(phone, ".pd-due")).to_contain_text("overdue since")
    expect(row(phone, ".pd-due")).to_contain_text("Price list")
    chosen(phone, ".pd-due", "Tomorrow")
    expect(phone.get_by_text("Call moved to tomorrow")).to_be_visible()
    (plan,) = plans(api, kari)
    assert timedelta() < datetime.fromisoformat(plan["due_date"]) - datetime.now(UTC) < timedelta(days=2)
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Due as before")).to_be_visible()
    assert [one["due_date"] for one in plans(api, kari)] == [before["due_date"]]


def test_a_promise_is_skipped_and_taken_back(phone, api, kari):
    promised(api, kari, -1)
    opened(phone, "/")
    chosen(phone, ".pd-due", "Skip")
    expect(row(phone, ".pd-due")).to_have_count(0)
    assert plans(api, kari) == []
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(row(phone, ".pd-due")).to_be_visible()
    assert len(plans(api, kari)) == 1


def test_a_promised_call_without_a_number_says_how_it_can_be_kept(phone, api, kari):
    who = api.post("/contacts", json={"name": "Ohne Nummer", "email": "ohne@steel.example"}).json()
    promised(api, who, -1)
    opened(phone, "/")
    mine = phone.locator("#app .pd-due .pd-row", has_text="Ohne Nummer")
    expect(mine.get_by_role("button", name="Add a number of Ohne Nummer")).to_be_visible()
    mine.get_by_role("button", name="More for Ohne Nummer").tap()
    expect(phone.get_by_role("menuitem", name="Mail")).to_be_visible()
    phone.keyboard.press("Escape")
    # who can only be written to was not called: the sheet begins with the mail
    opened(phone, f"/contacts/{who['id']}")
    expect(phone.locator("#app .pd-quick").get_by_role("button", name="Add a number")).to_be_visible()
    phone.get_by_role("button", name="Log", exact=True).first.tap()
    expect(phone.locator(".q-dialog").get_by_role("button", name="E-mail")).to_have_attribute("aria-pressed", "true")


def test_what_is_overdue_is_moved_together_and_skipped_together_each_with_one_undo(phone, api, kari):
    wanted = api.post("/contacts", json={"name": "Åsa Lindström"}).json()
    before = {one["id"]: one["due_date"] for one in (promised(api, kari, -3), promised(api, wanted, -1))}
    ahead = promised(api, kari, 2, "EMAIL")

    def due():
        return {one["id"]: one["due_date"] for one in plans(api, kari) + plans(api, wanted)}

    def opened_again():
        phone.get_by_role("button", name="Select follow-ups").tap()
        return phone.locator(".q-dialog")

    opened(phone, "/")
    sheet = opened_again()
    expect(sheet.get_by_role("checkbox")).to_have_count(3)
    expect(sheet.get_by_role("checkbox", checked=True)).to_have_count(2)
    sheet.get_by_role("button", name="In a week").tap()
    expect(phone.get_by_text(re.compile("^2 follow-ups moved to"))).to_be_visible()
    for plan, moment in before.items():
        moved = datetime.fromisoformat(due()[plan]) - datetime.fromisoformat(moment)
        assert timedelta(days=7) <= moved <= timedelta(days=11)
    assert due()[ahead["id"]] == ahead["due_date"]
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Due as before")).to_be_visible()
    assert due() == before | {ahead["id"]: ahead["due_date"]}

    sheet = opened_again()
    sheet.get_by_role("button", name="Select all 3").tap()
    sheet.get_by_role("button", name="Skip 3 follow-ups").tap()
    expect(phone.get_by_text("3 follow-ups skipped")).to_be_visible()
    assert due() == {}
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Planned again")).to_be_visible()
    assert due() == before | {ahead["id"]: ahead["due_date"]}


SWIPED = """(row, across) => {
    const at = (x) => [new Touch({ identifier: 1, target: row, clientX: x, clientY: row.getBoundingClientRect().y + 30 })];
    const tell = (kind, x) => row.dispatchEvent(new TouchEvent(kind, { bubbles: true, cancelable: true,
        touches: kind === 'touchend' ? [] : at(x), changedTouches: at(x) }));
    tell('touchstart', 300);
    for (let x = 300; x >= 300 - across; x -= 10) tell('touchmove', x);
    tell('touchend', 300 - across);
}"""


def test_a_swipe_leaves_somebody_until_tomorrow_and_half_a_swipe_does_not(phone, api, kari):
    opened(phone, "/")
    row(phone, ".pd-upnext").evaluate(SWIPED, 60)
    expect(row(phone, ".pd-upnext")).to_have_css("transform", "none")
    assert api.get(f"/contacts/{kari['id']}").json()["snoozed_until"] is None
    row(phone, ".pd-upnext").evaluate(SWIPED, 120)
    expect(phone.get_by_text("Snoozed until tomorrow")).to_be_visible()
    expect(row(phone, ".pd-upnext")).to_have_count(0)
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(row(phone, ".pd-upnext")).to_be_visible()


def test_a_day_of_ones_own_is_planned_from_the_contact(phone, api, kari):
    day = datetime.now(UTC).date() + timedelta(days=40)
    opened(phone, f"/contacts/{kari['id']}")
    phone.get_by_role("button", name="Plan a follow-up").tap()
    sheet = phone.locator(".q-dialog")
    sheet.get_by_role("button", name="Pick a day").tap()
    sheet.get_by_label("Pick a day").fill("2020-01-01")
    sheet.get_by_role("button", name="Plan", exact=True).tap()
    expect(phone.get_by_text("Choose a day after today.")).to_be_visible()
    sheet.get_by_label("Pick a day").fill(day.isoformat())
    sheet.get_by_role("button", name="Plan", exact=True).tap()
    expect(sheet).to_have_count(0)
    assert [one["due_date"][:10] for one in plans(api, kari)] == [day.isoformat()]


def test_five_suggestions_stand_below_two_follow_ups_without_scrolling(phone, api, kari):
    for number in range(1, 9):
        said = {
            "name": f"Jörg Müßiggang-Schönefelder {number}",
            "warmness_score": number,
            "phone": f"+4722123{number:03}",
        }
        made = api.post("/contacts?force=true", json=said).json()
        if number < 4:
            promised(api, made, -number)
    opened(phone, "/")
    bar = phone.locator("#app .pd-bar").bounding_box()["y"]
    rows = phone.locator("#app .pd-upnext .pd-row")
    expect(rows).to_have_count(5)
    expect(phone.locator("#app .pd-due .pd-row")).to_have_count(2)
    last = rows.last.bounding_box()
    assert last["y"] + last["height"] <= bar


def test_first_steps_lead_on_tick_themselves_off_and_are_hidden(phone, api, kari):
    opened(phone, "/")
    steps = phone.locator("#app .pd-first-step")
    expect(steps).to_have_count(4)
    expect(steps.filter(has_text="Bring your contacts")).to_contain_text("Done")
    activity = steps.filter(has_text="Log your first activity")
    if activity.get_by_text("Done").count() == 0:
        touch = {"contact_id": kari["id"], "type": "CALL", "outcome": "REACHED"}
        api.post("/activities", json=touch).raise_for_status()
    expect(activity).to_contain_text("Done")
    steps.filter(has_text="Connect your Pipedrive key").tap()
    expect(phone.get_by_label("Personal API key")).to_be_visible()
    opened(phone, "/")
    phone.get_by_role("button", name="Hide the first steps").tap()
    expect(steps).to_have_count(0)
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(steps).to_have_count(4)


def test_whoever_was_never_asked_for_a_time_zone_is_offered_the_browsers_once(account, chromium, site, api):
    """An account of the operator's command has UTC; who answers, also with UTC, is not asked again."""
    before = api.get("/me").json()["user"]["timezone"]
    api.put("/me", json={"timezone": "UTC"}).raise_for_status()
    context = chromium.new_context(
        storage_state=account, base_url=site.address, **PHONE | {"timezone_id": "America/New_York"}
    )
    page = opened(context.new_page(), "/")
    page.get_by_role("button", name="Use America/New_York").tap()
    expect(page.locator("#app").get_by_text("Your days are counted in UTC")).to_have_count(0)
    until(lambda: api.get("/me").json()["user"]["timezone"] == "America/New_York")
    context.close()
    api.put("/me", json={"timezone": before}).raise_for_status()
