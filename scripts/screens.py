"""Takes the pictures of the README anew: `make screens`.

A new data folder, the first account with sample people and the practice
Pipedrive, 1,000 more contacts, some pushes; then each screen on a phone and on
a desktop, in Inter where it is installed (fonts-inter of Debian).
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.bench.data import FIRST, LAST
from scripts.bench.site import PASSWORD, ROOT, answering, free_port, good

KEPT = ROOT / "docs" / "screens"
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
SHAPES = {"390": (390, 844), "1280": (1280, 800)}
PEOPLE, PUSHED, PATIENCE = 1_000, 4, 60
# what a device has as its own font, here a well-made free one
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match target="pattern"><test qual="all" name="family" compare="not_eq"><string>monospace</string></test>
<edit name="family" mode="prepend_first" binding="strong"><string>Inter</string></edit></match>
</fontconfig>"""


def main() -> None:
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pipedriven-screens.") as folder, served(Path(folder)) as (address, setup):
        with httpx.Client(base_url=address, headers={"Origin": address}, timeout=60) as me:
            places = furnished(me, setup)
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(FONTS)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM"), args=FLAGS, env=os.environ | {"FONTCONFIG_FILE": str(fonts)}
            )
            for shape, size in SHAPES.items():
                for name, page in shown(browser, address, me, size, places):
                    page.screenshot(path=KEPT / f"{name}-{shape}.png")
            browser.close()


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """The product on an empty database: its address, and the set-up link that it prints."""
    folder.chmod(0o711)  # the database server runs as another user when we are root
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MIGRATE_URL"}} | {
        "DATA_DIR": str(folder)
    }
    words = [sys.executable, "-m", "app", "serve", "--port", str(free_port())]
    process = subprocess.Popen(words, cwd=ROOT, env=kept, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        address, setup = said(process.stdout, r"Pipedriven is at (\S+)"), said(process.stdout, r"(http\S+/setup\S+)")
        answering(f"{address}/readyz", process)
        yield address, setup
    finally:
        process.terminate()
        process.wait(30)


def said(lines: Iterator[str], pattern: str) -> str:
    for line in lines:
        if found := re.search(pattern, line):
            return found[1]
    raise SystemExit("The server ended before it was ready.")


def furnished(me: httpx.Client, setup: str) -> dict[str, str]:
    """Set up, import, push a few; where each screen is."""
    form = {"name": "Annegret Schönfelder", "email": "annegret@firm.example", "password": PASSWORD, "country": "DE"}
    token = setup.rpartition("=")[2]
    me.post("/setup", data=form | {"timezone": "Europe/Berlin", "sample": "yes", "token": token})
    good(me.get("/api/me"))
    rows = "".join(
        f"{FIRST[n % 16]} {LAST[n // 16 % 20]},Firma {n % 90} GmbH,n{n}@firma{n % 90}.example,{n % 7}\n"
        for n in range(PEOPLE)
    )
    file = {"file": ("contacts.csv", f"name,organisation,email,warmness\n{rows}", "text/csv")}
    good(me.post("/api/contacts/import", files=file))
    warm = good(me.get("/api/contacts", params={"tag": "sample", "sort": "-warmness", "limit": PUSHED}))["items"]
    for contact in warm:
        good(me.post("/api/pipedrive/sync", json={"contact_id": contact["id"], "trigger": "MANUAL"}))
    settled(me)
    campaign = good(me.get("/api/campaigns"))["items"][0]["id"]
    return {
        "today": "/",
        "contacts": "/contacts",
        "contact": f"/contacts/{warm[1]['id']}",
        "board": f"/campaigns/{campaign}",
        "report": f"/campaigns/{campaign}?tab=report",
        "sync": "/sync?show=done",
    }


def settled(me: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE
    while any(good(me.get("/api/pipedrive/status"))["counts"][name] for name in ("PENDING", "RETRY")):
        if time.monotonic() > until:
            raise SystemExit("The pushes do not arrive.")
        time.sleep(0.2)


def shown(
    browser: Browser, address: str, me: httpx.Client, size: tuple[int, int], places: dict[str, str]
) -> Iterator[tuple[str, Page]]:
    """Each screen when it stands still; a list with somebody beside it where there is room."""
    context = browser.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="en-GB"
    )
    context.add_cookies([{"name": one.name, "value": one.value or "", "url": address} for one in me.cookies.jar])
    page = context.new_page()
    for name, place in places.items():
        if name == "contact" and size == SHAPES["1280"]:
            continue  # stands beside the list
        page.goto(places["contact"] if name == "contacts" and size == SHAPES["1280"] else place)
        page.locator("#app .pd-main").wait_for()
        page.wait_for_function("() => window.socket && window.socket.connected")
        page.wait_for_load_state("networkidle")
        yield name, page
    context.close()


if __name__ == "__main__":
    main()
