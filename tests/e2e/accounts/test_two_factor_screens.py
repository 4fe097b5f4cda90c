"""The second step, set up on a phone and asked for at the next sign-in."""

import time

import pyotp
from playwright.sync_api import expect

from tests.support.app_process import PASSWORD, opened

STEP = 30


def test_set_up_in_settings_and_asked_for_at_the_next_sign_in(phone):
    page = opened(phone, "/settings/security")
    page.get_by_role("button", name="Set it up").click()
    app = pyotp.TOTP(
        page.get_by_text("No camera?").locator("xpath=following-sibling::*[1]").inner_text().replace(" ", "")
    )
    picture = page.get_by_alt_text("The code for your authenticator")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    page.get_by_label("The six digits it shows").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_text("This code does not fit").wait_for()
    first = int(time.time())
    page.get_by_label("The six digits it shows").fill(app.at(first))
    page.get_by_role("button", name="Turn it on").click()
    page.get_by_text("Keep these codes apart").wait_for()
    codes = page.locator(".pd-recovery li").all_inner_texts()
    assert len(set(codes)) == 10
    expect(page.get_by_text(codes[0])).to_be_in_viewport()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert saved.value.path().read_text().split() == codes
    page.get_by_role("button", name="Done").click()
    page.get_by_text("On. 10 codes on paper left.").wait_for()

    page.context.clear_cookies()
    page.goto("/login?next=/contacts")
    page.get_by_label("E-mail address").fill("annegret@firm.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(app.at(first + STEP))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/contacts")
    page.wait_for_selector("#app .pd-main")


def test_at_an_address_without_a_host_name_settings_says_that_there_are_no_passkeys(phone):
    page = opened(phone, "/settings/security")
    expect(
        page.get_by_text("Passkeys need a host name: this Pipedriven is reached by the address 127.0.0.1")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)
    page.context.clear_cookies()
    page.goto("/login")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
