"""Every address outside of /api, and what each kind of person gets there."""

import json
import subprocess
import sys
import uuid

import httpx
import pytest

from tests.support.app_process import PASSWORD, ROOT, served, wire
from tests.support.forked_app import Forked
from tests.support.page_access import STATUSES

NOBODY = "01900000-0000-7000-8000-000000000000"

LIST_ROUTES = """
import json, sys, tempfile
from pathlib import Path
from app import main, settings
from app.sync.queue import company
from app.sync.runner.scheduler import Clock
from app.vault import Vault
folder = Path(tempfile.mkdtemp())
config, vault, practice = settings.load(oidc_issuer="https://id.example.com", oidc_client_id="pipedriven"), Vault("x" * 40), company.Practice(folder / "practice.json")
import nicegui
context = company.build_context(config, vault, practice)
site = main.Site(config, folder, "postgresql://nobody", vault, practice, context, Clock(context))
inside = main.application(site).app

def paths_of(routes):
    for route in routes:
        if router := getattr(route, "original_router", None):
            yield from paths_of(router.routes)
        elif getattr(route, "path", ""):
            yield route.path

paths = set(paths_of((*inside.routes, *nicegui.app.routes)))
print(json.dumps(sorted(paths)))
"""


def test_every_route_has_a_row():
    ran = subprocess.run([sys.executable, "-c", LIST_ROUTES], cwd=ROOT, capture_output=True, text=True, check=True)
    # NiceGUI adds the icon when it starts
    paths = {"/favicon.ico"} | {
        path for path in json.loads(ran.stdout.splitlines()[-1]) if not path.startswith("/_nicegui")
    }
    assert paths - STATUSES.keys() == set()
    assert STATUSES.keys() - paths == set()


@pytest.fixture(scope="module")
def site(folder):
    """Behind a proxy, so that each row comes from an address of its own: one stranger may ask 60 times a minute."""
    with served(folder, start=Forked, TRUSTED_PROXIES="127.0.0.1/32") as running:
        yield running


@pytest.fixture(scope="module")
def people(site, account):
    """A client for each kind of person, none of whom follows redirects."""
    golden = {cookie["name"]: cookie["value"] for cookie in account["cookies"]}
    boss = wire(site.address, golden)
    with wire(site.address) as anonymous:
        clients = {"anonymous": anonymous, "golden": boss}
        for kind in ("consultant", "disabled"):
            clients[kind] = joined(site, boss, f"{kind}@firm.example")
        them = next(u for u in boss.get("/api/users").json()["items"] if u["email"] == "disabled@firm.example")
        boss.post(f"/api/users/{them['id']}/disable").raise_for_status()
        yield clients
        for client in clients.values():
            client.close()


def joined(site, boss, email):
    link = boss.post("/api/users", json={"email": email, "role": "CONSULTANT"}).json()["link"]
    client = wire(site.address)
    token = link.rpartition("/")[2]
    answer = client.post(f"/invite/{token}", data={"name": "Some Body", "password": PASSWORD, "timezone": "UTC"})
    assert answer.status_code == 303, answer.text
    return client


@pytest.mark.parametrize("path", [path for path, row in STATUSES.items() if row])
def test_who_gets_what(people, path):
    address = (
        path.replace("{cid}", NOBODY)
        .replace("{campaign_id}", NOBODY)
        .replace("{activity_id}", NOBODY)
        .replace("{token}", uuid.uuid4().hex)
        .replace("{secret}", uuid.uuid4().hex)
        .replace("{kind}", "nothing")
        .replace("{record}", "1")
    )
    place = {"X-Forwarded-For": f"198.51.100.{list(STATUSES).index(path)}"}
    kinds = ("anonymous", "consultant", "golden", "disabled")
    got = tuple(people[kind].get(address, headers=place).status_code for kind in kinds)
    assert got == STATUSES[path]


def test_what_is_measured_is_read_on_this_machine(site):
    answer = httpx.get(f"{site.address}/metrics")
    assert answer.status_code == 200
    assert "python_info" in answer.text or "process_" in answer.text
