"""Yesterday's backup is put back, Pipedrive knows more than we do, and nothing comes into being twice."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from app import backups, db, migrate
from app.models import Contact, SyncStatus, Trigger, User
from app.postgres import open_server
from app.sync.runner.worker import drain
from tests.support import sync_harness, world
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.sync_harness import KEYS, ask, connect, meet, no_doubles, pushes, settled

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _empty():
    """The database here is one of its own: it is thrown away and put back."""


@pytest.fixture
def place():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    before = getattr(db, "engine", None)
    with tempfile.TemporaryDirectory(prefix="pdn-restored-", dir=base, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with open_server(Path(folder), None) as server:
            migrate.upgrade(server.url)
            db.connect(server.url)
            yield SimpleNamespace(folder=Path(folder), server=server)
            db.engine.dispose()
    db.engine = before


def command(place, *words):
    """As the operator types it; the database has to itself what it is restored into."""
    db.engine.dispose()
    env = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    env |= {"DATA_DIR": str(place.folder), "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "app", *map(str, words)]
    return subprocess.run(line, cwd=place.folder, env=env, check=True, capture_output=True, text=True).stdout


def test_after_a_restore_nothing_goes_over_until_somebody_says_so_and_then_nothing_twice(place):
    # the search never catches up: only the lists know what was written since the backup
    with FakePipedrive(KEYS, lag=600) as fake:
        desk = sync_harness.desk_at(fake.url)
        ada, bo = (connect(world.person(name), key) for key, name in KEYS.items())
        before = world.contact(ada, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
        meet(ada, before)
        settled(desk)
        waiting = [
            world.contact(owner, f"Person {number}", organisation=firm, **address)
            for number, (owner, firm, address) in enumerate([
                (ada, "ACME Ltd", {"email": "one@acme.example"}), (bo, "Acme", {"email": "two@acme.example"}),
                (ada, "Hansen & Co", {"phone": "+4722334455"}), (bo, None, {}), (ada, "Nordic Steel", {}),
            ])
        ]  # fmt: skip
        for person in waiting:
            meet(ada if person.user_id == ada.id else bo, person)
        file = place.folder / "yesterday.zip"
        db.engine.dispose()
        backups.make(place.server, file)

        settled(desk)
        meet(ada, before, subject="A second meeting")
        forgotten = world.contact(bo, "Liv Hansen", organisation="Hansen & Co", email="liv@hansen.example")
        ask(bo, forgotten)
        settled(desk)
        there = sync_harness.counts(fake)

        command(place, "restore", file, "--yes")
        heard = len(fake.heard)
        assert [row.status for row in pushes()].count(SyncStatus.PENDING) == len(waiting)
        assert drain(desk) == 0
        assert len(fake.heard) == heard

        command(place, "sync", "resume")
        # what the backup did not know is typed in again
        ask(bo, world.contact(bo, "Liv Hansen", organisation="Hansen", email="Liv@hansen.example"))
        assert {row.status for row in settled(desk, 30)} == {SyncStatus.SUCCESS}
        assert sync_harness.counts(fake) == there
        assert no_doubles(fake)
        assert fake.violations == []
        with db.reading() as session:
            known = set(session.exec(select(Contact.pipedrive_person_id)).all())
        assert known == {row["id"] for row in fake.alive("persons")}


def test_a_contact_that_the_backup_knew_as_pushed_is_not_pushed_again(place):
    with FakePipedrive(KEYS) as fake:
        desk = sync_harness.desk_at(fake.url)
        ada = connect(world.person("Ada"), next(iter(KEYS)))
        kari = world.contact(ada, "Kari Nordmann", organisation="Nordic Steel AS", email="kari@steel.example")
        meet(ada, kari)
        settled(desk)
        db.engine.dispose()
        backups.make(place.server, place.folder / "kept.zip")
        command(place, "restore", place.folder / "kept.zip", "--yes")
        command(place, "sync", "resume")
        with db.reading() as session:
            kari, ada = session.get_one(Contact, kari.id), session.get_one(User, ada.id)
        ask(ada, kari, Trigger.MANUAL)
        settled(desk)
        assert sync_harness.counts(fake) == (1, 1, 1)
        assert [heard.method for heard in fake.asked("POST")] == ["POST"] * 3
