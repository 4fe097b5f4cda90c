"""Merging, snoozing, the trash, organisations, and the way back of each."""

import re
from time import monotonic

import pytest
from playwright.sync_api import expect

from tests.support.app_process import PASSWORD, opened, wire


def made(api, name, **facts):
    answer = api.post("/contacts?force=true", json={"name": name, **facts})
    assert answer.status_code == 201, answer.text
    return answer.json()


def sheet(page):
    return page.locator(".pd-sheet:visible")


def more(page):
    """The fold below Edit, Snooze and Delete."""
    page.locator(".pd-extras", has_text="Merge with").locator(".q-item").first.click()


def test_two_contacts_become_one_as_chosen_and_come_apart_again(phone, api):
    keep = made(api, "Jörg Müßiggang", email="joerg@apfel.example", job_title="Buyer", notes="Met at the fair.")
    drop = made(api, "Joerg Muessiggang", email="jm@apfel.example", job_title="Head of Buying", warmness_score=6)
    opened(phone, f"/contacts/{keep['id']}")
    more(phone)
    phone.get_by_role("button", name="Merge with").tap()
    phone.get_by_label("Search my contacts").fill("muessiggang")
    sheet(phone).get_by_role("button", name=re.compile("^Joerg Muessiggang")).tap()

    merging = sheet(phone)
    expect(merging.get_by_text("Goes into it")).to_be_visible()
    job = merging.get_by_role("group", name="Job title")
    expect(job.get_by_role("button", pressed=True)).to_contain_text("Buyer")
    job.get_by_role("button", name=re.compile("Head of Buying")).tap()
    preview = merging.locator(".pd-merged")
    expect(preview).to_contain_text("Head of Buying")
    expect(preview).to_contain_text("joerg@apfel.example\njm@apfel.example", use_inner_text=True)
    merging.get_by_role("button", name="Merge", exact=True).tap()

    expect(phone.get_by_text("Jörg Müßiggang: two contacts are one now")).to_be_visible()
    one = api.get(f"/contacts/{keep['id']}").json()
    assert (one["emails"], one["job_title"], one["warmness_score"]) == (
        ["joerg@apfel.example", "jm@apfel.example"],
        "Head of Buying",
        6,
    )
    assert api.get(f"/contacts/{drop['id']}").status_code == 404

    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.get_by_text("They are two contacts again")).to_be_visible()
    assert api.get(f"/contacts/{drop['id']}").json()["name"] == "Joerg Muessiggang"
    assert api.get(f"/contacts/{keep['id']}").json()["job_title"] == "Buyer"


def test_what_was_said_stands_before_what_is_known_and_the_rest_of_it_comes_when_asked_for(phone, api):
    who = made(api, "Timeline Tilda", phone="+4722123456")["id"]

    def note(number):
        api.post("/activities", json={"contact_id": who, "type": "CALL", "note": f"Talk {number}"}).raise_for_status()

    for number in range(10):
        note(number)
    opened(phone, f"/contacts/{who}")
    steps = phone.locator(".pd-step")
    expect(steps).to_have_count(8)
    expect(steps.first).to_contain_text("Talk 9")
    edit = phone.get_by_role("button", name="Edit", exact=True)
    assert steps.last.bounding_box()["y"] < edit.bounding_box()["y"]
    phone.get_by_role("button", name="Show all (10)").tap()
    expect(steps).to_have_count(10)
    note(10)
    expect(steps).to_have_count(11)


def test_after_a_swap_the_other_one_stays_and_is_shown(desk, api):
    here, other = made(api, "Swap Here"), made(api, "Swap Other", phone="+4722123456")
    opened(desk, f"/contacts/{here['id']}")
    more(desk)
    desk.get_by_role("button", name="Merge with").click()
    desk.get_by_label("Search my contacts").fill("swap other")
    sheet(desk).get_by_role("button", name="Swap Other").click()
    sheet(desk).get_by_role("button", name="Swap them").click()
    expect(sheet(desk).locator(".pd-two-heads .pd-line").first).to_contain_text("Swap Other")
    sheet(desk).get_by_role("button", name="Merge", exact=True).click()
    desk.wait_for_url(f"**/contacts/{other['id']}")
    expect(desk.locator(".pd-head-name")).to_have_text("Swap Other")


