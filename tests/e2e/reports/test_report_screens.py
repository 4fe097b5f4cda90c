"""Charts that move while the team works, the rows behind every bar,
files that hold what the screen shows, a link for people without an account, and doors that partners open.
"""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import psutil
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import expect
from pypdf import PdfReader

from app.postgres import open_server
from tests.support.app_process import DESK, PASSWORD, PHONE, opened, wire

NAME = "Gasturbinen-Wartung Süd"
WIDTHS = [360, 390, 430, 768, 1280]


@pytest.fixture(scope="module")
def firm(site, account):
    """Annegret leads a campaign; Björn works on it and has made eleven calls for it; Carla knows nothing of it."""
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    with wire(site.address, cookies, seconds=30) as boss:
        bjorn, carla = joined(site, boss, "Björn Berg"), joined(site, boss, "Carla Cruz")
        users = {user["name"]: user["id"] for user in boss.get("/api/users").json()["items"]}
        today = datetime.now(UTC).date()
        camp = made(boss, "/api/campaigns", {
            "name": NAME, "sector": "Energy", "goal_touches": 60, "goal_meetings": 5, "member_ids": list(users.values()),
            "start_date": str(today - timedelta(days=40)), "end_date": str(today + timedelta(days=40)),
        })["id"]  # fmt: skip
        boss.put(f"/api/campaigns/{camp}", json={"member_ids": [users["Björn Berg"]]}).raise_for_status()
        contacts = [made(bjorn, "/api/contacts", {"name": name})["id"] for name in ("Live Larsson", "Zoë Öström")]
        bjorn.post(f"/api/campaigns/{camp}/assign-contacts", json={"contact_ids": contacts}).raise_for_status()
        touch(bjorn, contacts[0], camp, "REPLIED", "EMAIL")
        for number in range(11):
            touch(bjorn, contacts[number % 2], camp, "REACHED" if number < 7 else "NO_ANSWER", days=number * 3)
        yield {"camp": camp, "contacts": contacts, "boss": boss, "bjorn": bjorn, "carla": carla, "users": users}
        bjorn.close()
        carla.close()


def joined(site, boss, name):
    link = made(boss, "/api/users", {"email": f"{name.split()[0].lower()}@reports.example", "role": "CONSULTANT"})[
        "link"
    ]
    them = wire(site.address, seconds=30)
    typed = {"name": name, "password": PASSWORD, "timezone": "Europe/Berlin"}
    assert them.post(f"/invite/{link.rpartition('/')[2]}", data=typed).status_code == 303
    return them


def made(who, path, body):
    answer = who.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def touch(who, contact, camp, outcome, kind="CALL", days=0):
    at = datetime.now(UTC) - timedelta(days=days, minutes=1)
    return made(who, "/api/activities", {
        "type": kind, "contact_id": contact, "campaign_id": camp, "outcome": outcome, "happened_at": at.isoformat(),
    })  # fmt: skip


def as_(chromium, site, who, shape=DESK):
    """A browser of that person's own."""
    context = chromium.new_context(base_url=site.address, accept_downloads=True, **shape)
    context.add_cookies([{"name": name, "value": value, "url": site.address} for name, value in who.cookies.items()])
    return context.new_page()


def report(page, firm, query=""):
    opened(page, f"/campaigns/{firm['camp']}?tab=report{query}")
    expect(chart(page, "By outreach method").locator("canvas").first).to_be_visible()
    return page


def chart(page, title):
    return page.locator(".pd-graph", has=page.locator("h3", has_text=title))


def figure(page, name):
    tile = page.locator(".pd-figure", has_text=name)
    return tile.locator(".pd-number")


def drawn(page, title):
    """What ECharts itself has on its canvas: the first series of that chart."""
    return chart(page, title).evaluate(
        "card => getElement(Number(card.id.slice(1))).chart.getOption().series[0].data.map((one) => one.value ?? one)"
    )


