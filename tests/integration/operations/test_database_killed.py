"""The embedded server is killed under a living app: the app brings it back, or ends with a sentence; nothing is lost."""

import os
import re
import signal
import subprocess
import threading
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import httpx
import psycopg
import pytest

from app import db, secret_key
from app.models import User
from app.postgres import PostgresTrouble, kept_running, open_server
from app.services.accounts import sessions
from app.vault import Vault
from app.web.http.error_responses import AWAY
from tests.support import sync_harness, world
from tests.support.app_process import place, served
from tests.support.fake_pipedrive import FakePipedrive
from tests.support.forked_app import Forked
from tests.support.hasty_pace import hurry
from tests.support.waiting import until

SECRET = "a secret of forty letters for this one test"
KEY = "key-Ada-0123456789"
STARTED = "starting PostgreSQL"


@pytest.fixture(scope="module", autouse=True)
def _empty():
    """Every server here is one of this file's own."""


@pytest.fixture
def folder():
    with place() as path:
        (path / "data").mkdir()
        (path / "data").chmod(0o711)
        yield path / "data"


@pytest.fixture
def app(folder):
    """A served product with its own database, a colleague's token, and a Pipedrive that it pushes to."""
    before = getattr(db, "engine", None)
    with FakePipedrive({KEY: "Ada"}) as fake:
        start = partial(Forked, prepare=hurry)
        with served(folder, start=start, PIPEDRIVE_BASE_URL=fake.url, SECRET_KEY=SECRET) as site:
            # let go at once: the app alone uses the server
            with open_server(folder, None) as server:
                url = server.url
            db.connect(url)
            yield SimpleNamespace(site=site, fake=fake, url=url, folder=folder, token=hired(folder))
            db.engine.dispose()
    db.engine = before


def hired(folder):
    user = world.person("Ada")
    sync_harness.connect(user, Vault(*secret_key.keys(folder, SECRET)).seal(user.id, KEY))
    with db.transaction() as session:
        return sessions.issue_token(session, session.get_one(User, user.id), "script")[1]


def get(app, path):
    return httpx.get(f"{app.site.address}{path}", timeout=30)


def ready(app):
    """The server answers, and the app says so: alone it may still say what it knew a second ago."""
    with suppress(psycopg.OperationalError):
        kept(app)
        return get(app, "/readyz").status_code == 200
    return False


def add(app, number):
    body = {"name": f"Person {number}", "warmness_score": 8, "email": f"p{number}@steel{number}.example"}
    said = {"Authorization": f"Bearer {app.token}"}
    return httpx.post(f"{app.site.address}/api/contacts", json=body, headers=said, timeout=30)


def pushed(app):
    return {row["value"] for person in app.fake.alive("persons") for row in person["emails"]}


def kept(app):
    with psycopg.connect(app.url) as connection:
        return {str(number) for (number,) in connection.execute("select id from contacts")}


def postmaster(folder):
    """The pid of the first process of the server that lives, else None."""
    with suppress(OSError, ValueError, IndexError):
        pid = int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
        if str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def kill(folder):
    """Kill it as soon as one is there, and return the pid that it had."""
    pid = until(lambda: postmaster(folder))
    os.kill(pid, signal.SIGKILL)
    until(lambda: postmaster(folder) != pid)
    return pid


def children(pid):
    said = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=True)
    return [int(word) for word in said.stdout.split()]


def starts(folder):
    return (folder / "postgres" / "server.log").read_text().count(STARTED)


class a_stopped_backend:
    """A process of the server that outlives it: it is stopped, so that it cannot see that it is alone."""

    def __init__(self, url):
        self.connection = psycopg.connect(url)
        self.pid = self.connection.info.backend_pid

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_):
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)
        self.connection.close()


def test_a_killed_database_comes_back_and_meanwhile_the_app_says_so(app):
    """What a killed server left at work is waited for, then ended; so long everybody is told to come back."""
    before = add(app, 1)
    assert before.status_code == 201
    until(lambda: pushed(app) == {"p1@steel1.example"})
    with a_stopped_backend(app.url):
        killed = kill(app.folder)
        away = until(lambda: (answer := get(app, "/readyz")).status_code == 503 and answer)
        assert away.json()["checks"]["database"] is False
        refused = add(app, 2)
        assert refused.status_code == 503
        assert refused.json()["detail"] == AWAY
        screen = get(app, "/login")
        assert screen.status_code == 503
        assert AWAY in screen.text
        assert get(app, "/healthz").status_code == 200
        assert postmaster(app.folder) is None
        until(lambda: ready(app))
    assert postmaster(app.folder) != killed
    assert starts(app.folder) == 2

    assert before.json()["id"] in kept(app)
    assert add(app, 3).status_code == 201
    until(lambda: pushed(app) == {"p1@steel1.example", "p3@steel3.example"})
    listening = "select count(*) from pg_stat_activity where application_name = 'pipedriven news'"
    with psycopg.connect(app.url, autocommit=True) as connection:
        until(lambda: connection.execute(listening).fetchone() == (1,))


