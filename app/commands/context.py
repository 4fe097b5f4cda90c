"""What every command needs: the settings, the open database, who is at the keyboard, and paper to print on."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sqlmodel import Session

    from app.models import User
    from app.postgres import Server
    from app.settings import Settings

NO_PASSWORD = "Give the password on standard input, with --password-stdin."  # noqa: S105 - a sentence about one


@dataclass(frozen=True)
class Desk:
    """Where a command works: its settings, data folder and database server."""

    settings: "Settings"
    data: Path
    server: "Server"


@contextmanager
def opened(*, checked: bool = True) -> Iterator[Desk]:
    """Open the database for a block. `checked`: an empty one is prepared, one of another release refused."""
    from app import migrate, settings
    from app.backups.making import revision
    from app.postgres import data_folder, open_server

    loaded = settings.load()
    data = data_folder(loaded.data_dir)
    with open_server(data, loaded.database_url, loaded.migrate_url) as server:
        if checked and revision(server.url) is None:
            migrate.upgrade(server.url, server.serving_role)
        elif checked:
            migrate.check(server.url, server.serving_role)
        # before it is checked, nobody knows what the role that serves may do here
        with _connected(server.serving_url if checked else server.url):
            yield Desk(loaded, data, server)


@contextmanager
def _connected(url: str) -> Iterator[None]:
    from app import db

    db.connect(url)
    try:
        yield
    finally:
        db.engine.dispose()


def operator() -> "User":
    """Whoever is at the keyboard."""
    import pwd

    from app.services.accounts import users

    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return users.operator(name)


def colleague(session: "Session", email: str) -> "User":
    """The person with this e-mail address. Raises NotFound."""
    from sqlmodel import select

    from app.errors import NotFound
    from app.models import User

    found = session.exec(select(User).where(User.email == email.strip().lower())).one_or_none()
    if found is None:
        raise NotFound(f"Nobody here has the e-mail address {email}.")
    return found


def secret_word(question: str, *, stdin: bool, twice: bool = True) -> str:
    """A password: the first line of standard input, or typed unseen, `twice` where it is a new one."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise typer.BadParameter(NO_PASSWORD)
    return str(typer.prompt(question, hide_input=True, confirmation_prompt=twice))


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, always_headed: bool = False) -> None:
    """Print rows as a table, or as tab-separated lines when a program reads them, without headings unless `always_headed`."""
    if not sys.stdout.isatty():
        for row in ([headings] if always_headed else []) + list(rows):
            typer.echo("\t".join(str(cell) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*headings, box=None, header_style="bold")
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    Console().print(drawn)
