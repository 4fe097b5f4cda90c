"""What stands before and behind a name and is no part of it: titles, degrees, a generation; and whether a name is a firm's."""

import re
from functools import lru_cache

from app.models.base import fold
from app.models.people.name_words import (
    ALWAYS_TITLES,
    DEGREES,
    FIRM_ENDS,
    GENERATIONS,
    SHOUTED_DEGREES,
    SHOUTED_FIRM_ENDS,
    TITLE_BITS,
)

BETWEEN_BITS, NO_LETTER = re.compile(r"[.\-/]+"), re.compile(r"[^a-z0-9]")


def is_firm(name: str) -> bool:
    """Whether it ends with a legal form, written like one."""
    words = name.replace("&", " ").split()
    if len(words) < 2:
        return False
    last = words[-1].strip(".,()")
    plain = last.lower().replace(".", "")
    shouted = last.isupper() and not all(word.isupper() for word in words[:-1])
    return plain in FIRM_ENDS or (shouted and plain in SHOUTED_FIRM_ENDS)


def _bits(word: str) -> list[str]:
    return [bit for bit in BETWEEN_BITS.split(fold(word)) if bit]


@lru_cache(maxsize=4_096)
def is_title(word: str) -> bool:
    """`Dr.`, `Dr.-Ing.`, `Prof.Dr.`, `Frau`."""
    bits = _bits(word)
    if not bits or not all(bit in TITLE_BITS for bit in bits):
        return False
    return fold(word).strip(".") in ALWAYS_TITLES or "." in word


def without_titles(words: list[str]) -> tuple[list[str], list[str]]:
    """Titles in front go, as long as a name is left; `med.` and `h. c.` only behind another one."""
    at = 0
    while at < len(words) - 1 and (is_title(words[at]) or (at and _goes_on(words[at]))):
        at += 1
    return words[at:], words[:at]


def _goes_on(word: str) -> bool:
    return all(bit in TITLE_BITS for bit in _bits(word)) and (word.islower() or "." in word or word.lower() == "ing")


def is_degree(word: str, name: list[str]) -> bool:
    plain = NO_LETTER.sub("", fold(word))
    if plain in DEGREES:
        return True
    shouted = word.isupper() and not all(one.isupper() for one in name if len(one) > 1)
    return plain in SHOUTED_DEGREES and ("." in word or shouted)


@lru_cache(maxsize=4_096)
def generation_of(word: str) -> str:
    plain = fold(word).strip(".,")
    return (
        word.strip(",")
        if plain in GENERATIONS and (len(plain) > 1 and (plain[0] not in "iv" or word.isupper()))
        else ""
    )


def without_ends(words: list[str], least: int) -> tuple[list[str], str, str]:
    """Degrees and a generation behind the name go, as long as `least` words are left."""
    degrees: list[str] = []
    generation = ""
    while len(words) > least:
        if found := generation_of(words[-1]):
            generation = generation or found
        elif is_degree(words[-1], words[:-1]):
            degrees.insert(0, words[-1])
        else:
            break
        words = words[:-1]
    return words, " ".join(degrees), generation


def without_degrees(parts: list[str]) -> tuple[list[str], str]:
    """Of what commas part, what is no degree; the first part always is a name."""
    core = parts[:1]
    degrees: list[str] = []
    several = len(parts[0].split()) > 1 if parts else False
    for part in parts[1:]:
        words = part.split()
        known = all(is_degree(word, core[0].split()) or generation_of(word) or is_title(word) for word in words)
        letters = several and all(
            re.fullmatch(r"(?:[A-Z][A-Za-z]?\.?-?){2,6}®?", word) and sum(map(str.isupper, word)) > 1 for word in words
        )
        if known or letters:
            degrees.extend(word for word in words if not generation_of(word))
        else:
            core.append(part)
    return core[:2], " ".join(degrees)
