"""The whole job with a thumb: import, suggestion, call, answer, meeting, Pipedrive."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import KEY, PASSWORD, PHONE, from_the_shell, opened, place

SERVICE_WORKERS = "allow"
WHOLE_BROWSER = True


class Thumb:
    """Counts what a finger does."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, target):
        target.tap()
        self.taps += 1


def thousand_people():
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";")
    rows.writerow(["Vorname", "Nachname", "E-Mail", "Telefon", "Firma", "Warmness"])
    rows.writerow(["Kari", "Nordmann", "kari@nordicsteel.example", "+47 22 12 34 56", "Nordic Steel AS", "6"])
    for number in range(999):
        rows.writerow(
            [
                f"Jörg {number}",
                "Müßiggang",
                f"p{number}@bank.example",
                f"+49 30 {1000000 + number}",
                "Äpfel & Söhne GmbH",
                "3",
            ]
        )
    return file.getvalue().encode("utf-8-sig")


# headless Chromium has no dialler, and the attempt to open one blocks its input: the link is checked, not followed
NO_DIALLER = (
    "document.addEventListener('click', e => e.target.closest('a[href^=\"tel:\"]') && e.preventDefault(), true)"
)


@pytest.fixture(scope="module")
def folder():
    with place() as folder:
        yield folder


@pytest.fixture(scope="module")
def start():
    return from_the_shell


@pytest.fixture(scope="module")
def account(site, chromium):
    """As a person does it: through the one-time link, in the browser."""
    with chromium.new_context(**PHONE) as context:
        page = context.new_page()
        page.goto(site.setup)
        page.get_by_label("Your name").fill("Annegret Schönfelder")
        page.get_by_label("E-mail address").fill("annegret@firm.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create my account").tap()
        page.wait_for_selector("#app .pd-main")
        return context.storage_state()


def test_the_whole_main_job_with_taps_only(phone, pipedrive):
    phone.add_init_script(NO_DIALLER)
    thumb = Thumb(phone)
    connect_pipedrive(phone)
    import_contacts(phone)

    opened(phone, "/")
    first = phone.locator("#app .pd-upnext .pd-row").first
    expect(first).to_contain_text("Kari Nordmann")
    expect(first).to_contain_text("warm 6, never contacted")

    call_and_answer(phone, thumb, first)
    book_a_meeting(phone, thumb)
    see_it_in_pipedrive(phone)

    assert [row["name"] for row in pipedrive.alive("organizations")] == ["Nordic Steel AS"]
    assert [row["name"] for row in pipedrive.alive("persons")] == ["Kari Nordmann"]
    assert [row["type"] for row in pipedrive.alive("activities")] == ["meeting"]
    assert pipedrive.violations == []
    assert not any("api_token" in heard.path for heard in pipedrive.heard)


def connect_pipedrive(phone):
    opened(phone, "/settings/key")
    phone.get_by_label("Personal API key").fill(KEY)
    phone.get_by_role("button", name="Connect").tap()
    expect(phone.get_by_text("Connected as Annegret at acme")).to_be_visible()


def import_contacts(phone):
    opened(phone, "/import")
    with phone.expect_file_chooser() as choosing:
        phone.get_by_role("button", name="Choose files").tap()
    choosing.value.set_files({"name": "contacts.csv", "mimeType": "text/csv", "buffer": thousand_people()})
    expect(phone.get_by_text("1,000 new")).to_be_visible()
    phone.get_by_role("button", name="Import 1,000 contacts").tap()
    expect(phone.get_by_text("1,000 contacts imported")).to_be_visible()


def call_and_answer(phone, thumb, card):
    """One tap opens the dialler; after it, two taps and no typing, the follow-up included."""
    call = card.get_by_label("Call Kari Nordmann")
    assert call.get_attribute("href") == "tel:+4722123456"
    thumb.tap(call)
    thumb.taps = 0
    # the question is a row by now: it would survive a phone that went dark
    expect(phone.get_by_text("Did you reach Kari Nordmann?")).to_be_visible()
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.locator(".q-dialog").get_by_text("Did it happen?")).to_be_visible()
    thumb.tap(phone.locator(".q-dialog").get_by_role("button", name="Reached"))
    expect(phone.get_by_text("Call logged: reached")).to_be_visible()
    thumb.tap(phone.get_by_role("button", name="In a week"))
    expect(phone.locator(".q-dialog").get_by_text(re.compile("^Call planned for"))).to_be_visible()
    assert thumb.taps <= 2
    phone.keyboard.press("Escape")
    expect(phone.locator(".q-dialog")).to_have_count(0)
    expect(phone.get_by_text(re.compile("Call, planned for"))).to_be_visible()


def book_a_meeting(phone, thumb):
    opened(phone, "/contacts?q=kari")
    phone.locator(".pd-row-main").first.tap()
    expect(phone.locator(".pd-head-name")).to_have_text("Kari Nordmann")
    thumb.taps = 0
    thumb.tap(phone.get_by_role("button", name="Meeting", exact=True))
    thumb.tap(phone.locator(".q-dialog .pd-chips").first.get_by_role("button").nth(1))
    thumb.tap(phone.get_by_role("button", name="Book meeting"))
    expect(phone.get_by_text(re.compile("Meeting booked"))).to_be_visible()
    assert thumb.taps <= 3


def see_it_in_pipedrive(phone):
    expect(phone.get_by_text("In Pipedrive")).to_be_visible()
    expect(phone.get_by_role("link", name="Open")).to_have_attribute(
        "href", re.compile(r"acme\.pipedrive\.com/person/\d+")
    )


def test_logging_from_cold_takes_three_taps_at_most(phone, api):
    api.post("/contacts", json={"name": "Cold Start", "warmness_score": 10, "phone": "+4722123457"}).raise_for_status()
    thumb = Thumb(opened(phone, "/"))
    thumb.tap(phone.locator("#app .pd-upnext .pd-row", has_text="Cold Start").get_by_role("button", name="Log"))
    thumb.tap(phone.locator(".q-dialog").get_by_role("button", name="No answer"))
    expect(phone.get_by_text("Call logged: no answer")).to_be_visible()
    assert thumb.taps <= 3


def test_undo_takes_the_touch_and_its_follow_up_back(phone, api):
    made = api.post("/contacts", json={"name": "Undo Me", "warmness_score": 10, "phone": "+4722123458"}).json()
    opened(phone, "/")
    phone.locator("#app .pd-upnext .pd-row", has_text="Undo Me").get_by_role("button", name="Log").tap()
    phone.locator(".q-dialog").get_by_role("button", name="Voicemail").tap()
    phone.get_by_role("button", name="In a week").tap()
    expect(phone.locator(".q-dialog").get_by_text(re.compile("^Call planned for"))).to_be_visible()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Undone")).to_be_visible()
    left = api.get(f"/contacts/{made['id']}").json()
    assert (left["last_contacted"], left["next_due"]) == (None, None)
