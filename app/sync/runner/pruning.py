"""Clears away what nobody needs any more: pushes that succeeded long ago, the trash after its thirty days, old undo steps."""

from collections.abc import Sequence
from uuid import UUID

from app import db, rounds
from app.services.contacts import trash
from app.services.operations import broken_items
from app.sync.queue import job_outcomes

TRASH = "trash"


def delete_old_pushes() -> None:
    with db.transaction() as session:
        job_outcomes.prune(session)


def delete_old_notes() -> None:
    """What could be undone, and what was put aside, long ago."""
    with db.transaction() as session:
        trash.delete_old_steps(session)
    with db.transaction() as session:
        broken_items.delete_old(session)


def empty_trash() -> int:
    """Delete for good whoever has been in the trash for thirty days; returns how many went."""
    gone = 0
    while True:
        resting = [UUID(one) for one in rounds.resting(TRASH)]
        with db.reading() as session:
            old = trash.expired(session, but_not=resting)
        if not old:
            return gone
        gone += rounds.settle_together(TRASH, [str(one) for one in old], _forget)


def _forget(keys: Sequence[str]) -> int:
    with db.transaction() as session:
        return trash.forget_expired(session, [UUID(key) for key in keys])
