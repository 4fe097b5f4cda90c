"""Two real app processes are killed again and again while people work, and nothing is lost or doubled."""

import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import httpx
import psycopg
import pytest
from sqlmodel import select

from app import db, migrate, secret_key
from app.models import Contact, PipedriveSync, SyncStatus, User
from app.postgres import open_server
from app.services.accounts import sessions
from app.vault import Vault
from tests.support import sync_harness, world
from tests.support.chaos_weather import ROOT
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.forked_app import Forked
from tests.support.hasty_pace import hurry
from tests.support.ports import free_port

SECRET = "a secret of forty letters for this one test"
KEYS = {f"key-{name}-0123456789": name for name in ("Ada", "Bo")}
KILLS, CONTACTS = 3, 24
# half a minute on a machine that has nothing else to do
UP_WITHIN, RAGE_WITHIN, CALM_WITHIN = 90, 240, 120
# as if the clock had jumped ahead; that it is set back is for `test_sync_clock`
JUMP = "- interval '2 hours'"


@pytest.fixture(scope="module", autouse=True)
def _empty():
    """One storm for all tests here, on a database of its own."""


@pytest.fixture(scope="module")
def storm():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    before = getattr(db, "engine", None)
    with tempfile.TemporaryDirectory(prefix="pdn-killed-", dir=base, ignore_cleanup_errors=True) as place:
        folder = Path(place)
        folder.chmod(0o711)
        with open_server(folder, None) as server, FakePipedrive(KEYS) as fake:
            migrate.upgrade(server.url)
            db.connect(server.url)
            fake.delay = 0.02
            yield rage(fake, server.url, folder)
            db.engine.dispose()
    db.engine = before


def rage(fake, url, folder):
    dice, apps = random.Random(13), [App(url, fake.url, folder / f"app-{number}") for number in range(2)]
    tokens = [hired(key, name, folder) for key, name in KEYS.items()]
    promised, kills = [], 0
    try:
        for app in apps:
            app.start()
        for app in apps:
            app.wait()
        end = time.monotonic() + RAGE_WITHIN
        while len(promised) < CONTACTS or kills < KILLS:
            promised += add(dice.choice(apps), dice.choice(tokens), len(promised), dice)
            if len(promised) > kills * CONTACTS / KILLS and kills < KILLS and apps[kills % 2].is_up():
                fake.killed_at = time.monotonic()
                apps[kills % 2].kill()
                apps[kills % 2].start()
                kills += 1
                jump(url)
            assert time.monotonic() < end, (len(promised), kills)
        for app in apps:
            app.wait()
        assert until(lambda: not any(row.is_open for row in every(PipedriveSync)), CALM_WITHIN), [
            (row.status, row.attempts, row.error, row.run_at) for row in every(PipedriveSync) if row.is_open
        ]
    finally:
        for app in apps:
            app.kill()
    return SimpleNamespace(fake=fake, promised=promised, kills=kills)


class App:
    """`pipedriven serve` with a data folder of its own, on the shared database."""

    def __init__(self, url, pipedrive, folder):
        folder.mkdir()
        self.port = free_port()
        self.address, self.folder, self.process = f"http://127.0.0.1:{self.port}", folder, None
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PIPEDRIVEN_PG_BIN") if name in os.environ}
        self.environment = kept | {
            "DATABASE_URL": url, "DATA_DIR": str(folder), "SECRET_KEY": SECRET, "PIPEDRIVE_BASE_URL": pipedrive,
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    def start(self):
        words = ["serve", "--port", self.port]
        log = self.folder / "serve.log"
        self.process = Forked(words, cwd=self.folder, env=self.environment, log=log, prepare=hurry)

    def wait(self):
        assert until(self.is_up, UP_WITHIN), (self.folder / "serve.log").read_text()[-3000:]

    def is_up(self):
        try:
            return httpx.get(f"{self.address}/healthz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def hired(key, name, folder):
    """A colleague with a sealed key; returns the token of their script."""
    user = world.person(name)
    sync_harness.connect(user, Vault(*secret_key.keys(folder, SECRET)).seal(user.id, key))
    with db.transaction() as session:
        return sessions.issue_token(session, session.get_one(User, user.id), "script")[1]


def add(app, token, number, dice):
    """Somebody adds a warm contact; what was answered with yes is promised."""
    body = {"name": f"Person {number} {dice.randrange(10**6)}", "warmness_score": 8, "organisation": f"Firm {number % 5}",
            "email": f"p{number}-{dice.randrange(10**6)}@steel.example"}  # fmt: skip
    try:
        answer = httpx.post(f"{app.address}/api/contacts", params={"force": "true"}, json=body,
                            headers={"Authorization": f"Bearer {token}"}, timeout=5)  # fmt: skip
    except httpx.HTTPError:
        time.sleep(0.1)
        return []
    assert answer.status_code in {201, 429, 503}, answer.text
    return [answer.json()["id"]] if answer.status_code == 201 else []


def jump(url):
    with psycopg.connect(url, autocommit=True) as line:
        line.execute(f"update pipedrive_syncs set run_at = run_at {JUMP}")
        line.execute(f"update sync_lanes set not_before = not_before {JUMP}")


def every(table):
    with db.reading() as session:
        return list(session.exec(select(table)))


def until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_what_was_promised_is_there_and_each_is_in_pipedrive_once(storm):
    assert storm.kills == KILLS
    contacts = every(Contact)
    assert {str(row.id) for row in contacts} >= set(storm.promised)
    there = Counter(one["value"] for row in storm.fake.alive("persons") for one in row["emails"])
    assert there == Counter(row.email for row in contacts)
    assert storm.fake.doubles("organizations") == []


def test_a_contact_and_its_push_are_both_there_or_neither(storm):
    """The row is written in the transaction of the deed, so a kill between the two is not possible."""
    pushed = Counter(row.contact_id for row in every(PipedriveSync))
    assert {row.id for row in every(Contact)} == set(pushed)
    assert {row.status for row in every(PipedriveSync)} == {SyncStatus.SUCCESS}


def test_no_key_was_in_two_hands_and_every_request_could_be_sent(storm):
    assert storm.fake.overlaps == []
    assert storm.fake.violations == []