def test_a_bar_opens_as_many_rows_as_it_counts(firm, desk):
    """From the figure, from the table, and from the canvas itself."""
    report(desk, firm)
    desk.locator(".pd-figure", has_text="Reached").click()
    expect(desk.locator(".pd-behind-row")).to_have_count(int(figure(desk, "Reached").inner_text()))
    expect(desk.locator(".pd-sheet:visible, .q-dialog:visible").first).to_contain_text(
        "All time · Everybody · Every method"
    )
    content, name = saved(desk, desk.get_by_role("button", name="CSV", exact=True))
    assert "rows-reached" in name
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == int(figure(desk, "Reached").inner_text())
    assert {row["Rows of"] for row in rows} == {"reached"}
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(desk.locator(".pd-behind-row").first).not_to_be_visible()
    methods = chart(desk, "By outreach method")
    methods.get_by_role("button", name="Show as table").click()
    mails = methods.locator("tbody tr", has_text="E-mail")
    assert mails.locator("td").all_inner_texts() == ["1", "0", "0.0%", "0% and 79%", "–", "1", "0%", "1 (100%)"]
    mails.get_by_role("button").click()
    expect(desk.locator(".pd-behind-row")).to_have_count(1)
    expect(desk.locator(".pd-behind-row")).to_contain_text("Live Larsson")
    expect(desk.locator(".pd-behind-row")).to_contain_text("Björn Berg")
    desk.keyboard.press("Escape")
    people = chart(desk, "By person").locator(".pd-plot")
    people.scroll_into_view_if_needed()
    people.click(position={"x": 500, "y": 30})
    expect(desk.get_by_role("heading", name="Touches of Björn Berg")).to_be_visible()
    expect(desk.locator(".pd-behind-row")).to_have_count(int(figure(desk, "Touches").inner_text()))


def test_a_touch_logged_on_a_phone_moves_the_managers_chart_within_two_seconds(firm, site, chromium, desk):
    """No reload, no rebuilt chart, no moved page. Measured by the clock that both share: from the touch to the changed page."""
    report(desk, firm)
    phone = as_(chromium, site, firm["bjorn"], PHONE)
    opened(phone, f"/contacts/{firm['contacts'][0]}")
    desk.evaluate("document.querySelectorAll('.pd-plot canvas').forEach((one) => (one.dataset.first = 'yes'))")
    tops = "[...document.querySelectorAll('.pd-graph')].map((one) => one.getBoundingClientRect().top)"
    places, before, week = (
        desk.evaluate(tops),
        int(figure(desk, "Touches").inner_text()),
        sum(drawn(desk, "Week by week")),
    )
    calls = chart(desk, "By outreach method").locator("tbody tr", has_text="Call").locator("td").first
    calls_before = int(calls.text_content())
    watched = figure(desk, "Touches").evaluate_handle(WHEN_IT_CHANGES)

    phone.get_by_role("button", name="Log", exact=True).first.tap()
    phone.locator(".pd-outcomes .q-btn", has_text="Reached").tap()
    changed = watched.evaluate("(box) => box.changed") / 1000
    newest = firm["bjorn"].get("/api/activities", params={"campaign_id": firm["camp"], "limit": 1}).json()["items"][0]
    assert changed - datetime.fromisoformat(newest["created_at"]).timestamp() < 2

    expect(figure(desk, "Touches")).to_have_text(str(before + 1))
    expect(calls).to_have_text(str(calls_before + 1))
    assert sum(drawn(desk, "Week by week")) == week + 1
    assert desk.evaluate("[...document.querySelectorAll('.pd-plot canvas')].every((one) => one.dataset.first)")
    assert desk.evaluate(tops) == places
    expect(desk.locator(".pd-pulse")).to_have_text("Live")
    phone.context.close()


# the moment at which the page itself changes, however late anybody looks
WHEN_IT_CHANGES = """(node) => ({ changed: new Promise((tell) => {
    new MutationObserver(() => tell(Date.now())).observe(node, { childList: true, characterData: true, subtree: true });
}) })"""


