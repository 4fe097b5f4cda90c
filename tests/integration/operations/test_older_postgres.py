"""What a server of an older major version wrote, that server takes back: every PostgreSQL from the floor on that Debian put on this machine.

The programs that read and write backups are the bundled ones, newer than the server; that is what a machine with a
database of its own has.
"""

from pathlib import Path

import pytest

from app import db
from app.backups import nightly, restoring
from app.models import Role
from app.postgres import open_server
from app.postgres.binaries import OLDEST
from app.services.operations import backup_status
from tests.support.app_process import place, served, wire
from tests.support.command_line import FILE, PASSWORD, run

BUNDLED = 18
INSTALLED = {
    int(folder.parent.name): folder
    for folder in Path("/usr/lib/postgresql").glob("*/bin")
    if (folder / "initdb").exists()
}
OLDER = sorted(major for major in INSTALLED if OLDEST <= major < BUNDLED)
NONE = f"no PostgreSQL from {OLDEST} to {BUNDLED - 1} is installed in /usr/lib/postgresql"
EMAIL = "gwen@firm.example"


@pytest.fixture(autouse=True)
def _empty():
    """Each server here has a database of its own."""


@pytest.fixture(scope="module", params=OLDER or [pytest.param(0, marks=pytest.mark.skip(reason=NONE))])
def older(request):
    """A running server of this major version, and its number."""
    with place() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPEDRIVEN_PG_BIN", str(INSTALLED[request.param]))
        with open_server(folder, None) as server:
            assert (server.cluster.data / "PG_VERSION").read_text().strip() == str(request.param)
            patch.delenv("PIPEDRIVEN_PG_BIN")
            yield server


@pytest.fixture(scope="module")
def data(older):
    """A data folder of somebody whose database is that server, with an account and two contacts."""
    with place() as data:
        words = ["user", "add", EMAIL, "--name", "Gwen", "--role", Role.GOLDEN_TICKET, "--password-stdin"]
        done(data, older, *words, given=f"{PASSWORD}\n")
        (data / "file.csv").write_text(FILE)
        done(data, older, "import", data / "file.csv", "--owner", EMAIL)
        yield data


def done(data, server, *words, **more):
    """What a command printed that had to work."""
    said = run(data, *words, DATABASE_URL=server.url, **more)
    assert (said.returncode, said.stderr) == (0, "")
    return said.stdout


def test_a_backup_is_made_proved_and_put_back(older, data):
    file = data / "one.zip"
    assert "2 contacts" in done(data, older, "backup", file)
    assert "2 contacts" in done(data, older, "backup", "verify", file)
    done(data, older, "import", other(data), "--owner", EMAIL)
    assert "3 contacts" in done(data, older, "backup", data / "later.zip")
    assert "Restored 1 users, 2 contacts" in done(data, older, "restore", file)
    assert "2 contacts" in done(data, older, "backup", data / "again.zip")
    done(data, older, "sync", "resume")


def other(data):
    (data / "other.csv").write_text("name,email\nOla,ola@y.example\n")
    return data / "other.csv"


def test_an_upgrade_is_rehearsed(older, data):
    assert "The rehearsal on a copy went well" in done(data, older, "upgrade", "--rehearse")


def test_the_nightly_backup_is_proved(older, data, tmp_path):
    with outside(older, data) as server:
        assert nightly.round_(server, tmp_path)
        with db.reading() as session:
            kept = backup_status.of_backups(session)
    assert (kept.proved, kept.trouble) == (True, None)


class outside:
    """The server as DATABASE_URL names it, with the programs that are found for it; other tests get theirs back."""

    def __init__(self, older, data):
        self.older, self.data, self.engine = older, data, getattr(db, "engine", None)

    def __enter__(self):
        self.server = open_server(self.data, self.older.url)
        db.connect(self.server.url)
        return self.server

    def __exit__(self, *_):
        db.engine.dispose()
        if self.engine is not None:
            db.engine = self.engine
        self.server.close()


def test_the_app_serves_on_it(older, data):
    with served(data, empty=False, DATABASE_URL=older.url) as site, wire(site.address) as client:
        client.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        assert {row["name"] for row in client.get("/api/contacts").json()["items"]} == {"Jane", "John"}
        first = client.get("/api/contacts/suggested").json()["items"][0]
        touch = {"type": "CALL", "contact_id": first["id"], "outcome": "REACHED"}
        client.post("/api/activities", json=touch).raise_for_status()
        assert client.get("/readyz").json()["checks"]["database"]


def test_a_setting_is_left_out_only_where_the_server_does_not_know_it_and_never_within_data():
    script = b"--\n\nSET lock_timeout = 0;\nSET transaction_timeout = 0;\n\n-- Name: x\nSET transaction_timeout = 0;\n"
    kept = restoring._understood(script, {b"lock_timeout"})
    assert kept == b"--\n\nSET lock_timeout = 0;\n\n-- Name: x\nSET transaction_timeout = 0;\n"
