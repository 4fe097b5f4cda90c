"""Whoever is erased leaves every page that is open at that moment."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.support.page_access import STATUSES

NAME = "Vera Kanarienvogel"
# every screen is opened, and those that name her have to forget her; what is opened by its own link is no screen
SCREENS = [path for path, row in STATUSES.items() if row and row[0] == 303 and "{" not in path.replace("{cid}", "")
           .replace("{campaign_id}", "") and not re.match(r"/(logout|second-step|practice)", path)]  # fmt: skip
NAMING = {"/", "/contacts", "/contacts/{cid}", "/activities", "/campaigns/{campaign_id}"}


def vera(api):
    """Somebody with a touch, a meeting, a campaign and a push: her id and the campaign's."""

    def post(path, **body):
        answer = api.post(path, json=body)
        answer.raise_for_status()
        return answer.json()["id"]

    contact = post(
        "/contacts?force=true", name=NAME, email="vera@bird.example", warmness_score=10, organisation="Birds Ltd"
    )
    spring = post("/campaigns", name="Spring")
    api.post(f"/campaigns/{spring}/assign-contacts", json={"contact_ids": [contact]}).raise_for_status()
    soon = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    post("/activities", type="CALL", contact_id=contact, campaign_id=spring, outcome="REACHED")
    post("/activities", type="MEETING", contact_id=contact, campaign_id=spring, due_date=soon)
    return contact, spring


@pytest.mark.parametrize("path", SCREENS)
def test_an_open_page_does_not_name_whoever_was_erased(desk, api, path):
    contact, spring = vera(api)
    desk.goto(path.replace("{cid}", contact).replace("{campaign_id}", spring))
    desk.wait_for_function("() => window.socket && window.socket.connected")
    screen = desk.locator("#app")
    if path in NAMING:
        expect(screen).to_contain_text(NAME)
    answer = api.delete(f"/contacts/{contact}", params={"erase": "true"})
    assert answer.json()["sentence"].startswith("Erased.")
    expect(screen).not_to_contain_text(NAME, timeout=10_000)


@pytest.mark.parametrize("path", sorted(NAMING))
def test_an_open_page_follows_a_new_name_and_who_goes_to_the_trash(desk, api, path):
    contact, spring = vera(api)
    desk.goto(path.replace("{cid}", contact).replace("{campaign_id}", spring))
    screen = desk.locator("#app")
    expect(screen).to_contain_text(NAME)
    api.put(f"/contacts/{contact}", json={"name": "Wanda Umbenannt"}).raise_for_status()
    expect(screen).to_contain_text("Wanda Umbenannt", timeout=10_000)
    api.delete(f"/contacts/{contact}").raise_for_status()
    if path == "/contacts/{cid}":
        expect(screen).to_contain_text("In the trash", timeout=10_000)
    else:
        expect(screen).not_to_contain_text("Wanda Umbenannt", timeout=10_000)
