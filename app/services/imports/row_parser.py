"""One row of a file as the facts of a contact: what cannot be read is left out, named, and kept in the notes where it is text.

A row is refused only when it names nobody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from app.hidden_characters import without_hidden
from app.models import ContactDraft
from app.models.contact_fields import FIELDS
from app.services.contacts.capture import signature_rules
from app.services.imports import cell_values, row_facts

FORMULA = re.compile(r"'*[=+\-@\t\r]")
NAMELESS = "The name is missing: no column of this row says who it is."
SPILLED = "The row has more cells than the header; a quotation mark may be missing."
UNSTORABLE = "This cannot be stored; it was left out."
NAMES = frozenset({"prefix", "name", "given", "family"})


@dataclass(frozen=True)
class RowError:
    """What is wrong with one row of the file, and in which of its columns."""

    row: int
    column: str
    detail: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, what it means, and the heading that it stands under."""

    field: str
    text: str
    heading: str


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    cells: list[Cell]
    spilled: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """What the values of a file need to be read: where its bare numbers are from, when its days are, and how it writes them.

    `is_ours`: this product wrote the file, which knows no placeholders.
    """

    country: str
    zone: ZoneInfo
    months_first: bool = False
    is_ours: bool = False

    def is_nothing(self, text: str) -> bool:
        return not self.is_ours and cell_values.is_nothing(text)

    def line(self, text: str) -> str:
        """The text as one line with single blanks."""
        return text.strip() if self.is_ours else " ".join(text.split())


@dataclass(slots=True)
class Parsed:
    """A row that names somebody. `named_by` is how: a name, or what stands for one; `warnings` is what was left out."""

    number: int
    draft: ContactDraft
    named_by: str = "name"
    last_contacted: datetime | None = None
    connected_on: date | None = None
    warnings: list[RowError] = field(default_factory=list)


def row(number: int, texts: Sequence[str], headings: Sequence[str], fields: Sequence[str | None]) -> Row:
    """The cells that mean something to us and are not empty, as a person sees them."""
    known = zip(fields, texts, headings, strict=False)
    read = [
        (field, text if field == "notes" else without_hidden(text), heading)
        for field, text, heading in known
        if field and text
    ]
    kept = [Cell(field, text, heading) for field, text, heading in read if text.strip() or field == "notes"]
    return Row(number, kept, spilled=any(texts[len(headings) :]))


def parse_row(row: Row, reader: Reader) -> Parsed:
    """The contact that a row describes, its phones in E.164. Raises BadRow for one that names nobody."""
    if row.spilled:
        raise BadRow([RowError(row.number, "", SPILLED)])
    said = row_facts.Said(reader)
    for cell in row.cells:
        if cell.field not in NAMES and (cell.field == "notes" or not reader.is_nothing(cell.text)):
            said.take(cell.field, cell.text, cell.heading)
    name, named_by = _name(row, reader, said)
    if not name:
        columns = [cell.heading for cell in row.cells if cell.field in NAMES]
        raise BadRow([RowError(row.number, columns[0] if columns else "name", NAMELESS)])
    facts = said.facts(name)
    warnings = [RowError(row.number, heading, detail) for heading, detail in said.warnings]
    draft = _valid(row, facts, warnings)
    return Parsed(row.number, draft, named_by, said.last_contacted, said.connected_on, warnings)


class BadRow(Exception):
    """Carries one error for each thing that is wrong with a row."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__()
        self.errors = list(dict.fromkeys(errors))


def escape(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unescape` undoes it."""
    return f"'{text}" if FORMULA.match(text) else text


def unescape(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def _name(row: Row, reader: Reader, said: row_facts.Said) -> tuple[str, str]:
    """Who it is: the name, else what a mail says in front of its address, a firm, an address, or a profile."""
    parts: dict[str, str] = {}
    for cell in row.cells:
        if cell.field in NAMES and (reader.is_ours or not cell_values.is_no_name(cell.text)):
            parts.setdefault(cell.field, reader.line(cell.text))
    given, family, whole = (parts.get(part, "") for part in ("given", "family", "name"))
    if given and whole and not family and given.casefold() not in whole.casefold():
        # in German lists `Name` beside `Vorname` is the family name
        family = whole
    if whole and family and family.casefold() in whole.casefold():
        given = family = ""
    if name := f"{given} {family}".strip() if family or not whole else whole:
        title = parts.get("prefix", "")
        return name if name.startswith(title) else f"{title} {name}", "name"
    if said.called:
        return said.called, "name"
    if firm := said.values.get("organisation"):
        return str(firm), "organisation"
    if said.emails:
        return said.emails[0], "email"
    local = str(said.values.get("linkedin_url", "")).rstrip("/").rpartition("/")[2]
    return signature_rules.spelled(local), "linkedin_url"


def _valid(row: Row, facts: dict[str, Any], warnings: list[RowError]) -> ContactDraft:
    """The draft; a value that no rule of ours allows is left out. Raises BadRow where that is the name."""
    for _ in FIELDS:
        try:
            return ContactDraft.model_validate(facts)
        except ValidationError as wrong:
            for error in wrong.errors(include_url=False, include_context=False, include_input=False):
                name = str(error["loc"][0]) if error["loc"] else "name"
                heading = next((cell.heading for cell in row.cells if cell.field == name), name)
                if name == "name":
                    raise BadRow([RowError(row.number, heading, UNSTORABLE)]) from None
                facts.pop(name, None)
                warnings.append(RowError(row.number, heading, UNSTORABLE))
    return ContactDraft(name=facts["name"])
