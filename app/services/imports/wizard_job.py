"""An import step by step: what the columns of the files mean to this person, a rehearsal, and the import itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, select

from app.errors import Invalid
from app.models import ImportMapping, User, fold, now
from app.services.imports import column_mapping, import_files, importer
from app.services.imports.importer import ImportReport
from app.services.imports.planner import IfKnown, Place, Tell
from app.services.imports.sheet_reader import Sheet


@dataclass
class Job:
    """What one person is about to move in; `changed` holds the places of files whose meaning they chose themselves.

    Nobody is lost by default: whoever is known gets what was missing, and who may be somebody else becomes a contact.
    `answers` decide rows one by one; `country` is where bare numbers are from, else the firm's own.
    """

    found: list[Sheet] = field(default_factory=list)
    if_known: IfKnown = IfKnown.FILL
    if_unsure: IfKnown = IfKnown.BOTH
    answers: dict[Place, IfKnown] = field(default_factory=dict)
    country: str = ""
    changed: set[int] = field(default_factory=set)

    def choose(self, place: int, column: int, meaning: str | None) -> None:
        """A column of one of the files means this."""
        fields = list(self.found[place].header.fields)
        fields[column] = meaning
        self.found[place] = self.found[place].meaning(fields)
        self.changed.add(place)

    def nameless(self) -> list[Sheet]:
        """The files in which no column says who somebody is."""
        return [sheet for sheet in self.found if not column_mapping.names_somebody(sheet.header.fields)]


def add(session: Session, who: User, job: Job, fresh: Sequence[Sheet]) -> Job:
    """The job with more files, each as this person wanted such files last time. Raises Invalid for too many."""
    found = [*job.found, *(_remembered(session, who, sheet) for sheet in fresh)]
    if len(found) > import_files.MOST_FILES:
        raise Invalid(f"Bring at most {import_files.MOST_FILES} files in one go.")
    return replace(job, found=found)


def rehearse(session: Session, who: User, job: Job, tell: Tell) -> ImportReport:
    """What would happen. Raises Invalid while a file names nobody."""
    _named(job)
    return _import(session, who, job, tell, dry_run=True)


def run(session: Session, who: User, job: Job, tell: Tell) -> ImportReport:
    """Import the files, and remember what their columns mean. Raises Invalid while a file names nobody."""
    _named(job)
    for place in sorted(job.changed):
        _remember(session, who, job.found[place])
    return _import(session, who, job, tell, dry_run=False)


def _import(session: Session, who: User, job: Job, tell: Tell, *, dry_run: bool) -> ImportReport:
    return importer.import_sheets(
        session,
        who,
        job.found,
        dry_run=dry_run,
        if_known=job.if_known,
        if_unsure=job.if_unsure,
        answers=job.answers,
        country=job.country,
        tell=tell,
    )


def _remembered(session: Session, who: User, sheet: Sheet) -> Sheet:
    kept = select(ImportMapping.meanings).where(
        ImportMapping.user_id == who.id, ImportMapping.signature == _signature(sheet)
    )
    meanings = session.exec(kept).one_or_none()
    if meanings is None or len(meanings) != len(sheet.header.headings):
        return sheet
    return sheet.meaning([meaning if meaning in column_mapping.MEANINGS else None for meaning in meanings])


def _remember(session: Session, who: User, sheet: Sheet) -> None:
    meanings = [meaning or "" for meaning in sheet.header.fields]
    row = ImportMapping(user_id=who.id, signature=_signature(sheet), meanings=meanings)
    anew = {"meanings": meanings, "updated_at": now()}
    kept = insert(ImportMapping).values(**row.model_dump())
    session.exec(kept.on_conflict_do_update(index_elements=["user_id", "signature"], set_=anew))


def _named(job: Job) -> None:
    if nameless := job.nameless():
        which = f" of {nameless[0].filename}" if len(job.found) > 1 else ""
        raise Invalid(f"Say which column{which} is the name, or first name and last name.")


def _signature(sheet: Sheet) -> str:
    """The same for every file with these headings in this order."""
    return sha256("\x1f".join(map(fold, sheet.header.headings)).encode()).hexdigest()