def test_a_snooze_of_chosen_length_is_shown_and_ends_with_a_tap(phone, api):
    them = made(api, "Snooze Sørensen", warmness_score=9)
    opened(phone, f"/contacts/{them['id']}")
    phone.get_by_role("button", name="Snooze", exact=True).tap()
    sheet(phone).get_by_role("button", name="A month").tap()
    expect(phone.get_by_text(re.compile(r"^Snoozed until \w+ \d+ \w+")).first).to_be_visible()
    names = [one["name"] for one in api.get("/contacts/suggested?limit=50").json()["items"]]
    assert "Snooze Sørensen" not in names
    phone.get_by_role("button", name="Wake").tap()
    expect(phone.get_by_text("Awake again")).to_be_visible()
    names = [one["name"] for one in api.get("/contacts/suggested?limit=50").json()["items"]]
    assert "Snooze Sørensen" in names


def test_a_day_in_the_past_is_refused_in_a_sentence(phone, api):
    them = made(api, "Snooze Past")
    opened(phone, f"/contacts/{them['id']}")
    phone.get_by_role("button", name="Snooze", exact=True).tap()
    sheet(phone).get_by_label("Until", exact=True).fill("2020-01-01")
    # the browser's own guard of the field is not ours to test
    phone.evaluate("document.querySelector('.pd-until').noValidate = true")
    sheet(phone).get_by_role("button", name="Snooze", exact=True).tap()
    expect(phone.get_by_text("Snooze for 1 to 730 days.")).to_be_visible()


def test_every_step_of_warmness_is_told_with_its_reason(phone, api):
    them = made(api, "Warm Wikström", warmness_score=4)
    api.put(f"/contacts/{them['id']}", json={"warmness_score": 5}).raise_for_status()
    for _ in range(2):
        said = {"type": "EMAIL", "contact_id": them["id"], "outcome": "REPLIED"}
        api.post("/activities", json=said).raise_for_status()
    opened(phone, f"/contacts/{them['id']}")
    expect(phone.get_by_text("Replied twice in 30 days: 5 → 6?")).to_be_visible()
    phone.get_by_role("button", name="Yes, take this warmness over").tap()
    expect(phone.get_by_text("Warmness 6").first).to_be_visible()
    expect(phone.get_by_text("Replied twice in 30 days")).not_to_be_visible()
    phone.get_by_role("button", name="Warmness history").tap()
    steps = sheet(phone).locator(".pd-step")
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_contain_text("5 → 6")
    expect(steps.nth(0)).to_contain_text("accepted")
    expect(steps.nth(1)).to_contain_text("Manually")
    expect(steps.nth(2)).to_contain_text("When added")


def test_a_rhythm_and_what_is_planned_are_told_on_the_contact(phone, api):
    them = made(api, "Rhythm Rasmussen", cadence_days=30)
    opened(phone, f"/contacts/{them['id']}")
    expect(phone.get_by_text("Every 30 days · not contacted yet, so due now")).to_be_visible()
    api.post("/activities", json={"type": "CALL", "contact_id": them["id"]}).raise_for_status()
    expect(phone.get_by_text(re.compile(r"Every 30 days · due \w+ \d+ \w+"))).to_be_visible()


def test_everything_we_hold_is_a_file(desk, api):
    them = made(api, "Dossier Dahl", email="dossier@dahl.example")
    opened(desk, f"/contacts/{them['id']}")
    more(desk)
    with desk.expect_download() as coming:
        desk.get_by_role("link", name="Export personal data").click()
    assert "dossier@dahl.example" in coming.value.path().read_text()


def test_who_was_deleted_is_found_in_the_trash_and_comes_back(phone, api):
    them = made(api, "Trash Törnqvist", organisation="Papierkorb AG")
    made(api, "Other Deleted")
    for one in api.get("/contacts?q=deleted").json()["items"] + [them]:
        api.delete(f"/contacts/{one['id']}").raise_for_status()
    opened(phone, "/more")
    phone.get_by_role("link", name=re.compile("^Trash")).tap()
    phone.get_by_label("Search the trash").fill("tornqvist")
    expect(phone.locator(".pd-told")).to_have_text("1 contact")
    row = phone.locator(".pd-row", has_text="Trash Törnqvist")
    expect(row).to_contain_text("30 days left · Papierkorb AG")
    row.get_by_role("button", name="Restore Trash Törnqvist").tap()
    expect(phone.get_by_text("Trash Törnqvist is back")).to_be_visible()
    expect(row).to_have_count(0)
    assert api.get(f"/contacts/{them['id']}").status_code == 200


