"""How contacts stand with Pipedrive: a badge, the reason in words, and the moment as of which both sides agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Text, case, cast, func, or_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import (
    SKIPPED,
    Contact,
    EntityType,
    LinkState,
    PipedriveLink,
    PipedriveSync,
    SyncAccount,
    SyncConflict,
    SyncStatus,
    User,
)
from app.services.push_queue import pauses
from app.services.push_queue.needs_owner import is_set_aside

BOTH_CHANGED = "You and Pipedrive say different things about the {}. Choose which one stands."
LAST_SKIPPED = "The last change was skipped: Pipedrive may say something else."
# how a person calls a field
NAMED = {
    "emails": "e-mail addresses",
    "phones": "phone numbers",
    "org": "organisation",
    "firm": "name of the organisation",
    "due": "date",
    "minutes": "length",
    "location": "place",
    "done": "outcome",
}


class Badge(StrEnum):
    """How a contact stands with Pipedrive, as one word on the screen."""

    NOT_PUSHED = "not pushed"
    WAITING = "waiting"
    IN_PIPEDRIVE = "in Pipedrive"
    NEEDS_YOU = "needs you"


@dataclass(frozen=True)
class PushStatus:
    """A contact's badge, the reason in plain words where one is needed, and the row it comes from.

    `agreed_at` is when the record there was last seen to say what we say; None where it was not, or is out of sight.
    """

    badge: Badge
    reason: str | None = None
    sync_id: UUID | None = None
    status: SyncStatus | None = None
    agreed_at: datetime | None = None


def status_of(session: Session, contact: Contact) -> PushStatus:
    """The badge of one contact."""
    return statuses_of(session, [contact])[contact.id]


def statuses_of(session: Session, shown: Sequence[Contact]) -> dict[UUID, PushStatus]:
    """The badges of a page of contacts, in one question."""
    latest = (
        select(PipedriveSync, _agreed_at(), _skipped_at())
        .where(col(PipedriveSync.contact_id).in_([contact.id for contact in shown]))
        .ext(distinct_on(col(PipedriveSync.contact_id)))
        .order_by(col(PipedriveSync.contact_id), _most_telling(), col(PipedriveSync.created_at).desc())
    )
    found = session.exec(latest).all()
    rows = {row.contact_id: row for row, _, _ in found}
    agreed = {row.contact_id: moment for row, moment, _ in found}
    skipped = {row.contact_id for row, _, moment in found if moment and moment > row.created_at}
    waits = _reasons(session, [row for row in rows.values() if row.is_open])
    asked = _questions(session, shown)
    known = {
        contact.id: _status(
            contact,
            rows.get(contact.id),
            waits.get(contact.id),
            asked.get(contact.id) or asked.get(contact.organisation_id),
            agreed.get(contact.id),
        )
        for contact in shown
    }
    for contact_id, status in known.items():
        if contact_id in skipped and status.badge is Badge.IN_PIPEDRIVE:
            known[contact_id] = replace(status, reason=LAST_SKIPPED, agreed_at=None)
    return known


def _questions(session: Session, shown: Sequence[Contact]) -> dict[UUID | None, str]:
    """The field that is asked about, by contact; one about a firm by the firm: it is everybody's who works there."""
    ids = [contact.id for contact in shown]
    firms = [contact.organisation_id for contact in shown if contact.organisation_id]
    of_them = or_(col(SyncConflict.contact_id).in_(ids), col(SyncConflict.entity_id).in_(firms))
    found: dict[UUID | None, str] = {}
    for row in session.exec(select(SyncConflict).where(of_them, col(SyncConflict.resolved_at).is_(None))):
        if row.entity_type is EntityType.ORGANIZATION:
            found[row.entity_id] = "firm"
        else:
            found[row.contact_id] = row.field
    return found


def _reasons(session: Session, waiting: Sequence[PipedriveSync]) -> dict[UUID | None, str | None]:
    """Why each of these waits, by its contact: what holds its owner up, what came of its last try, or its turn."""
    owners = select(User).where(col(User.id).in_({row.user_id for row in waiting}))
    people = {one.id: one for one in session.exec(owners)} if waiting else {}
    held = {one.id: pauses.pause_of(session, one) for one in people.values()}
    reasons: dict[UUID | None, str | None] = {}
    for row in waiting:
        pause = held[row.user_id]
        turn = None if pause or row.error else pauses.turn_words(session, people[row.user_id], row)
        reasons[row.contact_id] = pause.sentence if pause else row.error or turn
    return reasons


def _agreed_at() -> Any:
    """When the person of the push's contact was last seen there; not of one that is hidden from the key that listens."""
    return (
        select(func.max(PipedriveLink.checked_at))
        .where(
            col(PipedriveLink.account).in_(select(SyncAccount.account)),
            col(PipedriveLink.entity_key) == cast(PipedriveSync.contact_id, Text),
            col(PipedriveLink.entity_type) == EntityType.PERSON,
            col(PipedriveLink.state) == LinkState.LINKED,
            col(PipedriveLink.unseen_at).is_(None),
        )
        .correlate(PipedriveSync)
        .scalar_subquery()
    )


def _skipped_at() -> Any:
    """When the last push of the contact itself was queued that its owner chose not to send."""
    other = aliased(PipedriveSync)
    return (
        select(func.max(other.created_at))
        .where(other.contact_id == PipedriveSync.contact_id, other.entity_id == other.contact_id)
        .where(other.error_code == SKIPPED)
        .correlate(PipedriveSync)
        .scalar_subquery()
    )


def _most_telling() -> Any:
    """A failure speaks before what waits, and both before what is done or set aside."""
    set_aside = is_set_aside()
    rank = func.array_position(["FAILED", "RETRY", "PENDING", "SUCCESS"], PipedriveSync.status)
    return case((set_aside, 9), else_=rank)


def _status(
    contact: Contact, row: PipedriveSync | None, waits: str | None, asked: str | None, agreed_at: datetime | None
) -> PushStatus:
    told = partial(PushStatus, sync_id=row.id if row else None, status=row.status if row else None)
    if row and row.needs_owner:
        return told(Badge.NEEDS_YOU, row.error)
    if asked:
        return told(Badge.NEEDS_YOU, BOTH_CHANGED.format(NAMED.get(asked, asked)))
    if row and row.is_open:
        return told(Badge.WAITING, waits)
    if contact.pipedrive_person_id:
        return told(Badge.IN_PIPEDRIVE, row.error if row else None, agreed_at=agreed_at)
    return told(Badge.NOT_PUSHED, row.error if row else None)
