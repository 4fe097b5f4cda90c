"""Passwords: argon2id, two at a time, and the rules that a new one must keep.

Every check costs the same, whether the account exists or not. Hashing takes
46 MB and some 70 ms, so no more than two are computed at a time.
"""

import json
import re
import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from passlib.hash import argon2

from app.errors import Invalid

SHORTEST, LONGEST = 12, 128
FEWEST_CHARACTERS = 5
PRODUCT = ("pipedriven", "pipedrive")
LOOKALIKES = str.maketrans("01345@$", "oleasas")
COMMON = Path(__file__).with_name("common_passwords.json")

scheme = argon2.using(type="ID", memory_cost=47_104, time_cost=1, parallelism=1)
two_at_a_time = BoundedSemaphore(2)


@dataclass(frozen=True)
class NewPassword:
    """A password that keeps the rules, hashed; made by `new` while no transaction is open, as that takes long."""

    hash: str = field(repr=False)


def new(password: str, *context: str) -> NewPassword:
    """Check the rules and hash; `context` are words that an attacker knows. Raises Invalid."""
    check(password, *context)
    return NewPassword(hash_password(password))


def hash_password(password: str) -> str:
    """The password as it is stored."""
    with two_at_a_time:
        return str(scheme.hash(_spelling(password)))


def verify(kept: str | None, typed: str) -> bool:
    """Whether the typed password is the kept one; an account without one costs the same time."""
    nobody = _nobody()
    usable = len(typed) <= LONGEST and _storable(typed)
    with two_at_a_time:
        fits = bool(scheme.verify(_spelling(typed) if usable else "", kept or nobody))
    return fits and usable and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with weaker parameters than today's."""
    return bool(scheme.needs_update(kept))


def check(password: str, *context: str) -> None:
    """Raise Invalid unless the password is long enough and not one that everybody tries.

    `context` are words an attacker knows: the e-mail address, the name, the firm.
    """
    if trouble := _trouble(password, context):
        raise Invalid(trouble, {"password": trouble})


def _trouble(password: str, context: tuple[str, ...]) -> str | None:
    length = len(_spelling(password)) if _storable(password) else 0
    if not _storable(password):
        return "The password contains a character that cannot be stored."
    if length < SHORTEST:
        return f"Use at least {SHORTEST} characters; a few words make a good password."
    if length > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(password)) < FEWEST_CHARACTERS or _is_common(password, context):
        return "This password is too easy to guess; a few unrelated words are better."
    return None


def _is_common(password: str, context: tuple[str, ...]) -> bool:
    """A known word stays known with a capital, a year and an exclamation mark around it, or when said twice."""
    words = _common() | {word for text in context for word in _words(text)} | set(PRODUCT)
    whole = password.casefold()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", whole).translate(LOOKALIKES)
    letters = re.sub(r"[\W\d_]+", "", whole)
    return any(_is_repeated(said, words) for said in (whole, core, letters) if said)


def _is_repeated(said: str, words: AbstractSet[str]) -> bool:
    return any(
        said == said[:size] * (len(said) // size) and said[:size] in words
        for size in range(1, len(said) + 1)
        if len(said) % size == 0
    )


def _words(text: str) -> set[str]:
    """`jane.roe@acme.example` is known as a whole and by its parts."""
    whole = text.casefold()
    local, _, domain = whole.partition("@")
    parts = [whole, local, domain, re.sub(r"[\W_]", "", local), *re.split(r"[\W_]+", whole)]
    return {part for part in parts if len(part) > 2}


def _storable(text: str) -> bool:
    return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)


def _spelling(password: str) -> str:
    """One spelling for what keyboards send in two: an accented letter, whole or composed."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset(json.loads(COMMON.read_text("utf-8")))
