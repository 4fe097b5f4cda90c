"""Writing what files brought: new contacts some at a time, and about everybody else what was filled in, for an undo."""

from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import Table, delete, insert
from sqlmodel import Session, SQLModel, col

from app.models import Contact, Import, ImportChange, User, new_id, now
from app.services.imports import bulk_insert
from app.services.imports.matcher import Known
from app.services.undo import undo_log

AT_ONCE = 2_000
# what a file may fill in; an undo looks at each of them
FACTS = ("emails", "phones", "job_title", "linkedin_url", "notes", "tags", "cadence_days", "organisation_id")

# how much is done, from 0 to 1; called from the thread that works
Tell = Callable[[float], None]
Before = dict[UUID, dict[str, Any]]


def write(  # noqa: PLR0917 - the parts of one import
    session: Session,
    who: User,
    batch: Import,
    fresh: Sequence[Known],
    touched: Sequence[Known],
    before: Before,
    tell: Tell,
) -> None:
    """Add the new ones and keep how those that were filled in were before."""
    session.add(batch)
    session.flush()
    firms = bulk_insert.settle(session, who, [one.organisation for one in (*fresh, *touched) if one.organisation])
    bulk_insert.place(touched, firms)
    session.flush()
    _keep(session, batch, touched, before)
    for start in range(0, len(fresh), AT_ONCE):
        tell(start / len(fresh))
        bulk_insert.add(session, batch, fresh[start : start + AT_ONCE], firms)
    tell(1.0)


def image(contact: Contact) -> dict[str, Any]:
    """What an import may fill in, as it is now."""
    return {fact: to_jsonable_python(getattr(contact, fact)) for fact in FACTS}


def _keep(session: Session, batch: Import, touched: Sequence[Known], before: Before) -> None:
    """Remember what was filled in, so that it can be taken out again; what is too old for that goes."""
    session.exec(delete(ImportChange).where(col(ImportChange.created_at) < now() - undo_log.KEPT))
    rows = []
    for one in touched:
        was, is_now = before[one.id], image(cast("Contact", one.facts))
        filled = [fact for fact in FACTS if was[fact] != is_now[fact]]
        before_, after = ({fact: facts[fact] for fact in filled} for facts in (was, is_now))
        known = {"import_id": batch.id, "contact_id": one.id, "before": before_, "after": after}
        rows.append({"id": new_id(), "created_at": now(), "updated_at": now(), **known})
    if rows:
        session.exec(insert(_table()), params=rows)


def _table() -> Table:
    return SQLModel.metadata.tables[str(ImportChange.__tablename__)]
