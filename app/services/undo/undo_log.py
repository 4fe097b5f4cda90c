"""The undo log: what one action changed, kept for `KEPT` as before and after images of its rows.

An entry (`UndoEntry`) is a list of steps; the rows of the first one are what the person would count. Undoing is in
`campaigns/undo_dispatch.py`, which also knows boards.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import UndoEntry, UndoKind, User, now
from app.models.undo import KEPT
from app.services.undo.row_snapshots import Step

UNKNOWN = "There is nothing of yours to undo here."
ALREADY = "This has been undone already."
TOO_OLD = "This is too long ago to undo."


def add_entry(
    session: Session,
    who: User,
    kind: UndoKind,
    sentence: str,
    steps: Sequence[Step],
    *,
    contact_ids: Collection[UUID] = (),
) -> UUID:
    """Add what one action changed, and return the id that `undo_dispatch.undo` takes.

    `contact_ids` are the people whose personal data the steps hold.
    """
    what = to_jsonable_python([asdict(step) for step in steps if step.before or step.after])
    entry = UndoEntry(user_id=who.id, kind=kind, sentence=sentence[:200], what=what, contact_ids=list(contact_ids))
    session.add(entry)
    session.flush()
    return entry.id


def recent(session: Session, who: User, limit: int = 20) -> list[UndoEntry]:
    """What this person may still undo, the newest first."""
    query = (
        select(UndoEntry)
        .where(UndoEntry.user_id == who.id, col(UndoEntry.undone_at).is_(None))
        .where(col(UndoEntry.created_at) > now() - KEPT)
        .order_by(col(UndoEntry.created_at).desc(), col(UndoEntry.id).desc())
    )
    return list(session.exec(query.limit(limit)))


def lock_entry(session: Session, who: User, undo_id: UUID) -> UndoEntry:
    """An entry of this person's that can still be undone, locked.

    Raises NotFound for somebody else's, and Conflict when it was undone already or is too long ago.
    """
    mine = select(UndoEntry).where(UndoEntry.id == undo_id, UndoEntry.user_id == who.id)
    entry = session.exec(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if entry is None:
        raise NotFound(UNKNOWN)
    if entry.undone_at:
        raise Conflict(ALREADY)
    if entry.created_at < now() - KEPT:
        raise Conflict(TOO_OLD)
    return entry
