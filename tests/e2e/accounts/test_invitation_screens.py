"""Invitations on the Team page: listed, sent again, revoked."""

from playwright.sync_api import expect

from tests.support.app_process import opened

NEW = "soon.here@firm.example"


def test_who_is_awaited_is_listed_sent_again_and_revoked(phone, api, site):
    first = api.post("/users", json={"email": NEW}).json()["link"]
    page = opened(phone, "/team")
    expect(page.get_by_text("Consultant, invited by Annegret Schönfelder")).to_be_visible()
    page.get_by_role("button", name=f"Actions for {NEW}").tap()
    page.get_by_text("Send again").tap()
    again = page.get_by_role("textbox", name="Link").input_value()
    assert again != first
    assert [page.request.get(link).status for link in (first, again)] == [404, 200]
    page.keyboard.press("Escape")
    page.get_by_role("button", name=f"Actions for {NEW}").tap()
    page.get_by_text("Revoke").tap()
    expect(page.get_by_text("Invited, not here yet")).to_have_count(0)
    assert page.request.get(again).status == 404
