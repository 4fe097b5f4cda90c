"""Taking a file of contacts into a bank: good rows in, bad rows named, the same file twice adds nobody.

Imported contacts are not handed to Pipedrive, however warm they are: a file is not a conversation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, text
from sqlmodel import Session, col, select, update

from app.errors import NotFound
from app.models import Activity, CampaignContact, Contact, ContactDraft, Import, PipedriveSync, User, now
from app.services import audit, bulk, cells, sheets, twins, workspace
from app.services.cells import RowError
from app.services.sheets import Sheet
from app.services.twins import Bank, Known
from app.signals import Topic, announce

parse = sheets.parse


@dataclass(frozen=True)
class ImportReport:
    """What became of each row. `batch_id` undoes the import; a dry run has none."""

    batch_id: UUID | None
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    errors: list[RowError] = field(default_factory=list)


@dataclass
class Plan:
    """What a file will do to a bank."""

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
    sheet = sheets.parse(data, mapping)
    _take_turns(session, who)
    bank = twins.bank_of(session, who)
    plan = _planned(sheet, bank, who, str(workspace.choice(session, "country")))
    touched, updated = _filled(session, who, bank, plan, lock=not dry_run)
    report = ImportReport(None, len(plan.new), updated, plan.duplicates + len(plan.known) - updated, plan.errors)
    return report if dry_run else _written(session, who, plan, touched, report, filename)


def undo(session: Session, who: User, batch_id: UUID) -> int:
    """Put the contacts that an import made into the trash, but for those touched since; says how many.

    Raises NotFound for an import that is not this person's.
    """
    mine = select(Import).where(Import.id == batch_id, Import.user_id == who.id).with_for_update()
    batch = session.exec(mine).one_or_none()
    if batch is None:
        raise NotFound("This import is not one of yours.")
    links = (Activity, CampaignContact, PipedriveSync)
    untouched = [
        col(Contact.import_id) == batch_id,
        col(Contact.user_id) == who.id,
        col(Contact.deleted_at).is_(None),
        col(Contact.version) == 1,
        *(~exists().where(col(link.contact_id) == col(Contact.id)) for link in links),
    ]
    gone = {"deleted_at": now(), "updated_at": now(), "version": 2}
    trashed = session.exec(update(Contact).where(*untouched).values(gone).returning(col(Contact.id))).all()
    batch.undone_at = batch.undone_at or now()
    session.add(batch)
    audit.record(session, who, "import.undone", batch_id, trashed=len(trashed))
    announce(session, Topic.CONTACT, batch_id, who.id)
    return len(trashed)


def _take_turns(session: Session, who: User) -> None:
    """The same file from two tabs in the same moment: the second sees what the first has added."""
    session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"import {who.id}", 0))))
    # reading 20,000 rows takes longer than a forgotten transaction may stay open
    session.exec(text("set local idle_in_transaction_session_timeout = '120s'"))  # type: ignore[call-overload]


def _planned(sheet: Sheet, bank: Bank, who: User, country: str) -> Plan:
    plan = Plan()
    zone = ZoneInfo(who.timezone)
    for row in sheet.rows:
        try:
            draft, last_contacted = cells.drafted(row, country, zone)
        except cells.BadRow as bad:
            plan.errors.extend(bad.errors)
            continue
        known = bank.find(draft)
        if known is None:
            plan.new.append(twins.arrive(bank, draft, last_contacted))
        elif known.facts is None:
            plan.known.append((known, draft))
            bank.note(known, (*draft.emails, *draft.phones), draft.organisation)
        else:
            twins.fill(bank, known, draft)
            plan.duplicates += 1
    return plan


def _filled(session: Session, who: User, bank: Bank, plan: Plan, *, lock: bool) -> tuple[list[Known], int]:
    """Lay the rows about people who are already there over their contacts: whom that changed, and how many rows."""
    contacts = bulk.stored(session, who, list({known.id for known, _ in plan.known}), lock=lock)
    changed: dict[UUID, Known] = {}
    rows = 0
    with session.no_autoflush:
        for known, draft in plan.known:
            known.facts = contacts[known.id]
            if twins.fill(bank, known, draft):
                changed[known.id] = known
                rows += 1
    return list(changed.values()), rows


def _written(  # noqa: PLR0917 - the parts of one import
    session: Session, who: User, plan: Plan, touched: list[Known], report: ImportReport, filename: str
) -> ImportReport:
    counts = {"new": report.new, "updated": report.updated, "duplicates": report.duplicates}
    batch = Import.model_validate(counts | {"user_id": who.id, "filename": _bare(filename)})
    session.add(batch)
    session.flush()
    firms = bulk.settle(session, who, [one.organisation for one in (*plan.new, *touched) if one.organisation])
    bulk.place(touched, firms)
    bulk.add(session, batch, plan.new, firms)
    audit.record(session, who, "contacts.imported", batch.id, **counts)
    announce(session, Topic.CONTACT, batch.id, who.id)
    return replace(report, batch_id=batch.id)


def _bare(filename: str) -> str:
    """The name alone, to be shown and never to be opened."""
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(character for character in name if character.isprintable())[:200]
