"""One row of a file as the facts of a contact, or the sentences that say what is wrong with it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from app.errors import Invalid
from app.hidden_characters import without_hidden
from app.models import ContactDraft, now
from app.models.contact import by_https
from app.models.contact_fields import FIELDS
from app.services.base import phone_numbers
from app.services.imports import column_mapping

FORMULA = re.compile(r"'*[=+\-@\t\r]")
SEPARATORS = {field.name: field.separator for field in FIELDS if field.separator}
TAG = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?:[;,\n]|$)|([^;,\n]+)')

SENTENCES = {field.name: field.cell_error for field in FIELDS} | {
    "last_contacted": "This is not a date in the past, for example 2026-01-31."
}


@dataclass(frozen=True)
class RowError:
    """What is wrong with one row of the file, and in which of its columns."""

    row: int
    column: str
    detail: str
    file: str = ""


@dataclass(frozen=True)
class Cell:
    """What a cell says, what it means, and the heading that it stands under."""

    field: str
    text: str
    heading: str


@dataclass(frozen=True)
class Row:
    number: int
    cells: list[Cell]
    spilled: bool = False


def row(number: int, texts: Sequence[str], headings: Sequence[str], fields: Sequence[str | None]) -> Row:
    """The cells that mean something to us and are not empty, as a person sees them."""
    known = zip(fields, texts, headings, strict=False)
    read = [(field, text if field == "notes" else without_hidden(text), heading) for field, text, heading in known]
    said = [(field, text, heading) for field, text, heading in read if text.strip() or (field == "notes" and text)]
    kept = [Cell(field, text, heading) for field, text, heading in said if field]
    return Row(number, kept, spilled=any(texts[len(headings) :]))


def parse_row(row: Row, country: str, zone: ZoneInfo) -> tuple[ContactDraft, datetime | None]:
    """The contact that a row describes, its phones in E.164, and when they were last spoken to.

    Raises BadRow.
    """
    if row.spilled:
        raise BadRow(
            [RowError(row.number, "", "The row has more cells than the header; a quotation mark may be missing.")]
        )
    facts = _facts(row)
    trouble: list[RowError] = []
    last = _last_contacted(row, facts.pop("last_contacted", None), zone, trouble)
    try:
        draft = ContactDraft.model_validate(facts)
    except ValidationError as wrong:
        raise BadRow([*_explained(row, wrong), *trouble]) from None
    draft.phones = list(_dialable(row, draft.phones, country, trouble))
    if trouble:
        raise BadRow(trouble)
    return draft, last


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


def _facts(row: Row) -> dict[str, Any]:
    """Facts as the draft wants them; of several columns for one fact the first that is filled counts."""
    facts: dict[str, Any] = {}
    for cell in row.cells:
        if cell.field in SEPARATORS:
            facts.setdefault(cell.field, []).extend(_several(cell))
        elif cell.field == "notes" and cell.field in facts:
            facts["notes"] += cell.text if column_mapping.continues(cell.heading) else f"\n{cell.text}"
        else:
            facts.setdefault(cell.field, cell.text)
    given, family = facts.pop("given", ""), facts.pop("family", "")
    facts.setdefault("name", f"{given} {family}")
    if "linkedin_url" in facts:
        facts["linkedin_url"] = by_https(facts["linkedin_url"])
    if "warmness_score" in facts:
        facts["warmness_score"] = facts["warmness_score"].strip().removesuffix("/10").strip()
    return facts


def _several(cell: Cell) -> list[str]:
    """More than one in a cell; a tag that holds a comma stands in quotation marks."""
    if cell.field == "tags":
        return [found[1].replace('""', '"') if found[1] is not None else found[2] for found in TAG.finditer(cell.text)]
    return [part.strip() for part in SEPARATORS[cell.field].split(cell.text) if part.strip()]


def _dialable(row: Row, numbers: list[str], country: str, trouble: list[RowError]) -> Iterator[str]:
    seen = set()
    for number in numbers:
        try:
            dialled = phone_numbers.e164(number, country)
        except Invalid:
            trouble.append(RowError(row.number, _heading(row, "phones", number), SENTENCES["phones"]))
            continue
        if dialled not in seen:
            seen.add(dialled)
            yield dialled


def _last_contacted(row: Row, text: str | None, zone: ZoneInfo, trouble: list[RowError]) -> datetime | None:
    if not text or not text.strip():
        return None
    try:
        when = _moment(text.strip(), zone)
    except ValueError:
        when = None
    if when is None or when.year < 1970 or when > now() + timedelta(minutes=5):
        trouble.append(RowError(row.number, _heading(row, "last_contacted"), SENTENCES["last_contacted"]))
        return None
    return min(when, now())


def _moment(text: str, zone: ZoneInfo) -> datetime:
    german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if german:
        day, month, year = map(int, german.groups())
        return datetime(year, month, day, tzinfo=zone)
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _explained(row: Row, wrong: ValidationError) -> Iterator[RowError]:
    for error in wrong.errors(include_url=False, include_context=False):
        field = str(error["loc"][0]) if error["loc"] else "name"
        yield RowError(row.number, _heading(row, field, error["input"]), SENTENCES.get(field, "This cannot be stored."))


def _heading(row: Row, field: str, value: object = None) -> str:
    """The heading over the cell that a value came from."""
    meaning = {"name", "given", "family"} if field == "name" else {field}
    over = [cell for cell in row.cells if cell.field in meaning]
    inside = [cell for cell in over if isinstance(value, str) and value in cell.text]
    return (inside or over or [Cell(field, "", field)])[0].heading
