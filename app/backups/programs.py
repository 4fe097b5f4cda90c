"""PostgreSQL's own programs, aimed at a database without its password on the command line."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from app.backups.errors import BackupTrouble
from app.postgres import Server

NAMES = {"dbname": "PGDATABASE", "application_name": "PGAPPNAME"}
NO_PROGRAMS = "No {program} that fits this server was found; install PostgreSQL's client programs."


@contextmanager
def running(
    server: Server, url: str, program: str, *words: str, stdin: int = subprocess.DEVNULL
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program on this database with its output piped to us; raises BackupTrouble when it fails."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - PostgreSQL's own programs, no shell
            [path_of(server, program), *words],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=said,
            env=environment(url),
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            _end(process)
        if process.returncode != 0:
            raise BackupTrouble(f"{program} failed: {_last_line(said)}.")


def path_of(server: Server, program: str) -> Path:
    if server.bin_dir is None:
        raise BackupTrouble(NO_PROGRAMS.format(program=program))
    return server.bin_dir / program


def environment(url: str) -> dict[str, str]:
    """The address as libpq's variables; our own variables hold keys and stay with us."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "HOME", "TERM") if name in os.environ}
    parts = {NAMES.get(name, f"PG{name.upper()}"): str(value) for name, value in conninfo_to_dict(url).items()}
    return kept | parts | {"LC_ALL": "C.UTF-8"}


def _end(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    process.wait()


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines or ["it gave no reason"]
    return telling[0].strip().rstrip(".")
