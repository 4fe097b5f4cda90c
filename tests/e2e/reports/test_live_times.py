"""Every screen of figures moves by itself when a colleague logs a touch; how long each took is printed (`pytest -s`).

The bar is two seconds from the answer to the touch to the words on the screen.
No clock decides here: what is awaited is the change itself.
"""

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.app_process import DESK, opened, wire

# where it is looked at, and the words that say how many touches there are
SCREENS = {
    "report": ("/campaigns/{camp}?tab=report", ".pd-figure .pd-number"),
    "wall screen": ("/campaigns/{camp}/screen", ".pd-figure .pd-number"),
    "gallery, own question": ("/reports?measure=TOUCHES&by=PERSON", ".pd-own .pd-graph-note"),
    "my figures": ("/reports/mine", ".pd-graph .pd-graph-note"),
    "team activity": ("/team/work", ".pd-team tbody td[data-word=touches]"),
    "campaigns": ("/campaigns", "#app .pd-goal-line .pd-strong"),
}


@pytest.fixture(scope="module")
def firm(api_of_module):
    today = datetime.now(UTC).date()
    camp = made(api_of_module, "/campaigns", {
        "name": "Live Camp", "goal_touches": 500,
        "start_date": str(today - timedelta(days=20)), "end_date": str(today + timedelta(days=20)),
    })["id"]  # fmt: skip
    contact = made(api_of_module, "/contacts", {"name": "Live Larsson"})["id"]
    api_of_module.post(f"/campaigns/{camp}/assign-contacts", json={"contact_ids": [contact]}).raise_for_status()
    made(
        api_of_module,
        "/reports",
        {"name": "Mine", "question": "OWN", "filters": {"measure": "TOUCHES", "by": "METHOD"}},
    )
    firm = {"camp": camp, "contact": contact, "api": api_of_module}
    log(firm)
    return firm


@pytest.fixture(scope="module")
def api_of_module(account, site):
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    with wire(f"{site.address}/api", cookies) as client:
        yield client


def made(api, path, body):
    answer = api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def log(firm):
    made(firm["api"], "/activities", {"type": "CALL", "contact_id": firm["contact"], "campaign_id": firm["camp"],
                                      "outcome": "REACHED"})  # fmt: skip


@pytest.fixture(scope="module")
def window_of_module(chromium, site, account):
    with chromium.new_context(storage_state=account, base_url=site.address, service_workers="block", **DESK) as context:
        yield context


def test_the_tab_that_a_twenty_first_one_pushes_out_says_so_and_comes_back(window_of_module):
    page = window_of_module.new_page()
    opened(page, "/reports")
    page.evaluate("window.pausedByTabs()")
    expect(page.get_by_role("alert")).to_contain_text("Paused: more than 20 tabs are open.")
    page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    page.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_moves_when_somebody_logs_a_touch(firm, window_of_module, screen, capsys):
    path, where = SCREENS[screen]
    page = window_of_module.new_page()
    if path.endswith("/screen"):
        page.goto(path.format(**firm))
        expect(page.locator(".pd-figure .pd-number").first).not_to_have_text("–")
    else:
        opened(page, path.format(**firm))
    shown = page.locator(where).first
    expect(shown).to_be_visible()
    expect(shown).not_to_have_text("–")
    before = shown.inner_text()
    changed = page.evaluate_handle(
        """([where, before]) => ({ changed: new Promise((done) => {
            const look = () => document.querySelector(where)?.innerText !== before && done(performance.timeOrigin + performance.now());
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
            look();
        }) })""",
        [where, before],
    )
    log(firm)
    answered = time.time()
    seen = changed.evaluate("(box) => box.changed") / 1000
    with capsys.disabled():
        print(f"\n{screen}: {max(seen - answered, 0):.2f} s from the answer to the words on the screen")
    assert shown.inner_text() != before
    page.close()