def test_filters_stand_in_the_address_and_the_address_shows_the_same_to_others(firm, site, chromium, desk):
    report(desk, firm)
    before = figure(desk, "Touches").inner_text()
    desk.get_by_role("button", name="7 days").click()
    expect(figure(desk, "Touches")).not_to_have_text(before)
    desk.get_by_role("combobox", name="Method").click()
    desk.get_by_role("option", name="E-mail").click()
    expect(figure(desk, "Touches")).to_have_text("1")
    desk.wait_for_url(re.compile(r"tab=report&days=7&type=EMAIL"))
    other = as_(chromium, site, firm["bjorn"])
    other.goto(desk.url)
    expect(figure(other, "Touches")).to_have_text("1")
    expect(other.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    other.context.close()


def saved(page, button, item=None):
    """What the browser stored, and under which name."""
    with page.expect_download() as got:
        button.click()
        if item:
            page.locator(".q-menu .q-item", has_text=item).click()
    return got.value.path().read_bytes(), got.value.suggested_filename


def test_files_hold_the_figures_on_the_screen(firm, desk):
    report(desk, firm)
    names = ("Touches", "Reached", "Meetings booked", "Meetings held", "Handed over")
    figures = {name: int(figure(desk, name).inner_text()) for name in names}
    export, day = desk.get_by_role("button", name="Export"), datetime.now(UTC).date().isoformat()

    content, name = saved(desk, export, "Excel")
    at = rf"{day}-\d{{4}}-[a-z-]+"
    assert re.fullmatch(rf"gasturbinen-wartung-sud-all-time-{at}\.xlsx", name)
    rows = openpyxl.load_workbook(io.BytesIO(content))["Figures"].iter_rows(min_row=2, values_only=True)
    assert {row[0]: row[1] for row in rows} == figures

    content, name = saved(desk, export, "CSV")
    assert re.search(rf"{at}\.csv$", name)
    found = {
        row[0]: row[1]
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))
        if len(row) == 4 and row[1].isdigit()
    }
    assert {key: int(found[key]) for key in figures} == figures

    content, name = saved(desk, export, "PDF")
    paper = PdfReader(io.BytesIO(content))
    text = " ".join(page.extract_text() for page in paper.pages)
    assert NAME in text
    assert all(re.search(rf"{key}\s+{value}\b", text) for key, value in figures.items()), text
    assert sum(len(page.images) for page in paper.pages) == 6

    content, name = saved(desk, export, "Picture (PNG)")
    assert re.fullmatch(rf"gasturbinen-wartung-sud-all-time-report-{at}\.png", name)
    whole = Image.open(io.BytesIO(content))
    assert whole.width == 1920
    assert whole.height > 3_000
    content, name = saved(desk, chart(desk, "Funnel").get_by_role("button", name="PNG: save as picture"))
    assert re.fullmatch(rf"gasturbinen-wartung-sud-all-time-funnel-{at}\.png", name)
    one = Image.open(io.BytesIO(content)).convert("RGB")
    assert (79, 70, 229) in {colour for _, colour in one.getcolors(100_000)}


def test_a_shared_link_needs_no_account_and_dies_when_it_is_taken_back(firm, site, chromium, desk):
    report(desk, firm)
    desk.get_by_role("button", name="Share").click()
    desk.get_by_label("For whom").fill("The board")
    desk.get_by_role("button", name="Create link").click()
    listed = desk.locator(".q-dialog .pd-line", has_text="The board").last
    expect(listed).to_contain_text("never opened")
    link = desk.get_by_label("Link", exact=True).input_value()
    context = chromium.new_context(java_script_enabled=False)
    stranger = context.new_page()
    address = site.address + re.sub(r"^https?://[^/]+", "", link)
    answer = stranger.goto(address)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    expect(stranger.get_by_role("heading", name=NAME)).to_be_visible()
    expect(stranger.locator("svg.chart:visible")).to_have_count(3)
    touches = stranger.locator("dl div", has_text="Touches").locator("dd").first
    assert touches.inner_text() == figure(desk, "Touches").inner_text()
    assert "Björn" not in answer.text()
    assert "Larsson" not in answer.text()
    assert "nicegui" not in answer.text().lower()
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Share").click()
    expect(listed).to_contain_text("last opened")
    desk.get_by_role("button", name="Revoke").click()
    expect(desk.get_by_text("The link does not work any more")).to_be_visible()
    assert stranger.goto(address).status == 404
    context.close()


