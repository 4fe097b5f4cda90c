"""What goes to Pipedrive: asking for it, seeing how it stands, trying again.

The rows are written in the transaction of the touch that earned them; the clock
door works them off. Nobody here speaks to Pipedrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, literal_column, true
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import Session, col, select, update

from app.errors import NotFound
from app.models import (
    Activity,
    Contact,
    EntityType,
    PipedriveSync,
    SyncLane,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services import workspace
from app.signals import Topic, announce

OPEN_ROWS: Any = literal_column("status IN ('PENDING', 'RETRY')")
NO_KEY = "No Pipedrive key yet: add yours in Settings and everything waiting goes over by itself."


class Badge(StrEnum):
    """How a contact stands with Pipedrive, as one word on the screen."""

    NOT_PUSHED = "not pushed"
    WAITING = "waiting"
    IN_PIPEDRIVE = "in Pipedrive"
    NEEDS_YOU = "needs you"


@dataclass(frozen=True)
class Standing:
    """A contact's badge, the reason in plain words where one is needed, and the row it comes from."""

    badge: Badge
    reason: str | None = None
    sync_id: UUID | None = None
    status: SyncStatus | None = None


def queue(
    session: Session, who: User, contact: Contact, trigger: Trigger, activity: Activity | None = None
) -> PipedriveSync:
    """Ask that Pipedrive hears of this contact, or of this meeting with it; `who` is the contact's owner.

    An open request for the same thing is not doubled: its generation grows, so
    that an edit made while it is under way is pushed too, with the key of today's owner.
    """
    kind, entity = (EntityType.ACTIVITY, activity.id) if activity else (EntityType.PERSON, contact.id)
    wish = PipedriveSync(
        user_id=who.id, contact_id=contact.id, entity_type=kind, entity_id=entity, trigger=trigger, dedupe_key=f"{kind}:{entity}"
    )  # fmt: skip
    session.exec(insert(SyncLane).values(**SyncLane(user_id=who.id).model_dump()).on_conflict_do_nothing())
    row = insert(PipedriveSync).values(**wish.model_dump())
    asked = row.on_conflict_do_update(
        index_elements=["dedupe_key"],
        index_where=OPEN_ROWS,
        set_={"generation": PipedriveSync.generation + 1, "user_id": who.id, "run_at": func.least(PipedriveSync.run_at, now()), "updated_at": now()},
    ).returning(PipedriveSync)  # fmt: skip
    stored: PipedriveSync = session.exec(asked).scalar_one()
    announce(session, Topic.SYNC, contact.id, who.id)
    return stored


def has_line(session: Session, who: User) -> bool:
    """Whether this person's pushes can go anywhere: a key of their own, or the practice company for all."""
    return who.pipedrive_key is not None or bool(workspace.choice(session, "practice_pipedrive"))


def standing(session: Session, contact: Contact) -> Standing:
    """The badge of one contact."""
    return standings(session, [contact])[contact.id]


def standings(session: Session, shown: Sequence[Contact]) -> dict[UUID, Standing]:
    """The badges of a page of contacts, in one question."""
    latest = (
        select(PipedriveSync)
        .where(col(PipedriveSync.contact_id).in_([contact.id for contact in shown]))
        .ext(distinct_on(col(PipedriveSync.contact_id)))
        .order_by(col(PipedriveSync.contact_id), _most_telling(), col(PipedriveSync.created_at).desc())
    )
    rows = {row.contact_id: row for row in session.exec(latest)}
    ready = workspace.choice(session, "practice_pipedrive")
    keyed = select(User.id).where(col(User.pipedrive_key).is_not(None) | literal(ready))
    able = set(session.exec(keyed.where(col(User.id).in_({contact.user_id for contact in shown}))))
    return {contact.id: _standing(contact, rows.get(contact.id), contact.user_id in able) for contact in shown}


def retry(session: Session, who: User, sync_ids: Sequence[UUID] | None) -> int:
    """Set failed rows due again, the named ones or all of mine; says how many. Raises NotFound for a foreign id.

    A golden ticket reaches everybody's; each goes over with its owner's key.
    """
    failed = [true() if who.is_golden else col(PipedriveSync.user_id) == who.id]
    if sync_ids is not None:
        failed.append(col(PipedriveSync.id).in_(sync_ids))
        if len(session.exec(select(PipedriveSync.id).where(*failed)).all()) != len(set(sync_ids)):
            raise NotFound("This push is not one of yours.")
    again = session.exec(
        select(PipedriveSync).where(*failed, PipedriveSync.status == SyncStatus.FAILED).with_for_update()
    ).all()
    return sum(_once_more(session, row) for row in again)


def wake_lane(session: Session, who: User) -> None:
    """A new key: whatever waited for one goes on at once."""
    session.exec(
        update(SyncLane)
        .where(col(SyncLane.user_id) == who.id)
        .values(paused_reason=None, not_before=now(), told_at=None)
    )
    announce(session, Topic.SYNC, who.id, who.id)


def _once_more(session: Session, row: PipedriveSync) -> bool:
    """A failed row opens again, unless a newer one for the same thing is already on its way."""
    newer = select(PipedriveSync.id).where(
        PipedriveSync.dedupe_key == row.dedupe_key, col(PipedriveSync.status).in_(["PENDING", "RETRY"])
    )
    if session.exec(newer).first():
        return False
    row.status, row.attempts, row.run_at, row.finished_at = SyncStatus.PENDING, 0, now(), None
    session.add(row)
    session.flush()
    announce(session, Topic.SYNC, row.contact_id or row.id, row.user_id)
    return True


def _most_telling() -> Any:
    """A failure speaks before what waits, and both before what is done."""
    return func.array_position(["FAILED", "RETRY", "PENDING", "SUCCESS"], PipedriveSync.status)


def _standing(contact: Contact, row: PipedriveSync | None, has_key: bool) -> Standing:
    if row is None:
        return Standing(Badge.IN_PIPEDRIVE if contact.pipedrive_person_id else Badge.NOT_PUSHED)
    if row.status is SyncStatus.FAILED:
        return Standing(Badge.NEEDS_YOU, row.error, row.id, row.status)
    if row.is_open:
        return Standing(Badge.WAITING, row.error if has_key else NO_KEY, row.id, row.status)
    return Standing(Badge.IN_PIPEDRIVE, None, row.id, row.status)
