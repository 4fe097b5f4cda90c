"""What a column of a foreign file means, guessed from its heading in English or German, else from what stands in it."""

import re
from collections.abc import Mapping, Sequence

from app.errors import Invalid
from app.models import fold
from app.models.contact_fields import FIELDS

# what a file may say beside the fields of a contact
NAME_PARTS = {
    "given": ("First name", "first firstname given givenname forename vorname rufname"),
    "family": ("Last name", "last lastname family familyname surname nachname familienname zuname"),
}
LAST_CONTACTED = {"last_contacted": ("Last contact", "lastcontacted lastcontact letzterkontakt zuletztkontaktiert")}
NAME, *REST = [(field.name, (field.column_label or field.label, field.headings)) for field in FIELDS]
# what a column may mean: what a person reads where it gets its meaning, and the words that name it
MEANINGS: dict[str, tuple[str, str]] = {**dict([NAME]), **NAME_PARTS, **dict(REST), **LAST_CONTACTED}
LABELS = {meaning: label for meaning, (label, _) in MEANINGS.items()}
KNOWN = {word: meaning for meaning, (_, words) in MEANINGS.items() for word in words.split()}

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
LEAST = 3


def guess(heading: str) -> str | None:
    """`E-Mail-Adresse`, `Email 2` and `Person - Email - Work` are emails; None for what we do not keep."""
    if set(heading) & set(",;|\t"):
        return None  # a whole line, read with the wrong delimiter
    words = re.findall(r"[a-z]+", fold(heading))
    bare = [word for word in words if word not in FILLERS and word != CONTINUED]
    found = KNOWN.get("".join(words)) or KNOWN.get("".join(bare))
    # where a firm stands is not its name
    return None if found == "organisation" and {"address", "adresse"} & set(words) else found


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


def recognise(samples: Sequence[str], *, named: bool) -> str | None:
    """What a column holds, by its look. Under a heading that says something else, only what no two rows share."""
    said = [text.strip() for text in samples if text.strip()]
    if not said or (named and (len(said) < LEAST or len(set(said)) < len(said))):
        return None
    for field, look in LOOKS.items():
        if sum(bool(look.fullmatch(text)) for text in said) >= NEARLY_ALL * len(said):
            return None if named and field == "phones" else field
    return None


def names_somebody(fields: Sequence[str | None]) -> bool:
    return bool({"name", *NAME_PARTS} & set(fields))


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
