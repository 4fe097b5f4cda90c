"""A contact bank as a file: a spreadsheet that opens without harm, cards for a phone, or rows for Pipedrive's own import.

Whatever the format, the file holds what the list shows with the same filters,
in the same order: one's own contacts and nobody else's. The CSV comes back
through `imports.take` unchanged. Rows are read and written some at a time, so a
large bank takes time and no memory.
"""

import csv as comma_separated
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, cast
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app.models import Contact, User
from app.services.base import audit_log
from app.services.contacts import search as finding
from app.services.contacts import vcards
from app.services.contacts.search import Search
from app.services.exports import pipedrive_import_file
from app.services.imports.row_parser import escaped

Kind = Literal["csv", "xlsx", "vcf", "pipedrive"]
Cell = str | int | datetime | None

EVERYBODY = Search()
AT_ONCE = 500
# shorter than the longest cell that we take back
NOTES_AT_ONCE = 4_000
# starts with a plus and digits, which no spreadsheet runs
DIALLED = re.compile(r"\+[1-9]\d{6,14}")


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


def write(session: Session, who: User, wish: Wish, out: IO[bytes]) -> int:
    """Write the file into `out` and note it in the trail; says how many contacts it holds."""
    contacts = _Counted(_bank(session, who, wish))
    if wish.kind == "vcf":
        out.writelines(vcards.card(contact, wish.card_version) for contact in contacts)
    else:
        _table(session, who, wish, contacts, out)
    audit_log.record(session, who, "contacts.exported", rows=contacts.total, format=wish.kind)
    return contacts.total


def _table(session: Session, who: User, wish: Wish, contacts: Iterable[Contact], out: IO[bytes]) -> None:
    emails, phones, notes = _widths(session, who, wish)
    if wish.kind == "pipedrive":
        told = pipedrive_import_file.rows(session, who, contacts, emails, phones, waiting_only=wish.waiting_only)
        return _comma_separated(out, pipedrive_import_file.headings(emails, phones), told)
    headings, rows = _headings(emails, phones, notes), (_row(contact, emails, phones, notes) for contact in contacts)
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
    key, down = finding.ORDERS[wish.search.sort]
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
    mine = [col(Contact.user_id) == who.id, col(Contact.id).in_(finding.ids(session, who, wish.search))]
    if wish.ids is not None:
        mine.append(col(Contact.id) == any_(cast(list(wish.ids), ARRAY(Uuid))))
    return [*mine, pipedrive_import_file.is_waiting()] if wish.waiting_only else mine


def _widths(session: Session, who: User, wish: Wish) -> tuple[int, int, int]:
    """How many columns the e-mail addresses, phones and notes of these contacts need."""
    longest = select(
        func.max(func.cardinality(Contact.emails)),
        func.max(func.cardinality(Contact.phones)),
        func.max(func.length(Contact.notes)),
    ).where(*_wanted(session, who, wish))
    emails, phones, notes = session.exec(longest).one()
    return max(emails or 0, 1), max(phones or 0, 1), max(-(-(notes or 0) // NOTES_AT_ONCE), 1)


def _headings(emails: int, phones: int, notes: int) -> list[str]:
    more = [f"notes continued {number}" for number in range(2, notes + 1)]
    return [
        "name",
        *_numbered("email", emails),
        *_numbered("phone", phones),
        *("organisation", "job_title", "linkedin_url", "tags", "warmness_score", "cadence_days", "last_contacted"),
        *("notes", *more),
    ]


def _numbered(heading: str, count: int) -> list[str]:
    return [heading, *(f"{heading} {number}" for number in range(2, count + 1))]


def _row(contact: Contact, emails: int, phones: int, notes: int) -> list[Cell]:
    """What has several values stands in several columns; very long notes go on in the next one."""
    pieces = [contact.notes[start : start + NOTES_AT_ONCE] for start in range(0, notes * NOTES_AT_ONCE, NOTES_AT_ONCE)]
    return [
        contact.name,
        *_padded(contact.emails, emails),
        *_padded(contact.phones, phones),
        contact.organisation.name if contact.organisation else None,
        contact.job_title,
        contact.linkedin_url,
        ", ".join(map(_quoted, contact.tags)),
        contact.warmness_score,
        contact.cadence_days,
        contact.last_contacted,
        *pieces,
    ]


def _padded(values: Sequence[str], width: int) -> list[str]:
    return [*values, *[""] * (width - len(values))]


def _quoted(tag: str) -> str:
    """A tag that holds what separates tags, in quotation marks."""
    doubled = tag.replace('"', '""')
    return f'"{doubled}"' if set(tag) & set(',;"') else tag


def _comma_separated(out: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Rows in UTF-8, every text made harmless for a spreadsheet."""
    text = io.TextIOWrapper(out, "utf-8", newline="")
    lines = comma_separated.writer(text)
    lines.writerow(headings)
    lines.writerows([_plain(cell) for cell in row] for row in rows)
    text.detach()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if DIALLED.fullmatch(cell) else escaped(cell)
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)
