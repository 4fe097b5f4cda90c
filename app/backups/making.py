"""Making a backup while people work: dump and counts come from one snapshot, and a file that is there is complete."""

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from app import __version__, migrate
from app.backups import archive, programs
from app.backups.archive import Manifest
from app.backups.errors import BackupTrouble
from app.postgres import Server

TABLES = """
    select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind = 'r' and relname <> 'alembic_version' order by 1
"""


def make(server: Server, file: Path) -> Manifest:
    """Write one backup file. It is `FILE.partial` until it is whole. Raises BackupTrouble."""
    half = file.with_name(f"{file.name}.partial")
    try:
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
                manifest = _dumped(server, bundle)
                archive.put_manifest(bundle, manifest)
            out.flush()
            os.fsync(handle)
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise BackupTrouble(f"The backup cannot be written to {file}: {error.strerror}.") from None
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return manifest


def revision(url: str) -> str | None:
    """The migration that this database is at; None for an empty one."""
    with psycopg.connect(url) as connection:
        return migrate.revision_of(connection)


def usual_name(data: Path, why: str = "pipedriven") -> Path:
    """A fresh name in the data folder's own place for backups."""
    folder = data / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BackupTrouble(f"The folder {folder} cannot be made: {error.strerror}.") from None
    return folder / f"{why}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"


def counts_of(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, int]:
    """Rows by table, as this transaction sees them."""
    names = [str(name) for (name,) in connection.execute(TABLES)]
    count = sql.SQL("select count(*) from public.{}")
    found = {name: connection.execute(count.format(sql.Identifier(name))).fetchone() for name in names}
    return {name: int(str(row[0])) for name, row in found.items() if row}


def _dumped(server: Server, bundle: zipfile.ZipFile) -> Manifest:
    with psycopg.connect(server.url) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        revision = migrate.revision_of(connection)
        if revision is None:
            raise BackupTrouble("There is nothing to back up yet: this database is empty.")
        snapshot = str((connection.execute("select pg_export_snapshot()").fetchone() or [""])[0])
        words = ["--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}"]
        with (
            programs.running(server, server.url, "pg_dump", *words) as dump,
            bundle.open(archive.DUMP, "w", force_zip64=True) as into,
        ):
            assert dump.stdout is not None
            summed = archive.Writing(into).take(dump.stdout)
        return Manifest(
            version=__version__,
            revision=revision,
            postgres=connection.info.server_version // 10_000,
            made_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            counts=counts_of(connection),
            sha256=summed,
        )
