"""What a transaction has queued for Pipedrive, so that whoever tapped is told, and may take it back before it is sent."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.models import Contact, PipedriveSync, SyncStatus, User
from app.signals import Topic, announce

NOBODY_ACTS = {"note": "the queue itself notes it", "pushes": "the transaction itself says what it queued"}
_QUEUED = "pushes queued in this transaction"


def note(session: Session, queued: Iterable[Any]) -> None:
    """Remember those of these rows that were not waiting before."""
    session.info.setdefault(_QUEUED, {}).update({row.id: row.contact_id for row in queued if row.generation == 1})


def pushes(session: Session) -> dict[UUID, UUID]:
    """The pushes that this transaction has queued anew, each with the contact that goes over."""
    found: dict[UUID, UUID] = session.info.get(_QUEUED, {})
    return found


def names(session: Session, who: User) -> Sequence[str]:
    """What the contacts are called that go over by this transaction of `who`."""
    ids = set(pushes(session).values())
    return session.exec(select(Contact.name).where(col(Contact.id).in_(ids), Contact.user_id == who.id)).all()


def withdraw(session: Session, who: User, sync_ids: Collection[UUID]) -> int:
    """Take back those of these pushes of `who` that nobody has tried yet; says how many."""
    gone = session.exec(
        delete(PipedriveSync)
        .where(
            col(PipedriveSync.id).in_(sync_ids),
            col(PipedriveSync.user_id) == who.id,
            col(PipedriveSync.status) == SyncStatus.PENDING,
            col(PipedriveSync.attempts) == 0,
            col(PipedriveSync.generation) == 1,
        )
        .returning(col(PipedriveSync.contact_id))
    ).all()
    for (contact_id,) in gone:
        announce(session, Topic.SYNC, contact_id, who.id)
    return len(gone)
