"""Tokens for scripts: made in Settings, shown once, ended there."""

import psycopg
from playwright.sync_api import expect

from app.postgres import open_server
from tests.support.app_process import PASSWORD, opened, wire


def test_a_token_is_made_with_a_scope_works_and_is_ended(phone, site):
    page = opened(phone, "/settings")
    page.get_by_role("link", name="Tokens for scripts").tap()
    page.get_by_role("button", name="New token").first.tap()
    page.get_by_label("What it is for").fill("Nightly report")
    page.get_by_role("button", name="Make the token").tap()
    token = page.get_by_label("Token", exact=True).input_value()
    with wire(f"{site.address}/api") as script:
        known = {"Authorization": f"Bearer {token}"}
        assert script.get("/me", headers=known).status_code == 200
        refused = script.post("/contacts", headers=known, json={"name": "Jane Roe"})
        assert (refused.status_code, refused.json()["detail"]) == (403, "This token may only read.")
        page.keyboard.press("Escape")
        expect(page.get_by_text(f"Only reads, …{token[-4:]}")).to_be_visible()
        page.get_by_role("button", name="End the token Nightly report").tap()
        page.get_by_text("No token yet").wait_for()
        assert script.get("/me", headers=known).status_code == 401


def test_what_outlives_the_session_asks_again_who_it_is_after_ten_minutes(phone, folder):
    """A phone that lies open on the table gives nobody a way in that stays."""
    page = opened(phone, "/settings/security")
    with open_server(folder, None) as server, psycopg.connect(server.serving_url) as line:
        line.execute("update user_sessions set created_at = created_at - interval '11 minutes'")
    page.get_by_role("button", name="Set it up").tap()
    asked = page.get_by_role("dialog").filter(has_text="Confirm it's you")
    asked.get_by_label("Current password").fill("not my password at all")
    page.keyboard.press("Enter")
    page.get_by_text("This is not your current password").first.wait_for()
    expect(page.get_by_label("The six digits it shows")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Set it up").tap()
    asked.get_by_label("Current password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("The six digits it shows").wait_for()
    page.goto(page.url.replace("/security", "/calendar"))
    page.get_by_role("button", name="Make a calendar address").tap()
    asked.get_by_label("Current password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Calendar address").wait_for()
    page.goto(page.url.replace("/calendar", "/tokens"))
    page.get_by_role("button", name="New token").first.tap()
    asked.get_by_label("Current password").fill(PASSWORD)
    asked.get_by_role("button", name="Confirm").tap()
    page.get_by_label("What it is for").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_label("What it is for")).to_have_count(0)
    # once proved it is not asked for again on this page
    page.get_by_role("button", name="New token").first.tap()
    page.get_by_label("What it is for").wait_for()
