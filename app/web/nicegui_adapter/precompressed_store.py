"""Static files compressed by Brotli at its best, on disk, so that the next start has them at once."""

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import brotli

BEST = 11
FORGOTTEN = 60 * 86_400


class PrecompressedStore:
    """Texts squeezed by brotli as well as it can, in files named by what is in them; without a folder none is kept.

    A file counts only where it unpacks to the very text: a damaged one is made anew and never served. A folder that
    cannot be written to costs the seconds again, nothing else.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def squeezed(self, text: bytes) -> bytes:
        place = self._folder and self._folder / f"{hashlib.sha256(text).hexdigest()}.br"
        with suppress(OSError, brotli.error):
            if place and brotli.decompress(kept := place.read_bytes()) == text:
                os.utime(place)
                return kept
        made: bytes = brotli.compress(text, quality=BEST)
        with suppress(OSError):
            if place:
                _write(place, made)
        return made

    def tidy(self) -> None:
        """Let go of what no start has asked for in two months."""
        with suppress(OSError):
            for file in self._folder.iterdir() if self._folder else ():
                if file.stat().st_mtime < time.time() - FORGOTTEN:
                    file.unlink()


def _write(place: Path, made: bytes) -> None:
    """Whole or not at all, also when two processes start at once."""
    place.parent.mkdir(mode=0o700, exist_ok=True)
    with NamedTemporaryFile(dir=place.parent, delete=False) as file:
        file.write(made)
    Path(file.name).replace(place)
