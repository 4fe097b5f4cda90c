"""Back closes what lies on top before it leaves the page, and whoever comes back to a list stands where they stood."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.support.app_process import opened
from tests.support.every_button import ADDRESSES, comes_up, is_down_to, labels, layers
from tests.support.layout_checks import looks
from tests.support.waiting import until


def path_of(page):
    return page.evaluate("location.pathname")


def log_sheet(page):
    page.get_by_role("button", name=re.compile("^Log( activity with .*)?$")).first.click()
    expect(page.locator(".q-dialog").get_by_role("button", name="Reached", exact=True)).to_be_visible()


def walked(page, *paths):
    """From page to page as a person goes, within the app."""
    opened(page, paths[0])
    for path in paths[1:]:
        page.locator(f'#app a[href="{path}"]').locator("visible=true").first.click()
        page.wait_for_function("(path) => location.pathname === path", arg=path)


def test_back_closes_the_sheet_and_the_next_one_leaves_the_page(phone, firm):
    walked(phone, "/contacts", "/")
    log_sheet(phone)
    phone.go_back()
    expect(phone.locator(".q-dialog")).to_have_count(0)
    assert path_of(phone) == "/"
    phone.go_back()
    phone.wait_for_url("**/contacts")


@pytest.mark.parametrize("way", ["Escape", "beside", "saved"])
def test_a_sheet_that_was_closed_otherwise_leaves_nothing_behind_for_back(phone, firm, way):
    walked(phone, "/contacts", "/")
    for _ in range(2):
        log_sheet(phone)
        if way == "Escape":
            phone.keyboard.press("Escape")
        elif way == "beside":
            phone.mouse.click(195, 40)
        else:
            phone.locator(".q-dialog").get_by_role("button", name="No answer").click()
        expect(phone.locator(".q-dialog")).to_have_count(0)
    phone.go_back()
    phone.wait_for_url("**/contacts")


def test_of_two_layers_back_closes_the_upper_one_first(desk, firm):
    walked(desk, "/contacts", "/campaigns")
    desk.get_by_role("button", name="New campaign").first.click()
    sheet = desk.locator(".q-dialog .pd-sheet")
    expect(sheet).to_be_visible()
    desk.evaluate("emitEvent('show_keys')")
    expect(sheet).to_have_count(2)
    desk.go_back()
    expect(sheet).to_have_count(1)
    expect(sheet.get_by_label("Name", exact=True)).to_be_visible()
    desk.go_back()
    expect(sheet).to_have_count(0)
    assert path_of(desk) == "/campaigns"
    desk.go_back()
    desk.wait_for_url("**/contacts")


def test_back_closes_a_menu_and_the_palette(desk, firm):
    walked(desk, "/", firm.address("/contacts"))
    desk.locator("#app [aria-haspopup=menu]").locator("visible=true").first.click()
    expect(desk.locator(".q-menu")).to_be_visible()
    desk.go_back()
    expect(desk.locator(".q-menu")).to_have_count(0)
    desk.keyboard.press("Control+k")
    expect(desk.locator(".pd-palette")).to_be_visible()
    desk.go_back()
    expect(desk.locator(".pd-palette")).to_have_count(0)
    assert path_of(desk) == "/contacts"


def test_a_reload_under_an_open_sheet_leaves_nothing_behind_for_back(phone, firm):
    walked(phone, "/contacts", "/")
    log_sheet(phone)
    phone.reload()
    phone.wait_for_function("() => window.socket?.connected")
    phone.go_back()
    phone.wait_for_url("**/contacts")


def test_a_page_that_is_left_takes_its_open_sheet_with_it(desk, firm):
    walked(desk, "/", "/campaigns", firm.address("/campaigns/{campaign_id}"))
    desk.locator("[data-card] .pd-tile-main").first.click()
    link = desk.locator(".q-dialog").get_by_role("link", name="Open")
    link.click()
    desk.wait_for_url("**/contacts/*")
    expect(desk.locator(".q-dialog")).to_have_count(0)
    desk.go_back()
    desk.wait_for_url("**/campaigns/*")
    desk.go_back()
    desk.wait_for_url("**/campaigns")


@pytest.mark.sweep(whole=True)
@pytest.mark.parametrize("path", ADDRESSES)
def test_back_closes_every_sheet_and_menu_and_stays_on_the_page(phone, firm, path):
    address = firm.address(path)
    opened(phone, address)
    stuck = []
    for label in labels(phone):
        stuck += what_back_leaves(phone, address, [label])
        if layers(phone) or path_of(phone) != address:
            opened(phone, address)
    assert not stuck


def what_back_leaves(page, address, way, under=0):
    """Press the last of `way`, and go back if something came up; then the same for all that can be pressed in it."""
    if not comes_up(page, way[-1], under):
        return []
    stuck = []
    for label in () if under else labels(page):
        if layers(page) == under + 1:
            stuck += what_back_leaves(page, address, [*way, label], under + 1)
    if layers(page) != under + 1:
        return stuck
    page.go_back()
    if not is_down_to(page, under):
        return [*stuck, [*way, "is still there"]]
    return stuck if path_of(page) == address else [*stuck, [*way, "left the page"]]


# lists: their place, the rows that were loaded, and what they were narrowed to

LISTS = ["/contacts?sort=name", "/activities?state=all", "/", "/organisations", "/campaigns/{campaign_id}?tab=contacts"]
# how often one asks for more; the others load more when one reads on
BY_BUTTON = {"/": 5, "/organisations": 2}
ROWS = ".pd-main [data-row], .pd-main .pd-row"
ROW_HERE = "document.elementFromPoint(120, 420)?.closest('[data-row], .pd-row')"
HERE = f"""() => {{ const one = {ROW_HERE};
    return one && [one.dataset.row || one.querySelector('a[href]').getAttribute('href'), Math.round(one.getBoundingClientRect().top)]; }}"""


@pytest.fixture(scope="module")
def crowd(firm):
    """More of everything than a list loads at first."""
    rows = "\n".join(f"Änne Übermut {n:03},Firma {n:03} Süßwaren,{n % 10}" for n in range(130))
    sheet = {"file": ("crowd.csv", f"Name,Organisation,Warmness\n{rows}".encode(), "text/csv")}
    assert firm.boss.post("/api/contacts/import", files=sheet).is_success
    found = firm.boss.get("/api/contacts", params={"q": "Übermut", "limit": 130}).json()["items"]
    ids = [one["id"] for one in found]
    firm.make(f"/api/campaigns/{firm.places['campaign_id']}/assign-contacts", {"contact_ids": ids})
    for one in ids[:90]:
        firm.make("/api/activities", {"type": "CALL", "outcome": "REACHED", "contact_id": one})
    return firm


def read_far(page):
    """Down to where a list has loaded more than it came with."""
    page.wait_for_selector(ROWS, state="attached")
    high = "document.documentElement.scrollHeight"
    before = page.evaluate(high)
    if urlsplit(page.url).path in BY_BUTTON:
        for _ in range(BY_BUTTON[urlsplit(page.url).path]):
            before = page.evaluate(high)
            page.locator("#app .pd-main .pd-more").first.click()
            page.wait_for_function(f"(before) => {high} > before", arg=before)
    else:
        page.wait_for_function(f"(before) => {{ scrollTo(0, {high}); return {high} > before; }}", arg=before)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight - innerHeight - 900)")
    # rows below and above take their heights
    until(lambda: len(looks(page, HERE, frames=20)) == 1)


@pytest.mark.parametrize("path", LISTS)
def test_whoever_comes_back_to_a_list_stands_where_they_stood(desk, crowd, path):
    desk.set_viewport_size({"width": 390, "height": 844})
    opened(desk, crowd.address(path))
    desk.mouse.move(120, 420)
    read_far(desk)
    address, seen = desk.url, desk.evaluate(HERE)
    assert seen
    assert desk.evaluate("scrollY") > 600
    # a row of a board opens a sheet
    link = (
        "document.querySelector('#app .pd-bar a[href=\"/more\"]')"
        if "campaign" in path
        else f"{ROW_HERE}.querySelector('a[href]')"
    )
    desk.evaluate(f"() => {{ {link}.click(); }}")
    desk.wait_for_function("(address) => location.href !== address", arg=address)
    desk.wait_for_selector(".pd-detail .pd-head-name, .pd-rows .pd-row, .pd-more-list, .pd-main h1", state="attached")
    desk.go_back()
    desk.wait_for_function(
        f"(seen) => {{ const now = ({HERE})(); return now?.[0] === seen[0] && Math.abs(now[1] - seen[1]) < 5; }}",
        arg=seen,
    )
    assert {row for row, _ in looks(desk, HERE, frames=45)} == {seen[0]}
    assert desk.url == address


def test_a_reload_keeps_the_place_and_a_finger_has_the_last_word(phone, crowd):
    opened(phone, "/activities")
    phone.mouse.move(120, 420)
    read_far(phone)
    seen = phone.evaluate(HERE)
    phone.reload()
    phone.wait_for_function(f"(seen) => ({HERE})()?.[0] === seen[0]", arg=seen)
    phone.mouse.wheel(0, -1500)
    phone.wait_for_function(f"(seen) => ({HERE})()?.[0] !== seen[0]", arg=seen)
    assert seen[0] not in {row for row, _ in looks(phone, HERE, frames=30)}


# titles


def test_every_page_has_its_own_title(firm):
    paths = [
        *ADDRESSES,
        "/sync?show=needs",
        "/sync?show=done",
        "/sync?show=waiting",
        "/campaigns/{campaign_id}?tab=report",
    ]
    paths += ["/campaigns/{campaign_id}?tab=contacts", "/campaigns/{campaign_id}?tab=activity"]
    titles = {}
    for path in paths:
        found = re.search("<title>(.*?)</title>", firm.boss.get(firm.address(path)).text)
        titles.setdefault(found[1], []).append(path)
    assert {
        title: paths
        for title, paths in titles.items()
        if len(paths) > 1 and set(paths) != {"/sync", "/sync?show=waiting"}
    } == {}
    assert all(title.endswith(" · Pipedriven") for title in titles)


def test_the_title_follows_what_is_open(desk, firm):
    opened(desk, "/contacts?q=Zoë")
    expect(desk).to_have_title("Contacts · Pipedriven")
    desk.get_by_role("link", name=re.compile("Zoë Öström")).first.click()
    expect(desk).to_have_title("Zoë Öström · Pipedriven")
    desk.go_back()
    expect(desk).to_have_title("Contacts · Pipedriven")
