"""What can stand between us and a database, told to the operator in one sentence."""

from pathlib import Path


class PostgresTrouble(Exception):
    """The database cannot be used; the message is one plain sentence for the operator."""


def unusable(place: Path, error: OSError) -> PostgresTrouble:
    """What the operating system refused, as a sentence for the operator."""
    return PostgresTrouble(f"The database in {place} cannot be used: {error.filename or place}: {error.strerror}.")
