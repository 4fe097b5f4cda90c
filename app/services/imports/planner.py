"""What files will do to a bank: a plan with one entry for each row, made before anything is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import sleep
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.models import Contact, User
from app.services.base import firm_settings
from app.services.contacts.erasure import erased_people
from app.services.contacts.identity import Facts, Verdict
from app.services.imports import cell_values, filling, matcher, row_parser
from app.services.imports.filling import Image
from app.services.imports.matcher import Bank, Person
from app.services.imports.row_parser import Parsed, Reader, RowError
from app.services.imports.sheet_reader import Sheet

# so many rows between two moments in which others go first
ROWS_BETWEEN_YIELDS = 100
READ_AT_ONCE = 5_000

# how much is done, from 0 to 1; called from the thread that works
Tell = Callable[[float], None]
# the name of the file, empty where there is one only, and the number of the row
Place = tuple[str, int]


class IfKnown(StrEnum):
    """What becomes of a row about somebody who is in the bank already: filled in, left alone, or one more contact."""

    FILL = "fill"
    KEEP = "keep"
    BOTH = "both"


class Fate(StrEnum):
    """What becomes of one row."""

    ADDS = "adds"
    FILLS = "fills"
    NOTHING_NEW = "nothing new"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True)
class Wishes:
    """How a person wants rows treated whose people are known (`if_known`), may be known (`if_unsure`; None: ask), or one by
    one; `country` is where bare numbers are from, else the firm's own."""

    if_known: IfKnown = IfKnown.FILL
    if_unsure: IfKnown | None = None
    answers: Mapping[Place, IfKnown] = field(default_factory=dict)
    country: str = ""


@dataclass(slots=True)
class RowPlan:
    """One row: whom it is about and what becomes of it, else what is wrong with it; `row` to fill in about them.

    `people` are those it is surely or perhaps about, with the reason; `is_asked` when only a person can tell.
    """

    fate: Fate
    person: Person | None = None
    row: Parsed | None = None
    errors: list[RowError] = field(default_factory=list)
    file: str = ""
    people: list[tuple[Person, str]] = field(default_factory=list)
    is_asked: bool = False
    choice: IfKnown | None = None
    said: Parsed | None = None


@dataclass
class ImportPlan:
    """The rows of all files; `before` has, of each contact that gains something, what a file may fill in; `changes` are the
    firms and titles that files give to people who have others."""

    rows: list[RowPlan] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    before: dict[UUID, Image] = field(default_factory=dict)
    changes: dict[UUID, tuple[str | None, str | None]] = field(default_factory=dict)

    def count(self, fate: Fate) -> int:
        return sum(row.fate is fate for row in self.rows)

    def people(self, fate: Fate) -> list[Person]:
        """Each of those that rows of this fate are about, once, in the order of the rows."""
        return list({row.person.id: row.person for row in self.rows if row.fate is fate and row.person}.values())


def make_plan(
    session: Session, who: User, sheets: Sequence[Sheet], wishes: Wishes, tell: Tell, *, lock: bool
) -> ImportPlan:
    """Say of each row what it will do; `lock` holds the contacts that gain something until the transaction ends."""
    alone = wishes.if_known is IfKnown.BOTH
    bank = matcher.empty_bank(session, who) if alone else matcher.read_bank(session, who)
    country, zone = wishes.country or firm_settings.country(session), ZoneInfo(who.timezone)
    plan, read = ImportPlan(), list(_read(sheets, country, zone, tell))
    facts = [matcher.facts_of(row) if isinstance(row, Parsed) else None for _, row in read]
    bank.foresee(one for one in facts if one)
    for done, ((file, row), told) in enumerate(zip(read, facts, strict=True)):
        if done % ROWS_BETWEEN_YIELDS == 0:
            _yield(tell, 0.25 + done / len(read) / 4)
        if isinstance(row, Parsed) and told:
            planned = _plan_row(bank, row, told, file, wishes)
            plan.warnings += [replace(warning, file=file) for warning in row.warnings]
        else:
            planned = (
                RowPlan(Fate.REFUSED, errors=list(row), file=file) if isinstance(row, list) else RowPlan(Fate.REFUSED)
            )
        plan.rows.append(planned)
        plan.errors += [replace(error, file=file) for error in planned.errors]
    for sheet, name in _named(sheets):
        plan.errors += [replace(error, file=name) for error in sheet.trouble]
    plan.errors.sort(key=lambda error: (error.file, error.row))
    _fill_known(session, who, bank, plan, lock=lock)
    return plan