def test_killed_again_while_it_starts_and_killed_whole_it_still_comes_back(app):
    saved = add(app, 1).json()["id"]
    kill(app.folder)
    kill(app.folder)
    until(lambda: ready(app))
    first = postmaster(app.folder)
    for pid in [*children(first), first]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: postmaster(app.folder) not in {None, first})
    until(lambda: ready(app))
    assert saved in kept(app)
    assert add(app, 2).status_code == 201
    assert app.site.process.poll() is None


def test_two_kills_under_writes_lose_nothing_that_was_acknowledged(app):
    acknowledged, refused, done = [], [], threading.Event()

    def type_in(hand):
        number = hand * 10_000
        while not done.is_set():
            number += 1
            answer = add(app, number)
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])
            else:
                refused.append(answer)

    hands = [threading.Thread(target=type_in, args=(hand,)) for hand in (1, 2)]
    for hand in hands:
        hand.start()
    try:
        for _ in range(2):
            enough = len(acknowledged) + 8
            until(lambda: len(acknowledged) > enough)  # noqa: B023 - asked in this very turn
            kill(app.folder)
        enough = len(acknowledged) + 8
        until(lambda: len(acknowledged) > enough)
    finally:
        done.set()
        for hand in hands:
            hand.join()
    assert refused
    assert {(answer.status_code, answer.json()["detail"]) for answer in refused} == {(503, AWAY)}
    assert kept(app) >= set(acknowledged)


def test_after_three_starts_that_fail_the_app_ends_with_one_sentence(app):
    (app.folder / "postgres" / "data" / "PG_VERSION").write_text("nonsense\n")
    kill(app.folder)
    app.site.process.wait(60)
    assert app.site.process.returncode == 1
    said = (app.folder / "serve.log").read_text()
    assert re.findall(r"did not start again, (\d) of 3 tries", said) == ["1", "2", "3"]
    *_, last = said.splitlines()
    assert last == (
        "The database server died and did not start again in 3 tries. "
        f"The database server does not start; {app.folder / 'postgres' / 'server.log'} says why."
    )
    assert "Traceback" not in said


def test_sigterm_while_the_database_is_brought_back_leaves_nothing_running(app):
    with a_stopped_backend(app.url):
        kill(app.folder)
        until(lambda: "is started again" in (app.folder / "serve.log").read_text())
        app.site.process.send_signal(signal.SIGTERM)
        app.site.process.wait(60)
    assert app.site.process.returncode == 0
    assert "Traceback" not in (app.folder / "serve.log").read_text()
    assert postmaster(app.folder) is None
    assert starts(app.folder) == 1


def test_of_two_that_watch_one_database_one_starts_it(folder):
    with ExitStack() as stack:
        urls = set()
        for _ in range(2):
            server = stack.enter_context(open_server(folder, None))
            stack.enter_context(kept_running(server, pytest.fail))
            urls.add(server.url)
        before = starts(folder)
        kill(folder)
        (url,) = urls
        until(lambda: answers(url))
        assert starts(folder) == before + 1
    assert postmaster(folder) is None


def answers(url):
    with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        return connection.execute("select 1").fetchone() == (1,)
    return False


def test_a_database_that_comes_back_with_another_password_ends_the_app(folder):
    ended = threading.Event()

    def watched(server):
        with kept_running(server, ended.set):
            (folder / "postgres" / "password").unlink()
            kill(folder)
            assert ended.wait(60)

    with open_server(folder, None) as server:
        with pytest.raises(PostgresTrouble, match="another password"):
            watched(server)
        assert postmaster(folder)


def test_a_server_of_somebody_else_is_never_watched(folder):
    with open_server(folder, None) as ours, open_server(folder, ours.url) as theirs, kept_running(theirs, pytest.fail):
        assert "database watch" not in {thread.name for thread in threading.enumerate()}
