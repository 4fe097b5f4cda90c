"""A contact bank as a file that a spreadsheet opens without harm, and that `imports.take` reads back unchanged."""

import csv as comma_separated
import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app.models import Contact, User
from app.services import audit
from app.services.cells import escaped

# shorter than the longest cell that we take back
NOTES_AT_ONCE = 4_000
AT_ONCE = 1_000


def csv(session: Session, who: User) -> bytes:
    """This person's own bank as CSV in UTF-8, by name; it is noted in the trail.

    What has several values stands in several columns: email, email 2, ...; very long notes go on in the next column.
    """
    width = _widths(session, who)
    pieces = [_lines([_headings(*width)])]
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
        .order_by(col(Contact.sort_name), col(Contact.id))
        .execution_options(yield_per=AT_ONCE)
    )
    total = 0
    for some in session.exec(query).partitions():
        total += len(some)
        pieces.append(_lines([_row(contact, *width) for contact in some]))
    audit.record(session, who, "contacts.exported", rows=total)
    return "".join(pieces).encode()


def _widths(session: Session, who: User) -> tuple[int, int, int]:
    """How many columns the e-mail addresses, phones and notes of this bank need."""
    longest = select(
        func.max(func.cardinality(Contact.emails)),
        func.max(func.cardinality(Contact.phones)),
        func.max(func.length(Contact.notes)),
    ).where(Contact.user_id == who.id, col(Contact.deleted_at).is_(None))
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


def _row(contact: Contact, emails: int, phones: int, notes: int) -> list[str]:
    told = contact.last_contacted
    pieces = [contact.notes[start : start + NOTES_AT_ONCE] for start in range(0, notes * NOTES_AT_ONCE, NOTES_AT_ONCE)]
    typed = [
        contact.organisation.name if contact.organisation else "",
        contact.job_title or "",
        contact.linkedin_url or "",
        ", ".join(map(_quoted, contact.tags)),
        str(contact.warmness_score),
        str(contact.cadence_days or ""),
        told.isoformat() if told else "",
    ]
    # a phone number starts with + and digits, which no spreadsheet runs
    return [
        escaped(contact.name),
        *map(escaped, _padded(contact.emails, emails)),
        *_padded(contact.phones, phones),
        *map(escaped, [*typed, *pieces]),
    ]


def _padded(values: Sequence[str], width: int) -> list[str]:
    return [*values, *[""] * (width - len(values))]


def _quoted(tag: str) -> str:
    """A tag that holds what separates tags, in quotation marks."""
    doubled = tag.replace('"', '""')
    return f'"{doubled}"' if set(tag) & set(',;"') else tag


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    comma_separated.writer(text).writerows(rows)
    return text.getvalue()
