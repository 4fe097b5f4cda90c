"""What a column of a foreign file means: guessed from its heading, in seven languages, else from what stands in it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.errors import Invalid
from app.models import fold
from app.models.contact_fields import FIELDS

_HEADINGS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("headings.toml").read_text("utf-8"))
_MORE: dict[str, str] = _HEADINGS["known"]
_WORDS = {kind: frozenset(words.split()) for kind, words in _HEADINGS["words"].items()}

# what a file may say beside the fields of a contact
NAME_PARTS = {
    "prefix": ("Title before the name", "nameprefix prefix akademischertitel"),
    "given": ("First name", "first firstname given givenname forename vorname rufname"),
    "family": ("Last name", "last lastname family familyname surname nachname familienname zuname"),
}
BESIDE = {
    "phone_label": ("Kind of number", ""),
    "last_contacted": ("Last contact", "lastcontacted lastcontact letzterkontakt zuletztkontaktiert"),
    "connected_on": ("Connected on", ""),
}
NAME, *REST = [(field.name, (field.column_label or field.label, field.headings)) for field in FIELDS]
# what a column may mean: what a person reads where it gets its meaning, and the words that name it
MEANINGS: dict[str, tuple[str, str]] = {**dict([NAME]), **NAME_PARTS, **dict(REST), **BESIDE}
SAID_BY_NAME, STANDS_FOR_A_NAME = (
    frozenset({"name", *NAME_PARTS}),
    frozenset({"emails", "organisation", "linkedin_url"}),
)
LABELS = {meaning: label for meaning, (label, _) in MEANINGS.items()}
KNOWN = {
    word: meaning for meaning, (_, words) in MEANINGS.items() for word in f"{words} {_MORE.get(meaning, '')}".split()
}

# words that say which of several, and never what
FILLERS = frozenset(
    [
        "person",
        "contact",
        "work",
        "home",
        "other",
        "business",
        "office",
        "private",
        "privat",
        "geschaftlich",
        "dienstlich",
        "beruflich",
        "value",
        "address",
        "adresse",
        "primary",
        "main",
        "number",
        "nummer",
        "no",
        "nr",
        "the",
        "professional",
        "professionnel",
        "personal",
        "personnel",
        "perso",
        "trabajo",
        "lavoro",
        "werk",
        "arbete",
        "zakelijk",
        "secondary",
        "alternate",
        "alternative",
        "additional",
        "further",
        "weitere",
        "d",
        "de",
        "du",
        "del",
        "di",
        "la",
        "le",
    ]
)
CONTINUED = "continued"

# what gives a column away that nobody named: nearly all of it looks like this
LOOKS = {
    "emails": re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}"),
    "linkedin_url": re.compile(r"(https?://)?([a-z]{2,3}\.)?linkedin\.com/(in|pub)/\S+", re.IGNORECASE),
    "phones": re.compile(r"(\+|00?)[1-9](?:[ ()/.-]{0,2}\d){5,14}"),
}
NEARLY_ALL = 0.8
MOST_DIFFER = 0.5
LEAST = 3


def guess(heading: str) -> str | None:
    """`E-Mail-Adresse`, `Email 2` and `Person - Email - Work` are emails; None for what we do not keep."""
    words = re.findall(r"[a-z]+", fold(heading))
    whole = KNOWN.get("".join(words))
    if set(heading) & set(",;|\t") and (whole != "name" or len(words) < 2):
        return None  # a whole line, read with the wrong delimiter
    bare = [word for word in words if word not in FILLERS and word != CONTINUED]
    found = whole or KNOWN.get("".join(bare))
    if (found == "organisation" and {"address", "adresse"} & set(words)) or (
        # what is said of an address or a number is no tag of a person
        found == "tags" and set(words) & (_WORDS["elsewhere"] | _WORDS["email"] | _WORDS["phone"])
    ):
        found = None
    return found or _by_words(set(words), {word for word in bare if len(word) > 1})


def _by_words(words: set[str], bare: set[str]) -> str | None:
    """What single words of a heading tell: `Secondary Email`, `Phone (Mobile)`, `Person LinkedIn URL`."""
    called = words & _WORDS["phone"]
    if called and bare <= {*called, "label", "type", "typ", "art"} and words & {"label", "type", "typ", "art"}:
        return "phone_label"
    if "last" in words and words <= {"last", "contact", "contacted", "activity", *_WORDS["dates"]} and len(words) > 1:
        return "last_contacted"
    if "linkedin" in words and not words & {
        "company",
        "firma",
        "id",
        "label",
        "followers",
        "connections",
        "organization",
    }:
        return "linkedin_url"
    if words & (_WORDS["other"] | (_WORDS["elsewhere"] - {"address", "adresse", "adres"})):
        return None
    if words & _WORDS["email"]:
        return "emails"
    return "phones" if called else None


def assign(
    headings: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
) -> list[str | None]:
    """The meaning of each column: as `mapping` says (heading to field, empty: leave out), as `known` of such a file,
    else guessed.

    Raises Invalid for a mapping that names a column or a field that is not there.
    """
    wanted = {fold(heading): field for heading, field in (mapping or {}).items()}
    folded = [fold(heading) for heading in headings]
    if strange := next((heading for heading in mapping or {} if fold(heading) not in folded), None):
        raise Invalid(f"The file has no column “{strange[:80]}”.", {"mapping": "A column is not in the file."})
    told = known or {}
    return [
        _chosen(wanted[key]) if key in wanted else (told[key] or None) if key in told else guess(key) for key in folded
    ]


def recognise(samples: Sequence[str], heading: str = "") -> str | None:
    """What a column holds, by its look. Under a heading that says something else only what is clear: most values differ,
    and numbers are no numbers of customers."""
    said = [text.strip() for text in samples if text.strip()]
    words = set(re.findall(r"[a-z]+", fold(heading)))
    if not said:
        return None
    if all(LOOKS["linkedin_url"].fullmatch(text) for text in said):
        return "linkedin_url"
    if heading and (len(said) < LEAST or len(set(said)) < len(said) * MOST_DIFFER):
        return None
    if words & (_WORDS["other"] - {"type", "typ"}):
        return None
    for field, look in LOOKS.items():
        if sum(bool(look.fullmatch(text)) for text in said) >= NEARLY_ALL * len(said):
            return None if field == "phones" and words & _WORDS["numbers"] else field
    return None


def names_somebody(fields: Sequence[str | None]) -> bool:
    """Whether a column says who it is; a firm, an address or a profile stands for a name."""
    return bool((SAID_BY_NAME | STANDS_FOR_A_NAME) & set(fields))


def continues(heading: str) -> bool:
    """Whether the column goes on with the text of the one before, as our own export does with long notes."""
    return CONTINUED in fold(heading)


def _chosen(field: str) -> str | None:
    if not field:
        return None
    found = field if field in MEANINGS else guess(field)
    if found is None:
        sentence = f"“{field[:80]}” is not something that a contact has."
        raise Invalid(sentence, {"mapping": sentence})
    return found
