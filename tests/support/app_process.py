"""The real product as a process of its own, and ways to walk through it with a browser."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
KEY = "key-annegret-0123456789abcdef"
PASSWORD = "seven quiet herons 1987"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # pages of one person share a process, and with it what was compiled for the page before
    "--process-per-site",
]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "timezone_id": "Europe/Berlin",
}
DESK = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Europe/Berlin"}


class Site:
    """A running product: its address, the one-time link it printed, and how to end it."""

    def __init__(self, process, address, setup):
        self.process, self.address, self.setup = process, address, setup

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def spoken(process):
    """Its lines as they come, in a queue; None when it is done."""
    lines = queue.Queue()

    def listen():
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=listen, daemon=True).start()
    return lines


def read_until(lines, pattern, seconds=60):
    """The first match in what the process prints; fails with everything it said."""
    said = ""
    while (line := lines.get(timeout=seconds)) is not None:
        said += line
        if found := re.search(pattern, line):
            return found.group(1)
    raise AssertionError(f"never said {pattern}: {said[-3000:]}")


# what one start of the product has squeezed is there for the next, also on another data folder
SQUEEZED = ROOT / ".venv" / "squeezed"


def carry(source, target):
    """Copy what is not there yet, each file whole or not at all, as another worker may do the same."""
    target.mkdir(mode=0o700, exist_ok=True)
    for file in source.glob("*.br"):
        if not (target / file.name).exists():
            half = target / f"{file.name}.{os.getpid()}"
            shutil.copy(file, half)
            half.replace(target / file.name)


@contextmanager
def place():
    """A folder that a server without root's rights can reach too."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = Path(tempfile.mkdtemp(prefix="pdn-e2e-", dir=base)).resolve()
    path.chmod(0o700 if os.geteuid() else 0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def from_the_shell(words, *, cwd, env, log):
    with log.open("a") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *words],
            cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=err, text=True, bufsize=1,
        )  # fmt: skip


@contextmanager
def served(data_dir, *, empty=True, start=from_the_shell, **environment):
    """`python -m app serve` on a port of its own, which `{port}` in a value stands for; on an empty database it prints
    the set-up link.
    """
    port = free_port()
    clean = {
        key: value
        for key, value in os.environ.items()
        if key in {"PATH", "HOME", "LANG", "PIPEDRIVEN_PG_BIN", "TMPDIR"}
    }
    given = {name: value.replace("{port}", str(port)) for name, value in environment.items()}
    env = clean | {"DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), **given}
    carry(SQUEEZED, data_dir / "squeezed")
    process = start(["serve", "--port", str(port)], cwd=data_dir, env=env, log=data_dir / "serve.log")
    try:
        lines = spoken(process)
        address = read_until(lines, r"Pipedriven is at (\S+)")
        setup = read_until(lines, r"(http\S+/setup\S+)") if empty else None
        wait_ready(address)
        yield Site(process, address, setup)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
        carry(data_dir / "squeezed", SQUEEZED)


def wait_ready(address, seconds=60):
    end = time.monotonic() + seconds
    with wire(address) as asking:
        while time.monotonic() < end:
            try:
                if asking.get("/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
    raise AssertionError("never became ready")


def wire(address, cookies=None, seconds=60):
    """A program that asks as a browser would; the loopback needs no authorities, which take a tenth of a second to load."""
    headers = {"Origin": re.match(r"https?://[^/]+", address)[0]}
    known = {"base_url": address, "cookies": cookies, "headers": headers, "timeout": seconds}
    return httpx.Client(verify=False, trust_env=False, **known)


@contextmanager
def windows(chromium, site, workers="allow"):
    """Browser windows, one for each person and shape: what a page loads is fetched and compiled once in each.

    An empty page stays open in each, so that its process does; a service worker would count that page as one of its own.
    """
    kept = {}

    def window(state, shape):
        key = repr((state, shape))
        if key not in kept:
            kept[key] = chromium.new_context(base_url=site.address, service_workers=workers, **shape)
            if workers == "block":
                kept[key].new_page().goto("/favicon.ico")
        return kept[key]

    yield window
    for context in kept.values():
        context.close()


def visiting(window, site, state, shape):
    """A signed-in page in a window that remembers nothing; a test fails when its console complained or the content
    policy was broken.
    """
    context = window(state, shape)
    open_before = context.pages
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Storage.clearDataForOrigin", {"origin": site.address, "storageTypes": "all"})
    tools.detach()
    context.add_cookies(state["cookies"])
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints
    yield page
    context.set_offline(False)
    context.clear_permissions()
    for each in context.pages:
        if each not in open_before:
            each.close()
    assert complaints == [], complaints


def is_complaint(said):
    """Not what the test did itself: where service workers are blocked Playwright says so, and without a line nothing loads."""
    ours = ("blocked by Playwright", "net::ERR_INTERNET_DISCONNECTED")
    return said.type in {"error", "warning"} and not any(words in said.text for words in ours)


def opened(page, path):
    """Go there, and wait until the app itself has taken over."""
    page.goto(path)
    page.wait_for_selector("#app .pd-main")
    page.wait_for_function("() => window.socket && window.socket.connected")
    return page


def invited(site, api, chromium, email, name, shape):
    """The page of a consultant who was invited by link and has just signed in, in a browser of their own."""
    link = api.post("/users", json={"email": email, "role": "CONSULTANT"}).json()["link"]
    page = chromium.new_context(base_url=site.address, **shape).new_page()
    page.goto(re.sub(r"^https?://[^/]+", site.address, link))
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button").last.click()
    page.wait_for_selector("#app .pd-main")
    return page
