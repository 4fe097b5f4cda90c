"""Two people on one browser, online and offline: nothing of the first is readable, prefilled or sent by the second.

What is still on the phone is looked for in everything that a browser keeps: databases, storage and caches.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import PASSWORD, PHONE, opened, wire

WHOLE_BROWSER = True

HERS = ("Kari Nordmann", "Halb Geschrieben", "Wartet Noch")
EVERYTHING = """async () => {
    const said = [JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage})];
    for (const {name} of await indexedDB.databases()) {
        const wish = indexedDB.open(name);
        const db = await new Promise((done) => wish.onsuccess = () => done(wish.result));
        for (const store of db.objectStoreNames) {
            const rows = db.transaction(store).objectStore(store).getAll();
            said.push(JSON.stringify(await new Promise((done) => rows.onsuccess = () => done(rows.result))));
        }
        db.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const key of await cache.keys()) if (!key.url.includes("/static/")) said.push(await (await cache.match(key)).text());
    }
    return said.join();
}"""


@pytest.fixture(scope="module")
def other(site, account, chromium):
    """Bert, a consultant, and how to sign in as him."""
    with wire(f"{site.address}/api", {cookie["name"]: cookie["value"] for cookie in account["cookies"]}) as boss:
        link = boss.post("/users", json={"email": "bert@firm.example", "role": "CONSULTANT"}).json()["link"]
        if not boss.get("/contacts").json()["items"]:
            boss.post("/contacts", json={"name": "Kari Nordmann", "warmness_score": 9, "phone": "+47 22 12 34 56"})
    with chromium.new_context(base_url=site.address) as context:
        form = {"name": "Bert Brand", "password": PASSWORD, "timezone": "UTC"}
        assert context.request.post(
            f"/invite/{link.rpartition('/')[2]}", form=form, headers={"Origin": site.address}
        ).ok
        return "bert@firm.example"


@pytest.fixture
def phone(chromium, site, other):
    """Annegret's phone: people to call, a half-written contact, and a contact that waits for the line."""
    context = chromium.new_context(base_url=site.address, **PHONE)
    page = context.new_page()
    sign_in(page, "annegret@firm.example")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.evaluate("import('/static/outbox.js').then((outbox) => outbox.keep())")
    half_written(page, "Halb Geschrieben")
    page.evaluate(
        "import('/static/outbox.js').then((box) => box.put('/api/contacts', {name: 'Wartet Noch'}, 'New contact · Wartet Noch'))"
    )
    yield page
    context.close()


