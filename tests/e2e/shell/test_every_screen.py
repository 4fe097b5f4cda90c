"""Every screen, with words as long as real ones: nothing scrolls sideways, is cut off or too small for a
thumb at 360 to 1280, and axe has nothing to object to in light and dark.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.app_process import DESK, PHONE
from tests.support.layout_checks import SETTLED, axe, sizes
from tests.support.page_access import STATUSES

WIDTHS = (360, 390, 430, 768)
HEIGHT = 844
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Dörte Drei\r\nTEL:030 7654321\r\nEND:VCARD\r\n"
LIST = "Name;E-Mail;Kürzel\nÄnne Ö;aenne@kurz.example;ÄÖ\nNoch Jemand;keine Adresse;NJ\n".encode()

# what answers without a screen, or is one only for programs
NO_SCREENS = {
    "/logout",
    # the second step is only answered to; the provider's pages are elsewhere
    "/login/code",
    "/login/passkey",
    "/login/provider/logout",
    "/second-step/begin",
    "/second-step/code",
    "/login/provider",
    "/login/provider/back",
    "/calendar/{token}.ics",
    "/meetings/{activity_id}.ics",
    "/pipedrive/hook/{secret}",
    "/healthz",
    "/readyz",
    "/metrics",
    "/manifest.webmanifest",
    "/sw.js",
    "/favicon.ico",
    "/static",
    "/api",
    # Pipedrive's pages in miniature, for practice alone
    "/practice",
    "/practice/{kind}",
    "/practice/{kind}/{record}",
}
PLAIN = {
    "/login",
    "/forgot",
    "/setup",
    "/invite/{token}",
    "/reset/{token}",
    "/r/{token}",
    "/reply/{token}",
    "/static/offline.html",
    "/nowhere",
}
MORE = {"/sync?show=needs", "/sync?show=done", "/sync?whose=all", "/campaigns/{campaign_id}?tab=report"}
SCREENS = sorted((STATUSES.keys() | PLAIN | MORE) - NO_SCREENS)


@pytest.fixture(scope="module")
def pages(site, account, chromium, firm):
    """A phone and a desk that stay open for all screens, and both again for somebody who is not signed in."""
    contexts = [
        chromium.new_context(
            base_url=site.address, storage_state=state, service_workers="block", reduced_motion="reduce", **shape
        )
        for state in (account, None)
        for shape in (PHONE, DESK)
    ]
    yield {
        who: [context.new_page() for context in two] for who, two in (("me", contexts[:2]), ("nobody", contexts[2:]))
    }
    for context in contexts:
        context.close()


def opened(page, firm, path):
    page.emulate_media(color_scheme="light")
    page.goto(firm.address(path))
    if path in PLAIN:
        page.wait_for_load_state()
        return page
    page.wait_for_selector("#app .pd-main, #app .pd-screen")
    page.wait_for_function("() => window.socket && window.socket.connected")
    return page


def examined(page, widths, *, thumb):
    """Everything that is wrong with what this page shows, at every width, in light and dark."""
    wrong = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wrong[width] = sizes(page, thumb=thumb)
        if width in {390, 1280}:
            wrong[f"axe, light, {width}"] = axe(page)
            page.emulate_media(color_scheme="dark")
            page.evaluate(SETTLED)
            # the same elements in other colours
            wrong[f"axe, dark, {width}"] = axe(page, "color-contrast")
            page.emulate_media(color_scheme="light")
    return [f"{at}: {one}" for at, found in wrong.items() for one in found]


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_and_axe_is_content(pages, firm, path):
    phone, desk = pages["nobody" if path in PLAIN - {"/nowhere"} else "me"]
    wrong = examined(opened(phone, firm, path), WIDTHS, thumb=True)
    wrong += examined(opened(desk, firm, path), (1280,), thumb=False)
    assert not wrong, "\n".join(wrong)


def log(page):
    page.locator(".pd-upnext").get_by_role("button", name=re.compile("^Log activity with")).first.click()
    page.locator(".q-dialog").get_by_role("button", name="Reached", exact=True).wait_for()


def more(page):
    page.locator(".pd-upnext").get_by_role("button", name=re.compile("^More for")).first.click()
    page.get_by_role("menuitem", name=re.compile("^Snooze")).wait_for()


def meeting(page):
    more(page)
    page.get_by_role("menuitem", name=re.compile("Book a meeting")).click()
    page.locator(".q-dialog .pd-sheet").wait_for()


def add(page):
    page.get_by_role("button", name=re.compile("Add a contact|Add contact")).locator("visible=true").first.click()
    page.locator(".q-dialog .pd-sheet").wait_for()


def give(page):
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name=re.compile("Choose files")).click()
    choosing.value.set_files([{"name": "Kontakte.csv", "mimeType": "text/csv", "buffer": LIST}])
    expect(page.get_by_text("2 new")).to_be_visible()


def paste(page):
    add(page)
    page.get_by_role("button", name="Paste a signature, card or link").click()
    page.get_by_label("Signature, vCard, LinkedIn link or a line").fill(SIGNATURE)
    page.get_by_text("Understood. Look it over, then save.").wait_for()
    page.get_by_label("Phone 2", exact=True).wait_for()


def panel(name):
    """A sheet that a button of the contact opens."""

    def act(page):
        button = page.get_by_role("button", name=name, exact=True)
        if not button.is_visible():
            page.locator(".pd-extras", has_text="Merge with").locator(".q-item").first.click()
        button.click()
        page.locator(".q-dialog .pd-sheet").wait_for()

    return act


def opens(name):
    """A sheet that a button with this name opens."""

    def act(page):
        page.get_by_role("button", name=re.compile(name)).locator("visible=true").first.click()
        page.locator(".q-dialog .pd-sheet").wait_for()

    return act


def card(page):
    page.locator("[data-card] .pd-tile-main").locator("visible=true").first.click()
    page.locator(".q-dialog .pd-sheet").wait_for()


def hand_over(page):
    page.get_by_role("button", name="Actions for Annegret").click()
    page.locator(".q-menu").get_by_text("Hand over contacts").click()
    page.locator(".q-dialog .pd-sheet").get_by_text("To whom").wait_for()
    page.locator(".q-dialog").get_by_role("checkbox", name=re.compile("maximiliane@")).click()


SIGNATURE = """Dr. Annegret Schönfelder-Großmann
Leiterin Beschaffung und Logistik
Müller & Töchter Gesellschaft für angewandte Betriebsführung mbH
Tel: +49 30 7654321
Mobil +49 151 2345678
annegret.schoenfelder-grossmann@mueller-und-toechter.example"""
CONTACT = "/contacts/{cid}"
CAMPAIGN = "/campaigns/{campaign_id}"
SHEETS = {
    "log": ("/", log),
    "more": ("/", more),
    "meeting": ("/", meeting),
    "add": ("/contacts", add),
    "paste": ("/contacts", paste),
    "edit": (CONTACT, panel("Edit")),
    "snooze": (CONTACT, panel("Snooze")),
    "warmness": (CONTACT, panel("Warmness history")),
    "merge": (CONTACT, panel("Merge with …")),
    "erase": (CONTACT, panel("Delete permanently")),
    "import": ("/import", give),
    "new campaign": ("/campaigns", opens("New campaign")),
    "assign": (CAMPAIGN, opens("Add contacts")),
    "card": (CAMPAIGN, card),
    "hand over": ("/team", hand_over),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_fits_and_axe_is_content(pages, firm, name):
    path, act = SHEETS[name]
    for page, widths, thumb in zip(pages["me"], (WIDTHS, (1280,)), (True, False), strict=True):
        page.set_viewport_size({"width": widths[-1] if not thumb else 390, "height": HEIGHT})
        act(opened(page, firm, path))
        page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
        assert not (wrong := examined(page, widths, thumb=thumb)), "\n".join(wrong)
