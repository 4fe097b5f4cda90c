"""Campaigns with a thumb and at a desk, the same board in two browsers, and a member's view."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.app_process import DESK, invited, opened, visiting, wire

MANY = 5_000


@pytest.fixture(scope="module")
def colleague(site, account, chromium):
    """Bo, a consultant: the id and the state of a browser where Bo is signed in."""
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    with wire(f"{site.address}/api", cookies) as boss:
        page = invited(site, boss, chromium, "bo@firm.example", "Bo Bergström", {})
        users = boss.get("/users").json()["items"]
    state = page.context.storage_state()
    page.context.close()
    return next(user["id"] for user in users if user["email"] == "bo@firm.example"), state


@pytest.fixture
def bos_desk(colleague, window, site):
    yield from visiting(window, site, colleague[1], DESK)


def campaign(api, name, members=(), holds=()):
    """A running campaign over the wires, with contacts of these names on its board: its id and theirs."""
    row = api.post("/campaigns", json={"name": name, "member_ids": list(members)}).json()["id"]
    made = [api.post("/contacts?force=true", json={"name": each, "warmness_score": 4}).json()["id"] for each in holds]
    api.post(f"/campaigns/{row}/assign-contacts", json={"contact_ids": made}).raise_for_status()
    return row, made


def answered(site, colleague, path):
    """What Bo's browser is answered at an address, before any script runs."""
    cookies = {cookie["name"]: cookie["value"] for cookie in colleague[1]["cookies"]}
    with wire(site.address, cookies) as browser:
        return browser.get(path)


def card(page, stage, name):
    return page.locator(f"[data-stage={stage}] [data-card]", has_text=name)


def test_from_nothing_to_a_moved_card_with_a_thumb(phone, api):
    for name in ("Erna Eins", "Zoë Zwei", "Dörte Drei", "Viktor Vier"):
        api.post("/contacts", json={"name": name}).raise_for_status()
    opened(phone, "/campaigns")
    expect(phone.get_by_text("No campaigns yet")).to_be_visible()
    phone.get_by_role("button", name="Start one").tap()
    phone.get_by_label("Name", exact=True).fill("Wärmepumpen im Frühjahr")
    phone.get_by_label("Goal: meetings").fill("5")
    phone.get_by_role("button", name="Start campaign").tap()
    expect(phone.get_by_role("heading", name="Wärmepumpen im Frühjahr")).to_be_visible()
    expect(phone.get_by_text("0 of 5")).to_be_visible()

    phone.get_by_role("button", name="Add contacts").tap()
    for name in ("Erna Eins", "Zoë Zwei", "Dörte Drei"):
        phone.get_by_role("checkbox", name=name).tap()
    phone.get_by_role("button", name="Add 3 contacts").tap()
    expect(phone.get_by_text("3 contacts added")).to_be_visible()
    expect(phone.locator("[data-chip=TO_CONTACT]")).to_contain_text("3")
    expect(phone.locator("[data-card]")).to_have_count(3)

    phone.get_by_role("button", name=re.compile("Zoë Zwei.*No touch yet")).tap()
    phone.locator(".q-dialog").get_by_role("button", name="In dialogue").tap()
    expect(phone.locator("[data-chip=IN_DIALOGUE]")).to_contain_text("1")
    expect(phone.locator("[data-card]")).to_have_count(2)
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(card(phone, "TO_CONTACT", "Zoë Zwei")).to_be_visible()

    phone.get_by_role("button", name=re.compile("Zoë Zwei.*No touch yet")).tap()
    phone.get_by_role("button", name="Remove from campaign").tap()
    expect(phone.locator("[data-card]")).to_have_count(2)
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.locator("[data-card]")).to_have_count(3)


def test_who_is_in_another_campaign_already_is_said_in_words_and_can_be_taken_back(phone, api):
    _, (twice,) = campaign(api, "First come", holds=["Twice Asked"])
    second, _ = campaign(api, "Second thought")
    opened(phone, f"/campaigns/{second}")
    phone.get_by_role("button", name="Add contacts").tap()
    phone.get_by_label("Search my contacts").fill("twice")
    phone.get_by_role("button", name="Add all 1 that match").tap()
    expect(phone.get_by_text("Already in First come.")).to_be_visible()
    assert [place["name"] for place in api.get(f"/contacts/{twice}").json()["campaigns"]] == [
        "First come",
        "Second thought",
    ]
    phone.locator(".q-dialog").get_by_role("button", name="Undo").tap()
    expect(phone.get_by_text("1 contact taken off again")).to_be_visible()
    assert [place["name"] for place in api.get(f"/contacts/{twice}").json()["campaigns"]] == ["First come"]