def test_whoever_is_no_member_gets_404_and_a_member_may_not_share(firm, site, chromium):
    for path in (f"/campaigns/{firm['camp']}?tab=report", f"/campaigns/{firm['camp']}/screen"):
        assert firm["carla"].get(path).status_code == 404
    assert firm["carla"].get("/team/work").status_code == 404
    page = report(as_(chromium, site, firm["bjorn"]), firm)
    expect(page.get_by_role("button", name="Share")).to_have_count(0)
    page.context.close()


def test_who_is_taken_off_a_campaign_stops_seeing_its_report(firm, site, chromium):
    page = report(as_(chromium, site, firm["bjorn"]), firm)
    firm["boss"].put(f"/api/campaigns/{firm['camp']}", json={"member_ids": []}).raise_for_status()
    expect(page.get_by_text("you are no longer a member").first).to_be_visible()
    expect(page.locator(".pd-graph").first).not_to_be_visible()
    firm["boss"].put(
        f"/api/campaigns/{firm['camp']}", json={"member_ids": [firm["users"]["Björn Berg"]]}
    ).raise_for_status()
    page.context.close()


def test_today_does_not_load_the_charts(phone, desk, firm):
    """Only a page with a chart fetches ECharts, also when one comes there without a reload."""
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    opened(desk, "/")
    assert [url for url in asked if "echart" in url or "graph.js" in url] == []
    desk.get_by_role("link", name="Reports").first.click()
    expect(chart(desk, "Which channel works?").locator("canvas").first).to_be_visible()
    assert [url for url in asked if "graph.js" in url]


def test_the_gallery_answers_in_a_sentence_and_keeps_what_one_asks_again(firm, desk):
    opened(desk, "/reports")
    expect(chart(desk, "Which channel works?")).to_contain_text(re.compile(r"No meeting came of 1\d touches yet"))
    expect(chart(desk, "Sector and theme comparison").locator("tbody")).to_contain_text("Energy")
    channels = chart(desk, "Which channel works?")
    channels.get_by_role("button", name="Show as table").click()
    row = channels.locator("tbody tr", has_text="Call")
    count = int(row.locator("td").first.inner_text())
    row.get_by_role("button").click()
    expect(desk.locator(".pd-behind-row")).to_have_count(count)
    desk.get_by_role("button", name="Close", exact=True).click()
    desk.get_by_role("combobox", name="Sector").click()
    desk.get_by_role("option", name="Energy").click()
    desk.wait_for_url(re.compile("sector=Energy"))
    desk.get_by_role("button", name="Save report").first.click()
    desk.get_by_label("Name").fill("Energy calls")
    desk.get_by_role("button", name="Save", exact=True).click()
    row = desk.locator(".pd-saved", has_text="Energy calls")
    expect(row).to_contain_text("Energy")
    row.get_by_role("switch").click()
    expect(desk.get_by_text("Energy calls comes every Monday")).to_be_visible()
    desk.get_by_role("button", name="30 days").click()
    desk.wait_for_url(re.compile("days=30&sector=Energy"))
    expect(chart(desk, "Where do leads stall?")).to_contain_text("whatever days are chosen")
    opened(desk, "/reports")
    expect(desk.locator(".pd-saved").get_by_role("switch")).to_have_attribute("aria-checked", "true")


def test_a_campaigns_own_report_is_saved_as_it_is_narrowed_and_opens_so(firm, desk):
    report(desk, firm, "&days=30&type=CALL")
    desk.get_by_role("button", name="Export").click()
    desk.locator(".q-menu .q-item", has_text="Save, or mail").click()
    desk.get_by_role("switch", name="Send it to me by mail every Monday").click()
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text(f"{NAME} is saved under Reports")).to_be_visible()
    opened(desk, "/reports")
    row = desk.locator(".pd-saved", has_text=NAME)
    expect(row).to_contain_text("last 30 days")
    row.get_by_role("button").first.click()
    desk.wait_for_url(re.compile(r"tab=report&days=30&type=CALL"))
    expect(desk.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "true")


