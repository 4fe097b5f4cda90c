"""One process from outside: the socket it listens on, the server that runs it, and its first words to the operator."""

import os
import signal
import socket
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from app import db
from app.services.accounts import users
from app.settings import ConfigTrouble, Settings
from app.web.http import connection_room
from app.web.http.patient_connections import PatientConnection

LARGEST_FRAME = 1_000_000


def door(settings: Settings) -> socket.socket:
    """The socket that we listen on, taken before anything slow happens."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.host, settings.port))
    except socket.gaierror:
        door.close()
        raise ConfigTrouble(f"HOST is {settings.host}, which this machine does not know.") from None
    except OSError as taken:
        door.close()
        raise ConfigTrouble(
            f"Port {settings.port} on {settings.host} cannot be used ({taken.strerror}). Stop what uses it, or set PORT."
        ) from None
    return door


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until told to stop; then leave by the door.

    uvicorn raises the signal again when it is done, and SIGTERM's own way would
    end the process before the embedded database is closed.
    """
    signal.signal(signal.SIGTERM, _leave)
    connection_room.more_files()
    uvicorn.Server(config(app)).run(sockets=[listening])


def end() -> None:
    """Stop serving, from any thread, in the order in which SIGTERM does it."""
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(*_: object) -> None:
    raise SystemExit(0)


def config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientConnection,
        ws_max_size=LARGEST_FRAME,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        # its INFO lines hold the address of every socket, and with it the id that opens the page
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


def greet(settings: Settings, data: Path) -> None:
    """Say where we are; on an empty database, how to begin, and the same in a file for whoever does not see the console."""
    with db.transaction() as session:
        token = None if users.is_set_up(session) else users.setup_link(session)
    print(f"Pipedriven is at {settings.address}", flush=True)  # noqa: T201 - the operator reads this on the console
    link_file(data).unlink(missing_ok=True)
    if token:
        link = f"{settings.address}/setup?token={token}"
        _write_private(link_file(data), f"{link}\n")
        print(f"Set it up here (this link works once): {link}", flush=True)  # noqa: T201


def link_file(data: Path) -> Path:
    """Where the one-time set-up link stands until it was used or a start finds that somebody is there."""
    return data / "setup-link.txt"


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as writing:
        writing.write(text)
