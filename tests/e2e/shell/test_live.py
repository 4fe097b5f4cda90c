"""Two browsers at once, and people who leave."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import DESK, PHONE, invited, opened, wire


def test_a_touch_logged_on_the_phone_appears_at_the_desk_without_reload(phone, desk, api):
    made = api.post("/contacts", json={"name": "Live Larsson", "warmness_score": 4}).json()
    opened(desk, "/activities")
    opened(phone, f"/contacts/{made['id']}")
    phone.get_by_role("button", name="Log", exact=True).first.tap()
    phone.locator(".q-dialog").get_by_role("button", name="Reached").tap()
    expect(desk.locator(".pd-touch", has_text="Live Larsson")).to_be_visible()
    expect(phone.locator(".pd-step", has_text="Call, reached")).to_be_visible()


def test_news_does_not_take_away_what_somebody_types(phone, api):
    opened(phone, "/")
    phone.get_by_label("Add a contact").tap()
    phone.get_by_label("Name").fill("Half typed")
    api.post("/contacts", json={"name": "Meanwhile", "warmness_score": 9}).raise_for_status()
    expect(phone.locator("#app .pd-upnext .pd-row", has_text="Meanwhile")).to_be_attached()
    expect(phone.get_by_label("Name")).to_have_value("Half typed")


def test_the_first_answer_already_says_whom_to_call(account, site, api):
    """The five suggestions stand in the HTML itself, before any script has run."""
    api.post("/contacts", json={"name": "Plain Html", "warmness_score": 6}).raise_for_status()
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    with wire(site.address, cookies) as browser:
        html = browser.get("/").text
    first_paint = html[html.index('id="pd-first"') : html.index('id="app"')]
    assert "Plain Html" in first_paint
    assert "warm 6, never contacted" in first_paint


STANDS = """within => [".pd-top .pd-act", ".pd-bar .pd-link", ".pd-rail .pd-link", ".pd-h1", ".pd-date", ".pd-bar-title", ".pd-row-name", ".pd-act"]
    .flatMap(kind => [...document.querySelectorAll(`${within} ${kind}`)].filter(one => one.offsetWidth).slice(0, 12).map(one => {
        const { x, y } = one.getBoundingClientRect()
        // what the bell counts is told when it is counted
        return [kind, one.classList.contains('pd-bell') ? '' : one.innerText, Math.round(x), Math.round(y)]
    }))"""


@pytest.mark.parametrize(("shape", "name"), [(PHONE, "Unmoved Una"), (DESK, "Still Stine")], ids=["phone", "desk"])
def test_nothing_moves_when_the_app_takes_over(account, chromium, site, api, shape, name):
    api.post(
        "/contacts", json={"name": name, "warmness_score": 6, "email": f"{name.split()[0].lower()}@firm.example"}
    ).raise_for_status()
    with chromium.new_context(
        storage_state=account, base_url=site.address, service_workers="block", **shape
    ) as context:
        page = context.new_page()
        page.route(re.compile(r"\.m?js"), lambda script: script.abort())
        page.goto("/")
        before = page.evaluate(STANDS, "#pd-first")
        page.unroute_all()
        opened(page, "/")
        assert len(before) > 12
        assert page.evaluate(STANDS, "#app") == before


def test_a_tap_before_the_line_is_open_is_kept(phone, api):
    """What is drawn can be used: a tap made while the socket is still on its way is answered when it is there."""
    api.post("/contacts", json={"name": "Early Erik", "warmness_score": 10, "phone": "+4722123459"}).raise_for_status()
    held = []
    phone.route_web_socket(re.compile("/_nicegui_ws/"), lambda line: held.append(line))  # noqa: PLW0108 - it wants a function of its own
    phone.goto("/")
    phone.locator("#app .pd-log").first.tap()
    assert not phone.evaluate("Boolean(window.socket && window.socket.connected)")
    held[0].connect_to_server()
    expect(phone.locator(".q-dialog").get_by_role("button", name="Reached")).to_be_visible()


def test_a_disabled_colleague_is_out_of_an_open_page(site, api, chromium):
    page = invited(site, api, chromium, "bjorn@firm.example", "Björn Colleague", PHONE)
    page.wait_for_function("() => window.socket && window.socket.connected")
    them = next(user for user in api.get("/users").json()["items"] if user["email"] == "bjorn@firm.example")
    api.post(f"/users/{them['id']}/disable").raise_for_status()
    expect(page).to_have_url(re.compile("/login"))
    page.context.close()


def test_a_colleague_sees_nothing_of_my_bank(site, api, chromium):
    mine = api.post("/contacts", json={"name": "Private Petra", "warmness_score": 10}).json()
    page = invited(site, api, chromium, "sees.nothing@firm.example", "Björn Colleague", DESK)
    answer = page.goto(f"/contacts/{mine['id']}")
    assert answer.status == 404
    page.wait_for_selector("#app .pd-main")
    assert "Private Petra" not in page.content()
    assert page.goto("/team").status == 404
    opened(page, "/contacts?q=petra")
    expect(page.get_by_text("0 contacts")).to_be_visible()
    page.context.close()


def test_after_signing_out_the_back_button_shows_nothing(site, api, chromium):
    page = invited(site, api, chromium, "leaves@firm.example", "Björn Colleague", PHONE)
    opened(page, "/more")
    page.get_by_role("button", name="Sign out").tap()
    # the form's own answer and the news to every tab both lead here, and one may overtake the other
    expect(page).to_have_url(re.compile("/login"))
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page).to_have_url(re.compile("/login"))
    page.context.close()


def test_back_closes_the_contact_and_keeps_the_list(phone, api):
    api.post("/contacts", json={"name": "Back Again"})
    opened(phone, "/contacts?q=back")
    phone.locator(".pd-row-main").first.tap()
    expect(phone.locator(".pd-head-name")).to_be_visible()
    assert "/contacts/" in phone.url
    phone.go_back()
    expect(phone.locator(".pd-head-name")).not_to_be_in_viewport()
    expect(phone.get_by_label("Search contacts").first).to_be_visible()
    assert phone.url.endswith("/contacts?q=back")


def test_a_tap_on_the_bar_shows_at_once_and_is_taken_back_when_nothing_comes_of_it(phone):
    """The line is dead from the tap on; nothing that the server says arrives any more."""
    dead = []

    def line(here):
        server = here.connect_to_server()
        server.on_message(lambda told: None if dead else here.send(told))

    phone.route_web_socket(re.compile("/_nicegui_ws/"), line)
    opened(phone, "/")
    bar = phone.get_by_role("navigation", name="Main")
    today, contacts = (bar.get_by_role("link", name=name) for name in ("Today", "Contacts"))
    expect(today).to_have_attribute("aria-current", "page")
    dead.append(True)
    contacts.tap()
    expect(contacts).to_have_attribute("aria-current", "page")
    expect(today).not_to_have_attribute("aria-current", "page")
    expect(today).to_have_attribute("aria-current", "page")
