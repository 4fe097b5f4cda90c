"""Passkeys with a real browser and its virtual authenticator: made in Settings, signed in with by one tap."""

import re

import psycopg
import pytest
from playwright.sync_api import expect

from app.postgres import open_server
from tests.support.app_process import opened, served
from tests.support.virtual_authenticator import authenticator


@pytest.fixture(scope="module")
def site(folder, start):
    """Reached by a host name: browsers keep passkeys for no bare address."""
    with served(folder, start=start, BASE_URL="http://localhost:{port}") as running:
        yield running


# the newest session is older than what outlives it asks for
AGED = """update user_sessions set created_at = created_at - interval '11 minutes'
    where created_at = (select max(created_at) from user_sessions)"""
# the browser's own list under the e-mail field; the virtual finger taps it the moment it opens
LISTED = "PublicKeyCredential.isConditionalMediationAvailable = async () => {}"


def made(page, name):
    opened(page, "/settings/security")
    page.get_by_label("Name, for example").fill(name)
    page.get_by_role("button", name="Add a passkey").tap()
    expect(page.get_by_role("button", name=f"Remove the passkey {name}")).to_be_visible()


def test_a_passkey_is_made_signs_in_by_one_tap_and_is_removed(phone):
    authenticator(phone)
    phone.add_init_script(LISTED.format("false"))
    made(phone, "My phone")
    expect(phone.get_by_text("On one device, not used yet")).to_be_visible()

    phone.context.clear_cookies()
    phone.goto("/login?next=/contacts")
    phone.get_by_role("button", name="Sign in with a passkey").tap()
    phone.wait_for_url("**/contacts")
    phone.wait_for_selector("#app .pd-main")

    opened(phone, "/settings/security")
    expect(phone.get_by_text("On one device, last used today")).to_be_visible()
    phone.get_by_role("button", name="Remove the passkey My phone").tap()
    expect(phone.get_by_text("On one device")).to_have_count(0)
    phone.context.clear_cookies()
    phone.goto("/login")
    phone.get_by_role("button", name="Sign in with a passkey").tap()
    expect(phone.get_by_text("This passkey does not fit.")).to_be_visible()
    # the browser writes every 401 into its console
    assert all("401" in said for said in phone.complaints)
    phone.complaints.clear()


def test_a_passkey_confirms_who_it_is_in_place_of_the_password(phone, folder):
    authenticator(phone)
    phone.add_init_script(LISTED.format("false"))
    made(phone, "My thumb")
    # a session of its own, which gives way to the one that the passkey opens
    phone.context.clear_cookies()
    phone.goto("/login?next=/contacts")
    phone.get_by_role("button", name="Sign in with a passkey").tap()
    phone.wait_for_url("**/contacts")
    phone.wait_for_selector("#app .pd-main")
    with open_server(folder, None) as server, psycopg.connect(server.serving_url) as line:
        line.execute(AGED)
    opened(phone, "/settings/calendar")
    phone.get_by_role("button", name="Make a calendar address").tap()
    asked = phone.get_by_role("dialog").filter(has_text="Confirm it's you")
    with phone.expect_navigation():
        asked.get_by_role("button", name="Use a passkey").tap()
    phone.wait_for_selector("#app .pd-main")
    expect(phone).to_have_url(re.compile("/settings/calendar$"))
    phone.get_by_role("button", name="Make a calendar address").tap()
    phone.get_by_label("Calendar address").wait_for()


def test_a_passkey_chosen_under_the_email_field_signs_in(phone):
    authenticator(phone)
    made(phone, "My other phone")
    phone.context.clear_cookies()
    phone.goto("/login?next=/contacts")
    phone.wait_for_url("**/contacts")
    phone.wait_for_selector("#app .pd-main")


def test_without_a_name_nothing_is_asked_of_the_device(phone):
    authenticator(phone)
    page = opened(phone, "/settings/security")
    page.get_by_role("button", name="Add a passkey").tap()
    expect(page.get_by_text("Give it a name first.")).to_be_visible()
