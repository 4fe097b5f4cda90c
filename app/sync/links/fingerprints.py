"""Short fingerprints of what we told Pipedrive, part by part, so that only what changed is told again."""

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from app.models.people import person_names

ROOM = 64


def digest(*parts: object) -> str:
    """One fingerprint of 64 characters, each part with an equal share of it."""
    share = ROOM // len(parts)
    return "".join(sha256(repr(part).encode()).hexdigest()[:share] for part in parts)


def changed(before: str | None, after: str, parts: int) -> list[bool]:
    """Which parts differ; all of them where nothing was told yet."""
    share = ROOM // parts
    old = before or ""
    return [old[at : at + share] != after[at : at + share] for at in range(0, share * parts, share)]


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def addresses(values: Iterable[str]) -> list[str]:
    return sorted({folded(value) for value in values})


def numbers(values: Iterable[str]) -> list[str]:
    return sorted({re.sub(r"\D", "", value) for value in values})


def plain(field: str, value: str) -> str:
    """One address as it is compared: numbers by their digits, e-mail addresses without case."""
    return re.sub(r"\D", "", value) if field == "phones" else folded(value)


def person(name: str, emails: Sequence[str], phones: Sequence[str], org_id: int | None) -> str:
    return digest(folded(person_names.in_reading_order(name)), addresses(emails), numbers(phones), org_id)
