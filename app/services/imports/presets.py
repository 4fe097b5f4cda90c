"""Files of programs that everybody has: recognised by their headings, and read the way those programs write."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.models import fold


@dataclass(frozen=True)
class Preset:
    """One program's export: the headings that give it away, and what is not as a heading alone would have it.

    `means` goes from heading to field, empty for what is left out; `between` stands between several values of a cell.
    """

    label: str
    signs: frozenset[str]
    means: dict[str, str] = field(default_factory=dict)
    between: str = ""


def _signs(*headings: str) -> frozenset[str]:
    return frozenset(headings)


GOOGLE_MEANS = {"group membership": "tags", "labels": "tags", "name prefix": "prefix", "nickname": "", "file as": ""}
OUTLOOK_MEANS = {
    # Mr or Dr
    "title": "",
    "company main phone": "phones",
    "web page": "",
    "job title": "job_title",
    "car phone": "phones",
    "primary phone": "phones",
}
OUTLOOK_GERMAN_MEANS = {
    "anrede": "",
    "titel": "",
    "telefon firma": "phones",
    "autotelefon": "phones",
    "haupttelefon": "phones",
    "webseite": "",
}
PIPEDRIVE_MEANS = {
    "person - organization": "organisation",
    "person - organisation": "organisation",
    "organization - name": "organisation",
    "organization - address": "",
    "organization - label": "",
    "organization - labels": "",
    "deal - title": "",
    "person - label": "tags",
    "person - labels": "tags",
}

PRESETS = (
    Preset("Pipedriven", _signs("name", "warmness_score", "cadence_days")),
    Preset("LinkedIn connections", _signs("first name", "last name", "url", "connected on"), {"url": "linkedin_url"}),
    Preset("Google Contacts", _signs("e-mail 1 - value", "given name"), GOOGLE_MEANS, " ::: "),
    Preset("Google Contacts", _signs("e-mail 1 - value", "first name"), GOOGLE_MEANS, " ::: "),
    Preset("Google Contacts", _signs("first name", "phonetic first name", "name prefix", "labels"), GOOGLE_MEANS, " ::: "),
    Preset("Outlook", _signs("first name", "last name", "e-mail address", "business phone"), OUTLOOK_MEANS),
    Preset("Outlook", _signs("vorname", "nachname", "e-mail-adresse", "telefon geschaftlich"), OUTLOOK_GERMAN_MEANS),
    Preset("Pipedrive", _signs("person - name"), PIPEDRIVE_MEANS),
)  # fmt: skip


def recognise_program(headings: Sequence[str]) -> Preset | None:
    """The program that writes such headings."""
    folded = {fold(heading) for heading in headings}
    return next((preset for preset in PRESETS if preset.signs <= folded), None)


def tidy_cell(preset: Preset | None, meaning: str | None, text: str) -> str:
    """A cell as one of ours: several values on lines of their own, and no groups that the program made up itself."""
    if preset is None or not preset.between or meaning not in {"emails", "phones", "tags"}:
        return text
    values = [value.strip() for value in text.split(preset.between.strip())]
    return "\n".join(value for value in values if not (meaning == "tags" and value.startswith("*")))