def test_whoever_is_still_found_keeps_their_row_and_the_button_its_meaning(phone, api):
    board, _ = campaign(api, "Kept rows")
    for name in ("Aimed Anna", "Aimed Anton"):
        api.post("/contacts", json={"name": name}).raise_for_status()
    opened(phone, f"/campaigns/{board}")
    phone.get_by_role("button", name="Add contacts").tap()
    phone.get_by_label("Search my contacts").fill("aimed")
    add_all = phone.get_by_role("button", name="Add all 2 that match")
    expect(add_all).to_be_visible()
    add_all.evaluate("(button) => { window.pdnAll = button }")
    anna = phone.get_by_role("checkbox", name="Aimed Anna")
    anna.evaluate("(row) => { window.pdnAimed = row }")
    anna.tap()
    expect(phone.get_by_role("button", name="Add 1 contact")).to_be_visible()
    assert not phone.evaluate("() => window.pdnAll.innerText.includes('Add 1')")
    phone.get_by_label("Search my contacts").fill("aimed anna")
    expect(phone.get_by_role("checkbox", name="Aimed Anton")).to_have_count(0)
    assert phone.evaluate("() => window.pdnAimed.isConnected")
    expect(anna).to_be_checked()


def test_from_the_contacts_page_onto_a_board_and_exactly_that_back(phone, api):
    elsewhere, (who,) = campaign(api, "Where they stay", holds=["Steps Aside"])
    row, _ = campaign(api, "Where they step")
    opened(phone, f"/contacts/{who}")
    phone.get_by_role("button", name="Add to campaign").tap()
    sheet = phone.locator(".q-dialog")
    expect(sheet.get_by_text("Where they stay")).to_have_count(0)
    sheet.get_by_role("button", name="Where they step").tap()
    expect(phone.get_by_text("On the board of Where they step")).to_be_visible()
    expect(phone.get_by_role("link", name="Where they step")).to_be_visible()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("1 contact taken off again")).to_be_visible()
    expect(phone.get_by_role("link", name="Where they step")).to_have_count(0)
    assert [place["id"] for place in api.get(f"/contacts/{who}").json()["campaigns"]] == [elsewhere]
    assert api.get(f"/campaigns/{row}").json()["counts"]["contacts"] == 0


def test_a_card_dragged_at_the_desk_moves_on_the_phone(phone, desk, api):
    row, _ = campaign(api, "Dragged", holds=["Stays Put", "Drags Along"])
    opened(phone, f"/campaigns/{row}")
    opened(desk, f"/campaigns/{row}")
    start, end = (
        card(desk, "TO_CONTACT", "Drags Along").bounding_box(),
        desk.locator("[data-stage=IN_DIALOGUE]").bounding_box(),
    )
    desk.mouse.move(start["x"] + 60, start["y"] + 30)
    desk.mouse.down()
    desk.mouse.move(end["x"] + 60, end["y"] + 120, steps=6)
    expect(desk.locator("[data-stage=IN_DIALOGUE]")).to_have_class(re.compile("over"))
    desk.mouse.up()
    expect(phone.locator("[data-chip=IN_DIALOGUE]")).to_contain_text("1")
    expect(card(phone, "TO_CONTACT", "Drags Along")).to_have_count(0)
    expect(card(desk, "IN_DIALOGUE", "Drags Along")).to_be_visible()
    expect(desk.get_by_role("status")).to_contain_text("Drags Along moved to In dialogue")


