"""The file itself: a zip with the dump and a manifest, and the checks that it is whole and ours to read."""

import json
import zipfile
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import IO

from app.backups.errors import BackupTrouble

MANIFEST, DUMP = "manifest.json", "database.dump"
PIECE = 1 << 20
LARGEST_MANIFEST = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: `counts` are rows by table, `revision` is the migration, `postgres` the server's major."""

    version: str
    revision: str
    postgres: int
    made_at: str
    counts: dict[str, int]
    sha256: str
    format: int = 1


class Writing:
    """A dump on its way into the archive, counted and summed as it passes."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self._sum = sha256()

    def take(self, source: IO[bytes]) -> str:
        """Copy the whole source and give its SHA-256."""
        while piece := source.read(PIECE):
            self._sum.update(piece)
            self._into.write(piece)
        return self._sum.hexdigest()


def put_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


def read(file: Path) -> Manifest:
    """What the backup says about itself; raises BackupTrouble for a file that is no backup."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(MANIFEST) as page:
            said = json.loads(page.read(LARGEST_MANIFEST))
        known = {field.name for field in fields(Manifest)}
        return Manifest(**{name: value for name, value in said.items() if name in known})
    except FileNotFoundError:
        raise BackupTrouble(f"There is no file {file}.") from None
    except OSError as error:
        raise BackupTrouble(f"{file} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError):
        raise BackupTrouble(f"{file} is not a backup of Pipedriven, or it is damaged.") from None


def unpack(file: Path, manifest: Manifest, into: IO[bytes]) -> None:
    """Copy the dump out of the archive; raises BackupTrouble unless it is what the manifest says."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(DUMP) as dump:
            found = Writing(into).take(dump)
    except (zipfile.BadZipFile, KeyError, EOFError):
        found = ""
    if found != manifest.sha256:
        raise BackupTrouble(f"{file} is damaged: the dump inside is not the one that was written.")
    into.flush()
