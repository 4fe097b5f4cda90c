"""The data folder: what Pipedriven keeps on this machine, in the one folder that has to be backed up.

It belongs to whoever runs the app. Under root it may be passed through, never listed, so that the database server's
user finds its own folder inside.
"""

import os
from pathlib import Path

from app.postgres.account import account_for
from app.postgres.errors import PostgresTrouble

FOR_ROOT = Path("/var/lib/pipedriven")


def data_folder(wanted: Path | None) -> Path:
    """Choose the data folder and make it when it is missing; an existing one keeps its mode.

    Without a wish it is `./data`, or /var/lib/pipedriven when root's stand-in cannot reach `./data`.
    """
    folder = (wanted or _usual()).expanduser().resolve()
    try:
        make_private(folder)
    except OSError as error:
        raise PostgresTrouble(f"The data folder {folder} cannot be made: {error.strerror}.") from None
    return folder


def make_private(folder: Path) -> None:
    """Make a folder that others cannot list, and under root only pass through; an existing one is left as it is."""
    if not folder.is_dir():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _usual() -> Path:
    """A database that is already there is never left behind for an empty one elsewhere."""
    here = Path("data").resolve()
    database = here / "postgres" / "data"
    if os.geteuid() != 0 or database.exists() or account_for(database).reaches(here):
        return here
    return FOR_ROOT
