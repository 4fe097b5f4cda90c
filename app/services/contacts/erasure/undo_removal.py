"""Taking erased people out of the undo log: merges that they took part in go whole, of everything else their rows go."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, String, Uuid, cast, or_
from sqlmodel import Session, col, select

from app.models import UndoEntry
from app.services.contacts.erasure.spellings import Spellings

NOBODY_ACTS = "erasure has looked whose contacts these are"

OF_CONTACT = ("id", "contact_id", "referred_contact_id")


def forget_merges(session: Session, contact_id: UUID, known: Spellings) -> set[UUID]:
    """Delete the merges that this contact took part in, and those of whoever was merged into it.

    Merges hold whole contacts: what these were called is added to `known`; returns their ids.
    """
    wanted, met = {contact_id}, set[UUID]()
    while wanted:
        entries = session.exec(
            select(UndoEntry).where(col(UndoEntry.contact_ids).bool_op("&&")(cast(list(wanted), ARRAY(Uuid))))
        ).all()
        met |= wanted
        wanted = {one for entry in entries for one in entry.contact_ids} - met
        for entry in entries:
            for step in entry.what:
                if step["table"] == "contacts":
                    known.read([step["before"], step["after"]])
            session.delete(entry)
        session.flush()
    return met - {contact_id}


def take_out(session: Session, ids: Collection[UUID]) -> None:
    """Take the rows of these contacts, and of what hangs on them, out of every step; an entry without rows goes."""
    gone = {str(one) for one in ids}
    what = cast(UndoEntry.what, String)
    for entry in session.exec(select(UndoEntry).where(or_(*(what.contains(one) for one in gone)))):
        touched = {str(row["id"]) for step in entry.what for row in _rows(step) if _is_of(row, gone)}
        steps = [_kept(step, gone | touched) for step in entry.what]
        entry.what = [step for step in steps if step["before"] or step["after"]]
        if entry.what:
            session.add(entry)
        else:
            session.delete(entry)
    session.flush()


def _kept(step: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    return {**step, **{side: [row for row in step[side] if not _is_of(row, gone)] for side in ("before", "after")}}


def _rows(step: dict[str, Any]) -> list[dict[str, Any]]:
    return [*step["before"], *step["after"]]


def _is_of(row: dict[str, Any], gone: Collection[str]) -> bool:
    return any(str(row.get(name)) in gone for name in OF_CONTACT)
