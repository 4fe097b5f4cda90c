"""What goes to Pipedrive: asking for it, seeing how it stands, trying again.

The rows are written in the transaction of the touch that earned them; the clock
door works them off. Nobody here speaks to Pipedrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, literal_column, true
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import Session, col, select, update

from app.errors import NotFound
from app.models import (
    SKIPPED,
    Activity,
    Contact,
    EntityType,
    PipedriveSync,
    SyncConflict,
    SyncLane,
    SyncStatus,
    TokenSpending,
    Trigger,
    User,
    now,
)
from app.services.base import firm_settings
from app.services.push_queue import company_mapping
from app.signals import Topic, announce

OPEN_ROWS: Any = literal_column("status IN ('PENDING', 'RETRY')")
BOTH_CHANGED = "You and Pipedrive both changed the {}. Choose which one stands."
NO_KEY = "No Pipedrive key yet: add yours in Settings and everything waiting goes over by itself."


# how a person calls a field
NAMED = {
    "emails": "e-mail addresses",
    "phones": "phone numbers",
    "org": "organisation",
    "due": "date",
    "minutes": "length",
}


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


def enqueue(
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
    return upsert_job(session, who, wish)


def upsert_job(session: Session, who: User, wish: PipedriveSync) -> PipedriveSync:
    """Keep the wish, or let the open one for the same thing grow; whoever asks by hand is heard as such."""
    session.exec(insert(SyncLane).values(**SyncLane(user_id=who.id).model_dump()).on_conflict_do_nothing())
    row = insert(PipedriveSync).values(**wish.model_dump())
    grown = {"generation": PipedriveSync.generation + 1, "user_id": who.id, "run_at": func.least(PipedriveSync.run_at, now()), "updated_at": now()}  # fmt: skip
    if wish.trigger is Trigger.MANUAL:
        grown["trigger"] = Trigger.MANUAL
    asked = row.on_conflict_do_update(index_elements=["dedupe_key"], index_where=OPEN_ROWS, set_=grown)
    stored: PipedriveSync = session.exec(asked.returning(PipedriveSync)).scalar_one()
    announce(session, Topic.SYNC, wish.contact_id or stored.id, who.id)
    return stored


def has_connection(session: Session, who: User) -> bool:
    """Whether this person's pushes can go anywhere: a key of their own, or the practice company for all."""
    return who.pipedrive_key is not None or bool(firm_settings.choice(session, "practice_pipedrive"))


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
    ready = firm_settings.choice(session, "practice_pipedrive")
    keyed = select(User.id).where(col(User.pipedrive_key).is_not(None) | literal(ready))
    able = set(session.exec(keyed.where(col(User.id).in_({contact.user_id for contact in shown}))))
    asked = dict(
        session.exec(
            select(SyncConflict.contact_id, SyncConflict.field).where(
                col(SyncConflict.contact_id).in_([contact.id for contact in shown]),
                col(SyncConflict.resolved_at).is_(None),
            )
        ).all()
    )
    return {
        contact.id: _standing(contact, rows.get(contact.id), contact.user_id in able, asked.get(contact.id))
        for contact in shown
    }


def retry(session: Session, who: User, sync_ids: Sequence[UUID] | None) -> int:
    """Set failed rows due again: the named ones, or all of mine but what was set aside. Raises NotFound for a foreign id.

    A golden ticket reaches everybody's; each goes over with its owner's key.
    """
    failed = [true() if who.is_golden else col(PipedriveSync.user_id) == who.id]
    if sync_ids is None:
        failed.append(col(PipedriveSync.error_code).is_distinct_from(SKIPPED))
    else:
        failed.append(col(PipedriveSync.id).in_(sync_ids))
        if len(session.exec(select(PipedriveSync.id).where(*failed)).all()) != len(set(sync_ids)):
            raise NotFound("This push is not one of yours.")
    again = session.exec(
        select(PipedriveSync).where(*failed, PipedriveSync.status == SyncStatus.FAILED).with_for_update()
    ).all()
    return sum(_once_more(session, row) for row in again)


def spending(session: Session, who: User, days: int = 30) -> Sequence[TokenSpending]:
    """What this person's Pipedrive company spent in tokens, by day and kind of work, the newest day first."""
    account = company_mapping.account_of(session, who)
    since = f"{(now() - timedelta(days=days)).astimezone(UTC):%Y-%m-%d}"
    kept = select(TokenSpending).where(TokenSpending.account == account, TokenSpending.day >= since)
    return session.exec(kept.order_by(col(TokenSpending.day).desc(), col(TokenSpending.kind))).all()


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
    """A failure speaks before what waits, and both before what is done or set aside."""
    set_aside = col(PipedriveSync.error_code).is_not_distinct_from(SKIPPED)
    rank = func.array_position(["FAILED", "RETRY", "PENDING", "SUCCESS"], PipedriveSync.status)
    return case((set_aside, 9), else_=rank)


def _standing(contact: Contact, row: PipedriveSync | None, has_key: bool, asked: str | None) -> Standing:
    there = Badge.IN_PIPEDRIVE if contact.pipedrive_person_id else Badge.NOT_PUSHED
    known = (row.id, row.status) if row else (None, None)
    if row and row.status is SyncStatus.FAILED and row.error_code != SKIPPED:
        return Standing(Badge.NEEDS_YOU, row.error, *known)
    if asked:
        return Standing(Badge.NEEDS_YOU, BOTH_CHANGED.format(NAMED.get(asked, asked)), *known)
    if row and row.is_open:
        return Standing(Badge.WAITING, row.error if has_key else NO_KEY, *known)
    return Standing(there, row.error if row else None, *known)
