"""What a column of a foreign file means, guessed from its heading in English or German."""

import re
from collections.abc import Mapping, Sequence

from app.errors import Invalid
from app.models import fold

MEANINGS: dict[str, str] = {
    "name": "name fullname displayname person contact contactname kontakt kontaktname ansprechpartner vollername",
    "given": "first firstname given givenname forename vorname rufname",
    "family": "last lastname family familyname surname nachname familienname zuname",
    "emails": "email emails mail mails",
    "phones": "phone phones mobile mobilephone cell cellphone tel telephone telefon handy mobil mobiltelefon rufnummer"
    " telefonmobil telmobil",
    "organisation": "organisation organization company firm firma firmenname companyname organisationname"
    " organizationname unternehmen unternehmensname employer arbeitgeber account accountname",
    "job_title": "title jobtitle job position role function funktion rolle stelle beruf positionsbezeichnung"
    " organizationtitle",
    "linkedin_url": "linkedin linkedinurl linkedinprofile linkedinprofil linkedinprofileurl profileurl",
    "notes": "notes note comment comments remark remarks notiz notizen kommentar bemerkung bemerkungen anmerkung",
    "tags": "tags tag label labels category categories kategorie kategorien schlagwort schlagworte schlagworter",
    "warmness_score": "warmness warmnessscore warmth score warme warmegrad",
    "cadence_days": "cadence cadencedays rhythm rhythmus kontaktrhythmus",
    "last_contacted": "lastcontacted lastcontact letzterkontakt zuletztkontaktiert",
}
KNOWN = {word: field for field, words in MEANINGS.items() for word in words.split()}

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


def guess(heading: str) -> str | None:
    """`E-Mail-Adresse`, `Email 2` and `Person - Email - Work` are emails; None for what we do not keep."""
    if set(heading) & set(",;|\t"):
        return None  # a whole line, read with the wrong delimiter
    words = re.findall(r"[a-z]+", fold(heading))
    bare = [word for word in words if word not in FILLERS and word != CONTINUED]
    return KNOWN.get("".join(words)) or KNOWN.get("".join(bare))


def assign(headings: Sequence[str], mapping: Mapping[str, str] | None = None) -> list[str | None]:
    """The meaning of each column: as `mapping` says (heading to field, empty: leave out), else guessed.

    Raises Invalid for a mapping that names a column or a field that is not there.
    """
    wanted = {fold(heading): field for heading, field in (mapping or {}).items()}
    folded = [fold(heading) for heading in headings]
    if strange := next((heading for heading in mapping or {} if fold(heading) not in folded), None):
        raise Invalid(f"The file has no column “{strange[:80]}”.", {"mapping": "A column is not in the file."})
    return [_chosen(wanted[key]) if key in wanted else _guessed(key, folded) for key in folded]


def names_somebody(fields: Sequence[str | None]) -> bool:
    return bool({"name", "given", "family"} & set(fields))


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


def _guessed(heading: str, all_headings: Sequence[str]) -> str | None:
    """LinkedIn calls the profile just URL; anywhere else that could be any address."""
    if heading == "url" and "connected on" in all_headings:
        return "linkedin_url"
    return guess(heading)
