"""The main flows in WebKit, the engine of every iPhone."""

import pytest

from tests.support import webkit_driver
from tests.support.app_process import KEY, PASSWORD, wire

pytestmark = pytest.mark.skipif(webkit_driver.browser() is None, reason=webkit_driver.MISSING)


@pytest.fixture(scope="module")
def hands(site):
    """The first golden ticket, made without a browser, with a few contacts."""
    token = site.setup.partition("token=")[2]
    with wire(site.address, seconds=30) as client:
        form = {"token": token, "email": "annegret@firm.example", "name": "Annegret Schönfelder", "password": PASSWORD}
        answer = client.post("/setup", data=form | {"timezone": "Europe/Berlin", "country": "DE", "sample": ""})
        assert answer.status_code == 303, answer.text
        for number, name in enumerate(("Øyvind Brække", "Jörg Müßiggang-Schönefelder", "Kari Nordmann")):
            person = {"name": name, "warmness_score": 6 + number, "phone": f"+47 22 12 34 5{number}"}
            client.post("/api/contacts", json=person).raise_for_status()
        yield client


@pytest.fixture(scope="module")
def phone(site, hands):
    with webkit_driver.window(site.address, webkit_driver.PHONE) as window:
        window.goto("/login")
        window.type("input[type=email]", "annegret@firm.example")
        window.type("input[type=password]", PASSWORD)
        window.click("button[type=submit], form button")
        window.until("return location.pathname === '/' && Boolean(document.querySelector('#app .pd-upnext .pd-row'))")
        yield window


def test_sign_in_shows_whom_to_call(phone):
    phone.opened("/")
    assert "Kari Nordmann" in phone.run("return document.querySelector('#app .pd-upnext .pd-row').innerText")
    assert (
        phone.run("return document.querySelector('#app a[href^=\"tel:\"]').getAttribute('href')") == "tel:+4722123452"
    )


def test_a_call_is_logged_with_two_taps(phone, hands):
    phone.opened("/")
    phone.click("#app .pd-log")
    phone.click(".pd-outcomes button")
    phone.sees("Call logged: reached")
    touches = hands.get("/api/activities").json()["items"]
    assert [(one["type"], one["outcome"]) for one in touches] == [("CALL", "REACHED")]


def test_what_happens_elsewhere_appears_without_reload(phone, hands):
    phone.opened("/activities")
    contact = hands.get("/api/contacts", params={"q": "Brække"}).json()["items"][0]
    hands.post("/api/activities", json={"type": "EMAIL", "contact_id": contact["id"], "outcome": "SENT"})
    phone.sees("Øyvind Brække", seconds=3)


def test_search_opens_a_contact_over_the_list(phone):
    phone.opened("/contacts")
    phone.type("input[type=search]", "mussiggang")
    phone.until("return document.querySelectorAll('#app .pd-row').length === 1")
    phone.click("#app .pd-row-main")
    phone.until("return document.querySelector('.pd-head-name')?.innerText.startsWith('Jörg')")


def test_a_contact_is_added_and_half_of_it_outlives_a_reload(phone, hands):
    phone.opened("/contacts")
    phone.click(".pd-bar .pd-add button")
    phone.type(".pd-sheet input[aria-label='Name']", "Zoë Östberg")
    phone.opened("/contacts")
    phone.click(".pd-bar .pd-add button")
    phone.until("return document.querySelector(\".pd-sheet input[aria-label='Name']\")?.value === 'Zoë Östberg'")
    phone.click(".pd-sheet button[type=submit]")
    phone.sees("Zoë Östberg added")
    assert len(hands.get("/api/contacts", params={"q": "Zoë Östberg"}).json()["items"]) == 1


def test_a_meeting_is_booked(phone, hands):
    phone.opened("/")
    phone.click("#app .pd-upnext .pd-dots")
    phone.click(".q-menu [aria-label^='Book a meeting']")
    phone.click(".q-dialog .pd-chips .q-btn:nth-child(2)")
    phone.run(
        "[...document.querySelectorAll('.q-dialog button')].find(b => b.innerText.trim() === 'Book meeting').click()"
    )
    phone.sees("Meeting booked")
    assert len(hands.get("/api/activities", params={"type": "MEETING"}).json()["items"]) == 1


def test_the_key_is_kept(phone, pipedrive):
    phone.opened("/settings/key")
    phone.type("input[aria-label='Personal API key']", KEY)
    phone.run("[...document.querySelectorAll('button')].find(b => b.innerText.trim() === 'Connect').click()")
    phone.sees("Connected as Annegret at acme")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/contacts",
        "/activities",
        "/sync",
        "/import",
        "/settings/security",
        "/more",
        "/notices",
        "/campaigns",
        "/reports",
    ],
)
def test_no_screen_scrolls_sideways(phone, path):
    phone.opened(path)
    assert phone.overflow() <= 0