def _named(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, str]]:
    for sheet in sheets:
        yield sheet, sheet.filename if len(sheets) > 1 else ""


def _read(
    sheets: Sequence[Sheet], country: str, zone: ZoneInfo, tell: Tell
) -> Iterator[tuple[str, Parsed | list[RowError]]]:
    """Every row as a contact, or as what is wrong with it."""
    total, done = sum(len(sheet.body) for sheet in sheets) or 1, 0
    for sheet, name in _named(sheets):
        rows = sheet.rows
        days = (cell.text for row in rows for cell in row.cells if cell.field in {"last_contacted", "connected_on"})
        reader = Reader(country, zone, cell_values.month_first(days, country), sheet.is_ours)
        for row in rows:
            done += 1
            if done % ROWS_BETWEEN_YIELDS == 0:
                _yield(tell, done / total / 4)
            try:
                yield name, row_parser.parse_row(row, reader)
            except row_parser.BadRow as bad:
                yield name, bad.errors


def _yield(tell: Tell, part: float) -> None:
    tell(part)
    # the interpreter's lock is free for a moment: whoever taps a screen goes first
    sleep(0)


def _plan_row(bank: Bank, row: Parsed, facts: Facts, file: str, wishes: Wishes) -> RowPlan:
    """The fate of one row as far as the files tell; a row about somebody of the bank adds nothing yet."""
    draft = row.draft
    if bank.erased.stops(draft.name, draft.emails, draft.phones):
        return RowPlan(Fate.REFUSED, errors=[RowError(row.number, "", erased_people.ERASED)], file=file)
    if bank.erased.hints(draft.emails, draft.phones):
        row.warnings.append(RowError(row.number, "", erased_people.HINT))
    match = bank.find(facts)
    if match.verdict is Verdict.OTHER:
        return RowPlan(Fate.ADDS, bank.add(row, facts), file=file, said=row)
    asked = match.verdict is Verdict.ASK
    choice = wishes.answers.get((file, row.number)) or (wishes.if_unsure if asked else wishes.if_known)
    person = match.people[0][0]
    planned = RowPlan(Fate.NOTHING_NEW, person, file=file, people=match.people, is_asked=asked, choice=choice, said=row)
    if choice is IfKnown.BOTH and (asked or not person.is_new or (file, row.number) in wishes.answers):
        planned.fate, planned.person = Fate.ADDS, bank.add(row, facts)
    elif choice is None:
        planned.fate, planned.person = Fate.ASKED, None
    elif person.is_new:
        bank.learn(person, facts)
        filling.fill(bank, person, row)
    elif choice is not IfKnown.KEEP:
        bank.learn(person, facts)
        planned.row = row
    return planned


def _fill_known(session: Session, who: User, bank: Bank, plan: ImportPlan, *, lock: bool) -> None:
    """Lay the rows about people of the bank over their contacts."""
    known = [(row, row.person, row.row) for row in plan.rows if row.person and row.row]
    ids = list({person.id for _, person, _ in known})
    contacts = {contact.id: contact for contact in _read_contacts(session, who, ids, lock=lock)}
    before = {contact.id: filling.held(contact) for contact in contacts.values()}
    with session.no_autoflush:
        for row, person, parsed in known:
            person.facts = contacts[person.id]
            if change := filling.job_change(person, parsed):
                plan.changes[person.id] = change
            person.connected_on = person.connected_on or parsed.connected_on
            warmth = (parsed.draft.warmness_score, person.facts.warmness_score)
            if all(warmth) and warmth[0] != warmth[1]:
                plan.warnings.append(RowError(parsed.number, "", filling.COLDER.format(*warmth), row.file))
            if filling.fill(bank, person, parsed):
                row.fate = Fate.FILLS
                plan.before[person.id] = filling.as_json(before[person.id])


def _read_contacts(session: Session, who: User, ids: Sequence[UUID], *, lock: bool) -> Iterator[Contact]:
    """The contacts of these ids, locked or else apart from the session, so that nothing of them is written."""
    for start in range(0, len(ids), READ_AT_ONCE):
        query = select(Contact).where(Contact.user_id == who.id, col(Contact.id).in_(ids[start : start + READ_AT_ONCE]))
        for contact in session.exec(query.order_by(col(Contact.id)).with_for_update() if lock else query):
            if not lock:
                session.expunge(contact)
            yield contact
