"""A second step that the firm asks for: chosen on the Team page, and the one page that is open without it."""

import pytest
from playwright.sync_api import expect

from tests.support.app_process import opened, served
from tests.support.virtual_authenticator import authenticator
from tests.support.waiting import until


@pytest.fixture(scope="module")
def site(folder, start):
    with served(folder, start=start, BASE_URL="http://localhost:{port}") as running:
        yield running


def test_whoever_is_asked_for_a_second_step_makes_a_passkey_on_the_one_page_that_is_open(phone, api):
    authenticator(phone)
    opened(phone, "/team")
    phone.get_by_label("Golden ticket: asked from").fill("2026-01-01")
    asking = phone.locator(".pd-card", has=phone.get_by_label("Golden ticket: asked from"))
    asking.get_by_role("button", name="Save").tap()
    phone.get_by_text("Saved").wait_for()
    # what is known of a session is believed for two seconds
    until(lambda: phone.goto("/contacts") and phone.url.endswith("/second-step"))
    expect(phone.get_by_role("button", name="Sign out")).to_be_visible()
    phone.get_by_role("button", name="Make a passkey on this device").tap()
    phone.wait_for_selector("#app .pd-main")
    opened(phone, "/settings/security")
    expect(phone.get_by_text("My first passkey")).to_be_visible()
    phone.get_by_role("button", name="Remove the passkey My first passkey").tap()
    expect(phone.get_by_text("Your firm asks for a second step")).to_be_visible()
    # open tabs are told off while it is missing
    phone.complaints.clear()
