"""Copies elsewhere: each proved backup is carried away, encrypted with a key that is not in it.

A copy has a round of its own. It is tried until it is there, and what goes wrong with it is kept in words beside the state
of the local backup, which never hears of it. Copies are thinned out as the local backups are.
"""

import json
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psycopg

from app import db, secret_key
from app.backups import copy_place, nightly, restic
from app.backups.copy_place import Place
from app.backups.errors import BackupTrouble
from app.models import now
from app.postgres import Server
from app.services.base import backup_ages
from app.services.operations import backup_status
from app.settings import ConfigTrouble

TAG = "pipedriven"
# letters and digits that nobody mistakes for each other on paper
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 8, 5
# of two processes on one database, one carries
TURN = 7_220_418_004
KEEP = (
    f"--keep-daily={backup_ages.DAYS}",
    f"--keep-weekly={backup_ages.WEEKS}",
    f"--keep-monthly={backup_ages.MONTHS}",
)

log = logging.getLogger(__name__)


def round_(server: Server, data: Path, address: str | None, stopping: Event | None = None) -> bool:
    """Carry the newest proved backup away where it is not there yet; whether one was carried. Trouble is kept in words."""
    place = copy_place.place(address, data) if address else None
    with db.transaction() as session:
        before = backup_status.copies_go_to(session, place.shown if place else None)
        proved = backup_status.proved_file(session)
    if place is None or proved is None or before == proved or not (file := data / "backups" / proved).exists():
        return False
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [TURN]).fetchone()
        if not (row and row[0]):
            return False
        return _carried(place, data, file, is_new=before is None, stopping=stopping)


def copy(place: Place, key: str, file: Path, *, is_new: bool = False, stopping: Event | None = None) -> None:
    """Carry one backup there; only a new place is prepared, so that a disk that is not mounted is noticed.

    Raises BackupTrouble.
    """
    if place.folder is not None and not place.folder.is_dir():
        raise BackupTrouble(f"The folder {place.folder} is not there; make it, or mount what it lies on.")
    with _in_words(place):
        try:
            _send(place, key, file, stopping)
        except restic.Refused as refused:
            if refused.reason != restic.NO_REPOSITORY or not is_new:
                raise
            restic.run(place, key, "init")
            _send(place, key, file, stopping)


def thin_out(place: Place, key: str, stopping: Event | None = None) -> None:
    """Let old copies go as the local ones go. Raises BackupTrouble."""
    with _in_words(place):
        words = ("forget", "--tag", TAG, "--group-by", "host,tags", *KEEP, "--prune")
        try:
            restic.run(place, key, *words, seconds=restic.LONG, stopping=stopping)
        except restic.Refused as refused:
            if refused.reason != restic.LOCKED:
                raise
            restic.run(place, key, "unlock")  # takes away only what a process that is gone has left
            restic.run(place, key, *words, seconds=restic.LONG, stopping=stopping)


def fetch(place: Place, key: str, folder: Path, name: str | None = None) -> Path:
    """Bring the newest copy into this folder, or the one of that name. Raises BackupTrouble."""
    with _in_words(place):
        listed = json.loads(restic.run(place, key, "snapshots", "--json", "--tag", TAG) or b"[]")
        found = {
            str(one["paths"][0]).lstrip("/"): str(one["id"]) for one in sorted(listed, key=lambda one: one["time"])
        }
        wanted = name or next(reversed(found), None)
        if wanted not in found or wanted is None:
            raise BackupTrouble(f"There is no {name or 'copy'} at {place.shown}.")
        file = folder / Path(wanted).name
        half = file.with_name(f"{file.name}.partial")
        try:
            with half.open("wb") as into:
                restic.run(place, key, "dump", found[wanted], f"/{wanted}", into=into, seconds=restic.LONG)
            half.replace(file)
        except OSError as error:
            raise BackupTrouble(f"The copy cannot be written to {file}: {error.strerror}.") from None
        finally:
            half.unlink(missing_ok=True)
    return file


def key_in(data: Path) -> str:
    """The key that the copies are encrypted with, made at the first call. Raises BackupTrouble."""
    try:
        return secret_key.made_once(key_file(data), _fresh)
    except ConfigTrouble as trouble:
        raise BackupTrouble(str(trouble)) from None


def keep_key(data: Path, key: str) -> None:
    """Go on with the key that opened the copies, unless this machine has one of its own."""
    if secret_key.made_once(key_file(data), lambda: key) == key:
        _note_shown(data)


def show_once(data: Path) -> str | None:
    """The key for its keeper's eyes; None when it was shown before."""
    key = key_in(data)
    if was_shown(data):
        return None
    _note_shown(data)
    return key


def was_shown(data: Path) -> bool:
    return (data / "backup.key.shown").exists()


def key_file(data: Path) -> Path:
    return data / "backup.key"


def _note_shown(data: Path) -> None:
    (data / "backup.key.shown").touch(mode=0o600)


def _fresh() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


def _carried(place: Place, data: Path, file: Path, *, is_new: bool, stopping: Event | None) -> bool:
    try:
        key = key_in(data)
        copy(place, key, file, is_new=is_new, stopping=stopping)
        copied(file)
        thin_out(place, key, stopping)
    except BackupTrouble as trouble:
        log.warning("a backup was not copied elsewhere, or old copies were not thinned out")
        _tell(trouble=str(trouble))
    except Exception as broken:
        log.exception("a backup was not copied elsewhere")
        _tell(trouble=nightly.BROKEN.format(type(broken).__name__))
    else:
        return True
    return False


def copied(file: Path) -> None:
    """Remember that this backup is elsewhere, too."""
    with db.transaction() as session:
        backup_status.copied(session, file=file.name, copied_at=now().isoformat())


def _tell(*, trouble: str) -> None:
    with db.transaction() as session:
        backup_status.copied(session, trouble=trouble)


def _send(place: Place, key: str, file: Path, stopping: Event | None) -> None:
    with file.open("rb") as source:
        words = ("backup", "--host", TAG, "--tag", TAG, "--stdin", "--stdin-filename", file.name)
        restic.run(place, key, *words, source=source, seconds=restic.LONG, stopping=stopping)


@contextmanager
def _in_words(place: Place) -> Iterator[None]:
    try:
        yield
    except restic.Refused as refused:
        raise BackupTrouble(restic.sentence(place, refused)) from None
