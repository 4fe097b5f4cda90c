"""Taking files of contacts into a bank, which have been read before: plan what each row does, write it.

Good rows come in, bad rows are named, the same file twice adds nobody. Imported
contacts are not handed to Pipedrive, however warm they are: a file is not a
conversation. All of it is one transaction, in a thread, which lets others go
first after every few rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, func, select

from app.errors import Invalid
from app.models import Import, User
from app.services.base import audit_log
from app.services.imports import csv_reader, pairs, planner, writer
from app.services.imports.import_files import label
from app.services.imports.pairs import Pair
from app.services.imports.planner import Fate, IfKnown, Place, Tell, Wishes
from app.services.imports.row_parser import RowError
from app.services.imports.sheet_reader import Sheet
from app.signals import Topic, announce


@dataclass(frozen=True)
class ImportReport:
    """What became of each row. `batch_id` undoes the import; a dry run has none.

    `errors` names the rows that were not taken, `warnings` what was left out of others, `ignored_columns` the headings of
    columns that mean nothing to us. `questions` are rows whose person may be one of the bank: nothing of them is written
    until somebody answers. `pairs` are all rows about somebody who is known or may be, with both sides. `changed_jobs` counts people of
    whom the file knows another firm or title.
    """

    batch_id: UUID | None
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    questions: list[Pair] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    changed_jobs: int = 0

    @property
    def failed(self) -> int:
        """How many rows have something wrong."""
        return len({(error.file, error.row) for error in self.errors})


def import_sheets(
    session: Session,
    who: User,
    sheets: Sequence[Sheet],
    *,
    dry_run: bool = False,
    if_known: IfKnown = IfKnown.FILL,
    if_unsure: IfKnown | None = None,
    answers: Mapping[Place, IfKnown] | None = None,
    country: str = "",
    tell: Tell = lambda _: None,
) -> ImportReport:
    """Take the contacts of sheets into this person's bank, and tell how far it is. Raises Invalid beyond a bound.

    `import_files.read_files` makes sheets of bytes. A row about somebody who is already there fills in what was missing
    (updated), or adds nothing (duplicate). `dry_run` says what would happen and writes nothing.
    """
    _check_rows(sheets)
    _wait_for_turn(session, who)
    unsure = IfKnown.BOTH if if_known is IfKnown.BOTH else if_unsure
    wishes = Wishes(if_known, unsure, answers or {}, country)
    plan = planner.make_plan(session, who, sheets, wishes, tell, lock=not dry_run)
    both_sides = pairs.find(session, who, plan)
    report = ImportReport(
        None,
        plan.count(Fate.ADDS),
        plan.count(Fate.FILLS),
        plan.count(Fate.NOTHING_NEW) + plan.count(Fate.ASKED),
        plan.errors,
        plan.warnings,
        list(dict.fromkeys(heading for sheet in sheets for heading in sheet.ignored)),
        [pair for pair in both_sides if pair.is_open],
        both_sides,
        len(plan.changes),
    )
    if dry_run:
        return report
    counts = {
        "new": report.new, "updated": report.updated, "duplicates": report.duplicates, "failed": report.failed,
    }  # fmt: skip
    batch = Import.model_validate(counts | {"user_id": who.id, "filename": label(sheets)})
    writer.write_plan(session, who, batch, plan, lambda part: tell(0.5 + part / 2))
    audit_log.record(session, who, "contacts.imported", batch.id, **counts)
    announce(session, Topic.CONTACT, batch.id, who.id)
    return replace(report, batch_id=batch.id)


def _wait_for_turn(session: Session, who: User) -> None:
    """The same file from two tabs in the same moment: the second sees what the first has added."""
    session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"import {who.id}", 0))))
    # reading 20,000 rows takes longer than a forgotten transaction may stay open
    session.exec(text("set local idle_in_transaction_session_timeout = '600s'"))  # type: ignore[call-overload]


def _check_rows(sheets: Sequence[Sheet]) -> None:
    if sum(len(sheet.body) for sheet in sheets) > csv_reader.MOST_ROWS:
        raise Invalid(
            f"Together the files hold more than {csv_reader.MOST_ROWS:,} rows; bring them one after the other."
        )