def test_all_six_stages_fit_a_desk_and_what_is_found_and_overdue_narrows_them(desk, api):
    row, (zoe, late, _) = campaign(api, "Six", holds=("Zoe Zander", "Late Larsson", "Anna Alder"))
    due = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    planned = {"type": "CALL", "contact_id": late, "campaign_id": row, "due_date": due}
    api.post("/activities", json=planned).raise_for_status()
    api.put(f"/contacts/{zoe}", json={"warmness_score": 9}).raise_for_status()
    opened(desk, f"/campaigns/{row}")
    lanes = desk.locator(".pd-lane")
    expect(lanes).to_have_count(6)
    for n in range(6):
        box = lanes.nth(n).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280
    expect(card(desk, "TO_CONTACT", "Late Larsson")).to_contain_text("Call overdue")
    expect(card(desk, "TO_CONTACT", "Anna Alder")).to_contain_text("Nothing planned")
    desk.get_by_role("checkbox", name="Overdue").click()
    expect(desk.locator("[data-card]")).to_have_count(1)
    expect(desk.locator("[data-stage=TO_CONTACT] .pd-stage-count")).to_have_text("1")
    desk.get_by_role("checkbox", name="Overdue").click()
    expect(desk.locator("[data-card]")).to_have_count(3)
    desk.get_by_role("combobox", name="Order").click()
    desk.get_by_role("option", name="Warmest").click()
    expect(desk.locator("[data-card]").first).to_contain_text("Zoe Zander")
    desk.get_by_label("Find on this board").fill("alder")
    expect(desk.locator("[data-card]")).to_have_count(1)
    desk.set_viewport_size({"width": 1100, "height": 800})
    desk.get_by_label("Find on this board").fill("")
    desk.get_by_role("button", name="Not now").click()
    expect(desk.locator("[data-stage=NOT_NOW]")).to_be_in_viewport(ratio=0.9)


def test_a_campaigns_activity_shows_what_was_done_first_and_what_is_planned_apart(desk, api):
    row, (one,) = campaign(api, "Fed", holds=["Fed Fischer"])
    due = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    touch = {"contact_id": one, "campaign_id": row}
    api.post("/activities", json=touch | {"type": "EMAIL", "due_date": due, "note": "Later on"}).raise_for_status()
    api.post("/activities", json=touch | {"type": "CALL", "note": "First one"}).raise_for_status()
    opened(desk, f"/campaigns/{row}?tab=activity")
    expect(desk.get_by_text("First one")).to_be_visible()
    expect(desk.get_by_text("Later on")).to_have_count(0)
    api.post("/activities", json=touch | {"type": "CALL", "note": "Second one"}).raise_for_status()
    expect(desk.get_by_text("Second one")).to_be_visible()
    desk.get_by_role("button", name="Planned", exact=True).click()
    expect(desk.get_by_text("Later on")).to_be_visible()
    expect(desk.get_by_text("First one")).to_have_count(0)
    desk.get_by_role("combobox", name="Kind").click()
    desk.get_by_role("option", name="LinkedIn").click()
    expect(desk.get_by_text("Nothing planned")).to_be_visible()


def test_the_tab_that_too_many_others_push_out_says_so_and_comes_back(desk, api):
    row, _ = campaign(api, "Tabs", holds=["Tab Tanner"])
    opened(desk, f"/campaigns/{row}")
    others = [desk.context.new_page() for _ in range(20)]
    for one in others:
        opened(one, "/more")
    expect(desk.get_by_text("Paused: more than 20 tabs are open.")).to_be_visible()
    for one in others:
        one.close()
    desk.get_by_role("button", name="Reload", exact=True).click()
    expect(desk.locator("[data-card]")).to_have_count(1)
    api.put(f"/campaigns/{row}", json={"name": "Tabs again"}).raise_for_status()
    expect(desk.get_by_role("heading", name="Tabs again")).to_be_visible()


