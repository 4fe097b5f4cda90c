"""Touches, meetings and the feed, with a thumb."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import expect

from app.postgres import open_server
from tests.support.app_process import PHONE, opened, wire

BROKEN_ON_PURPOSE = "the feed broke"

# headless Chromium has no mail program, and the attempt to open one blocks its input: the link is checked, not followed
NO_MAIL = (
    "document.addEventListener('click', e => e.target.closest('a[href^=\"mailto:\"]') && e.preventDefault(), true)"
)

UNFOLDED = "() => { const fold = document.querySelector('.q-dialog .q-expansion-item__content'); return fold.offsetHeight && !fold.style.height }"
STILL = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def person(api, name, **facts):
    return api.post("/contacts?force=true", json={"name": name, **facts}).raise_for_status().json()["id"]


def touch(api, contact, kind="CALL", **facts):
    return api.post("/activities", json={"contact_id": contact, "type": kind, **facts}).raise_for_status().json()


def stamp(**ahead):
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def touches(api, contact):
    return api.get("/activities", params={"contact_id": contact}).json()["items"]


def card(page, name):
    return page.locator(".pd-touch", has_text=name)


def log(page, kind=None):
    page.get_by_role("button", name="Log", exact=True).first.tap()
    if kind:
        page.get_by_role("button", name=kind, exact=True).tap()


def test_a_meeting_that_the_log_sheet_hears_was_moved_gets_its_new_time_in_the_meeting_sheet(phone, api):
    touch(api, person(api, "Later Lena"), "MEETING", due_date=stamp(hours=2), duration_minutes=30)
    opened(phone, "/")
    phone.get_by_label("Log: Meeting with Later Lena").last.tap()
    phone.get_by_role("button", name="Moved").tap()
    expect(phone.get_by_text("Move the meeting with")).to_be_visible()
    expect(phone.get_by_text("How did the meeting go?")).to_be_hidden()


def test_a_card_of_the_feed_logs_in_two_taps_and_books_in_three(phone, api):
    who = person(api, "Feed Fiona")
    touch(api, who, "EMAIL", outcome="SENT")
    opened(phone, "/activities")
    card(phone, "Feed Fiona").get_by_label("Log activity with Feed Fiona").tap()
    phone.get_by_role("button", name="Replied").tap()
    expect(phone.get_by_text("E-mail logged: replied")).to_be_visible()
    expect(card(phone, "Feed Fiona")).to_have_count(2)

    card(phone, "Feed Fiona").first.get_by_label("Book a meeting with Feed Fiona").tap()
    phone.locator(".q-dialog .pd-chips").first.get_by_role("button").nth(1).tap()
    phone.get_by_role("button", name="Book meeting").tap()
    expect(phone.get_by_text(re.compile("Meeting booked"))).to_be_visible()
    file = phone.get_by_role("link", name="Calendar").first.get_attribute("href")
    assert phone.request.get(file).text().startswith("BEGIN:VCALENDAR\r\n")
    assert [one["type"] for one in touches(api, who)] == ["MEETING", "EMAIL", "EMAIL"]


def test_news_waits_under_a_pill_and_moves_nothing(phone, api):
    for number in range(30):
        touch(api, person(api, f"Old {number}"), happened_at=stamp(days=-3, minutes=-number))
    opened(phone, "/activities?type=CALL")
    expect(card(phone, "Old 3")).to_have_count(1)
    card(phone, "Old 20").scroll_into_view_if_needed()
    phone.evaluate(STILL)  # cards get their real height once they are near
    before = card(phone, "Old 20").bounding_box()["y"]
    for name in ("Newest Nora", "Newest Nils"):
        touch(api, person(api, name), outcome="VOICEMAIL")
    expect(phone.get_by_role("button", name="2 new")).to_be_visible()
    assert card(phone, "Newest").count() == 0
    assert card(phone, "Old 20").bounding_box()["y"] == pytest.approx(before, abs=1)
    phone.get_by_role("button", name="2 new").tap()
    expect(card(phone, "Newest")).to_have_count(2)
    expect(phone.get_by_role("button", name="2 new")).to_be_hidden()
    phone.wait_for_function("scrollY < 120")
    # at the top there is nothing that could move away: it appears at once
    touch(api, person(api, "Latest Lea"))
    expect(card(phone, "Latest Lea")).to_be_visible()


def test_days_have_heads_that_stay_and_the_end_loads_more(phone, api):
    who = person(api, "Long List")
    for number in range(130):
        touch(api, who, "LINKEDIN", happened_at=stamp(days=-number // 4, minutes=-number), note=f"Entry {number} end")
    opened(phone, "/activities?type=LINKEDIN")
    expect(card(phone, "Entry 30 end")).to_have_count(1)
    assert card(phone, "Entry 129 end").count() == 0
    card(phone, "Entry 30 end").scroll_into_view_if_needed()
    tops = phone.evaluate("[...document.querySelectorAll('.pd-feed .pd-day')].map(e => e.getBoundingClientRect().top)")
    assert max(top for top in tops if top < 200) >= 100
    last = card(phone, "Entry 129 end")
    phone.wait_for_function(
        "() => { scrollBy(0, 2500); return [...document.querySelectorAll('.pd-touch')].some(e => e.innerText.includes('Entry 129 end')); }",
        polling=200,
    )
    expect(last).to_have_count(1)


def test_what_narrows_the_feed_stands_in_the_address(phone, desk, api):
    who = person(api, "Filter Frank")
    row = api.post("/campaigns", json={"name": "Only filter"}).raise_for_status().json()["id"]
    api.post(f"/campaigns/{row}/assign-contacts", json={"contact_ids": [who]}).raise_for_status()
    touch(api, who, "EMAIL", campaign_id=row)
    touch(api, who, "CALL", due_date=stamp(days=2))
    opened(phone, "/activities")
    expect(card(phone, "Filter Frank")).to_have_count(1)
    phone.get_by_role("combobox", name="Done or planned").tap()
    phone.get_by_role("option", name="Planned").tap()
    expect(card(phone, "Filter Frank")).to_contain_text("planned")
    phone.get_by_role("combobox", name="Done or planned").tap()
    phone.get_by_role("option", name="Everything").tap()
    expect(card(phone, "Filter Frank")).to_have_count(2)
    phone.get_by_role("combobox", name="Campaign").tap()
    phone.get_by_role("option", name="Only filter").tap()
    expect(card(phone, "Filter Frank")).to_have_count(1)
    address = urlsplit(phone.url)
    assert parse_qs(address.query) == {"state": ["all"], "campaign": [row]}
    opened(desk, f"{address.path}?{address.query}&type=EMAIL")
    expect(desk.locator(".pd-touch")).to_have_count(1)
    desk.get_by_role("button", name="Meeting", exact=True).click()
    expect(desk.get_by_text("Nothing like this")).to_be_visible()
    desk.get_by_role("button", name="Show all").click()
    expect(card(desk, "Filter Frank")).not_to_have_count(0)


def test_a_feed_that_breaks_says_so_and_one_tap_tries_again(phone, api, folder):
    touch(api, person(api, "Comes Back"), "CALL")
    opened(phone, "/activities")
    expect(card(phone, "Comes Back")).to_have_count(1)
    with open_server(folder, None) as server, psycopg.connect(server.url, autocommit=True) as line:
        line.execute("alter table activities rename to activities_away")
        try:
            phone.get_by_role("button", name="Call", exact=True).tap()
            expect(phone.get_by_role("alert")).to_contain_text("The activities cannot be shown right now")
        finally:
            line.execute("alter table activities_away rename to activities")
    phone.get_by_role("button", name="Try again").tap()
    expect(card(phone, "Comes Back")).to_have_count(1)
    expect(phone.get_by_role("button", name="Try again")).to_have_count(0)


def test_the_time_is_relative_and_exact_on_tap(phone, api):
    touch(api, person(api, "Two Hours"), happened_at=stamp(hours=-2, minutes=-5))
    opened(phone, "/activities")
    when = card(phone, "Two Hours").locator(".pd-touch-when")
    expect(when).to_have_text("2 h ago")
    when.tap()
    expect(when).to_have_text(re.compile(r"\w{3} \d+ \w{3} \d{4}, \d\d:\d\d"))


def test_a_touch_is_edited_and_removed_from_the_feed_and_last_contact_follows(phone, api):
    who = person(api, "Edit Emil")
    touch(api, who, outcome="REACHED")
    opened(phone, "/activities")
    card(phone, "Edit Emil").get_by_label("Edit: ").tap()
    phone.get_by_label("When").fill("2026-03-01T10:30")
    phone.locator(".q-dialog").get_by_role("button", name="Voicemail").tap()
    phone.locator(".q-dialog").get_by_label("Note").fill("Rings back")
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.get_by_text("Activity saved")).to_be_visible()
    (one,) = touches(api, who)
    assert (one["outcome"], one["note"], one["subject"]) == (
        "VOICEMAIL",
        "Rings back",
        "Call with Edit Emil – voicemail",
    )
    assert datetime.fromisoformat(one["happened_at"]) == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    # an attempt is no contact
    assert api.get(f"/contacts/{who}").json()["last_contacted"] is None
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("As it was before")).to_be_visible()
    assert touches(api, who)[0]["outcome"] == "REACHED"

    card(phone, "Edit Emil").get_by_label("Edit: ").tap()
    phone.get_by_role("button", name="Remove activity").tap()
    expect(card(phone, "Edit Emil")).to_have_count(0)
    assert api.get(f"/contacts/{who}").json()["last_contacted"] is None
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(card(phone, "Edit Emil")).to_have_count(1)
    assert api.get(f"/contacts/{who}").json()["last_contacted"] is not None


def test_a_done_touch_turns_into_a_planned_one_in_the_story(phone, api):
    who = person(api, "Turn Tilda")
    touch(api, who)
    opened(phone, f"/contacts/{who}")
    phone.get_by_label("Edit: Call with Turn Tilda").tap()
    phone.get_by_role("button", name="It is planned").tap()
    phone.get_by_label("When").fill((datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT09:00"))
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.locator(".pd-step")).to_contain_text("Planned for")
    (one,) = touches(api, who)
    assert (one["done"], one["happened_at"]) == (False, None)


def test_linkedin_tells_a_request_from_a_message_and_the_kind_is_remembered(phone, api):
    who = person(api, "Linked Lars")
    opened(phone, f"/contacts/{who}")
    log(phone, "LinkedIn")
    phone.get_by_role("button", name="Request sent").tap()
    expect(phone.get_by_text("LinkedIn logged: request sent")).to_be_visible()
    assert touches(api, who)[0]["outcome"] == "REQUESTED"
    phone.get_by_role("button", name="Done").tap()
    log(phone)
    expect(phone.get_by_role("button", name="Message sent")).to_be_visible()


def test_only_planning_logs_nothing(phone, api):
    who = person(api, "Plan Paula")
    opened(phone, f"/contacts/{who}")
    log(phone, "Call")
    phone.get_by_role("button", name="Schedule only").tap()
    phone.get_by_role("button", name="Tomorrow").tap()
    expect(phone.get_by_text("Call planned for tomorrow")).to_be_visible()
    (one,) = touches(api, who)
    assert not one["done"]
    assert api.get(f"/contacts/{who}").json()["last_contacted"] is None


def test_promises_come_a_few_at_a_time_and_none_is_left_out(phone, api):
    people = [person(api, f"Promised Petersen {number}") for number in range(20)]
    for day, who in enumerate(people[:7]):
        touch(api, who, due_date=stamp(days=day - 60))
    # whoever was promised two things stands there once
    touch(api, people[0], due_date=stamp(days=-50))
    opened(phone, "/")
    promises = phone.locator("#app .pd-due .pd-row", has_text="Promised Petersen")
    further = phone.get_by_role("button", name=re.compile(r"^Show all \(\d+\)$"))
    expect(promises).to_have_count(2)
    further.tap()
    expect(promises).to_have_count(7)
    expect(further).to_have_count(0)
    for day, who in enumerate(people[7:]):
        touch(api, who, due_date=stamp(days=day - 80))
    expect(promises).to_have_count(20)
    for who in people:
        for one in touches(api, who):
            api.delete(f"/activities/{one['id']}").raise_for_status()
    expect(promises).to_have_count(0)


def test_a_referral_stands_in_both_stories_and_thanks_are_planned(phone, api):
    giver, brought = person(api, "Giver Gustav"), person(api, "Brought Berta")
    opened(phone, f"/contacts/{giver}")
    log(phone, "Referral")
    phone.get_by_label("Who was it").fill("berta")
    phone.locator(".q-dialog").get_by_role("button", name="Brought Berta").tap()
    phone.get_by_role("button", name="Introduced", exact=True).tap()
    expect(phone.get_by_text("Referral logged: introduced")).to_be_visible()
    expect(phone.locator(".pd-step", has_text="Thank you for bringing Brought Berta")).to_be_visible()
    phone.get_by_role("link", name="Brought Brought Berta").tap()
    expect(phone.locator(".pd-step", has_text="Came through Giver Gustav")).to_be_visible()
    (one,) = api.get(f"/contacts/{brought}/referrals").json()["items"]
    assert (one["by"], one["whom"]) == ("Giver Gustav", "Brought Berta")
    opened(phone, f"/contacts/{giver}")
    log(phone, "Referral")
    phone.get_by_role("button", name="Introduced", exact=True).tap()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Undone")).to_be_visible()
    assert len(touches(api, giver)) == 2


def test_at_an_event_names_go_in_one_after_the_other(phone, api):
    """The event once, then names alone; the keyboard stays, and each can be taken back."""
    known = person(api, "Known Knut", organisation="Nordic Steel")
    opened(phone, "/more")
    phone.get_by_role("link", name="Event mode").tap()
    phone.get_by_label("Event").fill("Hannover Messe")
    phone.get_by_label("Name", exact=True).tap()
    for name in ("Zoë Ångström", "Ole Hansen"):
        phone.keyboard.type(name)
        phone.keyboard.press("Enter")
        expect(phone.get_by_text(f"{name} added")).to_be_visible()
        assert phone.evaluate("document.activeElement.getAttribute('aria-label')") == "Name"
    phone.keyboard.type("Known Knut")
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name=re.compile("It is Known Knut")).tap()
    expect(phone.get_by_text("Met Known Knut")).to_be_visible()
    assert [(one["type"], one["location"], one["outcome"]) for one in touches(api, known)] == [
        ("CONFERENCE", "Hannover Messe", "MET")
    ]
    phone.get_by_label("Undo: Ole Hansen").tap()
    expect(phone.get_by_text("Ole Hansen removed again")).to_be_visible()
    assert api.get("/contacts", params={"q": "Ole Hansen"}).json()["items"] == []
    opened(phone, "/conference")
    expect(phone.get_by_label("Event")).to_have_value("Hannover Messe")
    expect(phone.get_by_role("link", name="Zoë Ångström")).to_be_visible()
    expect(phone.get_by_role("link", name="Ole Hansen")).to_have_count(0)
    # who was known before stays in the bank
    phone.get_by_label("Undo: Known Knut").tap()
    expect(phone.get_by_text("Known Knut removed again")).to_be_visible()
    assert touches(api, known) == []


def test_an_event_without_a_name_is_refused_and_the_name_stays(phone, api):
    sent = []
    phone.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(str(frame))))
    opened(phone, "/conference")
    phone.get_by_label("Event").fill("")
    phone.get_by_label("Name", exact=True).fill("Lost Lotte")
    phone.keyboard.press("Enter")
    # at the foot of the page, and at the field itself
    expect(phone.get_by_role("alert")).to_have_text("Say first which event this is.")
    expect(phone.get_by_label("Name", exact=True)).to_have_value("Lost Lotte")
    # the server heard of the empty field before it heard of the name: what it put back is not emptied again
    events = [json.loads(frame[2:])[1] for frame in sent if frame.startswith('42["event"')]
    args = [[json.loads(one) for one in event["args"]] for event in events]
    assert args[-2:] == [[""], [["Lost Lotte", ""]]]


def test_a_tap_on_a_mail_address_offers_my_templates(phone, api):
    phone.add_init_script(NO_MAIL)
    who = person(api, "Mail Mara", email="mara@acme.example", organisation="Äpfel & Söhne")
    opened(phone, f"/contacts/{who}")
    # without a template the mail program opens at once
    assert phone.get_by_label("Write a mail to Mail Mara").get_attribute("href") == "mailto:mara@acme.example"
    opened(phone, "/settings")
    phone.get_by_role("link", name="Mail templates").tap()
    phone.get_by_label("New template").first.tap()
    phone.get_by_label("Name, for you alone").fill("First mail")
    phone.get_by_label("Subject").fill("{organisation} + us")
    phone.get_by_label("Mail", exact=True).fill("Dear ")
    phone.get_by_label("Add the field First name").tap()
    expect(phone.get_by_label("Mail", exact=True)).to_have_value("Dear {given_name}")
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.get_by_text("Template saved")).to_be_visible()

    opened(phone, f"/contacts/{who}")
    phone.get_by_label("Write a mail to Mail Mara").tap()
    expect(phone.get_by_role("link", name="Empty mail")).to_have_attribute("href", "mailto:mara@acme.example")
    link = phone.get_by_role("link", name="First mail")
    assert link.get_attribute("href") == (
        "mailto:mara@acme.example?subject=%C3%84pfel%20%26%20S%C3%B6hne%20%2B%20us&body=Dear%20Mail"
    )
    link.tap()
    # back from the mail program, as often as it takes until the tap itself has arrived
    phone.wait_for_function(
        "() => { document.dispatchEvent(new Event('visibilitychange'));"
        " return [...document.querySelectorAll('.q-dialog')].some(e => e.innerText.includes('Did it happen?')); }",
        polling=500,
    )
    phone.get_by_role("button", name="Didn’t happen").tap()

    opened(phone, "/settings/templates")
    phone.get_by_label("Delete: First mail").tap()
    expect(phone.get_by_text("No template yet")).to_be_visible()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.locator(".pd-row", has_text="First mail")).to_be_visible()
    (kept,) = api.get("/templates").json()["items"]
    api.delete(f"/templates/{kept['id']}").raise_for_status()


def test_a_meeting_moves_in_three_taps_and_keeps_its_calendar_entry(phone, api):
    who = person(api, "Move Moritz")
    made = touch(api, who, "MEETING", due_date=stamp(days=3), duration_minutes=30, location="Their office")
    opened(phone, f"/contacts/{who}")
    phone.get_by_role("button", name="Move", exact=True).tap()
    phone.locator(".q-dialog .pd-chips").first.get_by_role("button").nth(5).tap()
    phone.get_by_role("button", name="Move meeting").tap()
    expect(phone.get_by_text(re.compile("Meeting moved to"))).to_be_visible()
    (now,) = touches(api, who)
    assert now["id"] == made["id"]
    assert now["due_date"] != made["due_date"]
    assert (now["duration_minutes"], now["location"], now["done"]) == (30, "Their office", False)
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Meeting is where it was")).to_be_visible()
    assert touches(api, who)[0]["due_date"] == made["due_date"]


def test_a_meeting_in_another_zone_stands_at_the_right_hour(phone, api):
    who = person(api, "Zone Zora")
    opened(phone, f"/contacts/{who}")
    phone.get_by_role("button", name="Meeting", exact=True).tap()
    phone.get_by_text("Another day, time or zone").tap()
    # a list that opens while the fold still slides moves away under the finger
    phone.wait_for_function(UNFOLDED)
    day = (datetime.now(UTC) + timedelta(days=20)).date()
    phone.locator("input[type=date]").fill(day.isoformat())
    phone.locator("input[type=time]").fill("18:40")
    phone.get_by_role("combobox", name="Time zone").fill("Tokyo")
    phone.get_by_role("option", name="Asia/Tokyo").tap()
    expect(phone.get_by_text("Asia/Tokyo, UTC+9")).to_be_visible()
    phone.get_by_role("button", name="Book meeting").tap()
    expect(phone.get_by_text(re.compile("Meeting booked"))).to_be_visible()
    assert touches(api, who)[0]["due_date"] == f"{day.isoformat()}T09:40:00Z"


def test_a_meeting_that_is_over_asks_how_it_went_and_one_tap_answers(phone, api):
    who = person(api, "Over Otto")
    made = touch(api, who, "MEETING", due_date=stamp(hours=-3), duration_minutes=30)
    opened(phone, "/")
    expect(phone.locator("#app").get_by_text(re.compile("How did it go?")).first).to_be_visible()
    opened(phone, f"/contacts/{who}")
    phone.locator(".pd-step").get_by_role("button", name="Held").tap()
    expect(phone.get_by_text("Meeting logged: held")).to_be_visible()
    (now,) = touches(api, who)
    # it happened at its own time, not when somebody got round to saying so
    assert (now["outcome"], now["happened_at"]) == ("HELD", made["due_date"])
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Planned again")).to_be_visible()
    phone.locator(".pd-step").get_by_role("button", name="Moved").tap()
    phone.get_by_role("button", name="No new date yet").tap()
    expect(phone.get_by_text("Meeting logged: moved")).to_be_visible()
    assert api.get(f"/contacts/{who}").json()["last_contacted"] is None


@pytest.fixture(scope="module")
def long_words(account, site):
    """A contact whose name, place and notes are as long as real ones."""
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    with wire(f"{site.address}/api", cookies) as api:
        who = person(api, "Maximilian-Alexander Fernández-Villaverde von und zu Papadopoulos-Konstantinidis")
        place = "https://meet.example/a-very-long-room-name-that-nobody-can-read-aloud-without-a-break"
        touch(api, who, "MEETING", due_date=stamp(days=1), location=place, note="Donaudampfschifffahrt" * 12)
        touch(api, who, "MEETING", due_date=stamp(days=-1))
        api.post("/templates", json={"name": "A name as long as the field allows it to be, which is eighty characters"})
        yield who
        (kept,) = api.get("/templates").json()["items"]
        api.delete(f"/templates/{kept['id']}").raise_for_status()


@pytest.mark.parametrize("width", [360, 390, 430, 768, 1280])
def test_nothing_scrolls_sideways_and_every_target_fits_a_thumb(account, chromium, site, long_words, width):
    shape = {**PHONE, "viewport": {"width": width, "height": 844}}
    context = chromium.new_context(storage_state=account, base_url=site.address, **shape)
    page = context.new_page()
    wrong = []
    for path in ("/activities?state=all", "/conference", "/settings/templates", f"/contacts/{long_words}"):
        opened(page, path)
        # at a desk the contact stands beside the list, which has a test of its own
        wrong += page.evaluate(
            """() => [...(document.querySelector('.pd-detail') || document.querySelector('#app .pd-main')).querySelectorAll('a, button')].filter(e => e.offsetParent)
            .map(e => [e.getBoundingClientRect(), e]).filter(([r]) => r.width > 0 && (r.height < 44 || r.width < 44))
            .map(([r, e]) => `${e.className} ${Math.round(r.width)}x${Math.round(r.height)} ${e.innerText.slice(0, 20)}`)"""
        )
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path} scrolls sideways")
    context.close()
    assert wrong == []


@pytest.fixture
def answered(phone, api):
    """The sheet just after a call was answered."""
    who = person(api, "After Agathe")
    opened(phone, f"/contacts/{who}")
    log(phone, "Call")
    phone.locator(".q-dialog").get_by_role("button", name="Reached").tap()
    expect(phone.locator(".pd-after").get_by_text("Call logged: reached")).to_be_visible()
    yield phone, who
    api.delete(f"/contacts/{who}").raise_for_status()


def planned_days(api, who):
    return [datetime.fromisoformat(one["due_date"]).date() for one in touches(api, who) if not one["done"]]


def test_after_an_answer_another_day_moves_the_plan_and_the_same_day_takes_it_back(answered, api):
    phone, who = answered
    sheet = phone.locator(".pd-after")
    for word, days in (("In 3 days", 3), ("In a week", 7)):
        sheet.get_by_role("button", name=word).tap()
        day = datetime.now(UTC).date() + timedelta(days=days)
        expect(sheet.get_by_text(f"Call planned for {day:%a} {day.day} {day:%b}")).to_be_visible()
        expect(sheet.get_by_role("button", name=word)).to_have_attribute("aria-pressed", "true")
        assert planned_days(api, who) == [day]
    sheet.get_by_role("button", name="In a week").tap()
    expect(sheet.get_by_text(re.compile("^Call planned for"))).to_have_count(0)
    assert planned_days(api, who) == []


def test_a_note_typed_after_the_answer_is_saved_by_a_tap_outside(answered, api):
    phone, who = answered
    phone.get_by_label("Note", exact=True).fill("Möchte im März ein Angebot.")
    phone.touchscreen.tap(195, 40)
    expect(phone.get_by_text("Note saved")).to_be_visible()
    assert [one["note"] for one in touches(api, who)] == ["Möchte im März ein Angebot."]


def test_the_sheet_goes_by_itself_when_nobody_touches_it(answered):
    phone, _ = answered
    expect(phone.locator(".q-dialog")).to_have_count(0)
