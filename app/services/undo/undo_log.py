"""Undo: what was done in one go is taken back in one go, wherever it still stands as it was left.

A deed is a list of steps; the first one is what the person would count. A row
that somebody changed since stays as it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import Contact, UndoEntry, UndoKind, User, now
from app.services.base import audit_log
from app.services.campaigns import board_undo
from app.services.undo import derived_fields
from app.services.undo.row_snapshots import Step, back, reread
from app.signals import Topic, announce

KEPT = timedelta(days=30)
UNKNOWN = "There is nothing of yours to undo here."
ALREADY = "This has been undone already."
TOO_OLD = "This is too long ago to undo."
MOVED_ON = "This cannot be undone any more: one of the two is no longer as it was in your contact bank."

RENAMES = frozenset({UndoKind.FIRM_RENAME, UndoKind.FIRM_MERGE})
RETELLS = frozenset({UndoKind.LOG, UndoKind.MERGE})
PLACES = frozenset({UndoKind.ASSIGN, UndoKind.MOVE, UndoKind.TAKE_OUT})


@dataclass(frozen=True)
class Undone:
    """What came back: how many rows, and how many were changed since and stay as they are."""

    kind: UndoKind
    sentence: str
    put_back: int
    left: int


def keep(
    session: Session,
    who: User,
    kind: UndoKind,
    sentence: str,
    steps: Sequence[Step],
    *,
    contact_ids: Collection[UUID] = (),
) -> UUID:
    """Remember a deed; `contact_ids` are the people whose personal data its steps hold."""
    what = to_jsonable_python([asdict(step) for step in steps if step.before or step.after])
    deed = UndoEntry(user_id=who.id, kind=kind, sentence=sentence[:200], what=what, contact_ids=list(contact_ids))
    session.add(deed)
    session.flush()
    return deed.id


def recent(session: Session, who: User, limit: int = 20) -> list[UndoEntry]:
    """What this person may still undo, the newest first."""
    query = (
        select(UndoEntry)
        .where(UndoEntry.user_id == who.id, col(UndoEntry.undone_at).is_(None))
        .where(col(UndoEntry.created_at) > now() - KEPT)
        .order_by(col(UndoEntry.created_at).desc(), col(UndoEntry.id).desc())
    )
    return list(session.exec(query.limit(limit)))


def undo(session: Session, who: User, deed_id: UUID) -> Undone:
    """Put back everything that still stands as the deed left it.

    Raises NotFound for somebody else's deed; Conflict when it was undone already, is too long ago, or was a merge of
    contacts that have gone on since.
    """
    deed = _open(session, who, deed_id)
    session.flush()
    steps = [Step(**step) for step in deed.what]
    if deed.kind in PLACES:
        done, wanted = board_undo.back(session, who, deed)
    else:
        if deed.kind is UndoKind.MERGE:
            _still_merged(session, who, deed)
        done, wanted = [back(session, who, step) for step in reversed(steps)][-1] if steps else (0, 0)
    _told_anew(session, who, deed.kind, steps)
    deed.undone_at = now()
    session.add(deed)
    audit_log.record(session, who, "deed.undone", deed.id, kind=deed.kind.value, rows=done)
    announce(session, Topic.CONTACT, deed.id, who.id)
    return Undone(deed.kind, _said(done, wanted - done), done, wanted - done)


def _open(session: Session, who: User, deed_id: UUID) -> UndoEntry:
    mine = select(UndoEntry).where(UndoEntry.id == deed_id, UndoEntry.user_id == who.id)
    deed = session.exec(mine.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if deed is None:
        raise NotFound(UNKNOWN)
    if deed.undone_at:
        raise Conflict(ALREADY)
    if deed.created_at < now() - KEPT:
        raise Conflict(TOO_OLD)
    return deed


def _still_merged(session: Session, who: User, deed: UndoEntry) -> None:
    """The one that was kept is here and mine, and nobody has the id of the other."""
    keep_id, drop_id = deed.contact_ids
    query = select(Contact).where(col(Contact.id).in_([keep_id, drop_id])).order_by(col(Contact.id))
    there = session.exec(query.with_for_update()).all()
    if [one.id for one in there] != [keep_id] or there[0].user_id != who.id or there[0].deleted_at:
        raise Conflict(MOVED_ON)


def _told_anew(session: Session, who: User, kind: UndoKind, steps: Sequence[Step]) -> None:
    reread(session)
    rows = [row for step in steps for row in (*step.before, *step.after) if step.table in {"contacts", "activities"}]
    ids = {UUID(row["contact_id"] if "contact_id" in row else row["id"]) for row in rows}
    if kind in RETELLS:
        derived_fields.touches(session, who, ids)
    if kind in RENAMES:
        derived_fields.index(session, who, ids)


def _said(done: int, left: int) -> str:
    if not done:
        return "Nothing was left to undo: all of it was changed since."
    rest = f" {left:,} changed since and {'stays' if left == 1 else 'stay'} as {'it is' if left == 1 else 'they are'}."
    return f"Undone for {done:,}.{rest if left else ''}"
