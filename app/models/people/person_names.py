"""The parts of a person's name: title, given name, family name with its particles, generation, degrees.

The rules, and where they are from:

- titles and degrees stand before or behind a name and are no part of it (DIN 5008; CMOS 8.20)
- a family name begins with its particles: `van der Berg` (Nederlandse Taalunie), `von Ahn` (DIN 5007-2), `de la Cruz`
- `Family, Given` is turned; what stands behind a comma and is a degree is one; Dutch lists put particles last
- capitals mark the family name in French, in Hungarian and in East Asian romanisation: `DUPONT Jean`, `KIM Min-jun`
- Chinese, Japanese and Korean names begin with the family name; transcribed ones with a middle dot do not
- two Spanish or Portuguese family names follow the given names (Ley 20/2011; Lei 6.015/1973)
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.models.base import fold
from app.models.people import eastern_names
from app.models.people.name_titles import generation_of, is_firm, without_degrees, without_ends, without_titles
from app.models.people.name_words import HISPANIC_GIVEN, NOBLE, PARTICLES

BESIDE = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|[\"“”„«»][^\"“”„«»]*[\"“”„«»]|(?:\s(?:geb\.?|née?|nee|born|z d\.|roz\.)\s.*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PersonName:
    title: str = ""
    given: str = ""
    family: str = ""
    generation: str = ""
    degrees: str = ""

    @property
    def in_order(self) -> str:
        """As one addresses an envelope: `Dr. Piet van der Berg Jr.`, without degrees."""
        return " ".join(filter(None, (self.title, self.given, self.family, self.generation)))

    @property
    def bare(self) -> str:
        """Given and family name and nothing else."""
        return " ".join(filter(None, (self.given, self.family)))


@lru_cache(maxsize=20_000)
def parse(name: str) -> PersonName:
    """The parts of a name; whoever is no person by the look of it (a firm, an address) has a family name only."""
    plain = " ".join(BESIDE.sub(" ", name).split()) or " ".join(name.split())
    plain = plain.strip(" ,;")
    if is_address(plain) or is_firm(plain):
        return PersonName(family=plain)
    if eastern_names.EAST.search(plain):
        first, last = eastern_names.parts(plain)
        return PersonName(given=first, family=last)
    parts = [part.strip() for part in plain.split(",") if part.strip()]
    core, degrees = without_degrees(parts)
    if not core:
        return PersonName(family=plain)
    if len(core) > 1:
        return _turned(parts, core, degrees)
    words, titles = without_titles(core[0].split())
    words, behind, generation = without_ends(words, least=2)
    given, family = _parted(words, titled=bool(titles))
    return PersonName(
        " ".join(titles),
        " ".join(given),
        " ".join(family),
        generation or _generation(parts),
        f"{behind} {degrees}".strip(),
    )


def _turned(parts: list[str], core: list[str], degrees: str) -> PersonName:
    """`Berg, Piet van der`."""
    first, titles = without_titles(core[1].split())
    first, behind, generation = without_ends(first, least=1)
    last, more = without_titles(core[0].split())
    last, further, older = without_ends(last, least=1)
    given, particles = _trailing_particles(first)
    return PersonName(
        " ".join([*more, *titles]),
        " ".join(given),
        " ".join([*particles, *last]),
        generation or older or _generation(parts),
        " ".join(filter(None, (behind, further, degrees))),
    )


def in_reading_order(name: str) -> str:
    """`van der Berg, Piet` is Piet van der Berg; every other name stays as it is, with all that stands behind it."""
    parts = [part.strip() for part in name.split(",") if part.strip()]
    turned = len(parts) > 1 and len(without_degrees(parts)[0]) > 1
    return parse(name).in_order if turned else name


def is_address(name: str) -> bool:
    """Whether somebody is called by a mail address, for want of a name."""
    return "@" in name and re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", name) is not None


def split_name(name: str) -> tuple[str, str]:
    """Given and family name, as Pipedrive shows them."""
    parsed = parse(name)
    return parsed.given, parsed.family


def sort_name(name: str) -> str:
    """By what lists are sorted: given and family name, without titles."""
    parsed = parse(name)
    if eastern_names.EAST.search(name):
        return fold(f"{parsed.family} {parsed.given}")
    return fold(parsed.bare) or fold(name)


def initials(name: str) -> str:
    """Two letters for an avatar: those of the given name and of the family name behind its particles."""
    parsed = parse(name)
    if eastern_names.EAST.search(name):
        return "".join(part[:1] for part in (parsed.family, parsed.given)) or name[:2]
    family = [word for word in parsed.family.split() if word.lower() not in PARTICLES] or parsed.family.split()
    firsts = [_first_letter(parsed.given), _first_letter(family[0] if family else "")]
    found = "".join(filter(None, firsts))
    return (found if len(found) > 1 else "".join(c for c in parsed.bare or name if c.isalnum())[:2] or name[:2]).upper()


def _first_letter(text: str) -> str:
    return next((c for c in text if c.isalnum()), "")


def _generation(parts: list[str]) -> str:
    return next((found for part in parts[1:] for word in part.split() if (found := generation_of(word))), "")


def _trailing_particles(words: list[str]) -> tuple[list[str], list[str]]:
    """`Berg, Piet van der`: the particles belong to the family name."""
    at = len(words)
    while at > 1 and words[at - 1].lower() in PARTICLES and words[at - 1].islower():
        at -= 1
    return words[:at], words[at:]


def _parted(words: list[str], *, titled: bool) -> tuple[list[str], list[str]]:
    if len(words) == 1:
        return ([], words) if titled else (words, [])
    if shouted := _shouted(words):
        return shouted
    if words[0].islower() and words[0] in PARTICLES:
        return [], words
    begins = (
        n for n, word in enumerate(words[1:-1], 1) if _begins_family(words, n, word) and not _inside_given(words, n)
    )
    if (at := next(begins, None)) is not None:
        if words[at].lower() in {"y", "i", "e"} and at > 1:
            at -= 1
        return words[:at], words[at:]
    given = _hispanic(words)
    return words[:given], words[given:]


def _begins_family(words: list[str], at: int, word: str) -> bool:
    plain = word.lower().rstrip(".")
    if plain in NOBLE:
        return words[at + 1].lower() in PARTICLES
    return plain in PARTICLES and (word.islower() or plain not in {"ben", "do", "so", "na", "an", "e", "y", "i"})


def _inside_given(words: list[str], at: int) -> bool:
    """`María del Carmen López`: the particle stands between two given names."""
    end = at
    while end < len(words) and words[end].lower() in PARTICLES:
        end += 1
    joined = fold(words[0]) in {"maria", "juan", "jose", "ana"} and words[at].islower()
    return joined and end < len(words) - 1 and fold(words[end]) in HISPANIC_GIVEN


def _shouted(words: list[str]) -> tuple[list[str], list[str]] | None:
    """Capitals mark the family name, in front or behind; where all or none are capitals they say nothing."""
    loud = [len(word.strip(".-'’")) > 2 and word.isupper() and "." not in word for word in words]
    if all(loud) or not any(loud):
        return None
    count = loud.index(False) if loud[0] else 0
    if count and not any(loud[count:]):
        return words[count:], words[:count]
    start = next(n for n, is_loud in enumerate(loud) if is_loud)
    if start and all(loud[start:]):
        while start > 1 and words[start - 1].lower() in PARTICLES:
            start -= 1
        return words[:start], words[start:]
    return None


def _hispanic(words: list[str]) -> int:
    """How many words are given names: all but the last, but for two family names behind Spanish or Portuguese ones."""
    plain = [fold(word) for word in words]
    if len(words) < 3 or plain[0] not in HISPANIC_GIVEN:
        return len(words) - 1
    joins = {n for n in range(1, len(words) - 1) if words[n].lower() in PARTICLES and _inside_given(words, n)}
    given = next((n for n, word in enumerate(plain) if word not in HISPANIC_GIVEN and n not in joins), len(words) - 1)
    if len(words) == 3 and given == 1 and not _hispanic_family(plain[1]):
        return 2
    return max(1, min(given, len(words) - 1))


def _hispanic_family(word: str) -> bool:
    return word.endswith(
        (
            "ez",
            "es",
            "az",
            "iz",
            "oz",
            "ia",
            "ro",
            "ra",
            "no",
            "na",
            "do",
            "da",
            "as",
            "os",
            "llo",
            "lla",
            "co",
            "ga",
            "go",
            "to",
            "ta",
            "za",
            "rin",
            "al",
            "on",
            "ar",
            "or",
        )
    )
