"""What a phone feels: the first page in bytes and seconds, and how long a tap takes to show.

A mid-range phone on slow 4G, as Chromium plays it: 4x slower processor, 1.6 Mbit/s down, 150 ms to the server and back.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, CDPSession, Locator, Page, sync_playwright
from playwright.sync_api import Error as BrowserTrouble

from scripts.bench.site import ROOT, Site, answering, free_port

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
TAPS = 15
PHONES = 5
SETTLE = 3_000  # milliseconds for whatever is loaded after that
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


BREATH = 700
LOG = "#app .pd-log"
LIST = "input[type=search]"
# the page's own clock, which starts with the visit; what drives the browser would put a script of its own into the page
CLOCK = """
window.bench = new Promise(done => {
    const seen = {}
    new MutationObserver((_, watcher) => {
        if (!seen.shown && document.querySelector(".pd-log")) {
            seen.shown = 1
            requestAnimationFrame(() => setTimeout(() => { seen.shown = performance.now() }))
        }
        if (!document.querySelector("#app .pd-log")) return
        seen.usable = performance.now()
        watcher.disconnect()
        const asked = setInterval(() => {
            if (!window.socket?.connected || seen.shown === 1) return
            clearInterval(asked)
            done({ ...seen, answering: performance.now() })
        }, 10)
    }).observe(document, { childList: true, subtree: true })
})
"""
VISITS = ("first visit", "second visit", "third visit")  # only then does the browser have its compiled scripts at hand
WATCH = """
selector => {
    window.benchShown = new Promise(shown => {
        let start
        addEventListener("click", () => { start = performance.now() }, { capture: true, once: true })
        new MutationObserver((_, watcher) => {
            if (start === undefined || !document.querySelector(selector)) return
            watcher.disconnect()
            requestAnimationFrame(() => shown(performance.now() - start))
        }).observe(document, { childList: true, subtree: true })
    })
}
"""


class NoBrowser(Exception):
    """No Chromium runs here; the message says so."""


class Visit(NamedTuple):
    """Seconds until suggestions are shown, usable and answering, then what it took of the line; weight in bytes."""

    shown: float
    usable: float
    answering: float
    requests: float
    weight: float


def figures(site: Site) -> Iterator[tuple[str, str]]:
    """Each figure with its name."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except BrowserTrouble as trouble:
            raise NoBrowser(str(trouble).splitlines()[0]) from None
        try:
            with bare() as floor:
                ours, theirs = visits(browser, site, floor, slowed=True)
            yield from told(ours, "4x CPU, slow 4G")
            yield from told(theirs, "bare NiceGUI, 4x CPU, slow 4G")
            for visit, found in ours.items():
                yield (
                    f"{visit}, 4x CPU, slow 4G: usable, times bare NiceGUI",
                    f"{found.usable / theirs[visit].usable:.2f}",
                )
            yield from told(*visits(browser, site, slowed=False), "unthrottled")
            yield from taps(browser, site)
        except BrowserTrouble as trouble:
            yield f"the browser gave up: {str(trouble).splitlines()[0]}", ""
        browser.close()


