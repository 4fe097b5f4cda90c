"""What files will do to a bank: a plan with one entry for each row, made before anything is written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import sleep
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from app.models import Contact, ContactDraft, User
from app.models.contact_fields import FILLED
from app.services.base import firm_settings
from app.services.contacts.erasure import erased_people
from app.services.imports import matcher, row_parser
from app.services.imports.matcher import Bank, Person
from app.services.imports.row_parser import Row, RowError
from app.services.imports.sheet_reader import Sheet

# so many rows between two moments in which others go first
ROWS_BETWEEN_YIELDS = 100
READ_AT_ONCE = 5_000

# how much is done, from 0 to 1; called from the thread that works
Tell = Callable[[float], None]
Image = dict[str, Any]


class IfKnown(StrEnum):
    """What becomes of a row about somebody who is in the bank already."""

    FILL = "fill"
    KEEP = "keep"
    BOTH = "both"


class Fate(StrEnum):
    """What becomes of one row."""

    ADDS = "adds"
    FILLS = "fills"
    NOTHING_NEW = "nothing new"
    REFUSED = "refused"


@dataclass(slots=True)
class RowPlan:
    """One row: whom it is about and what becomes of it, else what is wrong with it; `draft` to fill in about them."""

    fate: Fate
    person: Person | None = None
    draft: ContactDraft | None = None
    errors: list[RowError] = field(default_factory=list)


@dataclass
class ImportPlan:
    """The rows of all files; `before` has, of each contact that gains something, what a file may fill in."""

    rows: list[RowPlan] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    before: dict[UUID, Image] = field(default_factory=dict)

    def count(self, fate: Fate) -> int:
        return sum(row.fate is fate for row in self.rows)

    def people(self, fate: Fate) -> list[Person]:
        """Each of those that rows of this fate are about, once, in the order of the rows."""
        return list({row.person.id: row.person for row in self.rows if row.fate is fate and row.person}.values())


def make_plan(
    session: Session, who: User, sheets: Sequence[Sheet], if_known: IfKnown, tell: Tell, *, lock: bool
) -> ImportPlan:
    """Say of each row what it will do; `lock` holds the contacts that gain something until the transaction ends."""
    bank = matcher.empty_bank(session, who) if if_known is IfKnown.BOTH else matcher.read_bank(session, who)
    plan, country, zone = ImportPlan(), firm_settings.country(session), ZoneInfo(who.timezone)
    total, done = sum(len(sheet.body) for sheet in sheets) or 1, 0
    for sheet in sheets:
        errors = list(sheet.trouble)
        for row in sheet.rows:
            done += 1
            if done % ROWS_BETWEEN_YIELDS == 0:
                tell(done / total / 2)
                # the interpreter's lock is free for a moment: whoever taps a screen goes first
                sleep(0)
            planned = _plan_row(bank, row, country, zone)
            plan.rows.append(planned)
            errors.extend(planned.errors)
        name = sheet.filename if len(sheets) > 1 else ""
        plan.errors.extend(replace(error, file=name) for error in sorted(errors, key=lambda error: error.row))
    if if_known is IfKnown.FILL:
        _fill_known(session, who, bank, plan, lock=lock)
    return plan


def image(contact: Contact) -> Image:
    """What a file may fill in, as JSON, by its columns."""
    return {field.column: to_jsonable_python(getattr(contact, field.column)) for field in FILLED}


def _plan_row(bank: Bank, row: Row, country: str, zone: ZoneInfo) -> RowPlan:
    """The fate of one row as far as the files tell; a row about somebody of the bank adds nothing yet."""
    try:
        draft, last_contacted = row_parser.parse_row(row, country, zone)
    except row_parser.BadRow as bad:
        return RowPlan(Fate.REFUSED, errors=bad.errors)
    if bank.is_erased(draft):
        return RowPlan(Fate.REFUSED, errors=[RowError(row.number, "", erased_people.ERASED)])
    person = bank.find(draft)
    if person is None:
        return RowPlan(Fate.ADDS, bank.add(draft, last_contacted))
    if person.is_new:
        bank.fill(person, draft)
        return RowPlan(Fate.NOTHING_NEW, person)
    bank.index(person, (*draft.emails, *draft.phones), draft.organisation)
    return RowPlan(Fate.NOTHING_NEW, person, draft)


def _fill_known(session: Session, who: User, bank: Bank, plan: ImportPlan, *, lock: bool) -> None:
    """Lay the rows about people of the bank over their contacts."""
    known = [(row, row.person, row.draft) for row in plan.rows if row.person and row.draft]
    ids = list({person.id for _, person, _ in known})
    contacts = {contact.id: contact for contact in _read_contacts(session, who, ids, lock=lock)}
    before = {contact.id: image(contact) for contact in contacts.values()}
    with session.no_autoflush:
        for row, person, draft in known:
            person.facts = contacts[person.id]
            if bank.fill(person, draft):
                row.fate = Fate.FILLS
                plan.before[person.id] = before[person.id]


def _read_contacts(session: Session, who: User, ids: Sequence[UUID], *, lock: bool) -> Iterator[Contact]:
    """The contacts of these ids, locked or else apart from the session, so that nothing of them is written."""
    for start in range(0, len(ids), READ_AT_ONCE):
        query = select(Contact).where(Contact.user_id == who.id, col(Contact.id).in_(ids[start : start + READ_AT_ONCE]))
        for contact in session.exec(query.order_by(col(Contact.id)).with_for_update() if lock else query):
            if not lock:
                session.expunge(contact)
            yield contact
