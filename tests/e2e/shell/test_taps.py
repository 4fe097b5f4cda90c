"""A deed is carried out once, however often and whenever its button is tapped."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import opened, wire
from tests.support.page_access import GOLDEN, SIGNED_IN, STATUSES

# what leads out of the app, is a scale, or belongs to the library
LEFT_OUT = re.compile("Sign out|warmer|colder|Undo")
# what the finger does all at once, before anything can answer
THREE_TIMES = "(one) => { for (let n = 0; n < 3; n++) one.click(); }"


@pytest.fixture
def kari(api):
    """Somebody whom nobody knows yet, alone in the bank."""
    for one in api.get("/contacts").json()["items"]:
        api.delete(f"/contacts/{one['id']}")
    return api.post("/contacts", json={"name": "Kari Nordmann", "warmness_score": 5, "phone": "+47 22 12 34 56"}).json()


def touches(api, contact):
    found = api.get("/activities", params={"contact_id": contact["id"]}).json()["items"]
    return sorted((one["type"], one["outcome"]) for one in found)


def log_sheet(page, contact):
    opened(page, f"/contacts/{contact['id']}")
    page.get_by_role("button", name="Log", exact=True).first.click()
    # the library's own box about a lost line lies over everything
    reached = page.locator(".q-dialog button", has_text="Reached")
    reached.wait_for()
    return reached


def test_three_taps_at_once_are_one_touch(phone, api, kari):
    log_sheet(phone, kari).evaluate(THREE_TIMES)
    expect(phone.get_by_text("Call logged: reached")).to_be_visible()
    assert touches(api, kari) == [("CALL", "REACHED")]


def test_taps_that_waited_for_the_line_are_one_touch_whatever_was_tapped(phone, api, kari):
    reached = log_sheet(phone, kari)
    phone.context.set_offline(True)
    phone.wait_for_function("() => !window.socket.connected")
    for _ in range(3):
        reached.evaluate("(one) => one.click()")
    phone.locator(".q-dialog button", has_text="Voicemail").evaluate("(one) => one.click()")
    assert "pd-pressed" in reached.get_attribute("class")
    phone.context.set_offline(False)
    expect(phone.get_by_text("Call logged: reached")).to_be_visible()
    assert touches(api, kari) == [("CALL", "REACHED")]
    # and the next one is a touch of its own
    log_sheet(phone, kari).click()
    expect(phone.get_by_text("Call logged: reached")).to_be_visible()
    assert touches(api, kari) == [("CALL", "REACHED")] * 2


def test_a_meeting_booked_with_three_taps_is_one_meeting(phone, api, kari):
    opened(phone, f"/contacts/{kari['id']}")
    phone.get_by_role("button", name="Meeting", exact=True).click()
    phone.get_by_role("button", name="Book meeting").evaluate(THREE_TIMES)
    expect(phone.get_by_text(re.compile("Meeting booked|booked for"))).to_be_visible()
    assert touches(api, kari) == [("MEETING", None)]


def test_undo_tapped_three_times_takes_one_thing_back(phone, api, kari):
    log_sheet(phone, kari).click()
    phone.locator(".pd-undo").evaluate(THREE_TIMES)
    expect(phone.get_by_text("Undone")).to_be_visible()
    assert touches(api, kari) == []


def test_three_steps_of_warmness_are_three_steps(phone, api, kari):
    opened(phone, f"/contacts/{kari['id']}")
    phone.get_by_role("button", name="Increase warmness").evaluate(THREE_TIMES)
    expect(phone.locator(".pd-toast").get_by_text("Warmness 8")).to_be_visible()
    assert api.get(f"/contacts/{kari['id']}").json()["warmness_score"] == 8


# every button of every screen, and of every sheet that one of them opens

ADDRESSES = sorted(
    path for path, who in STATUSES.items() if who in (SIGNED_IN, GOLDEN) or re.search("{(cid|oid|campaign_id)}$", path)
)
FOUND = """() => [...document.querySelectorAll('.q-dialog').length ? document.querySelectorAll('.q-dialog button')
    : document.querySelectorAll('#app .pd-main button')].filter((one) => one.offsetParent && !one.disabled)"""
LABELS = f"() => ({FOUND})().map((one) => one.getAttribute('aria-label') || one.innerText.trim())"
PRESS = f"(label) => {{ const one = ({FOUND})().find((each) => (each.getAttribute('aria-label') || each.innerText.trim()) === label); for (let n = 0; n < 3; n++) one?.click(); }}"


def carried_out(site):
    found = re.search(r'pipedriven_taps_total{what="carried out"} ([0-9.]+)', site.get("/metrics").text)
    return int(float(found.group(1))) if found else 0


def pressed(page, site, label):
    """How many deeds three taps at once on this button were."""
    before = settled(page, site)
    page.evaluate(PRESS, label)
    return settled(page, site) - before


def settled(page, site):
    """How many deeds there have been, when no more come."""
    page.wait_for_function("() => !document.querySelector('.pd-pressed')")
    last, found = -1, carried_out(site)
    while found != last:
        page.wait_for_timeout(300)  # that nothing comes is no event
        last, found = found, carried_out(site)
    return found


@pytest.mark.sweep(whole=True)
@pytest.mark.parametrize("path", ADDRESSES)
def test_three_taps_at_once_on_any_button_are_one_deed_at_most(desk, site, firm, path):
    opened(desk, firm.address(path))
    many = {}
    with wire(site.address) as numbers:
        for label in dict.fromkeys(desk.evaluate(LABELS)):
            if LEFT_OUT.search(label):
                continue
            if many_at_once := pressed(desk, numbers, label):
                many[label] = many_at_once
            for inner in dict.fromkeys(desk.evaluate(LABELS)) if desk.locator(".q-dialog").count() else ():
                if not LEFT_OUT.search(inner) and (many_at_once := pressed(desk, numbers, inner)):
                    many[f"{label}: {inner}"] = many_at_once
            opened(desk, firm.address(path))
    deeds = {label: count for label, count in many.items() if count > 1}
    assert not deeds
