"""The real server with a loaded database, and beside it the bare one that everything is compared with."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "four unrelated words here"  # noqa: S105 - of a database that is thrown away
PEOPLE = 10


@dataclass
class Site:
    """A running product: its address, its database, and the people who are signed in with their contacts."""

    address: str
    url: str
    csv: Path
    pid: int = 0
    sessions: dict[str, str] = field(default_factory=dict)  # user id -> cookie
    contacts: dict[str, list[str]] = field(default_factory=dict)  # user id -> contact ids


@contextmanager
def served(place: Path, csv: Path) -> Iterator[Site]:
    """Load the files into a new database and serve it."""
    from app import db
    from app.postgres import open_server

    data, port = place / "data", free_port()
    variables = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "MIGRATE_URL"}} | {
        "DATA_DIR": str(data)
    }
    words = [sys.executable, "-m", "app"]
    load = [*words, "demo", "load", "--from", str(csv), "--password-stdin"]
    with open_server(data, None) as server:
        subprocess.run(load, cwd=ROOT, env=variables, input=f"{PASSWORD}\n", text=True, check=True, stdout=sys.stderr)
        serving = [*words, "serve", "--port", str(port)]
        process = subprocess.Popen(serving, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL)
        db.connect(server.url)
        try:
            site = Site(f"http://127.0.0.1:{port}", server.url, csv, process.pid)
            answering(f"{site.address}/healthz", process)
            sign_in(site)
            yield site
        finally:
            db.engine.dispose()
            process.terminate()
            process.wait(30)


def sign_in(site: Site) -> None:
    """The people with the largest banks each get a session, as if they had typed their password."""
    from sqlmodel import func, select

    from app import db
    from app.models import Contact, User
    from app.services.accounts import sessions

    with db.transaction() as session:
        largest = select(Contact.user_id).group_by(Contact.user_id).order_by(func.count().desc()).limit(PEOPLE)
        for user_id in session.exec(largest).all():
            user = session.get_one(User, user_id)
            site.sessions[str(user_id)] = sessions.open_session(session, user, "bench")
            theirs = select(Contact.id).where(Contact.user_id == user_id).order_by(Contact.id).limit(200)
            site.contacts[str(user_id)] = [str(found) for found in session.exec(theirs)]


@contextmanager
def floor(site: Site) -> Iterator[str]:
    """The address of the bare server, over the same data in plain tables."""
    from scripts.bench import floor_data

    floor_data.load(site.url, site.csv)
    port = free_port()
    words = [sys.executable, "-m", "scripts.bench.floor", str(port)]
    process = subprocess.Popen(words, cwd=ROOT, env=os.environ | {"FLOOR_URL": site.url})
    try:
        answering(f"http://127.0.0.1:{port}/people", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def answering(address: str, process: "subprocess.Popen[Any]") -> None:
    """Wait until the server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"The server ended with {process.returncode} before it answered.")
        try:
            if httpx.get(address, timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"{address} did not answer within a minute.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def good(answer: httpx.Response) -> Any:
    """What it says; a refusal ends the script."""
    if answer.is_error:
        raise SystemExit(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()
