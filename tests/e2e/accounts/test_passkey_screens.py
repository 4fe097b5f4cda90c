"""Passkeys with a real browser and its virtual authenticator: made in Settings, signed in with by one tap."""

import pytest
from playwright.sync_api import expect

from tests.support.app_process import opened, served
from tests.support.virtual_authenticator import authenticator


@pytest.fixture(scope="module")
def site(folder, start):
    """Reached by a host name: browsers keep passkeys for no bare address."""
    with served(folder, start=start, BASE_URL="http://localhost:{port}") as running:
        yield running


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
