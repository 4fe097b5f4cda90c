"""Taking files of contacts into a bank: good rows in, bad rows named, the same file twice adds nobody.

Imported contacts are not handed to Pipedrive, however warm they are: a file is not a conversation.
All of it is one transaction, in a thread, which lets others go first after every few rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from time import sleep
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, func, select

from app.errors import Invalid
from app.models import ContactDraft, Import, User
from app.services.base import audit_log, firm_settings
from app.services.contacts import erased_people
from app.services.imports import bulk_insert, csv_reader, matcher, row_parser, writer
from app.services.imports import files as import_files
from app.services.imports.files import File
from app.services.imports.matcher import Bank, Known
from app.services.imports.row_parser import Row, RowError
from app.services.imports.sheet_reader import Sheet
from app.services.imports.writer import Before, Tell
from app.signals import Topic, announce

# so many rows between two moments in which others go first
BREATH = 100


class Twins(StrEnum):
    """What becomes of a row about somebody who is in the bank already."""

    FILL = "fill"
    KEEP = "keep"
    BOTH = "both"


@dataclass(frozen=True)
class ImportReport:
    """What became of each row. `batch_id` undoes the import; a dry run has none."""

    batch_id: UUID | None
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many rows have something wrong."""
        return len({(error.file, error.row) for error in self.errors})


@dataclass
class Plan:
    """What files will do to a bank."""

    new: list[Known] = field(default_factory=list)
    known: list[tuple[Known, ContactDraft]] = field(default_factory=list)
    duplicates: int = 0
    errors: list[RowError] = field(default_factory=list)


def take(
    session: Session,
    who: User,
    data: bytes,
    filename: str,
    *,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Take the contacts of a file into this person's bank; `dry_run` says what would happen and writes nothing.

    A row about somebody who is already there fills in what was missing (updated), or adds nothing (duplicate).
    Raises Invalid or TooLarge for a file that cannot be read.
    """
    return take_all(session, who, [(filename, data)], mapping=mapping, dry_run=dry_run)


def take_all(
    session: Session,
    who: User,
    files: Sequence[File],
    *,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    twins_are: Twins = Twins.FILL,
) -> ImportReport:
    """The same for several files in one go: all of them, or none when one cannot be read."""
    _take_turns(session, who)
    found = import_files.parsed(files, mapping, strict=True)
    return bring(session, who, found, dry_run=dry_run, twins_are=twins_are)


def bring(
    session: Session,
    who: User,
    found: Sequence[Sheet],
    *,
    dry_run: bool = False,
    twins_are: Twins = Twins.FILL,
    tell: Tell = lambda _: None,
) -> ImportReport:
    """Take sheets that have been read into this person's bank, and tell how far it is. Raises Invalid beyond a bound."""
    _bounded(found)
    _take_turns(session, who)
    bank = matcher.bank_of(session, who)
    if twins_are is Twins.BOTH:
        bank = matcher.Bank()
        bank.remember(erased_people.reader(session, who))
    plan = _planned(found, bank, who, str(firm_settings.choice(session, "country")), tell)
    if twins_are is Twins.KEEP:
        plan.duplicates, plan.known = plan.duplicates + len(plan.known), []
    touched, before, updated = _filled(session, who, bank, plan, lock=not dry_run)
    duplicates = plan.duplicates + len(plan.known) - updated
    report = ImportReport(None, len(plan.new), updated, duplicates, plan.errors)
    if dry_run:
        return report
    counts = {"new": report.new, "updated": updated, "duplicates": duplicates, "failed": report.failed}
    batch = Import.model_validate(counts | {"user_id": who.id, "filename": import_files.label(found)})
    writer.write(session, who, batch, plan.new, touched, before, lambda part: tell(0.5 + part / 2))
    audit_log.record(session, who, "contacts.imported", batch.id, **counts)
    announce(session, Topic.CONTACT, batch.id, who.id)
    return replace(report, batch_id=batch.id)


def _take_turns(session: Session, who: User) -> None:
    """The same file from two tabs in the same moment: the second sees what the first has added."""
    session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"import {who.id}", 0))))
    # reading 20,000 rows takes longer than a forgotten transaction may stay open
    session.exec(text("set local idle_in_transaction_session_timeout = '600s'"))  # type: ignore[call-overload]


def _bounded(found: Sequence[Sheet]) -> None:
    if sum(len(sheet.body) for sheet in found) > csv_reader.MOST_ROWS:
        raise Invalid(
            f"Together the files hold more than {csv_reader.MOST_ROWS:,} rows; bring them one after the other."
        )


def _planned(found: Sequence[Sheet], bank: Bank, who: User, country: str, tell: Tell) -> Plan:
    plan, zone = Plan(), ZoneInfo(who.timezone)
    rows, done = sum(len(sheet.body) for sheet in found) or 1, 0
    for sheet in found:
        name = sheet.filename if len(found) > 1 else ""
        errors = list(sheet.trouble)
        for row in sheet.rows:
            done += 1
            if done % BREATH == 0:
                tell(done / rows / 2)
                # the interpreter's lock is free for a moment: whoever taps a screen goes first
                sleep(0)
            errors.extend(_placed(plan, bank, row, country, zone))
        plan.errors.extend(replace(error, file=name) for error in sorted(errors, key=lambda error: error.row))
    return plan


def _placed(plan: Plan, bank: Bank, row: Row, country: str, zone: ZoneInfo) -> list[RowError]:
    """Where one row belongs in the plan, or what is wrong with it."""
    try:
        draft, last_contacted = row_parser.drafted(row, country, zone)
    except row_parser.BadRow as bad:
        return bad.errors
    if bank.is_erased(draft):
        return [RowError(row.number, "", erased_people.ERASED)]
    known = bank.find(draft)
    if known is None:
        plan.new.append(matcher.arrive(bank, draft, last_contacted))
    elif known.facts is None:
        plan.known.append((known, draft))
        bank.note(known, (*draft.emails, *draft.phones), draft.organisation)
    else:
        matcher.fill(bank, known, draft)
        plan.duplicates += 1
    return []


def _filled(session: Session, who: User, bank: Bank, plan: Plan, *, lock: bool) -> tuple[list[Known], Before, int]:
    """Lay the rows about people who are already there over their contacts: whom that changed, how they were before,
    and how many rows did it."""
    contacts = bulk_insert.stored(session, who, list({known.id for known, _ in plan.known}), lock=lock)
    changed: dict[UUID, Known] = {}
    before = {contact.id: writer.image(contact) for contact in contacts.values()}
    rows = 0
    with session.no_autoflush:
        for known, draft in plan.known:
            known.facts = contacts[known.id]
            if matcher.fill(bank, known, draft):
                changed[known.id] = known
                rows += 1
    return list(changed.values()), before, rows
