"""Whom the database server runs as: PostgreSQL refuses root, so root lends its children another user.

Only child processes change their user; our own process and every folder above the server's stay as they are.
"""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.postgres.errors import PostgresTrouble

STAND_INS = ("app", "postgres", "nobody")
WRAPPERS = ("usr/lib/*/libnss_wrapper.so", "usr/lib64/libnss_wrapper.so", "usr/lib/libnss_wrapper.so")


@dataclass(frozen=True)
class Account:
    """The user of the server's processes, and whether we give up root to become them."""

    name: str
    uid: int
    gid: int
    dropped: bool
    # what tells children the name of a user who has no entry in the list of users
    introduced: tuple[tuple[str, str], ...] = ()

    def run(
        self,
        command: Sequence[str | Path],
        output: int | IO[bytes],
        *,
        text: bytes = b"",
        keep: Sequence[int] = (),
        pgdata: Path | None = None,
    ) -> int:
        """Run a program as this user, fed with `text`, and return its exit status.

        The output is a file and never a pipe: a server that stays behind would keep the pipe open for good.
        """
        try:
            return subprocess.run(  # noqa: S603 - our own binaries, no shell, no words from outside
                command,
                input=text,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(pgdata) | dict(self.introduced),
                pass_fds=keep,
                start_new_session=True,
                check=False,
                user=self.uid if self.dropped else None,
                group=self.gid if self.dropped else None,
                extra_groups=[] if self.dropped else None,
            ).returncode
        except PermissionError:
            return 126
        except FileNotFoundError:
            return 127

    def reaches(self, folder: Path) -> bool:
        """Tell whether this user can step into the folder, or into the nearest one above it that exists."""
        while not folder.exists():
            folder = folder.parent
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder], subprocess.DEVNULL) == 0


def account_for(data: Path) -> Account:
    """Choose the server's user: ourselves, or for root the owner of the data, else a stand-in.

    Raises PostgresTrouble when that user is root, somebody else, or has no entry in the list of users.
    """
    mine = os.geteuid()
    owner = data.stat().st_uid if data.exists() else None
    if mine != 0:
        if owner not in {None, mine}:
            raise PostgresTrouble(
                f"The database in {data} belongs to {_name(owner)} and we run as {_name(mine)}; start Pipedriven as its owner."
            )
        return _known(mine, dropped=False) if _has_entry(mine) else _introduced(mine, data.parent)
    if owner == 0:
        raise PostgresTrouble(
            f"The database in {data} belongs to root, as whom PostgreSQL refuses to run; give the folder and what is in it to another user."
        )
    return _known(owner, dropped=True) if owner else _stand_in()


def _stand_in() -> Account:
    for name in STAND_INS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, dropped=True)
    raise PostgresTrouble(
        "PostgreSQL refuses to run as root and there is no user app, postgres or nobody to run it as; start Pipedriven as an ordinary user."
    )


def _known(uid: int, *, dropped: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise PostgresTrouble(
            f"PostgreSQL cannot run as user id {uid}, which has no entry in the list of users; give the folder to a named user or set DATABASE_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped)


def _has_entry(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _introduced(uid: int, folder: Path) -> Account:
    """A user without an entry, as a container is started with: initdb asks the list of users for the name, so it is shown
    a list of our own, by a library made for that.
    """
    library = next((found for place in WRAPPERS for found in sorted(Path("/").glob(place))), None)
    if library is None:
        raise PostgresTrouble(
            f"PostgreSQL cannot run as user id {uid}, which has no entry in the list of users; install Debian's package libnss-wrapper, start Pipedriven as a named user or set DATABASE_URL."
        )
    gid = os.getegid()
    lists = {"PASSWD": f"{STAND_INS[0]}:x:{uid}:{gid}::/:/bin/false\n", "GROUP": f"{STAND_INS[0]}:x:{gid}:\n"}
    shown = [("LD_PRELOAD", str(library))]
    for kind, line in lists.items():
        file = folder / kind.lower()
        half = file.with_name(f"{file.name}.{os.getpid()}")
        half.write_text(line)
        half.replace(file)
        shown.append((f"NSS_WRAPPER_{kind}", str(file)))
    return Account(STAND_INS[0], uid, gid, dropped=False, introduced=tuple(shown))


def _name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"user id {uid}"


def _environment(pgdata: Path | None) -> dict[str, str]:
    """Give children no more than they need: our own environment holds keys, and every PG* variable would steer them."""
    wanted = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    wanted |= {"LC_ALL": "C", "TZ": "UTC"}
    return wanted | ({"PGDATA": str(pgdata)} if pgdata else {})
