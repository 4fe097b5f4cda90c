"""A running product and a strict Pipedrive on the loopback, one of each per file, and a real browser for all of them."""

import os
import shutil
import subprocess
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect, sync_playwright

from app import migrate
from app.postgres import open_server
from tests.support.app_process import DESK, FLAGS, KEY, PASSWORD, PHONE, place, served, visiting, windows, wire
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.forked_app import Forked
from tests.support.long_names_firm import furnish

# an expectation is met at once or, on a busy machine, later; only what never comes takes so long
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def migrated():
    """A data folder with a database that is made, migrated and stopped, to be copied: making one takes two seconds."""
    with place() as folder:
        with open_server(folder, None) as server:
            migrate.upgrade(server.url)
        yield folder


@pytest.fixture(scope="module")
def folder(migrated):
    with place() as folder:
        subprocess.run(["cp", "-a", f"{migrated}/.", folder], check=True)
        yield folder


@pytest.fixture(scope="module")
def pipedrive():
    with FakePipedrive({KEY: "Annegret"}, domain="acme") as fake:
        yield fake


@pytest.fixture(scope="module")
def start():
    """How the product is started; `test_main_job` does it as a person does."""
    return Forked


@pytest.fixture(scope="module")
def site(folder, pipedrive, start, request):
    with served(folder, start=start, PIPEDRIVE_BASE_URL=pipedrive.url) as running:
        yield running
    meant = getattr(request.module, "BROKEN_ON_PURPOSE", None)
    said = (folder / "serve.log").read_text().splitlines()
    broken = [line for line in said if '"level": "error"' in line and not (meant and meant in line)]
    if broken:
        database = (folder / "postgres/server.log").read_text().splitlines()[-40:]
        pytest.fail("\n".join([*broken, *(line for line in said if line.startswith("looked for at")), *database]))


@pytest.fixture(scope="session")
def browsers(migrated):
    """Started when first wanted: the whole browser and its headless shell.

    The shell is the same engine for a third less of the machine; it knows nothing of notices and installing. While
    they are open an event loop runs in this thread, where no transaction may: the database is migrated before.
    """
    whole = os.environ.get("CHROMIUM") or shutil.which("chromium")
    shell = os.environ.get("CHROMIUM_SHELL") or shutil.which("chromium-headless-shell") or whole
    with sync_playwright() as player:
        yield cache(lambda needs_all: player.chromium.launch(executable_path=whole if needs_all else shell, args=FLAGS))


@pytest.fixture(scope="module")
def chromium(browsers, request):
    """What a file opened in the browser is closed after it."""
    browser = browsers(getattr(request.module, "WHOLE_BROWSER", False))
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="module")
def account(site, chromium):
    """The first golden ticket, set up through the one-time link; a context's stored state."""
    with chromium.new_context(base_url=site.address) as context:
        form = {"name": "Annegret Schönfelder", "email": "annegret@firm.example", "password": PASSWORD}
        # as the browser guesses them from its own zone and language
        form |= {"timezone": "Europe/Berlin", "country": "US", "token": site.setup.rpartition("=")[2]}
        answer = context.request.post("/setup", form=form, headers={"Origin": site.address})
        assert answer.ok, answer.text()
        # the morning mail would come into tests that run in the morning
        evening = {"digest_hour": (datetime.now(ZoneInfo("Europe/Berlin")).hour + 12) % 24}
        chosen = context.request.put("/api/notices/choices", data=evening, headers={"Origin": site.address})
        assert chosen.ok, chosen.text()
        return context.storage_state()


@pytest.fixture(scope="module")
def firm(site, account):
    """The account's firm, with colleagues of long names and something on every screen."""
    furnished = furnish(site, {cookie["name"]: cookie["value"] for cookie in account["cookies"]})
    yield furnished
    furnished.boss.close()


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
    with wire(f"{site.address}/api", cookies) as client:
        yield client