def sign_in(page, email):
    page.goto("/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    opened(page, "/contacts")


def new_contact(page):
    page.get_by_role("button", name="Add a contact").locator("visible=true").first.tap()
    return page.get_by_label("Name", exact=True)


def half_written(page, name):
    before = page.evaluate("JSON.stringify({...localStorage})")
    new_contact(page).fill(name)
    page.wait_for_function("(before) => JSON.stringify({...localStorage}) !== before", arg=before)


def readable(page):
    """What of hers lies open on this phone."""
    said = page.evaluate(EVERYTHING)
    return [name for name in HERS if name in said]


def forgotten(page):
    page.wait_for_function(
        "() => new Promise((done) => { const wish = indexedDB.open('pipedriven', 1); wish.onsuccess = () => {"
        " const rows = wish.result.transaction('me').objectStore('me').getAll();"
        " rows.onsuccess = () => { wish.result.close(); done(rows.result.length === 0); }; }; })"
    )
    assert readable(page) == []


def shows_nobody(page):
    page.goto("/static/offline.html")
    expect(page.get_by_text("No matches on this phone.")).to_be_visible()
    said = page.locator("body").inner_text()
    assert not [name for name in HERS if name in said]


def end_session(site, page):
    """As for a lost phone: from another browser, by herself."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    with wire(f"{site.address}/api", cookies) as elsewhere:
        here = next(one for one in elsewhere.get("/me/devices").json()["items"] if one["current"])
        elsewhere.delete(f"/me/devices/{here['id']}").raise_for_status()


def added(site, email, name):
    with wire(f"{site.address}/api") as client:
        client.post("/auth/login", json={"email": email, "password": PASSWORD}).raise_for_status()
        return len(client.get("/contacts", params={"q": name}).json()["items"])


def test_what_waits_and_what_is_half_written_is_never_kept_in_clear(phone):
    said = phone.evaluate(EVERYTHING)
    assert "Kari Nordmann" in said
    assert "Halb Geschrieben" not in said
    assert "Wartet Noch" not in said


def test_a_phone_that_hears_that_its_session_ended_shows_nobody_and_gives_all_back_to_the_same_person(
    phone, site, other
):
    end_session(site, phone)
    # two that know of it may send it there, and the first to start is given up
    expect(phone).to_have_url(re.compile("/login"))
    forgotten(phone)
    shows_nobody(phone)
    expect(phone.get_by_text("1 sealed")).to_be_visible()
    sign_in(phone, other)
    expect(new_contact(phone)).to_have_value("")
    phone.evaluate("import('/static/outbox.js').then((outbox) => outbox.flush())")
    assert added(site, other, "Wartet Noch") == 0
    assert readable(phone) == []
    shows_nobody(phone)
    expect(phone.get_by_text("1 sealed")).to_be_visible()
    expect(phone.get_by_role("button", name="Remove")).to_have_count(0)
    end_session(site, phone)
    sign_in(phone, "annegret@firm.example")
    expect(new_contact(phone)).to_have_value("Halb Geschrieben")
    phone.evaluate("import('/static/outbox.js').then((outbox) => outbox.flush())")
    assert added(site, "annegret@firm.example", "Wartet Noch") == 1
    assert added(site, other, "Wartet Noch") == 0


def test_a_dead_cookie_is_heard_on_the_page_for_a_dead_spot_before_it_shows_anybody(phone, site):
    phone.goto("/static/offline.html")
    expect(phone.get_by_role("button", name="Kari Nordmann")).to_be_visible()
    end_session(site, phone)
    shows_nobody(phone)
    expect(phone.get_by_role("link", name="Sign in to send it")).to_be_visible()
    forgotten(phone)


def test_whoever_signs_in_over_somebody_else_finds_nothing_of_theirs(phone, site, other):
    """No sign-out in between: the cookie of the first is simply replaced."""
    phone.context.clear_cookies()
    with wire(f"{site.address}/api") as client:
        client.post("/auth/login", json={"email": other, "password": PASSWORD}).raise_for_status()
        phone.context.add_cookies(
            [{"name": name, "value": value, "url": site.address} for name, value in client.cookies.items()]
        )
    opened(phone, "/contacts")
    phone.wait_for_function(
        "() => import('/static/outbox.js').then((box) => box.people()).then((rows) => rows.length === 0)"
    )
    assert readable(phone) == []
    expect(new_contact(phone)).to_have_value("")
    phone.context.set_offline(True)
    shows_nobody(phone)
    phone.context.set_offline(False)


def test_offline_for_longer_than_a_day_a_phone_shows_nobody_and_keeps_nothing_more(phone):
    phone.context.set_offline(True)
    phone.goto("/static/offline.html")
    expect(phone.get_by_role("button", name="Kari Nordmann")).to_be_visible()
    expect(phone.get_by_text("1 waiting")).to_be_visible()
    phone.clock.install()
    phone.clock.fast_forward("25:00:00")
    phone.reload()
    shows_nobody(phone)
    expect(phone.get_by_text("1 sealed")).to_be_visible()
    forgotten(phone)
    phone.get_by_label("Name").fill("Zu Spät")
    phone.get_by_role("button", name="Keep", exact=True).tap()
    expect(phone.get_by_text("Connect and sign in first")).to_be_visible()
    assert "Zu Spät" not in phone.evaluate(EVERYTHING)
    phone.context.set_offline(False)


def test_an_open_page_that_has_not_heard_from_us_for_a_day_shows_nobody(phone):
    opened(phone, "/contacts")
    expect(phone.get_by_text("Kari Nordmann").first).to_be_visible()
    phone.clock.install()
    phone.context.set_offline(True)
    phone.evaluate("window.socket.disconnect()")
    phone.clock.fast_forward("25:00:00")
    # the phone is taken out of a pocket
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.wait_for_url("**/static/offline.html")
    expect(phone.get_by_text("No matches on this phone.")).to_be_visible()
    assert "Kari Nordmann" not in phone.locator("body").inner_text()
    phone.context.set_offline(False)
