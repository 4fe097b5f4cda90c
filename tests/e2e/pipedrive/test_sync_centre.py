"""The sync centre, a key that dies, a choice, a preview, a receipt, a conflict; in a browser."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.app_process import DESK, KEY, PHONE, invited, opened
from tests.support.waiting import until

NEW_KEY = "key-annegret-abcdef9876543210"
SLOW = 15_000
SCREENS = ["/sync?show=waiting", "/sync?show=needs", "/sync?show=done", "/sync?whose=all", "/settings/pipedrive"]


def person(api, name, **facts):
    made = api.post("/contacts", params={"force": "true"}, json={"name": name, **facts})
    made.raise_for_status()
    return made.json()


def ask_for(api, contact):
    api.post("/pipedrive/sync", json={"contact_id": contact["id"]}).raise_for_status()


def put(pipedrive, key, kind, **facts):
    """A record that a colleague made in Pipedrive."""
    answer = httpx.post(f"{pipedrive.url}/api/v2/{kind}", json=facts, headers={"x-api-token": key})
    answer.raise_for_status()
    return answer.json()["data"]["id"]


def there(pipedrive, kind, number):
    return next((row for row in pipedrive.alive(kind) if row["id"] == number), None)


def connect(page, key):
    opened(page, "/settings/key")
    page.get_by_label("Personal API key").fill(key)
    page.get_by_role("button", name="Connect").click()


def test_without_a_key_it_says_how_to_get_one_and_then_everything_goes_over(phone, api, pipedrive):
    ask_for(api, person(api, "First Frida", email="frida@one.example"))
    opened(phone, "/sync")
    notice = phone.locator(".pd-notice")
    expect(notice).to_contain_text("No Pipedrive key yet")
    expect(notice).to_contain_text("1 push waits and goes over")
    expect(phone.locator(".pd-row", has_text="First Frida")).to_contain_text("PENDING")
    notice.get_by_role("button", name="Add your key").click()
    phone.get_by_label("Personal API key").fill(KEY)
    phone.get_by_role("button", name="Connect").click()
    expect(phone.get_by_text("1 push waits and goes over now")).to_be_visible()
    opened(phone, "/sync?show=done")
    expect(phone.locator(".pd-row", has_text="First Frida")).to_contain_text("SUCCESS", timeout=SLOW)
    assert [row["name"] for row in pipedrive.alive("persons")] == ["First Frida"]


def test_a_dead_key_is_told_at_once_and_a_new_one_sets_all_going(desk, api, pipedrive):
    opened(desk, "/sync?show=waiting")
    expect(desk.get_by_text("Nothing waits")).to_be_visible()
    pipedrive.company.replace_key(KEY, NEW_KEY)
    ask_for(api, person(api, "Waits Wanda"))
    expect(desk.locator(".pd-notice")).to_contain_text("Pipedrive does not accept your key", timeout=SLOW)
    expect(desk.locator(".pd-row", has_text="Waits Wanda")).to_contain_text("PENDING")
    desk.get_by_role("button", name="Open Settings").click()
    desk.get_by_label("Personal API key").fill(NEW_KEY)
    desk.get_by_role("button", name="Connect").click()
    expect(desk.get_by_text("Connected as Annegret at acme; 1 push waits and goes over now")).to_be_visible()
    opened(desk, "/sync?show=done")
    expect(desk.locator(".pd-row", has_text="Waits Wanda")).to_contain_text("SUCCESS", timeout=SLOW)
    expect(desk.locator(".pd-notice")).to_have_count(0)


def test_several_candidates_are_asked_about_and_the_chosen_one_is_linked(phone, api, pipedrive):
    mails = [{"value": "kari@twice.example"}]
    first, second = (put(pipedrive, NEW_KEY, "persons", name=name, emails=mails) for name in ("Kari N.", "K. Nordmann"))
    contact = person(api, "Kari Nordmann", email="kari@twice.example")
    ask_for(api, contact)
    opened(phone, f"/contacts/{contact['id']}")
    expect(phone.locator(".pd-detail .pd-chip.bad", has_text="Needs you")).to_be_visible(timeout=SLOW)
    phone.get_by_role("link", name="Sort it out").click()
    sheet = phone.locator(".q-dialog")
    expect(sheet).to_contain_text("more than once")
    expect(sheet.locator(".pd-status")).to_have_text("FAILED")
    sheet.get_by_role("button", name="Choose which one").click()
    chosen = phone.locator(".pd-candidate", has_text="K. Nordmann")
    expect(chosen.get_by_role("link")).to_have_attribute("href", f"https://acme.pipedrive.com/person/{second}")
    chosen.get_by_role("button").click()
    expect(phone.locator(".q-dialog .pd-status")).to_have_text("SUCCESS", timeout=SLOW)
    expect(phone.locator(".pd-receipt")).to_contain_text(f"Linked to person {second}")
    assert api.get(f"/contacts/{contact['id']}").json()["pipedrive_person_id"] == second
    assert there(pipedrive, "persons", first)["emails"] == there(pipedrive, "persons", second)["emails"]


def test_a_push_is_previewed_done_and_taken_back(desk, api, pipedrive):
    firm = put(pipedrive, NEW_KEY, "organizations", name="Preview Works")
    contact = person(api, "Petra Preview", organisation="Preview Works", email="petra@preview.example")
    people = len(pipedrive.alive("persons"))
    opened(desk, f"/contacts/{contact['id']}")
    desk.get_by_role("button", name="Push to Pipedrive").click()
    plan = desk.locator(".pd-plan")
    expect(plan).to_have_text(
        "Will create organization Preview Works, create person Petra Preview. "
        "Nobody has looked in Pipedrive yet: what is there already will be linked, or you are asked."
    )
    expect(desk.get_by_text("A look costs up to 40 of the firm’s tokens")).to_be_visible()
    desk.get_by_role("button", name="Check for duplicates first").click()
    expect(plan).to_have_text(
        f"Will link to existing organization Preview Works (id {firm}), create person Petra Preview."
    )
    assert len(pipedrive.alive("persons")) == people
    desk.get_by_role("button", name="Push", exact=True).click()
    receipt = desk.locator(".pd-receipt")
    expect(receipt).to_contain_text(f"Linked to organization {firm}", timeout=SLOW)
    expect(receipt).to_contain_text("Created person")
    desk.get_by_role("button", name="Undo this push").click()
    expect(desk.get_by_text("What this push created is undone.")).to_be_visible(timeout=SLOW)
    expect(receipt).to_contain_text("undone")
    assert len(pipedrive.alive("persons")) == people
    assert there(pipedrive, "organizations", firm)
    assert api.get(f"/contacts/{contact['id']}").json()["pipedrive_person_id"] is None


def test_what_an_undo_leaves_in_pipedrive_is_said_with_the_reason(desk, api, pipedrive):
    contact = person(api, "Stella Stays", email="stella@stays.example")
    ask_for(api, contact)
    number = in_pipedrive(api, contact)
    pipedrive.company.attachments.add_note(0, "2026-11-29T12:00:00Z", "<p>Minutes</p>", {"person_id": number})
    (push,) = api.get("/pipedrive/status", params={"contact_id": contact["id"]}).json()["items"]
    opened(desk, f"/sync?item={push['id']}")
    desk.get_by_role("button", name="Undo this push").click()
    said = "Stella Stays stays in Pipedrive: a note hangs on it."
    expect(desk.locator(".q-dialog").get_by_text(said)).to_be_visible(timeout=SLOW)
    assert there(pipedrive, "persons", number)
    opened(desk, "/sync?show=done")
    expect(desk.get_by_text(said).first).to_be_visible()


def conflicted(api, pipedrive, name, mail, ours, theirs):
    """Somebody whose phone number both sides changed."""
    contact = person(api, name, email=mail, phone="+49 30 1000000")
    ask_for(api, contact)
    number = in_pipedrive(api, contact)
    pipedrive.company.edit("persons", number, phones=[{"value": theirs, "primary": True, "label": "work"}])
    api.put(f"/contacts/{contact['id']}", json={"phone": ours}).raise_for_status()
    return contact, number


def in_pipedrive(api, contact):
    for _ in range(200):
        body = api.get(f"/contacts/{contact['id']}").json()
        if body["sync"]["badge"] == "IN_PIPEDRIVE" and body["pipedrive_person_id"]:
            return body["pipedrive_person_id"]
        api.get("/pipedrive/status")
    raise AssertionError(body)


def test_a_conflict_is_decided_field_by_field_and_the_other_way_round(desk, api, pipedrive):
    contact, number = conflicted(api, pipedrive, "Kim Konflikt", "kim@both.example", "+49 30 2222222", "+4722333333")
    opened(desk, f"/contacts/{contact['id']}")
    expect(desk.get_by_text("say different things about the phone numbers")).to_be_visible(timeout=SLOW)
    desk.get_by_role("link", name="Sort it out").click()
    card = desk.locator(".pd-card", has_text="Kim Konflikt")
    expect(card).to_contain_text("+49302222222")
    expect(card).to_contain_text("+4722333333")
    card.get_by_role("button", name="Take theirs: Kim Konflikt, phone numbers").click()
    expect(desk.get_by_text("Taken over from Pipedrive")).to_be_visible()
    assert api.get(f"/contacts/{contact['id']}").json()["phones"] == ["+4722333333"]
    expect(card).to_have_count(0)
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.get_by_text("Yours stands")).to_be_visible()
    in_pipedrive(api, contact)
    expect(card).to_have_count(0)
    assert api.get(f"/contacts/{contact['id']}").json()["phones"] == ["+49302222222"]
    assert "+49302222222" in [row["value"] for row in there(pipedrive, "persons", number)["phones"]]


def test_a_contact_is_unlinked_and_linked_by_its_address(desk, api, pipedrive):
    number = put(pipedrive, NEW_KEY, "persons", name="Liv Link")
    contact = person(api, "Liv Link")
    opened(desk, f"/contacts/{contact['id']}")
    desk.get_by_text("Pipedrive details").click()
    desk.get_by_role("button", name="Link to existing").click()
    desk.get_by_label("Number or address").fill(f"https://rival.pipedrive.com/person/{number}")
    desk.get_by_role("button", name="Link", exact=True).click()
    expect(desk.get_by_text("belongs to another Pipedrive company")).to_be_visible()
    # looked for there before anything is kept
    desk.get_by_label("Number or address").fill("987654321")
    desk.get_by_role("button", name="Link", exact=True).click()
    expect(desk.get_by_text("Record 987654321 is not in Pipedrive")).to_be_visible()
    assert api.get(f"/contacts/{contact['id']}").json()["pipedrive_person_id"] is None
    desk.get_by_label("Number or address").fill(f"https://acme.pipedrive.com/person/{number}")
    desk.get_by_role("button", name="Link", exact=True).click()
    expect(desk.get_by_role("link", name="Open")).to_have_attribute(
        "href", f"https://acme.pipedrive.com/person/{number}", timeout=SLOW
    )
    # what was unfolded stays so while news comes, and each button is the one that a finger was on its way to
    unlink = desk.get_by_role("button", name="Unlink")
    unlink.evaluate("(button) => { window.pdnAimed = button }")
    last = desk.get_by_role("button", name="Last push")
    last.evaluate("(button) => { window.pdnBefore = button }")
    api.post("/pipedrive/sync", json={"contact_id": contact["id"], "trigger": "MANUAL"}).raise_for_status()
    desk.wait_for_function("() => !window.pdnBefore.isConnected", timeout=SLOW)
    expect(desk.get_by_text("In Pipedrive")).to_be_visible(timeout=SLOW)
    assert desk.evaluate("() => window.pdnAimed.isConnected")
    unlink.click()
    expect(desk.get_by_text("nothing changed in Pipedrive")).to_be_visible()
    expect(desk.get_by_text("Not pushed")).to_be_visible()
    assert there(pipedrive, "persons", number)


def test_the_firm_chooses_how_its_words_map(desk, api):
    opened(desk, "/settings/pipedrive")
    desk.get_by_label("A contact is warm from").fill("8")
    expect(desk.get_by_text("We look for changes there every 10 minutes.")).to_be_visible()
    desk.get_by_label("Labels of new people").click()
    for name in ("Hot lead", "Warm lead"):
        desk.get_by_role("option", name=name).click()
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Saved; it holds")).to_be_visible()
    opened(desk, "/settings/pipedrive")
    expect(desk.get_by_label("A contact is warm from")).to_have_value("8")
    expect(desk.locator(".q-field", has=desk.get_by_label("Labels of new people"))).to_contain_text(
        "Hot lead, Warm lead"
    )


def test_whoever_takes_over_contacts_is_asked_about_their_records(site, api, chromium, pipedrive):
    contact = person(api, "Hanne Over", email="hanne@over.example")
    ask_for(api, contact)
    until(lambda: api.get(f"/contacts/{contact['id']}").json()["sync"]["badge"] == "IN_PIPEDRIVE")
    board = api.post("/campaigns", json={"name": "Handed over"}).json()["id"]
    api.post(f"/campaigns/{board}/assign-contacts", json={"contact_ids": [contact["id"]]}).raise_for_status()
    page = invited(site, api, chromium, "bo@firm.example", "Bo Bergström", PHONE)
    users = {one["email"]: one["id"] for one in api.get("/users").json()["items"]}
    given = {"to_user_id": users["bo@firm.example"]}
    api.post(f"/users/{users['annegret@firm.example']}/hand-over", json=given).raise_for_status()
    opened(page, "/sync?show=needs")
    card = page.locator(".pd-card", has_text="from Annegret Schönfelder")
    expect(card).to_contain_text("Move those that came from here to you, or leave them as they are.")
    expect(page.get_by_role("link", name="Needs you (1)")).to_be_visible()
    expect(page.get_by_text("Nothing needs you")).to_have_count(0)
    card.get_by_role("button", name="Leave them").click()
    expect(page.get_by_role("link", name="Needs you (0)")).to_be_visible()
    expect(page.get_by_text("from Annegret Schönfelder")).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize("shape", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_scrolls_sideways_and_every_target_fits_a_thumb(account, chromium, site, shape):
    context = chromium.new_context(storage_state=account, base_url=site.address, **shape)
    page = context.new_page()
    trouble = {}
    for path in SCREENS:
        opened(page, path)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        small = page.evaluate(
            """() => [...document.querySelectorAll('#app .pd-main a, #app .pd-main button')].filter(e => e.offsetParent)
            .map(e => [e.getBoundingClientRect(), e]).filter(([r]) => r.width > 0 && (r.height < 40 || r.width < 40))
            .map(([r, e]) => `${e.className} ${Math.round(r.width)}x${Math.round(r.height)} ${e.innerText.slice(0, 20)}`)"""
        )
        if wide or small:
            trouble[path] = (wide, small)
    context.close()
    assert trouble == {}
