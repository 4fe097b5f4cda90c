"""Where the server's socket lives: a folder that only the server's user can enter, with a path short enough to bind."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from app.postgres.data_directory import Cluster
from app.postgres.errors import PostgresTrouble

LONGEST = 100  # the kernel takes 107 bytes, and somebody may reach us through a longer mount path


def socket_folder(cluster: Cluster) -> Path:
    """Return the private folder for the socket, under the temp folder when its usual path does not suit PostgreSQL."""
    usual = cluster.folder / "run"
    if _suits(usual):
        return _private(cluster, usual)
    mark = hashlib.sha256(os.fsencode(cluster.folder)).hexdigest()[:16]
    elsewhere = [Path(temp, f"pipedriven-{mark}") for temp in (tempfile.gettempdir(), "/tmp")]  # noqa: S108 - owner and mode are checked
    for folder in elsewhere:
        if _suits(folder) and cluster.account.reaches(folder.parent):
            return _private(cluster, folder)
    raise PostgresTrouble(
        f"The path {usual} is too long for a socket and the temp folder is no better; set TMPDIR to a shorter one."
    )


def _suits(folder: Path) -> bool:
    """PostgreSQL splits the setting at commas, and the kernel limits a socket's path."""
    path = os.fsencode(folder / ".s.PGSQL.5432")
    return len(path) <= LONGEST and not set(b',"') & set(path)


def _private(cluster: Cluster, folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if cluster.account.dropped and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        os.chown(folder, cluster.account.uid, cluster.account.gid, follow_symlinks=False)
        found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != cluster.account.uid or found.st_mode & 0o077:
        raise PostgresTrouble(
            f"The folder {folder} for the database's socket is not private to {cluster.account.name}; remove it."
        )
    return folder
