"""D20, P4.4: the bell that rings while one looks elsewhere, the calendar's address, one's choices."""

import re
from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import expect
from running import opened

SOON = datetime.now(UTC) + timedelta(minutes=10)


def test_the_bell_counts_what_is_new_without_a_reload(phone, api):
    opened(phone, "/contacts")
    expect(phone.get_by_role("link", name="Notices", exact=True)).to_be_visible()
    contact = api.post("/contacts", json={"name": "Øyvind Brække"}).json()
    call = {"type": "CALL", "contact_id": contact["id"], "due_date": SOON.isoformat()}
    api.post("/activities", json=call).raise_for_status()
    # the post goes its round a few times a minute
    bell = phone.get_by_role("link", name="Notices, 1 unread")
    expect(bell).to_be_visible(timeout=40_000)
    bell.tap()
    expect(phone.get_by_text("Call with Øyvind Brække is due.")).to_be_visible()
    phone.get_by_role("button", name="Mark all as read").tap()
    expect(phone.get_by_role("link", name="Notices", exact=True).first).to_be_visible()
    assert api.get("/notices").json()["unread"] == 0


def test_what_reaches_me_is_chosen_in_settings(phone, api):
    opened(phone, "/settings")
    phone.get_by_role("switch", name="Campaigns that I join").tap()
    phone.get_by_role("button", name="Save").last.tap()
    expect(phone.get_by_text("Saved", exact=True)).to_be_visible()
    assert api.get("/notices/choices").json()["off"] == ["CAMPAIGN"]


def test_a_calendar_program_reads_the_address_that_is_made_once(desk, site):
    opened(desk, "/settings")
    desk.get_by_role("button", name="Make a calendar address").click()
    url = desk.get_by_label("Calendar address").input_value()
    answer = httpx.get(re.sub(r"^https?://[^/]+", site.address, url))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert "Call with Øyvind Brække" in answer.text.replace("\r\n ", "")


def test_an_empty_outbox_says_when_mail_comes(phone):
    opened(phone, "/outbox")
    expect(phone.get_by_text("No mail yet")).to_be_visible()