def test_erasing_says_first_what_it_means_and_there_is_nothing_left(phone, api):
    them = made(api, "Forget Fjeld", email="forget@fjeld.example")
    api.delete(f"/contacts/{them['id']}").raise_for_status()
    opened(phone, "/trash")
    phone.get_by_role("button", name="Erase Forget Fjeld for good").tap()
    expect(sheet(phone).get_by_text("There is no way back", exact=False)).to_be_visible()
    sheet(phone).get_by_role("button", name="Delete permanently").tap()
    expect(sheet(phone).get_by_text("Erased. A file does not bring them back.")).to_be_visible()
    sheet(phone).get_by_role("button", name="Close").tap()
    expect(phone.locator(".pd-row", has_text="Forget Fjeld")).to_have_count(0)
    assert api.post(f"/contacts/{them['id']}/restore").status_code == 404


def test_a_merge_is_undone_from_the_trash_days_later(phone, api):
    keep, drop = made(api, "Late Lund"), made(api, "Later Lund")
    api.post("/contacts/merge", json={"keep_id": keep["id"], "drop_id": drop["id"]}).raise_for_status()
    opened(phone, "/trash")
    phone.get_by_role("button", name="Undo: Two contacts became one.").first.tap()
    expect(phone.get_by_text(re.compile("^Undone for"))).to_be_visible()
    assert api.get(f"/contacts/{drop['id']}").status_code == 200


def test_an_organisation_gets_one_spelling_and_two_are_made_one(phone, api):
    made(api, "Works One", organisation="Nordwind Energie")
    made(api, "Works Two", organisation="Nordwnd Energy")
    opened(phone, "/more")
    phone.get_by_role("link", name=re.compile("^Organisations")).tap()
    phone.get_by_label("Search organisations").fill("nord")
    phone.get_by_role("button", name="Actions for Nordwind Energie").tap()
    phone.get_by_text("Rename", exact=True).tap()
    sheet(phone).get_by_label("Name").fill("Nordwind Energie AG")
    sheet(phone).get_by_role("button", name="Save").tap()
    expect(phone.get_by_text("It is Nordwind Energie AG now")).to_be_visible()

    phone.get_by_role("button", name="Actions for Nordwnd Energy").tap()
    phone.get_by_text("Merge with …").tap()
    # nobody else begins alike, so all are offered, but never the one that is to go
    expect(sheet(phone).get_by_role("button", name="Nordwind Energie AG")).to_be_visible()
    expect(sheet(phone).get_by_role("button", name="Nordwnd Energy")).to_have_count(0)
    sheet(phone).get_by_label("Search organisations to merge into").fill("nordwind")
    sheet(phone).get_by_role("button", name="Nordwind Energie AG").tap()
    expect(phone.get_by_text("All of them work at Nordwind Energie AG now")).to_be_visible()
    expect(phone.locator(".pd-row", has_text="Nordwind Energie AG")).to_contain_text("2 contacts")
    assert {one["organisation"] for one in api.get("/contacts?q=works").json()["items"]} == {"Nordwind Energie AG"}

    phone.get_by_role("button", name="Undo", exact=True).tap()
    expect(phone.locator(".pd-row", has_text="Nordwnd Energy")).to_contain_text("1 contact")