def test_an_introduction_is_offered_used_and_counted(firm, site, chromium, desk):
    opened(desk, "/team/work")
    expect(desk.locator(".pd-team tbody tr", has_text="Björn Berg")).to_contain_text("logged this week")
    desk.locator(".pd-team tbody").get_by_role("button", name="Björn Berg").click()
    expect(desk.get_by_role("heading", name="Touches of Björn Berg")).to_be_visible()
    expect(desk.locator(".pd-behind-row").first).to_contain_text("Björn Berg")
    desk.get_by_role("button", name="Close", exact=True).click()
    desk.get_by_role("button", name="Offer an introduction").click()
    desk.get_by_label("Person or organisation").fill("Zoë")
    desk.get_by_label("For which colleague").click()
    desk.get_by_role("option", name="Björn Berg").click()
    desk.get_by_label("For which campaign").click()
    desk.get_by_role("option", name=NAME).click()
    desk.get_by_role("button", name="Offer", exact=True).click()
    expect(desk.locator(".pd-row", has_text="Zoë")).to_contain_text("Open")
    page = as_(chromium, site, firm["bjorn"], PHONE)
    opened(page, "/")
    page.get_by_role("button", name="Accept").tap()
    page.locator(".pd-choice", has_text="Zoë Öström").tap()
    expect(page.get_by_text("Introductions for you")).not_to_be_visible()
    expect(desk.locator(".pd-row", has_text="Zoë")).to_contain_text("Accepted")
    expect(desk.get_by_role("img", name=re.compile("0 of 1 introductions"))).to_be_visible()
    stamped = firm["bjorn"].get("/api/activities", params={"type": "REFERRAL"}).json()["items"]
    assert [(one["campaign_id"], one["done"]) for one in stamped] == [(firm["camp"], False)]
    page.context.close()


def test_people_are_ranked_only_where_the_campaign_keeps_a_leaderboard(firm, desk):
    opened(desk, f"/team/work?days=30&campaign={firm['camp']}")
    expect(desk.get_by_text("Most meetings first.")).to_be_visible()
    report(desk, firm)
    desk.get_by_role("switch", name="Rank people").click()
    expect(desk.get_by_text("People stand by name")).to_be_visible()
    opened(desk, f"/team/work?days=30&campaign={firm['camp']}")
    expect(desk.get_by_text("By name: this campaign keeps no leaderboard.")).to_be_visible()
    names = desk.locator(".pd-team-name").evaluate_all("all => all.map((one) => one.firstElementChild.innerText)")
    assert names == sorted(names)


def test_the_big_screen_keeps_live_and_has_no_frame(firm, desk):
    desk.goto("/reports/screen")
    expect(desk.get_by_role("heading", name=NAME)).to_be_visible()
    expect(chart(desk, "Week by week").locator("canvas").first).to_be_visible()
    expect(desk.locator(".pd-rail, .pd-bar, .pd-top")).to_have_count(0)
    before = int(figure(desk, "Touches").inner_text())
    touch(firm["bjorn"], firm["contacts"][0], firm["camp"], "NO_ANSWER")
    expect(figure(desk, "Touches")).to_have_text(str(before + 1))


def test_live_is_said_only_while_it_is_so(firm, site, folder, desk):
    """The database's line to us is cut while nothing happens; then the browser's own line. Both come back by themselves."""
    report(desk, firm)
    pulse = desk.locator(".pd-pulse")
    expect(pulse).to_have_text("Live")
    stopped = listening(folder)
    for process in stopped:
        process.suspend()
    try:
        expect(pulse).to_have_text(re.compile(r"As of \d\d:\d\d:\d\d"))
    finally:
        for process in stopped:
            process.resume()
    expect(pulse).to_have_text("Live")

    desk.context.set_offline(True)
    expect(pulse).to_have_text(re.compile(r"As of \d\d:\d\d:\d\d"))
    before = int(figure(desk, "Touches").inner_text())
    touch(firm["bjorn"], firm["contacts"][1], firm["camp"], "NO_ANSWER")
    desk.context.set_offline(False)
    expect(pulse).to_have_text("Live")
    expect(figure(desk, "Touches")).to_have_text(str(before + 1))
    desk.complaints.clear()


