"""Putting a backup back: checked before anything is touched, and then all of it or nothing."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from app import __version__, migrate
from app.backups import archive, making, programs, scratch
from app.backups.archive import PIECE, Manifest
from app.backups.errors import BackupTrouble
from app.postgres import Server

SET = re.compile(rb"^SET (\w+) = [^\n]*;\n", re.MULTILINE)
FIRST_OBJECT = b"\n-- Name: "
WIPE = b"begin; drop schema public cascade; create schema public;\n"


def verify(server: Server, file: Path) -> Manifest:
    """Restore the backup into a scratch database and count what is there. Raises BackupTrouble."""
    manifest = _readable(server, file)
    with scratch.database(server) as url:
        load(server, url, file, manifest)
    return manifest


def restore(server: Server, file: Path, before: Path) -> Manifest:
    """Put the backup in the place of everything in the database, in one transaction, and bring it up to date.

    What was there, if anything, is kept in the file `before`. Raises BackupTrouble, and then nothing has changed.
    """
    manifest = _readable(server, file)
    alone_with(server)
    with _unpacked(file, manifest) as dump:
        if making.revision(server.url):
            making.make(server, before)
        _replay(server, server.url, dump, manifest)
    migrate.upgrade(server.url, server.serving_role)
    return manifest


def load(server: Server, url: str, file: Path, manifest: Manifest) -> None:
    """Make this database hold what the backup holds, and nothing else."""
    with _unpacked(file, manifest) as dump:
        _replay(server, url, dump, manifest)


def alone_with(server: Server) -> None:
    """Raise BackupTrouble while anything else is connected to the database."""
    query = """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
          and coalesce(backend_type, 'client backend') = 'client backend'
    """
    with psycopg.connect(server.url) as connection:
        row = connection.execute(query).fetchone()
    if row and row[0]:
        raise BackupTrouble("Pipedriven or another program is still connected to the database; stop it first.")


def _readable(server: Server, file: Path) -> Manifest:
    """The manifest, if this release and this server can take the backup."""
    manifest = archive.read(file)
    if manifest.revision not in migrate.known():
        raise BackupTrouble(
            f"The backup was made by release {manifest.version} at revision {manifest.revision}, which this release"
            f" ({__version__}) does not know; restore it with that release or a later one."
        )
    with psycopg.connect(server.url) as connection:
        ours = connection.info.server_version // 10_000
    if manifest.postgres > ours:
        raise BackupTrouble(f"The backup is from PostgreSQL {manifest.postgres} and this server is PostgreSQL {ours}.")
    return manifest


@contextmanager
def _unpacked(file: Path, manifest: Manifest) -> Iterator[Path]:
    """The dump as a private file of its own."""
    with tempfile.NamedTemporaryFile(prefix="pipedriven-", suffix=".dump") as dump:
        archive.unpack(file, manifest, dump.file)
        yield Path(dump.name)


def _replay(server: Server, url: str, dump: Path, manifest: Manifest) -> None:
    """Replay the dump in one transaction, which is committed only when pg_restore came to its end."""
    words = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", "-"]
    script = ["--no-owner", "--no-acl", "--no-comments", "-f", "-", str(dump)]
    with programs.running(server, url, "psql", *words, stdin=subprocess.PIPE) as psql, suppress(BrokenPipeError):
        # a pipe that breaks means that psql gave up; how it ended says why
        assert psql.stdin is not None
        psql.stdin.write(WIPE)
        with programs.running(server, url, "pg_restore", *script) as source:
            assert source.stdout is not None
            psql.stdin.write(_understood(source.stdout.read(PIECE), _settings(url)))
            while piece := source.stdout.read(PIECE):
                psql.stdin.write(piece)
        psql.stdin.write(b"\ncommit;\n")
    with psycopg.connect(url) as connection:
        found = making.counts_of(connection)
    if found != manifest.counts:
        raise BackupTrouble("The backup was restored, but the numbers of rows are not those that it promises.")


def _settings(url: str) -> set[bytes]:
    """The names of the settings that this server has."""
    with psycopg.connect(url) as connection:
        return {str(name).encode() for (name,) in connection.execute("select name from pg_settings")}


def _understood(beginning: bytes, known: set[bytes]) -> bytes:
    """The beginning of a script without settings that only a newer server than this one has.

    A script opens with the settings of the release that pg_restore belongs to, and it may be newer than the server.
    """
    head, mark, rest = beginning.partition(FIRST_OBJECT)
    return SET.sub(lambda line: line[0] if line[1] in known else b"", head) + mark + rest
