"""A running product, a strict Pipedrive on the loopback, and a real browser, one of each per file."""

import os
import shutil
import tempfile
from pathlib import Path

import httpx
import pytest
from fake_pipedrive import FakePipedrive
from playwright.sync_api import sync_playwright
from running import DESK, FLAGS, KEY, PASSWORD, PHONE, served, visiting, windows


@pytest.fixture(scope="module")
def folder():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = Path(tempfile.mkdtemp(prefix="pdn-e2e-", dir=base))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def pipedrive():
    with FakePipedrive({KEY: "Annegret"}, domain="acme") as fake:
        yield fake


@pytest.fixture(scope="module")
def site(folder, pipedrive):
    with served(folder, PIPEDRIVE_BASE_URL=pipedrive.url) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    """Closed after each file: while it is open an event loop runs in this thread, where no transaction may."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def account(site, chromium):
    """The first golden ticket, set up through the one-time link; a context's stored state."""
    with chromium.new_context(base_url=site.address) as context:
        form = {"name": "Annegret Schönfelder", "email": "annegret@firm.example", "password": PASSWORD}
        # as the browser guesses them from its own zone and language
        form |= {"timezone": "Europe/Berlin", "country": "US", "token": site.setup.rpartition("=")[2]}
        answer = context.request.post("/setup", form=form, headers={"Origin": site.address})
        assert answer.ok, answer.text()
        return context.storage_state()


@pytest.fixture(scope="module")
def window(chromium, site, request):
    """Half of what a page costs the machine is its service worker: only files that are about it have one."""
    with windows(chromium, site, workers=getattr(request.module, "SERVICE_WORKERS", "block")) as window:
        yield window


@pytest.fixture
def phone(account, window, site):
    yield from visiting(window, site, account, PHONE)


@pytest.fixture
def desk(account, window, site):
    yield from visiting(window, site, account, DESK)


@pytest.fixture
def api(account, site):
    """The same person over the wires."""
    cookies = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    with httpx.Client(base_url=f"{site.address}/api", cookies=cookies, headers={"Origin": site.address}) as client:
        yield client