def listening(folder):
    """The process of the product's own PostgreSQL that its news come from, and the one that would open another line."""
    asked = "select pid from pg_stat_activity where application_name = 'pipedriven news'"
    with open_server(folder, None) as server, psycopg.connect(server.url) as line:
        there = psutil.Process(line.execute(asked).fetchone()[0])
    return there, there.parent()


def test_an_introduction_is_used_from_the_contacts_own_page_and_taken_back(firm, site, chromium):
    wish = {
        "offered_to": firm["users"]["Björn Berg"],
        "whom": "Live Larsson, an old friend",
        "campaign_id": firm["camp"],
    }
    door = made(firm["boss"], "/api/introductions", wish)["id"]
    page = as_(chromium, site, firm["bjorn"], PHONE)
    opened(page, f"/contacts/{firm['contacts'][0]}")
    expect(page.get_by_text("Annegret Schönfelder can introduce you")).to_be_visible()
    page.get_by_role("button", name="Accept", exact=True).tap()
    expect(page.get_by_text("Annegret Schönfelder can introduce you")).to_have_count(0)
    expect(page.get_by_text("Introduction accepted")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).tap()
    expect(page.get_by_text("Annegret Schönfelder can introduce you")).to_be_visible()
    opened(page, f"/contacts/{firm['contacts'][1]}")
    page.get_by_role("button", name="Accept an introduction").tap()
    page.locator(".pd-choice", has_text="an old friend").tap()
    expect(page.get_by_text("Introduction accepted")).to_be_visible()
    used = firm["boss"].get("/api/introductions", params={"box": "offered"}).json()["items"]
    assert next(one["state"] for one in used if one["id"] == door) == "USED"
    page.context.close()


def test_an_introduction_to_a_stranger_is_accepted_without_typing_anything_twice(firm, site, chromium):
    wish = {
        "offered_to": firm["users"]["Björn Berg"],
        "whom": "Dr. Ingrid Fährmann, CFO",
        "reach": "ingrid@nordsee.example",
        "note": "We sailed together.",
        "campaign_id": firm["camp"],
    }
    door = made(firm["boss"], "/api/introductions", wish)["id"]
    page = as_(chromium, site, firm["bjorn"], PHONE)
    opened(page, "/")
    page.get_by_role("button", name="Accept", exact=True).tap()
    page.get_by_role("button", name="Add as a new contact").tap()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Dr. Ingrid Fährmann")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_text("Dr. Ingrid Fährmann added. Introduction accepted")).to_be_visible()
    expect(page.get_by_text("Introductions for you")).not_to_be_visible()
    (there,) = firm["bjorn"].get("/api/contacts", params={"q": "Ingrid"}).json()["items"]
    assert (there["email"], there["job_title"]) == ("ingrid@nordsee.example", "CFO")
    (planned,) = firm["bjorn"].get("/api/activities", params={"contact_id": there["id"]}).json()["items"]
    assert (planned["type"], planned["done"]) == ("REFERRAL", False)
    page.get_by_role("button", name="Undo", exact=True).tap()
    expect(page.get_by_text("Introductions for you")).to_be_visible()
    assert firm["bjorn"].get("/api/contacts", params={"q": "Ingrid"}).json()["items"] == []
    states = firm["boss"].get("/api/introductions", params={"box": "offered"}).json()["items"]
    assert next(one["state"] for one in states if one["id"] == door) == "OPEN"
    page.context.close()


