"""Narrowing the contact bank, choosing many and acting on them, with a thumb and at a desk."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import DESK, PASSWORD, PHONE, opened, visiting
from tests.support.layout_checks import axe, sizes

PEOPLE = {
    "Ämil Wärme": {"warmness_score": 9, "tags": ["energy"], "email": "amil@warm.example"},
    "Bertil Kalt": {"warmness_score": 1, "tags": ["energy", "water"]},
    "Cécile Naïve": {"warmness_score": 8, "organisation": "ACME GmbH"},
    "Dörte Öhrn": {"warmness_score": 2},
    "Emeka Zu": {"warmness_score": 3},
}


@pytest.fixture
def people(api):
    """Five people of known warmness and tags, and nobody else; their ids by name."""
    everybody = {"verb": "TRASH", "query": ""}
    api.post("/contacts/bulk", json=everybody).raise_for_status()
    made = {}
    for name, facts in PEOPLE.items():
        made[name] = api.post("/contacts?force=true", json={"name": name, **facts}).json()["id"]
    for touched in ("Ämil Wärme", "Bertil Kalt"):
        api.post("/activities", json={"type": "CALL", "contact_id": made[touched], "outcome": "REACHED"})
    return made


def shown(page):
    return page.locator("#app .pd-rows .pd-row-name")


def row(page, name):
    return page.locator("#app .pd-rows .pd-row", has_text=name)


def box(page, name):
    return page.get_by_role("checkbox", name=f"Choose {name}")


def long_press(page, target):
    """A thumb that stays where it is; Playwright knows only taps."""
    area = target.bounding_box()
    spot = {"x": area["x"] + 120, "y": area["y"] + area["height"] / 2}
    line = page.context.new_cdp_session(page)
    line.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [spot]})
    expect(target).to_have_class(re.compile("picked"))
    line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def picked(page, words):
    expect(page.locator(".pd-picked")).to_contain_text(words)


def act(page, label):
    return page.locator(".pd-picked").get_by_role("button", name=label)


def facts(api, who):
    return api.get(f"/contacts/{who}").json()


# narrowing


def test_chips_narrow_together_stand_in_the_address_and_survive_a_reload(desk, people):
    opened(desk, "/contacts")
    expect(shown(desk)).to_have_count(5)
    desk.get_by_role("button", name="Warm", exact=True).click()
    expect(shown(desk)).to_have_text(["Ämil Wärme", "Cécile Naïve"])
    desk.get_by_role("button", name="Never contacted").click()
    expect(shown(desk)).to_have_text(["Cécile Naïve"])
    expect(desk.get_by_text("1 contact", exact=True)).to_be_visible()
    assert "warmness_min=7" in desk.url
    assert "never=true" in desk.url
    opened(desk, desk.url)
    expect(shown(desk)).to_have_text(["Cécile Naïve"])
    expect(desk.get_by_role("button", name="Warm", exact=True)).to_have_attribute("aria-pressed", "true")
    desk.get_by_role("button", name="Warm", exact=True).click()
    expect(shown(desk)).to_have_text(["Cécile Naïve", "Dörte Öhrn", "Emeka Zu"])
    desk.get_by_role("button", name="Clear", exact=True).click()
    expect(shown(desk)).to_have_count(5)
    assert desk.url.endswith("/contacts")


def test_the_order_is_chosen_and_kept_when_one_comes_back(desk, people):
    opened(desk, "/contacts")
    desk.get_by_role("button", name="Name", exact=True).click()
    desk.get_by_role("menu").get_by_text("Warmest").click()
    expect(shown(desk)).to_have_text(["Ämil Wärme", "Cécile Naïve", "Emeka Zu", "Dörte Öhrn", "Bertil Kalt"])
    desk.locator("#app .pd-rail").get_by_role("link", name="Activities").click()
    expect(desk).to_have_url(re.compile("/activities"))
    desk.go_back()
    expect(shown(desk).first).to_have_text("Ämil Wärme")
    expect(desk).to_have_url(re.compile("sort=-warmness"))


@pytest.mark.parametrize(
    ("chip", "choice", "names", "said"),
    [
        ("Tag", "energy · 2", ["Ämil Wärme", "Bertil Kalt"], "tag=energy"),
        (
            "Not contacted for",
            "Not contacted for 90 days",
            ["Cécile Naïve", "Dörte Öhrn", "Emeka Zu"],
            "not_contacted_days=90",
        ),
        ("Pipedrive", "In Pipedrive", [], "sync=SUCCESS"),
        ("Campaign", "Narrow spring", ["Emeka Zu"], "campaign_id="),
    ],
)
def test_a_chip_with_choices_narrows_to_the_one_that_is_tapped(phone, api, people, chip, choice, names, said):
    spring = api.post("/campaigns", json={"name": "Narrow spring"}).json()["id"]
    api.post(f"/campaigns/{spring}/assign-contacts", json={"contact_ids": [people["Emeka Zu"]]}).raise_for_status()
    opened(phone, "/contacts")
    phone.get_by_role("button", name=chip, exact=True).tap()
    phone.get_by_role("menu").get_by_text(choice).first.tap()
    expect(shown(phone)).to_have_text(names)
    assert said in phone.url
    if not names:
        phone.get_by_role("button", name="Clear filters").tap()
        expect(shown(phone)).to_have_count(5)


def test_a_search_is_saved_picked_renamed_and_removed_with_a_way_back(phone, api, people):
    opened(phone, "/contacts?warmness_min=7&sort=-warmness")
    phone.get_by_role("button", name="Saved", exact=True).tap()
    phone.get_by_text("Save this search").tap()
    phone.get_by_label("Name", exact=True).fill("Wärmste zuerst")
    phone.get_by_role("button", name="Save", exact=True).tap()
    expect(phone.get_by_role("button", name="Wärmste zuerst")).to_be_visible()
    assert [one["query"] for one in api.get("/views").json()["items"]] == ["warmness_min=7&sort=-warmness"]

    opened(phone, "/contacts")
    phone.get_by_role("button", name="Saved", exact=True).tap()
    phone.get_by_role("menu").get_by_text("Wärmste zuerst").tap()
    expect(shown(phone)).to_have_text(["Ämil Wärme", "Cécile Naïve"])
    phone.get_by_role("button", name="Wärmste zuerst").tap()
    phone.get_by_text("Rename or remove").tap()
    phone.get_by_label("Rename Wärmste zuerst").tap()
    phone.get_by_label("Name", exact=True).fill("Hot ones")
    phone.get_by_role("button", name="Save", exact=True).tap()
    phone.get_by_label("Remove Hot ones").tap()
    expect(phone.get_by_text("“Hot ones” is removed")).to_be_visible()
    assert api.get("/views").json()["items"] == []
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("“Hot ones” is back")).to_be_visible()
    (view,) = api.get("/views").json()["items"]
    api.delete(f"/views/{view['id']}").raise_for_status()


# many at once


def test_a_long_press_begins_taps_go_on_and_one_undo_takes_all_of_it_back(phone, api, people):
    opened(phone, "/contacts")
    long_press(phone, row(phone, "Bertil"))
    picked(phone, "1 chosen")
    row(phone, "Dörte").locator(".pd-row-main").tap()
    picked(phone, "2 chosen")
    act(phone, "Tag or untag").tap()
    phone.get_by_label("New tag").fill("Messe 2026")
    phone.get_by_role("button", name="Add tag").tap()
    expect(phone.get_by_text("2 contacts tagged “messe 2026”")).to_be_visible()
    assert facts(api, people["Dörte Öhrn"])["tags"] == ["messe 2026"]
    expect(phone.locator(".pd-picked")).to_be_hidden()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("Undone for 2.")).to_be_visible()
    assert facts(api, people["Dörte Öhrn"])["tags"] == []
    assert facts(api, people["Bertil Kalt"])["tags"] == ["energy", "water"]


def test_a_tap_after_a_long_press_does_not_open_anybody(phone, people):
    opened(phone, "/contacts")
    long_press(phone, row(phone, "Bertil"))
    picked(phone, "1 chosen")
    assert phone.url.endswith("/contacts")
    row(phone, "Bertil").locator(".pd-row-main").tap()
    expect(phone.locator(".pd-picked")).to_be_hidden()
    row(phone, "Bertil").locator(".pd-row-main").tap()
    expect(phone.locator(".pd-head-name")).to_have_text("Bertil Kalt")


def test_without_a_long_press_the_button_begins(phone, people):
    opened(phone, "/contacts")
    phone.get_by_label("Select contacts").tap()
    picked(phone, "None selected")
    expect(act(phone, "Delete")).to_be_disabled()
    box(phone, "Emeka Zu").tap()
    picked(phone, "1 chosen")
    act(phone, "Clear selection").tap()
    expect(phone.locator(".pd-picked")).to_be_hidden()


def test_shift_takes_everybody_between_and_the_tag_of_all_goes(desk, api, people):
    opened(desk, "/contacts")
    row(desk, "Ämil").hover()
    box(desk, "Ämil Wärme").click()
    box(desk, "Cécile Naïve").click(modifiers=["Shift"])
    picked(desk, "3 chosen")
    act(desk, "Tag or untag").click()
    desk.get_by_role("button", name="Remove energy").click()
    expect(desk.get_by_text("2 contacts lost the tag “energy”")).to_be_visible()
    assert facts(api, people["Bertil Kalt"])["tags"] == ["water"]


def test_all_that_match_is_all_of_them_but_those_that_are_unticked(desk, api, people):
    opened(desk, "/contacts?never=true")
    box(desk, "Cécile Naïve").click()
    act(desk, "Choose all 3").click()
    picked(desk, "3 chosen")
    box(desk, "Dörte Öhrn").click()
    picked(desk, "2 chosen")
    act(desk, "Log activity").click()
    desk.get_by_role("button", name="LinkedIn", exact=True).click()
    desk.get_by_label("Note for all of them").fill("Einladung verschickt")
    desk.locator(".q-dialog .pd-outcomes").get_by_role("button").first.click()
    expect(desk.get_by_text(re.compile(r"LinkedIn logged: .*, 2 contacts"))).to_be_visible()
    expect(shown(desk)).to_have_text(["Dörte Öhrn"])
    touches = api.get("/activities", params={"contact_id": people["Emeka Zu"]}).json()["items"]
    assert [(one["type"], one["note"]) for one in touches] == [("LINKEDIN", "Einladung verschickt")]
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(shown(desk)).to_have_count(3)


def test_another_filter_lets_go_of_all_that_match_but_not_of_those_ticked_by_hand(desk, people):
    opened(desk, "/contacts")
    box(desk, "Bertil Kalt").click()
    desk.get_by_role("button", name="Warm", exact=True).click()
    expect(shown(desk)).to_have_count(2)
    picked(desk, "1 chosen")
    act(desk, "Choose all 2").click()
    picked(desk, "2 chosen")
    desk.get_by_role("button", name="Warm", exact=True).click()
    expect(desk.locator(".pd-picked")).to_be_hidden()


def test_many_are_deleted_and_come_back(phone, people):
    opened(phone, "/contacts")
    phone.get_by_label("Select contacts").tap()
    for name in ("Ämil", "Emeka"):
        row(phone, name).locator(".pd-row-main").tap()
    act(phone, "Delete").tap()
    expect(phone.get_by_text("2 contacts moved to the trash")).to_be_visible()
    expect(shown(phone)).to_have_text(["Bertil Kalt", "Cécile Naïve", "Dörte Öhrn"])
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(shown(phone)).to_have_count(5)


def test_many_come_into_a_campaign_with_the_warning_and_the_way_back(phone, api, people):
    first = api.post("/campaigns", json={"name": "Was there first"}).json()["id"]
    api.post(f"/campaigns/{first}/assign-contacts", json={"contact_ids": [people["Emeka Zu"]]}).raise_for_status()
    second = api.post("/campaigns", json={"name": "Comes second"}).json()["id"]
    opened(phone, "/contacts")
    phone.get_by_label("Select contacts").tap()
    for name in ("Dörte", "Emeka"):
        row(phone, name).locator(".pd-row-main").tap()
    act(phone, "Assign").tap()
    phone.locator(".q-dialog").get_by_role("button", name="Comes second").tap()
    expect(phone.get_by_text("Already in Was there first.")).to_be_visible()
    assert len(api.get(f"/campaigns/{second}/contacts").json()["items"]) == 2
    phone.locator(".q-dialog").get_by_role("button", name="Undo").tap()
    expect(phone.get_by_text("2 contacts taken off again")).to_be_visible()
    assert api.get(f"/campaigns/{second}/contacts").json()["items"] == []


def test_exactly_two_can_be_merged_and_come_apart_again(phone, api, people):
    opened(phone, "/contacts")
    phone.get_by_label("Select contacts").tap()
    for name in ("Cécile", "Dörte"):
        expect(act(phone, "Merge the two")).to_be_disabled()
        row(phone, name).locator(".pd-row-main").tap()
    act(phone, "Merge the two").tap()
    sheet = phone.locator(".q-dialog")
    expect(sheet).to_contain_text(re.compile("Stays.*Cécile Naïve.*Goes into it.*Dörte Öhrn", re.DOTALL))
    sheet.get_by_role("button", name="Merge", exact=True).tap()
    expect(phone.get_by_text("two contacts are one now")).to_be_visible()
    expect(shown(phone)).to_have_text(["Ämil Wärme", "Bertil Kalt", "Cécile Naïve", "Emeka Zu"])
    expect(phone.locator(".pd-picked")).to_be_hidden()
    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(shown(phone)).to_have_count(5)


def test_many_wait_for_pipedrive_and_are_taken_back(desk, api, people):
    opened(desk, "/contacts")
    for name in ("Dörte Öhrn", "Emeka Zu"):
        row(desk, name).hover()
        box(desk, name).click()
    act(desk, "Push to Pipedrive").click()
    expect(desk.get_by_text(re.compile("^2 contacts (on the way to Pipedrive|waiting)"))).to_be_visible()
    expect(row(desk, "Emeka")).to_contain_text("waiting")
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.get_by_text("Undone for 2.")).to_be_visible()
    assert facts(api, people["Emeka Zu"])["sync"]["badge"] == "NOT_PUSHED"


@pytest.mark.parametrize(
    ("choice", "ending"), [("Excel", "xlsx"), ("CSV", "csv"), ("vCard", "vcf"), ("For Pipedrive", "csv")]
)
def test_a_file_holds_those_who_are_chosen_and_nobody_else(desk, people, choice, ending):
    opened(desk, "/contacts")
    for name in ("Ämil Wärme", "Cécile Naïve"):
        row(desk, name).hover()
        box(desk, name).click()
    act(desk, "Export as a file").click()
    with desk.expect_download() as arriving:
        desk.locator(".q-dialog").get_by_role("button", name=choice).click()
    file = arriving.value
    assert file.suggested_filename.endswith(ending)
    expect(desk.get_by_text("2 contacts exported")).to_be_visible()
    # whoever is exported stays chosen: the file is a look, not a deed
    picked(desk, "2 chosen")
    if ending != "xlsx":
        words = file.path().read_text()
        assert "Ämil" in words
        assert "Naïve" in words
        assert "Emeka" not in words


# keys


def test_a_keyboard_walks_opens_chooses_logs_and_closes(desk, people):
    opened(desk, "/contacts")
    expect(shown(desk)).to_have_count(5)
    desk.keyboard.press("j")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("k")
    desk.keyboard.press("j")
    expect(row(desk, "Bertil").locator("a")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator(".pd-head-name")).to_have_text("Bertil Kalt")
    assert people["Bertil Kalt"] in desk.url
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("Shift+X")
    picked(desk, "3 chosen")
    desk.keyboard.press("Escape")
    expect(desk.locator(".pd-picked")).to_be_hidden()
    desk.keyboard.press("l")
    expect(desk.locator(".q-dialog")).to_contain_text("Emeka Zu")
    desk.keyboard.press("Escape")
    expect(desk.locator(".q-dialog")).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.get_by_text("Select a contact")).to_be_visible()
    assert desk.url.endswith("/contacts")


def test_no_key_fires_while_somebody_types(desk, people):
    opened(desk, "/contacts")
    desk.keyboard.press("/")
    expect(desk.get_by_label("Search contacts").last).to_be_focused()
    desk.keyboard.type("njklx?/")
    expect(desk.get_by_label("Search contacts").last).to_have_value("njklx?/")
    expect(desk.locator(".q-dialog")).to_have_count(0)
    expect(desk.locator(".pd-picked")).to_be_hidden()
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.locator(".q-dialog")).to_contain_text("Next and previous contact")
    desk.keyboard.press("n")
    expect(desk.get_by_label("Name", exact=True)).to_have_count(0)
    desk.keyboard.press("Escape")
    expect(desk.locator(".q-dialog")).to_have_count(0)
    desk.keyboard.press("n")
    expect(desk.locator(".q-dialog").get_by_text("New contact")).to_be_visible()


def palette(page):
    # it never opens over a sheet, and one that is closing is still one
    expect(page.locator(".q-dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to anything")
    expect(field).to_be_focused()
    return field


def test_the_palette_finds_people_however_mistyped_and_opens_them_in_place(desk, people):
    opened(desk, "/contacts")
    desk.evaluate("window.stays = true")
    palette(desk).press_sequentially("bertli kalt")
    expect(desk.get_by_role("option", name="Bertil Kalt")).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Enter")
    expect(desk.locator(".pd-head-name")).to_have_text("Bertil Kalt")
    expect(row(desk, "Bertil")).to_have_class(re.compile("chosen"))
    assert desk.evaluate("window.stays")
    desk.locator("#app .pd-rail").get_by_role("link", name="Activities").click()
    expect(desk).to_have_url(re.compile("/activities"))
    palette(desk).press_sequentially("amil")
    desk.get_by_role("option", name="Ämil Wärme").click()
    expect(desk.locator(".pd-head-name")).to_have_text("Ämil Wärme")


def test_the_palette_leads_to_campaigns_rooms_and_commands(desk, api, people):
    made = api.post("/campaigns", json={"name": "Überall erreichbar"}).json()["id"]
    opened(desk, "/")
    palette(desk).press_sequentially("überall")
    expect(desk.get_by_role("option", name="Überall erreichbar")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(made))
    palette(desk).press_sequentially("go to sett")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("/settings"))
    palette(desk).press_sequentially("add a con")
    desk.keyboard.press("Enter")
    expect(desk.locator(".q-dialog").get_by_text("New contact")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator(".q-dialog")).to_have_count(0)
    with desk.expect_download() as arriving:
        palette(desk).press_sequentially("excel")
        desk.keyboard.press("Enter")
    assert arriving.value.suggested_filename == "contacts.xlsx"
    palette(desk).press_sequentially("qqqqq")
    expect(desk.get_by_text("Nothing is called like that.")).to_be_visible()


def test_the_palette_signs_out(account, chromium, site, api):
    answer = api.post("/users", json={"email": "short@firm.example", "role": "CONSULTANT"})
    context = chromium.new_context(base_url=site.address, **DESK)
    page = context.new_page()
    page.goto(re.sub(r"^https?://[^/]+", "", answer.json()["link"]))
    page.get_by_label("Your name").fill("Short Stay")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button").last.click()
    page.wait_for_selector("#app .pd-main")
    opened(page, "/")
    palette(page).press_sequentially("log out")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/login"))
    context.close()


# side by side


@pytest.mark.parametrize(("width", "columns"), [(390, 1), (768, 2), (1280, 1)])
def test_the_list_has_as_many_columns_as_the_screen_has_room_for(desk, people, width, columns):
    desk.set_viewport_size({"width": width, "height": 844})
    opened(desk, "/contacts")
    expect(shown(desk)).to_have_count(5)
    assert across(desk) == columns


def test_at_a_desk_cards_stand_three_side_by_side_until_somebody_opens(desk, people):
    opened(desk, "/contacts")
    desk.get_by_label("Cards side by side").click()
    desk.wait_for_function(f"({ACROSS})() === 3")
    expect(desk).to_have_url(re.compile("view=cards"))
    opened(desk, desk.url)
    desk.wait_for_function(f"({ACROSS})() === 3")
    row(desk, "Emeka").locator(".pd-row-main").click()
    expect(desk.locator(".pd-head-name")).to_have_text("Emeka Zu")
    desk.wait_for_function(f"({ACROSS})() === 1")


ACROSS = "() => new Set([...document.querySelectorAll('#app .pd-rows .pd-row')].map(e => e.getBoundingClientRect().left)).size"


def across(page):
    return page.evaluate(ACROSS)


SMALL = """() => [...document.querySelectorAll('#app .pd-main a, #app .pd-main button, .pd-picked button')].filter(e => e.offsetParent)
    .map(e => [e.getBoundingClientRect(), e]).filter(([r]) => r.width > 0)
    .filter(([r, e]) => r.height < LEAST || r.width < LEAST || !(e.getAttribute('aria-label') || e.innerText.trim()))
    .map(([r, e]) => `${e.className} ${Math.round(r.width)}x${Math.round(r.height)} ${e.innerText}`)"""


def test_nothing_scrolls_sideways_and_every_target_is_big_and_has_a_name(desk, api, people):
    api.post("/contacts", json={"name": "Maximilian-Alexander von und zu " * 5, "organisation": "Gesellschaft " * 12})
    opened(desk, "/contacts?warmness_min=1&tag=&not_contacted_days=90")
    opened(desk, "/contacts")
    desk.get_by_label("Select contacts").click()
    row(desk, "Maximilian").hover()
    desk.locator(".pd-tick").first.click()
    wide, poor = [], []
    for width in (1280, 768, 430, 390, 360):
        desk.set_viewport_size({"width": width, "height": 844})
        if desk.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(width)
        poor += desk.evaluate(SMALL.replace("LEAST", "44" if width < DESK["viewport"]["width"] else "40"))
    assert (wide, poor) == ([], [])


@pytest.fixture(params=["light", "dark"])
def shaded(request, account, window, site):
    yield from visiting(window, site, account, PHONE | {"color_scheme": request.param})


def test_what_opens_over_the_bank_fits_and_reads_well_on_a_phone(shaded, people):
    opened(shaded, "/contacts?tag=energy&sort=-warmness")
    shaded.get_by_label("Select contacts").tap()
    box(shaded, "Bertil Kalt").tap()
    wrong = {"the bar": sizes(shaded, thumb=True) + axe(shaded)}
    for name, label in (("tags", "Tag or untag"), ("log", "Log activity"), ("export", "Export"), ("assign", "Assign")):
        act(shaded, label).tap()
        expect(shaded.locator(".q-dialog .pd-sheet")).to_be_visible()
        wrong[name] = sizes(shaded, thumb=True) + axe(shaded)
        shaded.keyboard.press("Escape")
        expect(shaded.locator(".q-dialog")).to_have_count(0)
    act(shaded, "Clear selection").tap()
    palette(shaded)
    wrong["palette"] = sizes(shaded, thumb=True) + axe(shaded)
    assert {name: said for name, said in wrong.items() if said} == {}


KEPT_WORDS = """() => {
    const bar = document.querySelector('.pd-picked');
    window.said = [];
    new MutationObserver(() => window.said.push(bar.innerText)).observe(bar, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def test_long_work_says_what_it_does_until_it_is_done(desk, api):
    api.post("/contacts/bulk", json={"verb": "TRASH", "query": ""}).raise_for_status()
    crowd = "name\n" + "\n".join(f"Many Of Them {n}" for n in range(2_000))
    api.post("/contacts/import", files={"file": ("many.csv", crowd, "text/csv")}, timeout=90).raise_for_status()
    opened(desk, "/contacts?q=many")
    row(desk, "Many Of Them 0").first.hover()
    desk.locator(".pd-tick").first.click()
    act(desk, "Choose all 2,000").click()
    picked(desk, "2,000 chosen")
    desk.evaluate(KEPT_WORDS)
    act(desk, "Delete").click()
    expect(desk.get_by_text("2,000 contacts moved to the trash")).to_be_visible()
    assert any("Deleting 2,000 contacts …" in said for said in desk.evaluate("window.said"))
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.get_by_text("Undone for 2,000.")).to_be_visible()
