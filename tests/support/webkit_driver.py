"""WebKit, the engine of every iPhone, driven through its own WebDriver: just the words that the tests speak.

Debian packages it as webkit2gtk-driver; it draws into a virtual screen.
"""

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.ports import free_port

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# its window cannot be narrower than about 450: the phone's frame all the same
PHONE = (390, 844)
MISSING = "WebKit's driver is not installed (Debian: webkit2gtk-driver, xvfb)"


def browser():
    """The small browser that the driver starts; None where it is not installed."""
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    return found[-1] if found and shutil.which("WebKitWebDriver") and shutil.which("Xvfb") else None


# where it was when it was last looked at, and where it is now
STANDS = """
const before = window.pdnStood, { x, y } = document.querySelector(arguments[0]).getBoundingClientRect()
return (window.pdnStood = [arguments[0], x, y].join()) === before && !document.querySelector("[class*=-enter-active]")
"""


class Trouble(Exception):
    """What the driver says no to, for example an element that is not there."""


class Window:
    """One browser window; an element is looked for anew with every word, as the screen changes under it."""

    def __init__(self, wire, address):
        self.wire, self.address = wire, address
        options = {"binary": str(browser()), "args": ["--automation"]}
        wish = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.session = self._said("POST", "/session", wish)["sessionId"]

    def _said(self, method, path, body=None):
        answer = self.wire.request(method, path, json=body).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise Trouble(f"{answer['error']}: {answer.get('message', '')[:300]}")
        return answer

    def _do(self, method, path, body=None):
        return self._said(method, f"/session/{self.session}{path}", body)

    def resize(self, width, height):
        """Make the page itself this large, whatever the window's frame takes."""
        self._do("POST", "/window/rect", {"width": width, "height": height})
        inner = self.run("return [innerWidth, innerHeight]")
        self._do("POST", "/window/rect", {"width": 2 * width - inner[0], "height": 2 * height - inner[1]})

    def goto(self, path):
        self._do("POST", "/url", {"url": path if path.startswith("http") else self.address + path})

    def opened(self, path):
        """Go there, and wait until the app itself has taken over."""
        self.goto(path)
        self.until(
            "return Boolean(document.querySelector('#app .pd-main') && window.socket && window.socket.connected)"
        )

    def run(self, script, *args):
        return self._do("POST", "/execute/sync", {"script": script, "args": list(args)})

    def until(self, script, *args, seconds=15):
        """Wait until the script returns something true, and give it back."""
        end = time.monotonic() + seconds
        while not (value := self.run(script, *args)):
            assert time.monotonic() < end, f"never true: {script} {args}\n{self.text()[:2000]}"
            time.sleep(0.05)
        return value

    def sees(self, words, seconds=15):
        self.until("return document.body.innerText.includes(arguments[0])", words, seconds=seconds)

    def text(self):
        return self.run("return document.body.innerText")

    def find(self, css):
        self.until("return Boolean(document.querySelector(arguments[0]))", css)
        return self._do("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def click(self, css, seconds=10):
        """Click it as soon as it can be clicked: what is covered, or on a sheet that is still on its way up, cannot."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.find(css)
                self.until(STANDS, css)
                return self._do("POST", f"/element/{self.find(css)}/click", {})
            except Trouble:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def type(self, css, words):
        self._do("POST", f"/element/{self.find(css)}/value", {"text": words})

    def overflow(self):
        """How far one could scroll sideways."""
        return self.run("return document.documentElement.scrollWidth - innerWidth")

    def close(self):
        self._do("DELETE", "")


@contextmanager
def window(address, size):
    """A window of this size, with a screen and a driver of its own; all end with it."""
    reading, writing = os.pipe()
    screen = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
    with subprocess.Popen(screen, pass_fds=[writing], stderr=subprocess.DEVNULL) as display:
        os.close(writing)
        try:
            with os.fdopen(reading) as said:
                number = said.readline().strip()
            assert number, "the virtual screen did not start"
            with driver(number) as wire:
                one = Window(wire, address)
                one.resize(*size)
                yield one
                one.close()
        finally:
            display.terminate()


@contextmanager
def driver(number):
    port = free_port()
    known = {
        "DISPLAY": f":{number}",
        "GDK_BACKEND": "x11",
        "NO_AT_BRIDGE": "1",
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # a container has no user namespaces to build one from
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(["WebKitWebDriver", f"--port={port}"], env=os.environ | known, **quiet) as process:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as wire:
                wait_for(wire)
                yield wire
        finally:
            process.terminate()


def wait_for(wire, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            wire.get("/status")
        except httpx.TransportError:
            assert time.monotonic() < end, "WebKit's driver does not answer"
            time.sleep(0.05)
        else:
            return
