"""The bell that rings while one looks elsewhere, the calendar's address, one's choices."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import expect

from tests.support.app_process import PHONE, opened
from tests.support.layout_checks import axe, sizes

SOON = datetime.now(UTC) + timedelta(minutes=10)


def test_the_bell_counts_what_is_new_without_a_reload(phone, api):
    opened(phone, "/contacts")
    expect(phone.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    contact = api.post("/contacts", json={"name": "Øyvind Brække"}).json()
    call = {"type": "CALL", "contact_id": contact["id"], "due_date": SOON.isoformat()}
    api.post("/activities", json=call).raise_for_status()
    # the post goes its round a few times a minute
    bell = phone.get_by_role("link", name="Notifications, 1 unread")
    expect(bell).to_be_visible(timeout=40_000)
    bell.tap()
    expect(phone.get_by_text("Call with Øyvind Brække is due.")).to_be_visible()
    phone.get_by_role("button", name="Mark all as read").tap()
    expect(phone.get_by_role("link", name="Notifications", exact=True).first).to_be_visible()
    assert api.get("/notices").json()["unread"] == 0


def test_what_reaches_me_is_chosen_in_settings(phone, api):
    opened(phone, "/settings/notifications")
    phone.get_by_role("switch", name="Campaigns that I join").tap()
    phone.get_by_role("button", name="Save").last.tap()
    expect(phone.get_by_text("Saved", exact=True)).to_be_visible()
    assert api.get("/notices/choices").json()["off"] == ["CAMPAIGN"]


def test_a_calendar_program_reads_the_address_that_is_made_once(desk, site):
    opened(desk, "/settings/calendar")
    desk.get_by_role("button", name="Make a calendar address").click()
    url = desk.get_by_label("Calendar address").input_value()
    answer = httpx.get(re.sub(r"^https?://[^/]+", site.address, url))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert "Call with Øyvind Brække" in answer.text.replace("\r\n ", "")


def test_an_empty_outbox_says_when_mail_comes(phone):
    opened(phone, "/outbox")
    expect(phone.get_by_text("No mail yet")).to_be_visible()


def test_a_line_of_the_morning_mail_is_answered_by_somebody_who_is_not_signed_in(phone, api, site, chromium):
    """Opening a link does nothing, as mail scanners open everything; the button does it, once."""
    made = api.post("/contacts", params={"force": True}, json={"name": "Jörg Müßiggang", "warmness_score": 9})
    calls = {"type": "CALL", "contact_id": made.json()["id"]}
    api.put("/me", json={"timezone": "UTC"}).raise_for_status()
    wish = {"digest_hour": datetime.now(UTC).hour, "weekends": True, "by_mail": True, "off": []}
    api.put("/notices/choices", json=wish).raise_for_status()
    opened(phone, "/notices")
    expect(phone.get_by_text("to contact today")).to_be_visible(timeout=60_000)
    opened(phone, "/outbox")
    phone.locator(".pd-letter summary").first.tap()
    # a link that works is only in the mail itself, or shown to whoever asks for it
    phone.get_by_role("button", name="Show its links").first.tap()
    expect(phone.locator(".pd-letter .pd-pre").first).to_contain_text(re.compile(r"/reply/\w"))
    body = phone.locator(".pd-letter .pd-pre").first.inner_text()
    link = re.search(r"Reached: \S+(/reply/\S+)", body)[1]
    context = chromium.new_context(base_url=site.address, **PHONE)
    page = context.new_page()
    for _ in range(2):
        page.goto(link)
        expect(page.get_by_text("Log that you reached")).to_be_visible()
    assert api.get("/activities", params=calls).json()["items"] == []
    assert sizes(page, thumb=True) == []
    assert axe(page) == []
    page.get_by_role("button", name="Yes").tap()
    expect(page.get_by_text("Logged: you reached")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("This link was used already")).to_be_visible()
    assert len(api.get("/activities", params=calls).json()["items"]) == 1
    context.close()
