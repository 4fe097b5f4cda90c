"""How contacts stand with Pipedrive: a badge, the reason in words, and the moment as of which both sides agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import CTE, Text, Uuid, bindparam, case, cast, func, literal
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import (
    SET_ASIDE,
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
from app.models.pipedrive_sync import OPEN
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
    return {row.contact_id: read(row) for row in session.execute(_facts(), about(session, shown))} if shown else {}


def about(session: Session, shown: Sequence[Contact]) -> dict[str, Any]:
    """What `facts` has to be told of these contacts."""
    return {"ids": [contact.id for contact in shown], **pauses.chosen(session)}


def facts(*beside: Any) -> Any:
    """A question, one row for each contact of `ids`: all that decides about its badge, and what else somebody wants `beside`.

    Made once and kept: making it takes longer than asking it.
    """
    ids = bindparam("ids", expanding=True, type_=Uuid())
    columns: Any = (
        col(PipedriveSync.contact_id).label("about"),
        col(PipedriveSync.id).label("sync_id"),
        col(PipedriveSync.user_id).label("pushed_by"),
        *(getattr(PipedriveSync, name) for name in ("status", "error", "error_code", "urgent", "created_at")),
        _agreed_at().label("agreed_at"),
        _skipped_at().label("skipped_at"),
    )
    latest = (
        select(*columns)
        .where(col(PipedriveSync.contact_id).in_(ids))
        .ext(distinct_on(col(PipedriveSync.contact_id)))
        .order_by(col(PipedriveSync.contact_id), _most_telling(), col(PipedriveSync.created_at).desc())
        .cte("latest")
    )
    waiting = select(latest.c.pushed_by).where(latest.c.status.in_(OPEN))
    owner = pauses.facts().add_columns(pauses.number_waiting().label("waiting"))
    owner = owner.where(col(User.id).in_(waiting)).cte("owner")
    these = (col(Contact.id).label("contact_id"), col(Contact.pipedrive_person_id).label("person_id"), *beside)
    return (
        sqlalchemy.select(*these, *_but(latest, "about"), *_but(owner, "user_id"), _asked().label("asked"))
        .select_from(Contact)
        .outerjoin(latest, latest.c.about == col(Contact.id))
        .outerjoin(owner, owner.c.user_id == latest.c.pushed_by)
        .where(col(Contact.id).in_(ids))
    )


@cache
def _facts() -> Any:
    return facts()


def _but(question: CTE, name: str) -> list[Any]:
    return [column for column in question.c if column.name != name]


def _asked() -> Any:
    """The field that a contact's owner is asked about; one of a firm is everybody's who works there."""
    is_open = col(SyncConflict.resolved_at).is_(None)
    of_firm = col(SyncConflict.entity_type) == EntityType.ORGANIZATION
    own = select(SyncConflict.field).where(is_open, ~of_firm, SyncConflict.contact_id == Contact.id)
    firms = select(literal("firm")).where(is_open, of_firm, SyncConflict.entity_id == Contact.organisation_id)
    return func.coalesce(*(one.limit(1).correlate(Contact).scalar_subquery() for one in (own, firms)))


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


def read(row: Any) -> PushStatus:
    """The badge that a row of `facts` earns."""
    told = partial(PushStatus, sync_id=row.sync_id, status=row.status)
    if row.status is SyncStatus.FAILED and row.error_code not in SET_ASIDE:
        return told(Badge.NEEDS_YOU, row.error)
    if row.asked:
        return told(Badge.NEEDS_YOU, BOTH_CHANGED.format(NAMED.get(row.asked, row.asked)))
    if row.status in OPEN:
        pause = pauses.pause_by(row)
        turn = row.error or pauses.turn_words(row.waiting, urgent=row.urgent)
        return told(Badge.WAITING, pause.sentence if pause else turn)
    if not row.person_id:
        return told(Badge.NOT_PUSHED, row.error)
    if row.skipped_at and row.skipped_at > row.created_at:
        return told(Badge.IN_PIPEDRIVE, LAST_SKIPPED)
    return told(Badge.IN_PIPEDRIVE, row.error, agreed_at=row.agreed_at)