def test_a_keyboard_moves_a_card_and_keeps_its_place(desk, api):
    row, _ = campaign(api, "Typed", holds=["Key Board"])
    opened(desk, f"/campaigns/{row}")
    desk.locator("[data-stage=TO_CONTACT] .pd-tile-main").focus()
    desk.keyboard.press("m")
    expect(desk.get_by_role("menuitem", name="Contacted")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    moved = card(desk, "IN_DIALOGUE", "Key Board")
    expect(moved).to_be_visible()
    expect(moved.locator(".pd-tile-main")).to_be_focused()
    # the browser moves it first; then the server says so
    expect(desk.get_by_role("status")).to_contain_text("Key Board moved to In dialogue")
    places = api.get(f"/campaigns/{row}/contacts").json()["items"]
    assert [place["stage"] for place in places] == ["IN_DIALOGUE"]


def test_what_the_server_refuses_goes_back_to_its_column(desk, api):
    row, _ = campaign(api, "Put away", holds=["Stays Here"])
    opened(desk, f"/campaigns/{row}")
    desk.get_by_label("Move Stays Here").click()
    # between the menu and the choice somebody archives the campaign
    api.post(f"/campaigns/{row}/archive").raise_for_status()
    desk.get_by_role("menuitem", name="Handed over").click()
    expect(desk.get_by_text("This campaign is archived.")).to_be_visible()
    expect(card(desk, "TO_CONTACT", "Stays Here")).to_be_visible()
    expect(card(desk, "HANDED_OVER", "Stays Here")).to_have_count(0)


def test_a_member_sees_the_card_logs_for_the_campaign_and_finds_no_way_to_the_contact(
    bos_desk, phone, colleague, api, site
):
    row, (theirs,) = campaign(api, "Shared work", members=[colleague[0]], holds=["Owned Elsewhere"])
    opened(phone, f"/campaigns/{row}")
    opened(bos_desk, f"/campaigns/{row}")
    bos_desk.locator("[data-card] .pd-tile-main").click()
    sheet = bos_desk.locator(".q-dialog")
    expect(sheet.get_by_text("Annegret Schönfelder")).to_be_visible()
    expect(sheet.get_by_role("link")).to_have_count(0)
    assert f"/contacts/{theirs}" not in bos_desk.content()
    sheet.get_by_role("button", name="Log", exact=True).click()
    expect(bos_desk.get_by_role("button", name="Shared work")).to_have_attribute("aria-pressed", "true")
    expect(bos_desk.get_by_role("button", name="No campaign")).to_have_count(0)
    bos_desk.get_by_role("button", name="Voicemail").click()
    expect(phone.locator("[data-chip=CONTACTED]")).to_contain_text("1")
    (touch,) = api.get("/activities", params={"contact_id": theirs}).json()["items"]
    assert (touch["campaign_id"], touch["outcome"]) == (row, "VOICEMAIL")
    assert answered(site, colleague, f"/contacts/{theirs}").status_code == 404


def test_who_is_no_member_gets_404_and_who_is_put_out_sees_it_go(bos_desk, colleague, api, site):
    mine, _ = campaign(api, "Not for Bo", holds=["Secret Person"])
    answer = answered(site, colleague, f"/campaigns/{mine}")
    assert answer.status_code == 404
    assert "Secret Person" not in answer.text
    assert "Not for Bo" not in answer.text
    ours, _ = campaign(api, "For a while", members=[colleague[0]], holds=["Seen Person"])
    opened(bos_desk, f"/campaigns/{ours}")
    api.put(f"/campaigns/{ours}", json={"member_ids": []}).raise_for_status()
    expect(bos_desk.get_by_text("There is no such campaign among yours.")).to_be_visible()
    expect(bos_desk.get_by_text("Seen Person")).to_be_hidden()


def test_the_single_running_campaign_is_chosen_when_a_touch_is_logged_elsewhere(phone, api):
    row, (who,) = campaign(api, "Only one", holds=["Logged Elsewhere"])
    opened(phone, f"/contacts/{who}")
    expect(phone.get_by_role("link", name=re.compile("Only one"))).to_have_attribute("href", f"/campaigns/{row}")
    phone.get_by_role("button", name="Log", exact=True).first.tap()
    expect(phone.get_by_role("button", name="Only one")).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="Reached").tap()
    expect(phone.get_by_role("link", name=re.compile("Only one"))).to_contain_text("In dialogue")
    opened(phone, "/activities")
    expect(phone.locator(".pd-touch", has_text="Logged Elsewhere")).to_contain_text("Only one")


def test_a_deleted_campaign_comes_back_with_undo_on_the_page_that_shows_it(desk, api):
    row, _ = campaign(api, "Gone and back", holds=["Kept Person"])
    opened(desk, f"/campaigns/{row}")
    desk.get_by_label("More for this campaign").click()
    desk.get_by_text("Delete", exact=True).click()
    expect(desk.get_by_text("All campaigns")).to_be_visible()
    expect(card(desk, "TO_CONTACT", "Kept Person")).to_be_hidden()
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(card(desk, "TO_CONTACT", "Kept Person")).to_be_visible()
    opened(desk, "/campaigns?sort=name")
    expect(desk.get_by_role("link", name=re.compile("Gone and back"))).to_be_visible()