@pytest.mark.parametrize("path", ["/trash", "/organisations"])
def test_an_empty_search_says_so_and_nothing_scrolls_sideways(phone, path):
    phone.set_viewport_size({"width": 360, "height": 740})
    opened(phone, f"{path}?q=nosuchthing")
    expect(phone.locator(".pd-empty")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


SIGNATURE = """Mit freundlichen Grüßen

Dr. Käthe Großmann
Head of Procurement
Birnbaum & Töchter GmbH
Tel: +49 (0) 30 7654321
Mobil +49 151 2345678
kaethe.grossmann@birnbaum.example
https://www.linkedin.com/in/kaethe-grossmann
Hauptstraße 12, 10115 Berlin"""


def adding(page):
    opened(page, "/contacts")
    page.get_by_label("Add a contact").tap()
    return sheet(page)


def found(api, q):
    return api.get("/contacts", params={"q": q}).json()["items"]


def test_a_pasted_signature_fills_the_fields_and_is_looked_over_before_it_is_saved(phone, api):
    form = adding(phone)
    form.get_by_role("button", name="Paste a signature, card or link").tap()
    form.get_by_label("Signature, vCard, LinkedIn link or a line").fill(SIGNATURE)
    expect(form.get_by_text("Understood. Look it over, then save.")).to_be_visible()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Dr. Käthe Großmann")
    expect(form.get_by_label("Phone 2", exact=True)).to_have_value("+491512345678 mobile")
    expect(form.get_by_label("Job title")).to_have_value("Head of Procurement")
    expect(form.get_by_text("Not used: Hauptstraße 12, 10115 Berlin")).to_be_visible()
    form.get_by_role("button", name="Put that in the notes").tap()
    expect(form.get_by_label("Notes")).to_have_value("Hauptstraße 12, 10115 Berlin")
    assert found(api, "grossmann") == []
    form.get_by_label("Name", exact=True).fill("Käthe Großmann")
    form.get_by_role("button", name="Save").tap()
    expect(phone.get_by_text("Käthe Großmann added")).to_be_visible()
    (one,) = found(api, "grossmann")
    told = ("name", "organisation", "emails", "phones", "job_title", "linkedin_url", "notes")
    assert tuple(one[name] for name in told) == (
        "Käthe Großmann",
        "Birnbaum & Töchter GmbH",
        ["kaethe.grossmann@birnbaum.example"],
        ["+49307654321", "+491512345678"],
        "Head of Procurement",
        "https://www.linkedin.com/in/kaethe-grossmann",
        "Hauptstraße 12, 10115 Berlin",
    )


def test_where_the_browser_hands_the_clipboard_over_one_tap_fills_the_form(phone, site):
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    form = adding(phone)
    phone.evaluate("text => navigator.clipboard.writeText(text)", SIGNATURE)
    form.get_by_role("button", name="Paste a signature, card or link").tap()
    expect(form.get_by_text("Understood. Look it over, then save.")).to_be_visible()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Dr. Käthe Großmann")
    expect(form.get_by_label("E-mail", exact=True)).to_have_value("kaethe.grossmann@birnbaum.example")


def test_somebody_known_shows_while_one_types_and_what_was_typed_goes_to_them(phone, api):
    known = made(api, "Jürgen Möwe", organisation="Hafen AG", email="jm@hafen.example")
    form = adding(phone)
    form.get_by_label("Name", exact=True).fill("Juergen Moewe")
    expect(form.get_by_text("You may already have this person")).to_be_visible()
    form.get_by_label("Phone", exact=True).fill("+49 40 1234567")
    form.get_by_role("button", name="Merge with Jürgen Möwe").tap()
    # nothing is saved yet: the one who is there, with what was typed beside it
    expect(form.get_by_text("Jürgen Möwe is there already.", exact=False)).to_be_visible()
    expect(form.get_by_label("Phone", exact=True)).to_have_value("+49 40 1234567")
    expect(form.get_by_role("textbox", name="Name", exact=True)).to_have_value("Jürgen Möwe")
    assert api.get(f"/contacts/{known['id']}").json()["phones"] == []
    form.get_by_role("button", name="Save").tap()
    expect(phone.locator(".pd-toast")).to_contain_text("Saved")
    one = api.get(f"/contacts/{known['id']}").json()
    assert (one["name"], one["emails"], one["phones"]) == ("Jürgen Möwe", ["jm@hafen.example"], ["+49401234567"])
    assert [each["id"] for each in found(api, "hafen")] == [known["id"]]


def test_keep_both_is_asked_once_and_then_saves_a_second_one(phone, api):
    made(api, "Twin Thorsen")
    form = adding(phone)
    form.get_by_label("Name", exact=True).fill("Twin Thorsen")
    form.get_by_role("button", name="Keep both").tap()
    expect(form.get_by_text("You may already have this person")).to_have_count(0)
    form.get_by_role("button", name="Save").tap()
    expect(phone.get_by_text("Twin Thorsen added")).to_be_visible()
    assert len(found(api, "twin thorsen")) == 2


def test_on_a_slow_line_the_next_tag_is_typed_at_once(phone, api):
    """The answer to the first word comes while the second one is being typed, and leaves it alone."""
    made(api, "Works Slowly", tags=["messe"])
    lines, held, holding = [], [], []

    def slow(line):
        server = line.connect_to_server()
        server.on_message(lambda told: held.append(told) if holding else line.send(told))
        lines.append(line)

    def deliver():
        """Once the server has answered."""
        until = monotonic() + 10
        while not held:
            assert monotonic() < until, "nothing was answered"
            phone.evaluate("1")
        holding.clear()
        while held:
            lines[-1].send(held.pop(0))

    phone.route_web_socket(re.compile("/_nicegui_ws/"), slow)
    form = adding(phone)
    form.get_by_text("More", exact=True).tap()
    box = form.get_by_label("Add a tag")
    box.tap()
    box.press_sequentially("mes")
    option = form.get_by_role("button", name="messe", exact=True)
    expect(option).to_be_visible()
    for ending in (option.tap, lambda: box.press("Enter")):
        holding.append(True)
        ending()
        box.press_sequentially("zweitens")
        deliver()
        box.press_sequentially(" dort")
        expect(box).to_have_value("zweitens dort")
    for tag in ("messe", "zweitens dort"):
        expect(form.get_by_role("button", name=f"Remove the tag {tag}")).to_be_visible()


def test_several_addresses_tags_a_rhythm_and_a_firm_in_the_spelling_that_is_known(phone, api):
    made(api, "Works There", organisation="Müller & Cie. AG", tags=["messe", "vorstand"])
    form = adding(phone)
    form.get_by_label("Name", exact=True).fill("Many Mårtensson")
    form.get_by_label("Organisation", exact=True).press_sequentially("muller")
    form.get_by_role("button", name="Müller & Cie. AG").tap()
    expect(form.get_by_label("Organisation", exact=True)).to_have_value("Müller & Cie. AG")
    form.get_by_label("E-mail", exact=True).fill("old@many.example")
    form.get_by_role("button", name="Another e-mail").tap()
    form.get_by_label("E-mail 2", exact=True).fill("new@many.example")
    form.get_by_role("button", name="E-mail 2: make it the first").tap()
    expect(form.get_by_label("E-mail", exact=True)).to_have_value("new@many.example")
    form.get_by_text("More", exact=True).tap()
    form.get_by_label("Add a tag").press_sequentially("mes")
    form.get_by_role("button", name="messe", exact=True).tap()
    form.get_by_label("Add a tag").fill("Neu")
    form.get_by_label("Add a tag").press("Enter")
    expect(form.get_by_role("button", name="Remove the tag neu")).to_be_visible()
    form.get_by_role("button", name="Month", exact=True).tap()
    form.get_by_role("button", name="Save").tap()
    expect(phone.get_by_text("Many Mårtensson added")).to_be_visible()
    (one,) = found(api, "martensson")
    assert (one["emails"], one["tags"]) == (["new@many.example", "old@many.example"], ["messe", "neu"])
    assert (one["cadence_days"], one["organisation"]) == (30, "Müller & Cie. AG")


def test_a_sheet_that_was_closed_unsaved_comes_back_as_it_was(phone):
    form = adding(phone)
    form.get_by_label("Name", exact=True).fill("Half Typed")
    phone.keyboard.press("Escape")
    expect(form).to_have_count(0)
    phone.get_by_label("Add a contact").tap()
    expect(form.get_by_label("Name", exact=True)).to_have_value("Half Typed")
    form.get_by_role("button", name="Start over").tap()
    expect(form.get_by_label("Name", exact=True)).to_have_value("")


def test_who_saves_second_sees_field_by_field_what_changed_and_chooses(desk, api):
    them = made(api, "Two Windows", job_title="Buyer", notes="First.", email="two@windows.example")
    opened(desk, f"/contacts/{them['id']}")
    desk.get_by_role("button", name="Edit", exact=True).click()
    form = sheet(desk)
    form.get_by_text("More", exact=True).click()
    form.get_by_label("Job title").fill("Head of Buying")
    meanwhile = {"job_title": "Chief Buyer", "tags": ["vip"]}
    api.put(f"/contacts/{them['id']}", json=meanwhile).raise_for_status()
    form.get_by_role("button", name="Save").click()

    expect(form.get_by_text("Changed in the meantime", exact=False)).to_be_visible()
    assert api.get(f"/contacts/{them['id']}").json()["job_title"] == "Chief Buyer"
    form.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Choose first for each field what is to stand.")).to_be_visible()
    job = form.get_by_role("group", name="Job title")
    expect(job).to_contain_text("Chief Buyer")
    job.get_by_role("button", name=re.compile("Head of Buying")).click()
    expect(form.get_by_role("textbox", name="Job title")).to_have_value("Head of Buying")
    form.get_by_role("button", name="Save").click()
    expect(desk.locator(".pd-toast")).to_contain_text("Saved")
    one = api.get(f"/contacts/{them['id']}").json()
    assert (one["job_title"], one["tags"], one["notes"]) == ("Head of Buying", ["vip"], "First.")

    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.get_by_text("As it was before")).to_be_visible()
    assert api.get(f"/contacts/{them['id']}").json()["job_title"] == "Chief Buyer"


