"""restic, which encrypts and carries: started for one piece of work, told nothing on its command line that is secret."""

import re
import shutil
import subprocess
import tempfile
import time
from threading import Event
from typing import IO

from app.backups.copy_place import Place
from app.backups.errors import BackupTrouble

MISSING = "Copies elsewhere are made by restic, which is not installed; install Debian's package restic."
# from 0.17 on restic says by these codes what earlier releases say in words
NO_REPOSITORY, LOCKED, WRONG_KEY = 10, 11, 12
WORDS = {
    NO_REPOSITORY: re.compile(r"(no such file or directory|does not exist)\b.*Is there a repository at", re.DOTALL),
    LOCKED: re.compile("already locked"),
    WRONG_KEY: re.compile("wrong password or no key"),
}
SHORT, LONG = 300.0, 4 * 3600.0
NOTICE = 0.5


class Refused(Exception):
    """restic ended with a code that is not 0; `reason` is one of the codes above or 1, `words` are its own."""

    def __init__(self, reason: int, words: str) -> None:
        super().__init__(words)
        self.reason, self.words = reason, words


def run(
    place: Place,
    key: str,
    *words: str,
    source: IO[bytes] | None = None,
    into: IO[bytes] | None = None,
    seconds: float = SHORT,
    stopping: Event | None = None,
) -> bytes:
    """What it printed, or nothing when that went `into` a file. Raises Refused, and BackupTrouble without an end in time."""
    found = program()
    if found is None:
        raise BackupTrouble(MISSING)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as printed:
        try:
            process = subprocess.Popen(  # noqa: S603 - a program of the machine, no shell
                [found, "--no-cache", "--quiet", *place.options, *words],
                stdin=source or subprocess.DEVNULL,
                stdout=into or printed,
                stderr=said,
                cwd="/",
                env=place.environment(key) | {"LC_ALL": "C.UTF-8"},
            )
        except OSError as error:
            raise BackupTrouble(f"restic does not start: {error.strerror}.") from None
        code = _end_of(process, place, seconds, stopping or Event())
        said.seek(0)
        words_said = said.read().decode(errors="replace")
        if code != 0:
            raise Refused(_reason(code, words_said), words_said)
        printed.seek(0)
        return printed.read()


def program() -> str | None:
    """Where restic lies; None where it is not installed."""
    return shutil.which("restic")


def sentence(place: Place, refused: Refused) -> str:
    """What went wrong, for the operator."""
    known = {
        NO_REPOSITORY: f"There are no copies of ours at {place.shown}.",
        LOCKED: f"Something else works on the copies at {place.shown}; try again when it is done.",
        WRONG_KEY: f"The copies at {place.shown} were made with another backup key.",
    }
    return known.get(refused.reason) or f"{place.shown} cannot be used: {_telling(refused.words)}."


def _end_of(process: "subprocess.Popen[bytes]", place: Place, seconds: float, stopping: Event) -> int:
    """Its code, unless we or its time are up before it is done."""
    end = time.monotonic() + seconds
    try:
        while True:
            try:
                return process.wait(NOTICE)
            except subprocess.TimeoutExpired:
                if stopping.is_set():
                    raise BackupTrouble("The app was stopped while it copied; the next start goes on.") from None
                if time.monotonic() > end:
                    raise BackupTrouble(f"{place.shown} did not answer in time.") from None
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _reason(code: int, words: str) -> int:
    if code in WORDS:
        return code
    return next((known for known, said in WORDS.items() if said.search(words)), 1)


def _telling(words: str) -> str:
    """The line that says why: the first that ssh or restic calls a failure, else the last one."""
    lines = [line.strip() for line in words.splitlines() if line.strip()] or ["restic gave no reason"]
    telling = [line for line in lines if line.startswith(("Fatal:", "subprocess ssh:", "ssh:"))]
    return (telling or lines[-1:])[0].removeprefix("Fatal: ").removeprefix("subprocess ssh: ").rstrip(".")
