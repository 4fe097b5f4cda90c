"""A dead spot: what is logged on the phone waits there, is seen to wait, and is done exactly once."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import PHONE, opened

WHOLE_BROWSER = True


@pytest.fixture
def kept(account, chromium, site, api):
    """A phone that has seen the app once: the page for a dead spot and the people to call are on it."""
    if not api.get("/contacts").json()["items"]:
        api.post("/contacts", json={"name": "Kari Nordmann", "warmness_score": 9, "phone": "+47 22 12 34 56"})
    context = chromium.new_context(storage_state=account, base_url=site.address, **PHONE)
    page = context.new_page()
    opened(page, "/")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.evaluate("import('/static/outbox.js').then(outbox => outbox.keep())")
    yield page
    context.close()


def log_a_call(page):
    page.get_by_role("button", name="Kari Nordmann").tap()
    page.get_by_role("button", name="Call: reached").tap()
    expect(page.get_by_text("Saved. It will sync when you’re online.")).to_be_visible()


def add(page, name):
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Keep", exact=True).tap()


def test_a_dead_spot_keeps_a_log_and_a_new_contact_and_sends_both_once(kept, api):
    kept.context.set_offline(True)
    kept.goto("/contacts")
    expect(kept.get_by_role("heading", name="No connection")).to_be_visible()
    log_a_call(kept)
    add(kept, "Spät Ömer")
    expect(kept.get_by_text("2 waiting")).to_be_visible()
    kept.reload()
    expect(kept.get_by_text("2 waiting")).to_be_visible()
    kept.context.set_offline(False)
    expect(kept.get_by_role("heading", name="Everything is sent")).to_be_visible()
    assert [one["outcome"] for one in api.get("/activities", params={"type": "CALL"}).json()["items"]] == ["REACHED"]
    assert len(api.get("/contacts", params={"q": "Spät Ömer"}).json()["items"]) == 1
    kept.get_by_role("link", name="Back to the app").tap()
    kept.wait_for_selector("#app .pd-main")


def test_the_apps_own_files_come_from_the_browsers_memory_and_past_the_worker(kept):
    opened(kept, "/")
    assert kept.evaluate("Boolean(navigator.serviceWorker.controller)")
    loaded = kept.evaluate(
        "performance.getEntriesByType('resource').filter(one => /[.](js|css)([?]v=.*)?$/.test(one.name) && !/outbox/.test(one.name))"
        ".map(one => [new URL(one.name).pathname.split('/').pop(), one.workerFinalSourceType, one.deliveryType])"
    )
    assert {"vue.esm-browser.prod.js", "sheets.css", "app.css"} <= {name for name, *_ in loaded}
    assert [one for one in loaded if one[1:] != ["network", "cache"]] == []


def test_an_answer_lost_three_times_leaves_one_row(kept, api):
    lost = []

    def lose(route):
        if len(lost) < 3:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    kept.goto("/static/offline.html")
    kept.route("**/api/contacts", lose)
    add(kept, "Nur Einmal")
    for _ in range(4):
        kept.evaluate("import('/static/outbox.js').then(outbox => outbox.flush())")
    expect(kept.get_by_text("Nothing waits")).to_be_visible()
    assert lost == [201, 201, 201]
    assert len(api.get("/contacts", params={"q": "Nur Einmal"}).json()["items"]) == 1


def test_what_the_server_objects_to_stays_with_its_sentence_and_a_choice(kept, api):
    kept.goto("/static/offline.html")
    for _ in range(2):
        add(kept, "Zweimal Da")
        expect(kept.get_by_label("Name")).to_have_value("")
    expect(kept.get_by_text("This looks like somebody you already have.")).to_be_visible()
    kept.get_by_role("button", name="Keep both").tap()
    expect(kept.get_by_text("Nothing waits")).to_be_visible()
    assert len(api.get("/contacts", params={"q": "Zweimal Da"}).json()["items"]) == 2


def test_an_open_page_goes_on_without_a_line(kept, api):
    """Logged, planned, snoozed and added where one stands; what waits is seen there and in one list, and goes out once."""
    made = api.post("/contacts", json={"name": "Ohne Netz", "warmness_score": 10, "phone": "+47 22 12 34 99"}).json()
    opened(kept, "/")
    row = kept.locator("#app .pd-upnext .pd-row", has_text="Ohne Netz")
    expect(row).to_be_visible()
    kept.context.set_offline(True)
    expect(kept.get_by_role("button", name="No connection")).to_be_visible()
    expect(kept.get_by_text("Trying to reconnect")).to_be_hidden()

    def away(answer):
        row.get_by_role("button", name="Log activity with Ohne Netz").tap()
        kept.get_by_role("dialog", name="Ohne Netz").get_by_role("button", name=answer).tap()
        expect(kept.get_by_text("Saved. It will sync when you’re online.")).to_be_visible()

    row.get_by_role("button", name="Log activity with Ohne Netz").tap()
    kept.get_by_role("dialog", name="Ohne Netz").get_by_label("Note").fill("Ruft zurück")
    kept.get_by_role("button", name="Call: reached").tap()
    expect(row).to_have_attribute("data-waits", "")
    away("Call: no answer")
    kept.locator(".pd-away-said").get_by_role("button", name="Undo").tap()
    away("In a week")
    away("A month")
    kept.locator("#app .pd-bar .pd-plus").tap()
    kept.get_by_label("Name").fill("Neu Ohnenetz")
    kept.get_by_role("button", name="Save").tap()
    kept.get_by_role("button", name="No connection · 4 waiting").tap()
    kept.get_by_role("button", name="Remove: Snooze: a month · Ohne Netz").tap()
    expect(kept.locator(".pd-away-list li")).to_have_count(3)
    kept.keyboard.press("Escape")
    kept.context.set_offline(False)
    expect(kept.locator(".pd-offline")).to_have_count(0)
    touches = api.get("/activities", params={"contact_id": made["id"]}).json()["items"]
    assert sorted((one["outcome"] or "", one["note"], one["done"]) for one in touches) == [
        ("", "", False),
        ("REACHED", "Ruft zurück", True),
    ]
    assert api.get(f"/contacts/{made['id']}").json()["snoozed_until"] is None
    assert len(api.get("/contacts", params={"q": "Neu Ohnenetz"}).json()["items"]) == 1
    # with a line the tick is the app's own again
    opened(kept, f"/contacts/{made['id']}")
    kept.locator(".pd-detail").get_by_role("button", name="Log", exact=True).tap()
    expect(kept.locator(".q-dialog").get_by_role("button", name="Reached", exact=True)).to_be_visible()


def test_a_contact_page_goes_on_without_a_line_too(kept, api):
    made = api.post("/contacts", json={"name": "Seite Ohnenetz", "phone": "+47 22 12 34 98"}).json()
    opened(kept, f"/contacts/{made['id']}")
    kept.context.set_offline(True)
    expect(kept.get_by_role("button", name="No connection")).to_be_visible()
    kept.locator(".pd-detail").get_by_role("button", name="Log", exact=True).tap()
    sheet = kept.get_by_role("dialog", name="Seite Ohnenetz")
    expect(sheet).to_be_visible()
    kept.evaluate("history.back()")
    expect(sheet).to_have_count(0)
    assert kept.url.endswith(made["id"])
    kept.locator(".pd-detail").get_by_role("button", name="Log", exact=True).tap()
    box = sheet.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert sheet.evaluate("one => [...one.querySelectorAll('button')].every(each => each.offsetHeight >= 44)")
    sheet.get_by_role("button", name="E-mail sent").tap()
    kept.context.set_offline(False)
    expect(kept.locator(".pd-step", has_text="E-mail, sent")).to_be_visible()


def test_somebody_elses_deeds_are_not_sent_under_my_name(kept, api):
    kept.goto("/static/offline.html")
    kept.evaluate(
        """async () => {
            const outbox = await import('/static/outbox.js');
            const deed = {key: crypto.randomUUID(), path: '/api/contacts', body: {name: 'Fremd'}, words: 'New contact', at: 1, no: ''};
            const wish = indexedDB.open('pipedriven', 1);
            const db = await new Promise(done => wish.onsuccess = () => done(wish.result));
            const work = db.transaction('waiting', 'readwrite');
            work.objectStore('waiting').put({...deed, who: 'somebody-else'});
            await new Promise(done => work.oncomplete = done);
            db.close();
            await outbox.flush();
        }"""
    )
    assert api.get("/contacts", params={"q": "Fremd"}).json()["items"] == []


def test_inside_the_app_one_sees_what_waits(kept, api):
    """Reception came back, the server did not: the app itself says how much waits, and sends it when it can."""
    kept.goto("/static/offline.html")
    kept.route("**/api/auth/session", lambda route: route.abort())
    for name in ("Egon Ahlbeck", "Zita Quist"):
        add(kept, name)
        expect(kept.get_by_label("Name")).to_have_value("")
    opened(kept, "/contacts")
    line = kept.get_by_role("button", name="2 waiting")
    expect(line).to_be_visible()
    assert line.bounding_box()["height"] >= 44
    kept.unroute("**/api/auth/session")
    kept.evaluate("dispatchEvent(new Event('online'))")
    expect(kept.get_by_role("button", name=re.compile(r"\d waiting"))).to_have_count(0)
    for name in ("Egon Ahlbeck", "Zita Quist"):
        assert len(api.get("/contacts", params={"q": name}).json()["items"]) == 1


def test_a_browser_finds_nothing_that_keeps_the_app_from_being_installed(kept):
    tools = kept.context.new_cdp_session(kept)
    found = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in found if one["errorId"] != "in-incognito"] == []
    manifest = tools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert '"share_target"' in manifest["data"]