@contextmanager
def bare() -> Iterator[Site]:
    """NiceGUI's own page with one button: what no page of this kind can beat by much."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "scripts.bench.bare_nicegui", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        answering(address, process)
        yield Site(address, "", Path(), {"nobody": "nothing"})
    finally:
        process.terminate()
        process.wait(30)


def visits(browser: Browser, *sites: Site, slowed: bool) -> list[dict[str, Visit]]:
    """What phones with an empty cache find at each site, at their first visit and at two more.

    Medians of some phones, by turns, as the machine is quicker at one time than at another. What a browser does once
    when it has just been started is no page's fault, so that one phone goes ahead unmeasured.
    """
    phones = [[visited(browser, site, slowed=slowed) for site in sites] for _ in range(PHONES + 1)][1:]
    return [
        {visit: Visit(*map(median, zip(*(phone[visit] for phone in seen), strict=True))) for visit in VISITS}
        for seen in zip(*phones, strict=True)
    ]


def told(found: dict[str, Visit], how: str) -> Iterator[tuple[str, str]]:
    """The lines of the table."""
    for visit, seen in found.items():
        yield f"{visit}, {how}: suggestions shown", f"{seen.shown:.2f} s"
        # a tap made from here on is kept: tests/e2e/shell/test_live.py holds back the line and taps
        yield f"{visit}, {how}: usable", f"{seen.usable:.2f} s"
        yield f"{visit}, {how}: answering", f"{seen.answering:.2f} s"
        yield f"{visit}, {how}: requests", f"{seen.requests:.0f}"
        yield f"{visit}, {how}: over the wire", f"{seen.weight / 1024:.0f} KB"


def visited(browser: Browser, site: Site, *, slowed: bool) -> dict[str, Visit]:
    """One phone's visits."""
    page, line = opened(browser, site)
    line.send("Page.enable")
    line.send("Page.addScriptToEvaluateOnNewDocument", {"source": CLOCK})
    if slowed:
        slow_down(line)
    seen, found = traffic(line), {}
    for visit in VISITS:
        seen.clear()
        line.send("Page.navigate", {"url": site.address})
        asked = line.send("Runtime.evaluate", {"expression": "bench", "awaitPromise": True, "returnByValue": True})
        clock = asked["result"]["value"]
        page.wait_for_timeout(SETTLE)
        found[visit] = Visit(*(clock[when] / 1000 for when in Visit._fields[:3]), requests=len(seen), weight=sum(seen))
    page.context.close()
    return found


def ready(page: Page) -> None:
    """Wait until a tap is heard by the server."""
    page.locator(LOG).first.wait_for(timeout=60_000)
    page.wait_for_function("() => window.socket && window.socket.connected", timeout=60_000)


def taps(browser: Browser, site: Site) -> Iterator[tuple[str, str]]:
    """From a finger to what it shows, over loopback and without throttling."""
    page, _ = opened(browser, site)
    page.goto(site.address)
    ready(page)
    yield f"tap to toast, median of {TAPS}", f"{1000 * median(logged(page) for _ in range(TAPS)):.0f} ms"
    yield f"tap to the other tab, median of {TAPS}", f"{1000 * median(switched(page) for _ in range(TAPS)):.0f} ms"
    page.context.close()


def logged(page: Page) -> float:
    """Seconds from the answer's tap to the sentence that says it is kept."""
    page.locator(LOG).first.tap()
    answer = page.locator(".pd-outcomes button").first
    answer.wait_for()
    page.locator(".pd-toast").first.wait_for(state="hidden")
    taken = until_shown(page, answer, ".pd-toast")
    answer.wait_for(state="hidden")
    page.wait_for_timeout(BREATH)  # the list is drawn anew, and a tap on the old one would be lost
    return taken


def switched(page: Page) -> float:
    """Seconds from a tap on Contacts to its list; then back again, which does not count."""
    bar = page.get_by_role("navigation", name="Main").first
    taken = until_shown(page, bar.get_by_text("Contacts"), f"#app {LIST}")
    bar.get_by_text("Today").tap()
    page.locator(LOG).first.wait_for()
    return taken


def until_shown(page: Page, target: Locator, selector: str) -> float:
    """From the tap to the element, by the page's own clock: what drives the browser would add its own time."""
    page.evaluate(WATCH, selector)
    target.tap()
    return float(page.evaluate("() => window.benchShown")) / 1000


def opened(browser: Browser, site: Site) -> tuple[Page, CDPSession]:
    """A phone where somebody is signed in, with nothing in its cache."""
    context = browser.new_context(**PHONE)
    cookie = next(iter(site.sessions.values()))
    context.add_cookies([{"name": "sid", "value": cookie, "url": site.address}])
    page = context.new_page()
    return page, context.new_cdp_session(page)


def slow_down(line: CDPSession) -> None:
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def traffic(line: CDPSession) -> list[int]:
    """The bytes of each finished answer as they crossed the wire; one from the cache has none."""
    seen: list[int] = []
    line.send("Network.enable")
    line.on(
        "Network.loadingFinished", lambda done: done["encodedDataLength"] and seen.append(done["encodedDataLength"])
    )
    return seen
