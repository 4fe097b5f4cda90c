"""Every button of a screen, and of the sheet or menu on top of it, found by machine."""

import re

from playwright.sync_api import TimeoutError as Late

from tests.support.page_access import GOLDEN, SIGNED_IN, STATUSES

LAYERS = ".q-dialog--modal, .q-menu:not([class*='-leave-'])"
ADDRESSES = sorted(
    path for path, who in STATUSES.items() if who in (SIGNED_IN, GOLDEN) or re.search("{(cid|oid|campaign_id)}$", path)
)
# what leads out of the app, or asks the system for a file
LEADS_OUT = re.compile("Sign out|Choose files|photo|Export|Download", re.IGNORECASE)
ON_TOP = f"""(() => {{ const layers = [...document.querySelectorAll("{LAYERS}")];
    return layers.length ? layers.at(-1) : document.querySelector('#app .pd-main'); }})()"""
FOUND = f"[...{ON_TOP}.querySelectorAll('button, [role=button]')].filter((one) => one.offsetParent && !one.disabled)"
LABEL = "(one.getAttribute('aria-label') || one.innerText.trim())"


def labels(page):
    """What can be pressed now, each name once."""
    found = page.evaluate(f"() => [...new Set({FOUND}.map((one) => {LABEL}))]")
    return [label for label in found if not LEADS_OUT.search(label)]


def layers(page):
    return page.locator(LAYERS).count()


def comes_up(page, label, under=0, patience=700):
    """Press it; whether a sheet or a menu came up above the `under` ones that are there, within so many milliseconds."""
    page.evaluate(f"(label) => {FOUND}.find((one) => {LABEL} === label)?.click()", label)
    return _reached(page, f"> {under}", patience)


def is_down_to(page, many):
    return _reached(page, f"=== {many}", 3000)


def _reached(page, condition, patience):
    try:
        page.wait_for_function(f"() => document.querySelectorAll(`{LAYERS}`).length {condition}", timeout=patience)
    except Late:
        return False
    return True
