"""A contact bank as a file: a spreadsheet that opens without harm, cards for a phone, or rows for Pipedrive's own import.

Whatever the format, the file holds what the list shows with the same filters,
in the same order: one's own contacts and nobody else's. The CSV comes back
through an import unchanged. Rows are read and written some at a time, so a
large bank takes time and no memory.
"""

import csv as comma_separated
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import IO, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, cast
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app.models import Contact, User
from app.models.contact_fields import FIELDS, ContactField, Input
from app.models.people import phone
from app.services.base import audit_log
from app.services.contacts import contact_search, vcards
from app.services.contacts.contact_search import Search
from app.services.exports import pipedrive_import_file
from app.services.imports.row_parser import escape

Kind = Literal["csv", "xlsx", "vcf", "pipedrive"]
Cell = str | int | datetime | None

EVERYBODY = Search()
SHORT = [field for field in FIELDS if field.input is not Input.PROSE]
LONG = [field for field in FIELDS if field.input is Input.PROSE]
AT_ONCE = 500
# shorter than the longest cell that we take back
NOTES_AT_ONCE = 4_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# starts with a plus and digits, which no spreadsheet runs
DIALLED = re.compile(r"\+[1-9]\d{6,14}")
DETAILED = re.compile(
    rf"{DIALLED.pattern}(?: [a-z]+)?(?: ext\. \d+)?(?:; {DIALLED.pattern}(?: [a-z]+)?(?: ext\. \d+)?)*"
)


@dataclass(frozen=True)
class Wish:
    """What somebody wants: the format, whom of their bank, and where formats differ, how.

    With `ids` these contacts alone, in the order of the search.
    """

    kind: Kind = "csv"
    search: Search = EVERYBODY
    card_version: vcards.Version = "3.0"
    waiting_only: bool = False
    ids: tuple[UUID, ...] | None = None


def write_export(session: Session, who: User, wish: Wish, out: IO[bytes]) -> int:
    """Write the file into `out` and record it in the audit log; returns how many contacts it holds."""
    contacts = _Counted(_bank(session, who, wish))
    if wish.kind == "vcf":
        out.writelines(vcards.write_card(contact, wish.card_version) for contact in contacts)
    else:
        _table(session, who, wish, contacts, out)
    audit_log.record(session, who, "contacts.exported", rows=contacts.total, format=wish.kind)
    return contacts.total


def _table(session: Session, who: User, wish: Wish, contacts: Iterable[Contact], out: IO[bytes]) -> None:
    widths = _widths(session, who, wish)
    if wish.kind == "pipedrive":
        rows_of_meetings = pipedrive_import_file.rows(session, who, contacts, widths, waiting_only=wish.waiting_only)
        return _comma_separated(out, pipedrive_import_file.headings(widths), rows_of_meetings)
    headings, rows = _headings(widths), (_row(contact, widths) for contact in contacts)
    if wish.kind == "xlsx":
        from app.services.exports import xlsx_writer  # few exports are one, and every start would wait for its library

        return xlsx_writer.write(out, headings, rows, ZoneInfo(who.timezone))
    return _comma_separated(out, headings, rows)


class _Counted:
    """Counts what goes by."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self.contacts, self.total = contacts, 0

    def __iter__(self) -> Iterator[Contact]:
        for contact in self.contacts:
            self.total += 1
            yield contact


def _bank(session: Session, who: User, wish: Wish) -> Iterator[Contact]:
    """The contacts in the order of the list, read some at a time and let go again."""
    key, down = contact_search.ORDERS[wish.search.sort]
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(*_wanted(session, who, wish))
        .order_by(key.desc().nulls_last() if down else key.asc().nulls_first(), col(Contact.id))
        .execution_options(yield_per=AT_ONCE)
    )
    for some in session.exec(query).partitions():
        yield from some


def _wanted(session: Session, who: User, wish: Wish) -> list[ColumnElement[bool]]:
    mine = [col(Contact.user_id) == who.id, col(Contact.id).in_(contact_search.ids(session, who, wish.search))]
    if wish.ids is not None:
        mine.append(col(Contact.id) == any_(cast(list(wish.ids), ARRAY(Uuid))))
    return [*mine, pipedrive_import_file.is_waiting()] if wish.waiting_only else mine


def _widths(session: Session, who: User, wish: Wish) -> dict[str, int]:
    """How many columns each field that holds several values, or very long texts, needs for these contacts."""
    wide = [field for field in FIELDS if field.adds_up and field.input is not Input.TAGS]
    longest = [(func.cardinality if field.many else func.length)(getattr(Contact, field.name)) for field in wide]
    most = session.exec(select(*map(func.max, longest)).where(*_wanted(session, who, wish))).one()
    return {
        field.name: max(-(-(number or 0) // (1 if field.many else NOTES_AT_ONCE)), 1)
        for field, number in zip(wide, most, strict=True)
    }


def _headings(widths: Mapping[str, int]) -> list[str]:
    """Of addresses `email`, `email 2`; the last contact, and then long texts, stand last."""
    numbers = {field.name: range(2, widths.get(field.name, 1) + 1) for field in FIELDS}
    short = [[field.outside, *(f"{field.outside} {at}" for at in numbers[field.name])] for field in SHORT]
    long = [[field.outside, *(f"{field.outside} continued {at}" for at in numbers[field.name])] for field in LONG]
    return [*chain(*short), "phone_details", "last_contacted", *chain(*long)]


def _row(contact: Contact, widths: Mapping[str, int]) -> list[Cell]:
    """What has several values stands in several columns; very long notes go on in the next one."""
    short = [_cells(field, contact, widths.get(field.name, 1)) for field in SHORT]
    long = [_cells(field, contact, widths[field.name]) for field in LONG]
    said = [words for words in phone.typed(contact.phones, contact.phone_details) if not DIALLED.fullmatch(words)]
    return [*chain(*short), "; ".join(said), contact.last_contacted, *chain(*long)]


def _cells(field: ContactField, contact: Contact, width: int) -> list[Cell]:
    value = field.value(contact)
    if field.input is Input.TAGS:
        return [", ".join(map(_quoted, value))]
    if field.many:
        return [*value, *[""] * (width - len(value))]
    if field.input is Input.PROSE:
        return [value[start : start + NOTES_AT_ONCE] for start in range(0, width * NOTES_AT_ONCE, NOTES_AT_ONCE)]
    return [value]


def _quoted(tag: str) -> str:
    """A tag that holds what separates tags, in quotation marks."""
    doubled = tag.replace('"', '""')
    return f'"{doubled}"' if set(tag) & set(',;"') else tag


def _comma_separated(out: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Rows in UTF-8, every text made harmless for a spreadsheet."""
    # without the mark Excel takes UTF-8 for the old encoding of Windows
    out.write(BYTE_ORDER_MARK)
    text = io.TextIOWrapper(out, "utf-8", newline="")
    lines = comma_separated.writer(text)
    lines.writerow(headings)
    lines.writerows([_plain(cell) for cell in row] for row in rows)
    text.detach()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if DETAILED.fullmatch(cell) else escape(cell)
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)
