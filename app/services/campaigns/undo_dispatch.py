"""Undoing one entry of the undo log: rows are put back as they were, places on boards by the board's own rules.

A row that somebody changed since stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict
from app.models import Contact, UndoEntry, UndoKind, User, now
from app.services.base import audit_log
from app.services.campaigns import board_undo
from app.services.contacts import derived_fields
from app.services.undo import row_snapshots, undo_log
from app.services.undo.row_snapshots import Step
from app.signals import Topic, announce

MOVED_ON = "This cannot be undone any more: one of the two is no longer as it was in your contact bank."

RENAMES = frozenset({UndoKind.FIRM_RENAME, UndoKind.FIRM_MERGE})
TOUCHED = frozenset({UndoKind.LOG, UndoKind.MERGE})
PLACES = frozenset({UndoKind.ASSIGN, UndoKind.MOVE, UndoKind.TAKE_OUT})


@dataclass(frozen=True)
class Undone:
    """What came back: how many rows, and how many were changed since and stay as they are."""

    kind: UndoKind
    sentence: str
    put_back: int
    left: int


def undo(session: Session, who: User, undo_id: UUID) -> Undone:
    """Put back everything that still stands as the action left it.

    Raises NotFound for somebody else's entry; Conflict when it was undone already, is too long ago, or was a merge of
    contacts that have gone on since.
    """
    entry = undo_log.lock_entry(session, who, undo_id)
    session.flush()
    steps = [Step(**step) for step in entry.what]
    if entry.kind in PLACES:
        done, wanted = board_undo.undo_on_board(session, who, entry)
    else:
        if entry.kind is UndoKind.MERGE:
            _still_merged(session, who, entry)
        done, wanted = _put_back(session, who, steps)
    _derive_again(session, entry.kind, steps)
    entry.undone_at = now()
    session.add(entry)
    audit_log.record(session, who, "deed.undone", entry.id, kind=entry.kind.value, rows=done)
    announce(session, Topic.CONTACT, entry.id, who.id)
    return Undone(entry.kind, _said(done, wanted - done), done, wanted - done)


def _put_back(session: Session, who: User, steps: Sequence[Step]) -> tuple[int, int]:
    """Take all steps back, the last one first; the figures are those of the first step, which is what people count."""
    done, wanted = 0, 0
    for step in reversed(steps):
        done, wanted = row_snapshots.put_back(session, who, step)
    return done, wanted


def _still_merged(session: Session, who: User, entry: UndoEntry) -> None:
    """The one that was kept is here and mine, and nobody has the id of the other."""
    keep_id, drop_id = entry.contact_ids
    query = select(Contact).where(col(Contact.id).in_([keep_id, drop_id])).order_by(col(Contact.id))
    there = session.exec(query.with_for_update()).all()
    if [one.id for one in there] != [keep_id] or there[0].user_id != who.id or there[0].deleted_at:
        raise Conflict(MOVED_ON)


def _derive_again(session: Session, kind: UndoKind, steps: Sequence[Step]) -> None:
    """Columns that follow from the rows that were put back."""
    row_snapshots.expire_rows(session)
    rows = [row for step in steps for row in (*step.before, *step.after) if step.table in {"contacts", "activities"}]
    ids = {UUID(row["contact_id"] if "contact_id" in row else row["id"]) for row in rows}
    if kind in TOUCHED:
        derived_fields.update_touch_dates(session, ids)
    if kind in RENAMES:
        derived_fields.update_search_text(session, ids)


def _said(done: int, left: int) -> str:
    if not done:
        return "Nothing was left to undo: all of it was changed since."
    rest = f" {left:,} changed since and {'stays' if left == 1 else 'stay'} as {'it is' if left == 1 else 'they are'}."
    return f"Undone for {done:,}.{rest if left else ''}"
