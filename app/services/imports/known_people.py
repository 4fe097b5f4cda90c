"""What an import writes about people beside their facts: since when they are connected, a warmer start, another firm or title."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, delete, select

from app.models import Activity, ActivityType, Import, JobChange, WarmnessChange, WarmnessReason, new_id
from app.services.imports.filling import Image
from app.services.imports.matcher import Person

# the first line of a timeline
CONNECTED = "Connected on LinkedIn"
AT_ONCE = 5_000


def write_connections(session: Session, batch: Import, people: Sequence[Person]) -> None:
    """The day on which each was connected, once, as a touch of that day."""
    found = [person for person in people if person.connected_on]
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        known = select(Activity.contact_id).where(
            col(Activity.contact_id).in_([person.id for person in some]), Activity.subject == CONNECTED
        )
        there = set(session.exec(known))
        rows = [_connected(batch, person) for person in some if person.id not in there]
        if rows:
            session.exec(insert(SQLModel.metadata.tables["activities"]), params=rows)


def connected_at(person: Person) -> datetime | None:
    return datetime.combine(person.connected_on, time(12), tzinfo=UTC) if person.connected_on else None


def _connected(batch: Import, person: Person) -> dict[str, object]:
    touch = Activity(type=ActivityType.LINKEDIN, user_id=batch.user_id, contact_id=person.id, subject=CONNECTED)
    return touch.model_dump() | {"happened_at": connected_at(person), "done": True}


def write_warmness(session: Session, batch: Import, people: Sequence[Person], before: dict[UUID, Image]) -> None:
    """A step in the history of each whose warmness came from the file."""
    blank = WarmnessChange(contact_id=batch.id, user_id=batch.user_id, before=0, after=0, reason=WarmnessReason.IMPORT)
    rows = [
        blank.model_dump() | {"id": new_id(), "contact_id": person.id, "after": person.facts.warmness_score}
        for person in people
        if person.facts and before[person.id]["warmness_score"] != person.facts.warmness_score
    ]
    if rows:
        session.exec(insert(SQLModel.metadata.tables["warmness_changes"]), params=rows)


def write_job_changes(
    session: Session, batch: Import, changes: dict[UUID, tuple[str | None, str | None]]
) -> Collection[UUID]:
    """Offer each new firm or title, in place of an older offer; one that somebody settled already is not offered again."""
    if not changes:
        return ()
    about = select(JobChange).where(JobChange.user_id == batch.user_id, col(JobChange.contact_id).in_(list(changes)))
    settled = {(one.contact_id, one.organisation, one.job_title) for one in session.exec(about) if one.settled_at}
    fresh = {who: said for who, said in changes.items() if (who, *said) not in settled}
    session.exec(
        delete(JobChange).where(
            col(JobChange.user_id) == batch.user_id,
            col(JobChange.contact_id).in_(list(fresh)),
            col(JobChange.settled_at).is_(None),
        )
    )
    rows = [
        JobChange(
            user_id=batch.user_id, contact_id=who, import_id=batch.id, organisation=firm, job_title=title
        ).model_dump()
        for who, (firm, title) in fresh.items()
    ]
    if rows:
        session.exec(insert(SQLModel.metadata.tables["job_changes"]), params=rows)
    return fresh
