"""The secret that seals Pipedrive keys: SECRET_KEY, or one made at the first start for its owner's eyes only.

It lives beside the database and never inside a dump of it, so it has to be kept apart from the backups.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from app.settings import ConfigTrouble

SHORTEST = 32


class SecretTrouble(ConfigTrouble):
    """The secret cannot be used; the message is one plain sentence for the operator."""


def file_in(data: Path) -> Path:
    return data / "secret.key"


def keys(data: Path, given: str | None) -> tuple[str, ...]:
    """Every secret that opens what is sealed, the one that seals first; the first start makes one.

    There are several while a rotation is under way, or after SECRET_KEY took over from the file.
    Raises SecretTrouble.
    """
    file = file_in(data)
    if given is None:
        return _kept(file)
    return tuple(dict.fromkeys([given, *(_read(file) if file.exists() else ())]))


def made_once(file: Path, make: Callable[[], str]) -> str:
    """Another secret of this kind, made at the first start, for its owner's eyes only. Raises SecretTrouble."""
    if not file.exists():
        _make(file, make)
    return _read(file)[0]


def begin_rotation(data: Path) -> tuple[str, ...]:
    """Put a new secret in front of the old one; when a rotation was cut short, it goes on with that one."""
    kept = _kept(file_in(data))
    if len(kept) == 1:
        kept = (_fresh(), *kept)
        _replace(file_in(data), kept)
    return kept


def end_rotation(data: Path) -> None:
    """Forget the old secret."""
    _replace(file_in(data), _read(file_in(data))[:1])


def _kept(file: Path) -> tuple[str, ...]:
    if not file.exists():
        _make(file, _fresh)
    return _read(file)


def _fresh() -> str:
    return secrets.token_urlsafe(48)


def _make(file: Path, make: Callable[[], str]) -> None:
    """Of two first starts at once one wins, and nobody ever reads half a secret."""
    half = _written(file, (make(),))
    try:
        os.link(half, file)
    except FileExistsError:
        pass
    except OSError as error:
        raise SecretTrouble(f"The secret cannot be kept in {file}: {error.strerror}.") from None
    finally:
        half.unlink()


def _replace(file: Path, lines: tuple[str, ...]) -> None:
    _written(file, lines).replace(file)


def _written(file: Path, lines: tuple[str, ...]) -> Path:
    half = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        half.unlink(missing_ok=True)
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise SecretTrouble(f"The secret cannot be kept in {file.parent}: {error.strerror}.") from None
    with os.fdopen(handle, "w") as writing:
        writing.write("".join(f"{line}\n" for line in lines))
        writing.flush()
        os.fsync(handle)
    return half


def _read(file: Path) -> tuple[str, ...]:
    if file.stat().st_mode & 0o077:
        raise SecretTrouble(f"Others can read {file}; make it yours alone with `chmod 600 {file}`.")
    try:
        lines = tuple(file.read_text().split())
    except (OSError, UnicodeDecodeError):
        raise SecretTrouble(f"The secret in {file} cannot be read.") from None
    if not lines or any(len(line) < SHORTEST for line in lines):
        raise SecretTrouble(
            f"{file} holds no secret of at least {SHORTEST} characters; restore it from where you keep it."
        )
    return lines
