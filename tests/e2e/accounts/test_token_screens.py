"""Tokens for scripts: made in Settings, shown once, ended there."""

from playwright.sync_api import expect

from tests.support.app_process import opened, wire


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