def test_of_five_thousand_on_a_board_only_those_are_drawn_that_are_looked_at(desk, api):
    row, _ = campaign(api, "Everybody")
    people = "name,organisation\n" + "\n".join(f"Person Number {n},Firm {n % 97}" for n in range(MANY))
    api.post("/contacts/import", files={"file": ("people.csv", people, "text/csv")}, timeout=90).raise_for_status()
    opened(desk, f"/campaigns/{row}")
    desk.get_by_role("button", name="Add contacts").first.click()
    desk.get_by_label("Search my contacts").fill("person number")
    desk.get_by_role("button", name=f"Add all {MANY:,} that match").click()
    count = desk.locator("[data-stage=TO_CONTACT] .pd-stage-count")
    expect(count).to_have_text(str(MANY))

    opened(desk, f"/campaigns/{row}")
    expect(desk.locator("[data-card]").first).to_be_visible()
    assert desk.evaluate("document.querySelectorAll('*').length") < 2_000

    column = desk.locator("[data-stage=TO_CONTACT] .pd-lane-cards")
    for _ in range(2):
        height = column.evaluate("box => { box.scrollTo(0, box.scrollHeight); return box.scrollHeight }")
        desk.wait_for_function("([box, seen]) => box.scrollHeight > seen", arg=[column.element_handle(), height])
    assert desk.locator("[data-card]").count() < 60

    # what happens further up does not move what is being read
    column.evaluate("box => box.scrollTo(0, 2_000)")
    read = column.locator(f"[data-card='{desk.wait_for_function(IN_THE_MIDDLE).json_value()}']")
    before = read.bounding_box()["y"]
    top = api.get(f"/campaigns/{row}/contacts", params={"stage": "TO_CONTACT", "limit": 1}).json()["items"][0]
    api.put(f"/campaigns/{row}/contacts/{top['contact_id']}", json={"stage": "CONTACTED"}).raise_for_status()
    expect(card(desk, "CONTACTED", "Person Number")).to_be_visible()
    expect(count).to_have_text(str(MANY - 1))
    assert abs(read.bounding_box()["y"] - before) < 5


IN_THE_MIDDLE = """() => {
    const box = document.querySelector('[data-stage=TO_CONTACT] .pd-lane-cards');
    const [across, down] = [box.getBoundingClientRect().left + 60, box.getBoundingClientRect().top + 240];
    // the list corrects where it stands once it knows how high its cards are
    const before = window.pdnStood, now = (window.pdnStood = box.scrollTop);
    if (now === before && Math.abs(now - 2000) >= 300) box.scrollTo(0, 2000);
    return now === before && Math.abs(now - 2000) < 300 && document.elementFromPoint(across, down)?.closest('[data-card]')?.dataset.card;
}"""


LONG = "Energieeffizienz-Offensive Mittelstand Nord-Ost und Zentralschweiz 2027"
NAMELESS_OR_SMALL = """() => [...document.querySelectorAll('#app .pd-main a, #app .pd-main button')].filter(e => e.offsetParent)
    .map(e => [e.getBoundingClientRect(), e]).filter(([r]) => r.width > 0)
    .filter(([r, e]) => r.height < 40 || r.width < 40 || !(e.getAttribute('aria-label') || e.innerText.trim()))
    .map(([r, e]) => `${e.className} ${Math.round(r.width)}x${Math.round(r.height)} ${e.innerText}`)"""


def test_no_campaign_screen_scrolls_sideways_and_every_target_is_big_and_has_a_name(desk, api):
    row, _ = campaign(
        api, LONG, holds=["Maximilian-Alexander Fernández-Villaverde von und zu Papadopoulos-Konstantinidis"]
    )
    wide, poor = [], []
    for path in ["/campaigns", *(f"/campaigns/{row}?tab={tab}" for tab in ("board", "contacts", "activity"))]:
        opened(desk, path)
        for width in (1280, 768, 430, 390, 360):
            desk.set_viewport_size({"width": width, "height": 844})
            if "board" in path:
                expect(desk.locator(".pd-lane")).to_have_count(6 if width > 1023 else 1)
            if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((path, width))
        poor += desk.evaluate(NAMELESS_OR_SMALL)
    assert (wide, poor) == ([], [])


