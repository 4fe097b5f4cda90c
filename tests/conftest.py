"""A real PostgreSQL for every test that asks for one, emptied between tests by plain DELETEs."""

import gc
import os
import re
import tempfile
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from app import db, migrate
from app.postgres import open_server
from app.services.accounts import passwords
from tests.support import cheap_hashes
from tests.support.database_reset import emptied, hang_up

pytest_plugins = ["tests.support.file_times", "tests.support.world"]

# a busy machine makes examples slowly, and that is no fault of theirs
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

cheap_hashes.use()

ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


def pytest_collection_modifyitems(config, items):
    """Two processes share the tests by their names, so that no name may differ from one process to the next.

    Of a sweep that takes minutes every third case is run, none of one that is only run whole, and all by `make sweep`.
    """
    if not os.environ.get("SWEEP"):
        sweeps = [(item, item.get_closest_marker("sweep"), place) for place, item in enumerate(items)]
        thinned = [item for item, sweep, place in sweeps if sweep and (place % 3 or sweep.kwargs.get("whole"))]
        config.hook.pytest_deselected(items=thinned)
        items[:] = [item for item in items if item not in set(thinned)]
    if odd := [item.nodeid for item in items if ADDRESS.search(item.nodeid)]:
        raise pytest.UsageError(f"These tests are named by where something lies in memory: {', '.join(odd[:3])}")


class ByFile(LoadFileScheduling):
    """A file is one process's; the rules over the source are all one process's, which parses it once."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return "tests/architecture" if file.startswith("tests/architecture/") else file


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


# imports and parsed source make hardly any garbage, and looking for it takes half as long again
gc.set_threshold(50_000)


def pytest_collection_finish():
    """What is loaded stays: looking through all of it for garbage, again and again, takes a tenth of the tests' time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def data_dir():
    """A folder that a server without root's rights can reach too."""
    base = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pdn-", dir=base, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture(scope="session")
def url(data_dir):
    """The address of a migrated database of this test process."""
    with open_server(data_dir, None) as server:
        migrate.upgrade(server.url, server.serving_role)
        with psycopg.connect(server.url) as owner:
            # tests of plans bring the planner's statistics up to date
            owner.execute(f"grant maintain on all tables in schema public to {server.serving_role}")
        db.connect(server.serving_url)
        yield server.url
        hang_up()
        db.engine.dispose()


@pytest.fixture
def hashed_in_earnest(monkeypatch):
    """Passwords cost what they cost in earnest."""
    monkeypatch.setattr(passwords, "scheme", cheap_hashes.IN_EARNEST)


@pytest.fixture
def database(url):
    """Nothing of an earlier test is there; commits, signals and locks are real."""
    emptied(url)
    return url