def test_a_question_of_ones_own_is_put_together_opened_and_kept_where_it_moves_by_itself(firm, desk):
    opened(desk, "/reports?days=90&measure=TOUCHES&by=PERSON")
    own = desk.locator(".pd-own")
    expect(own).to_contain_text("Touches by person")
    expect(own).to_contain_text("most Björn Berg")
    own.get_by_label("By", exact=True).click()
    desk.get_by_role("option", name="Method").click()
    desk.wait_for_url(re.compile("by=METHOD"))
    expect(own).to_contain_text("Touches by method")
    own.get_by_role("button", name="Show as table").click()
    own.get_by_role("button", name="E-mail").click()
    expect(desk.get_by_role("heading", name="Touches by method E-mail")).to_be_visible()
    expect(desk.locator(".pd-behind-row").first).to_contain_text("Live Larsson")
    desk.get_by_role("button", name="Close", exact=True).click()
    own.get_by_role("button", name="Save report").click()
    desk.get_by_label("Name").fill("How we reach out")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator(".pd-saved", has_text="How we reach out")).to_contain_text("Touches by method")
    opened(desk, "/reports/mine")
    kept = desk.locator(".pd-graph", has_text="How we reach out")
    before = int(re.search(r"Touches: (\d+) in all", kept.inner_text())[1])
    touch(firm["bjorn"], firm["contacts"][0], firm["camp"], "REACHED")
    expect(kept).to_contain_text(f"Touches: {before + 1} in all")
    desk.get_by_role("button", name="Set goal").click()
    desk.get_by_label("Touches", exact=True).fill("12")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text(re.compile("of 12 touches"))).to_be_visible()


def test_notes_stand_on_the_charts_of_those_who_see_the_campaign(firm, site, chromium, desk):
    report(desk, firm)
    desk.get_by_role("button", name="Notes on the time line").click()
    desk.get_by_label("What happened").fill("Hannover fair")
    desk.get_by_role("button", name="Add note").click()
    expect(desk.locator(".pd-note-row")).to_contain_text("Hannover fair")
    desk.keyboard.press("Escape")
    weeks = chart(desk, "Week by week")
    weeks.get_by_role("button", name="Show as table").click()
    expect(weeks).to_contain_text("Hannover fair")
    page = as_(chromium, site, firm["bjorn"], PHONE)
    opened(page, f"/campaigns/{firm['camp']}?tab=report")
    expect(page.get_by_role("button", name="Notes on the time line")).to_have_count(0)
    page.context.close()
    desk.get_by_role("button", name="Notes on the time line").click()
    desk.get_by_role("button", name="Remove Hannover fair").click()
    expect(desk.get_by_text("Deleted", exact=True)).to_be_visible()
    desk.keyboard.press("Escape")
    expect(weeks).not_to_contain_text("Hannover fair")


def test_rows_behind_a_bar_are_counted_dated_turned_round_and_closed(firm, desk):
    report(desk, firm)
    desk.locator("[aria-label^='Touches:']").first.click()
    rows = desk.locator(".pd-behind-row")
    expect(desk.locator(".q-dialog")).to_contain_text(re.compile(r"\d+ rows · All time"))
    newest = rows.first.text_content()
    desk.get_by_role("button", name="Oldest first").click()
    expect(rows.first).not_to_have_text(newest)
    desk.get_by_role("button", name="Newest first").click()
    expect(rows.first).to_have_text(newest)
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(rows).to_have_count(0)


def test_a_wide_table_shows_its_last_column_at_a_desk(firm, desk):
    report(desk, firm)
    methods = chart(desk, "By outreach method")
    methods.get_by_role("button", name="Show as table").click()
    table = methods.locator(".pd-graph-table")
    expect(table.locator("thead th").last).to_have_text("Reached")
    assert table.evaluate("(box) => box.scrollWidth <= box.clientWidth")


def test_campaigns_stand_side_by_side_and_cohorts_tell_the_days_to_the_first_meeting(firm, desk):
    opened(desk, "/reports")
    expect(chart(desk, "Campaigns side by side").locator("tbody tr", has_text=NAME)).to_be_attached()
    cohorts = chart(desk, "How long to the first meeting?")
    cohorts.get_by_role("button", name="Show as table").click()
    cohorts.locator("tbody button").first.click()
    expect(desk.locator(".pd-behind-row").first).to_be_visible()
    expect(desk.locator(".q-dialog")).to_contain_text("Contacts that joined in this week")
