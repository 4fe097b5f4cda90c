"""The database on disk: made whole or not at all, and never opened by a PostgreSQL of another major version.

<data>/postgres/  data/  run/ (socket)  password  serving-password  server.log  start-stop, users, server (locks)
"""

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.postgres import locks
from app.postgres.account import Account
from app.postgres.binaries import Programs
from app.postgres.errors import PostgresTrouble

NAME = "pipedriven"  # of the database, and of the role that owns it
SERVING = "pipedriven_app"  # the role that serves: it may do less, and owns nothing
LOG_LIMIT = 10_000_000


@dataclass(frozen=True)
class Cluster:
    """One database server's place on disk, and what is needed to run programs on it."""

    folder: Path
    account: Account
    programs: Programs

    @property
    def data(self) -> Path:
        """What PostgreSQL calls its data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server and its tools write."""
        return self.folder / "server.log"

    def run(
        self, program: str, *words: str | Path, text: str = "", keep: Sequence[int] = (), pgdata: Path | None = None
    ) -> int:
        """Run one of PostgreSQL's programs as the server's user, with its output in the log."""
        output = locks.open_owned(self.log, os.O_WRONLY | os.O_APPEND)
        try:
            command = [self.programs.server / program, *words]
            return self.account.run(command, output, text=text.encode(), keep=keep, pgdata=pgdata)
        finally:
            os.close(output)


def check_version(cluster: Cluster) -> None:
    """Refuse data that another major version of PostgreSQL made; nothing is touched."""
    mark = cluster.data / "PG_VERSION"
    if cluster.data.exists() and (made_by := mark.read_text().strip()) != str(cluster.programs.major):
        raise PostgresTrouble(
            f"The database in {cluster.data} was made by PostgreSQL {made_by} and this is PostgreSQL {cluster.programs.major}; "
            "take a backup with the version of Pipedriven that made it, move that folder away and restore the backup here."
        )


def make(cluster: Cluster) -> None:
    """Make the database when there is none, in a folder that gets its name only when it is complete."""
    if cluster.data.exists():
        return
    half = cluster.folder / "data.new"
    with locks.alone(cluster.folder / "server") as handle:
        shutil.rmtree(half, ignore_errors=True)
        _give(cluster, half)
        _initdb(cluster, half, handle)
        _write_password(cluster, half, handle, f"CREATE ROLE {NAME} LOGIN CREATEDB")
        _single(cluster, half, handle, f"CREATE DATABASE {NAME} OWNER {NAME};")
        half.rename(cluster.data)


def password(cluster: Cluster) -> str:
    """Read the role's password."""
    return (cluster.folder / "password").read_text()


def repair_password(cluster: Cluster, handle: int) -> None:
    """Set a new password when the file with the old one is gone; the server must be down."""
    if not (cluster.folder / "password").exists():
        _write_password(cluster, cluster.data, handle, f"ALTER ROLE {NAME}")


def serving_password(cluster: Cluster) -> str | None:
    """Read the password of the role that serves; none where an older release made the data and its server still runs."""
    file = cluster.folder / "serving-password"
    return file.read_text() if file.exists() else None


def prepare_serving(cluster: Cluster, handle: int) -> None:
    """Make the role that serves when it has no password file; the server must be down."""
    if serving_password(cluster) is None:
        there = f"SELECT FROM pg_roles WHERE rolname = '{SERVING}'"
        made = f"DO $$BEGIN IF NOT EXISTS ({there}) THEN CREATE ROLE {SERVING} LOGIN; END IF; END$$;"
        # the owner sees and ends what serves, before it restores
        made += f" GRANT {SERVING} TO {NAME};"
        _write_password(cluster, cluster.data, handle, f"{made} ALTER ROLE {SERVING} LOGIN", "serving-password")


def rotate_log(cluster: Cluster) -> None:
    """Keep the log and one older one, so that neither grows without end."""
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_LIMIT:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))


def _initdb(cluster: Cluster, half: Path, handle: int) -> None:
    """The superuser's password is thrown away: only a server in single-user mode ever needs that role."""
    thrown_away = cluster.folder / "initdb-password"
    locale = ["--locale=C.UTF-8", "--lc-messages=C"]
    if cluster.programs.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _write(thrown_away, secrets.token_urlsafe(32))
    try:
        if cluster.account.dropped:
            os.chown(thrown_away, cluster.account.uid, cluster.account.gid)
        words = [
            "-U",
            "postgres",
            "-E",
            "UTF8",
            *locale,
            "-A",
            "scram-sha-256",
            "--data-checksums",
            "--no-instructions",
        ]
        status = cluster.run("initdb", "-D", half, *words, f"--pwfile={thrown_away}", keep=[handle])
    finally:
        thrown_away.unlink()
    if status != 0:
        raise PostgresTrouble(f"PostgreSQL could not make its database; {cluster.log} says why.")


def _write_password(cluster: Cluster, data: Path, handle: int, statement: str, file: str = "password") -> None:
    """The file appears only after the role has the password, so a kill in between is repaired by the next start."""
    fresh = secrets.token_urlsafe(32)
    _single(cluster, data, handle, f"{statement} PASSWORD '{fresh}';")
    half = cluster.folder / f"{file}.new"
    _write(half, fresh)
    half.replace(cluster.folder / file)


def _single(cluster: Cluster, data: Path, handle: int, statement: str) -> None:
    words = ["--single", "-D", str(data), "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "postgres"]
    if cluster.run("postgres", *words, text=f"{statement}\n", keep=[handle]) != 0:
        raise PostgresTrouble(f"PostgreSQL could not prepare its database; {cluster.log} says why.")


def _write(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    handle = locks.open_owned(path)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(handle)


def _give(cluster: Cluster, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if cluster.account.dropped:
        os.chown(folder, cluster.account.uid, cluster.account.gid)