def test_a_touch_meanwhile_is_no_conflict(phone, api):
    """The version moves with every touch; where no field that one types was changed, nothing is asked."""
    them = made(api, "Touched Meanwhile")
    opened(phone, f"/contacts/{them['id']}")
    phone.get_by_role("button", name="Edit", exact=True).tap()
    form = sheet(phone)
    form.get_by_label("Phone", exact=True).fill("+47 22 12 34 99")
    api.post(f"/contacts/{them['id']}/snooze", json={"days": 3}).raise_for_status()
    form.get_by_role("button", name="Save").tap()
    expect(phone.locator(".pd-toast")).to_contain_text("Saved")
    assert api.get(f"/contacts/{them['id']}").json()["phones"] == ["+4722123499"]


def test_somebody_erased_is_added_again_only_when_they_agreed(phone, api):
    them = made(api, "Agreed Aas", email="agreed@aas.example")
    api.delete(f"/contacts/{them['id']}?erase=true").raise_for_status()
    form = adding(phone)
    form.get_by_label("Name", exact=True).fill("Agreed Aas")
    form.get_by_label("E-mail", exact=True).fill("agreed@aas.example")
    form.get_by_role("button", name="Save").tap()
    expect(form.get_by_text("This person was erased at their own request.", exact=False)).to_be_visible()
    assert found(api, "agreed") == []
    form.get_by_role("button", name="They agreed: add them").tap()
    expect(phone.get_by_text("Agreed Aas added")).to_be_visible()
    assert len(found(api, "agreed")) == 1


