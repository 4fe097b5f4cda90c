"""Notices on the lock screen: asked for with one tap, shown by the service worker, and a tap leads to the place."""

import json

import pytest
from playwright.sync_api import expect

from tests.support.app_process import PHONE, opened
from tests.support.fake_push_service import Browser
from tests.support.layout_checks import axe, sizes

WHOLE_BROWSER = True
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"
# the makers' services are not to be reached from here: what the browser would be given by its own is given by us
GIVEN = """
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  PushManager.prototype.subscribe = function (options) {
    window.asked = options;
    window.kept = { endpoint: ENDPOINT, options: { applicationServerKey: options.applicationServerKey.buffer },
      getKey: (name) => bytes(KEYS[name]).buffer, unsubscribe: async () => { window.kept = null; return true; } };
    return Promise.resolve(window.kept);
  };
  PushManager.prototype.getSubscription = async () => window.kept || null;
"""


@pytest.fixture
def lock(account, chromium, site):
    context = chromium.new_context(storage_state=account, base_url=site.address, **PHONE)
    context.grant_permissions(["notifications"], origin=site.address)
    context.add_init_script(f"const ENDPOINT = {json.dumps(ENDPOINT)}, KEYS = {json.dumps(Browser().keys)};{GIVEN}")
    page = context.new_page()
    opened(page, "/settings/notifications")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    yield page
    context.close()


def worker_of(page):
    return (
        page.context.service_workers[0]
        if page.context.service_workers
        else page.context.wait_for_event("serviceworker")
    )


def push(page, words):
    """What the maker's service would hand over, given to the worker by the browser's own tools."""
    tools = page.context.new_cdp_session(page)
    found = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(said["registrations"]))
    tools.send("ServiceWorker.enable")
    # who is not awake yet hears nothing
    page.evaluate(AWAKE)
    origin = page.evaluate("location.origin")
    while not (ours := [one["registrationId"] for one in found if one["scopeURL"].startswith(origin)]):
        # answered by the browser, which hands over what it has to say first; no frame is drawn of a page in the dark
        page.evaluate("null")
    worker_of(page).evaluate(TELLING)
    tools.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": ours[-1], "data": words})


AWAKE = """async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== 'activated') await new Promise((done) => active.addEventListener('statechange', done, { once: true }));
}"""


# Chromium deletes what it reads while it is just being shown, so that nobody may look before it is
TELLING = """() => {
    self.shown = new Promise((done) => {
        registration.showNotification = (...said) => ServiceWorkerRegistration.prototype.showNotification.apply(registration, said).finally(done);
    });
}"""


def shown(page):
    """The notices on the screen, once the one that was pushed last is among them."""
    return worker_of(page).evaluate(
        """async () => {
            await self.shown;
            const found = await registration.getNotifications();
            return found.map((one) => ({ body: one.body, tag: one.tag, data: one.data }));
        }"""
    )


def test_one_tap_and_this_phone_rings(lock, api):
    lock.get_by_role("button", name="Notify me on this device").tap()
    expect(lock.get_by_text("This device").last).to_be_visible()
    expect(lock.get_by_role("button", name="Notify me on this device")).to_have_count(0)
    key = api.get("/notices/push").json()
    assert lock.evaluate("Array.from(window.asked.applicationServerKey).length") == 65
    assert [(one["service"], one["names"], one["current"]) for one in key["items"]] == [("updates.push.services.mozilla.com", False, True)]  # fmt: skip
    lock.get_by_text("Show names of people there").tap()
    expect(lock.get_by_text("Names are shown")).to_be_visible()
    assert api.get("/notices/push").json()["items"][0]["names"] is True
    assert sizes(lock, thumb=True) == []
    assert axe(lock) == []
    lock.get_by_role("button", name="No notifications on").tap()
    expect(lock.get_by_role("button", name="Notify me on this device")).to_be_visible()
    assert api.get("/notices/push").json()["items"] == []
    assert lock.evaluate("window.kept") is None


def test_who_said_no_is_told_where_to_change_it(lock):
    lock.evaluate("Notification.requestPermission = async () => 'denied'")
    lock.get_by_role("button", name="Notify me on this device").tap()
    expect(lock.get_by_text("Notifications are blocked for this site.")).to_be_visible()


def test_a_message_is_shown_and_a_tap_leads_to_the_place(lock):
    push(lock, json.dumps({"words": "A planned touch is due.", "path": "/activities", "tag": "n1"}))
    assert shown(lock) == [{"body": "A planned touch is due.", "tag": "n1", "data": {"path": "/activities"}}]
    tap(lock)
    lock.wait_for_url("**/activities")


def test_a_message_never_leads_elsewhere_and_nonsense_is_shown_as_news(lock):
    push(lock, json.dumps({"words": "x", "path": "https://evil.example/", "tag": "n2"}))
    shown(lock)
    tap(lock)
    lock.wait_for_url("**/")
    assert "evil" not in lock.url
    expect(lock.get_by_role("heading", level=1)).to_be_visible()
    push(lock, "no json")
    assert shown(lock)[0]["body"] == "Something is new."


def tap(page):
    """A finger on the newest notice."""
    worker_of(page).evaluate(
        """async () => {
            const [notification] = await registration.getNotifications();
            self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
        }"""
    )