def test_many_are_moved_and_taken_out_in_one_step_each_with_one_undo(desk, phone, api):
    row, _ = campaign(api, "Many at once", holds=["Many Eins", "Many Zwei", "Many Drei"])
    opened(desk, f"/campaigns/{row}?tab=contacts")
    for name in ("Many Eins", "Many Zwei"):
        desk.get_by_role("checkbox", name=f"Choose {name}").click()
    expect(desk.get_by_text("2 chosen")).to_be_visible()
    desk.get_by_role("button", name="Move to another stage").click()
    desk.locator(".q-dialog").get_by_role("button", name="Not now").click()
    expect(desk.get_by_text("2 contacts moved to Not now")).to_be_visible()
    expect(desk.get_by_text("2 chosen")).to_be_hidden()
    assert stages(api, row) == ["NOT_NOW", "NOT_NOW", "TO_CONTACT"]
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.get_by_text("2 contacts where they were before")).to_be_visible()
    assert stages(api, row) == ["TO_CONTACT"] * 3

    opened(phone, f"/campaigns/{row}?tab=contacts")
    phone.get_by_role("button", name="Choose many").tap()
    expect(phone.get_by_role("checkbox", name="Choose Many Eins")).to_be_visible()
    phone.locator("[data-row]").first.locator("a").tap()
    phone.get_by_role("button", name="Choose all 3").tap()
    phone.get_by_role("button", name="Remove from campaign").tap()
    expect(phone.get_by_text("3 contacts off the board; the touches stay")).to_be_visible()
    expect(phone.get_by_text("Nobody on this board yet")).to_be_visible()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("3 contacts back on the board")).to_be_visible()
    expect(phone.locator("[data-row]")).to_have_count(3)


def stages(api, row):
    return sorted(card["stage"] for card in api.get(f"/campaigns/{row}/contacts").json()["items"])


def test_whoever_leads_undoes_the_removal_of_a_colleagues_contact(bos_desk, desk, colleague, api, site):
    row, _ = campaign(api, "Led by Annegret", members=[colleague[0]])
    cookies = {cookie["name"]: cookie["value"] for cookie in colleague[1]["cookies"]}
    with wire(f"{site.address}/api", cookies) as bo:
        hers = bo.post("/contacts?force=true", json={"name": "Bos Contact"}).json()["id"]
        bo.post(f"/campaigns/{row}/assign-contacts", json={"contact_ids": [hers]}).raise_for_status()
        bo.put(f"/campaigns/{row}/contacts/{hers}", json={"stage": "CONTACTED"}).raise_for_status()
    opened(desk, f"/campaigns/{row}")
    card(desk, "CONTACTED", "Bos Contact").locator(".pd-tile-main").click()
    desk.get_by_role("button", name="Remove from campaign").click()
    expect(desk.locator("[data-card]")).to_have_count(0)
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(card(desk, "CONTACTED", "Bos Contact")).to_be_visible()


def test_what_is_refused_is_said_at_its_field_and_the_cursor_goes_there(desk, api):
    opened(desk, "/campaigns")
    desk.get_by_role("button", name="New campaign").click()
    sheet = desk.locator(".q-dialog")
    sheet.get_by_label("Name", exact=True).fill("Zu früh")
    sheet.get_by_label("Starts").fill("2026-10-01")
    sheet.get_by_label("Ends").fill("2026-09-01")
    sheet.get_by_role("button", name="Start campaign").click()
    ends = sheet.get_by_label("Ends")
    expect(ends).to_be_focused()
    field = sheet.locator(".q-field--error", has=desk.get_by_label("Ends"))
    expect(field.locator(".q-field__messages")).to_have_text(re.compile(r"^[A-Z].+\.$"))
    assert "Zu früh" not in [one["name"] for one in api.get("/campaigns").json()["items"]]
    # what is put right takes the sentence away
    ends.fill("2026-12-01")
    expect(field).to_have_count(0)


def test_whom_to_add_is_narrowed_by_tag_role_and_who_is_free(phone, api):
    made = {
        name: api.post("/contacts?force=true", json={"name": name, "tags": ["fair"], "job_title": role}).json()["id"]
        for name, role in (("Fred Free", "Head of sales"), ("Bea Busy", "Head of buying"))
    }
    elsewhere, _ = campaign(api, "Holds Bea")
    api.post(f"/campaigns/{elsewhere}/assign-contacts", json={"contact_ids": [made["Bea Busy"]]}).raise_for_status()
    row, _ = campaign(api, "Looks for people")
    opened(phone, f"/campaigns/{row}")
    phone.get_by_role("button", name="Add contacts").first.tap()
    phone.get_by_text("More filters").tap()
    phone.get_by_label("Tag", exact=True).tap()
    phone.get_by_role("option", name="fair").tap()
    expect(phone.get_by_role("button", name="Add all 2 that match")).to_be_visible()
    phone.get_by_role("switch", name="Without those in another campaign").tap()
    expect(phone.get_by_role("button", name="Add all 1 that match")).to_be_visible()
    expect(phone.get_by_role("checkbox", name="Fred Free")).to_be_visible()
    phone.get_by_label("Role").fill("buying")
    expect(phone.get_by_text("No matches")).to_be_visible()