def test_contacts_in_campaigns_are_handed_over_with_a_preview_and_back(desk, api, site):
    link = api.post("/users", json={"email": "taker@firm.example", "role": "CONSULTANT"}).json()["link"]
    token = link.rpartition("/")[2]
    person = {"name": "Tove Taker", "password": PASSWORD, "timezone": "UTC"}
    with wire(site.address) as them:
        them.post(f"/invite/{token}", data=person)
    me = api.get("/auth/session").json()["user"]
    them = made(api, "Handed Hauge")
    made(api, "Stays Here")
    campaign = api.post("/campaigns", json={"name": "Hand over"}).json()
    wish = {"contact_ids": [them["id"]]}
    api.post(f"/campaigns/{campaign['id']}/assign-contacts", json=wish).raise_for_status()
    opened(desk, "/team")
    desk.get_by_role("button", name=f"Actions for {me['name']}").click()
    desk.get_by_text("Hand over contacts").click()
    form = sheet(desk)
    expect(form.get_by_text("1 contact in campaigns.", exact=False)).to_be_visible()
    form.get_by_role("button", name="Hand over", exact=True).click()
    expect(desk.get_by_text("Choose first to whom.")).to_be_visible()
    form.get_by_role("checkbox", name=re.compile("^Tove Taker")).click()
    expect(
        form.get_by_text(f"1 contact of {me['name']} will be Tove Taker's, with the whole timeline.")
    ).to_be_visible()
    form.get_by_role("button", name="Hand over", exact=True).click()
    expect(desk.get_by_text("1 contact handed over to Tove Taker")).to_be_visible()
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.get_by_text(f"1 contact back with {me['name']}")).to_be_visible()
    assert [one["id"] for one in found(api, "hauge")] == [them["id"]]
    owners = api.get(f"/contacts/{them['id']}/export.json").json()["owners"]
    assert [one["from_user_id"] == me["id"] for one in owners] == [True, False]


def test_who_cannot_be_reached_is_offered_a_number_in_place(phone, api):
    for one in api.get("/contacts/suggested", params={"limit": 200}).json()["items"]:
        api.post(f"/contacts/{one['id']}/snooze", json={"days": 30}).raise_for_status()
    api.post("/contacts", json={"name": "Nobody Knows How", "warmness_score": 10}).raise_for_status()
    opened(phone, "/")
    card = phone.locator("#app .pd-upnext .pd-row", has_text="Nobody Knows How")
    card.get_by_role("button", name="Add a number").tap()
    phone.locator(".q-dialog").get_by_label("Phone").first.fill("+47 22 12 34 60")
    phone.locator(".q-dialog").get_by_role("button", name="Save").tap()
    expect(card.get_by_role("link", name="Call Nobody Knows How")).to_be_visible()
