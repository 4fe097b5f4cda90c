"""One push on its way: what it is about, with whose key it goes, and what became known meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import db
from app.models import (
    Activity,
    Contact,
    EntityType,
    LinkState,
    Organisation,
    PipedriveLink,
    PipedriveSync,
    PushEffect,
    PushReceipt,
    Trigger,
)
from app.services.pipedrive import record_choice
from app.services.push_queue.push_rules import IN_THE_TRASH
from app.sync.api.errors import Gone, NotAllowed
from app.sync.links import link_store
from app.sync.push import lost_records
from app.sync.queue.connection import Connection
from app.sync.queue.outcome_errors import CONTACT_GONE, GONE, OWNER_CHANGED, Closed, NothingToPush

Record = tuple[EntityType, int]


class Presence(Enum):
    """How a record stands for one key: HIDDEN is not visible to it, or deleted so long ago that Pipedrive forgot it."""

    THERE = auto()
    DELETED = auto()
    HIDDEN = auto()


@dataclass
class Push:
    """The rows as they are now; `lost` are the records that this very push met deleted, or that its owner gave up."""

    job: PipedriveSync
    line: Connection
    contact: Contact
    meeting: Activity | None
    lost: set[Record] = field(default_factory=set)
    created: set[Record] = field(default_factory=set)

    @property
    def firm(self) -> Organisation | None:
        return self.contact.organisation

    @property
    def by_hand(self) -> bool:
        return self.job.trigger is Trigger.MANUAL

    def doubts(self, link: PipedriveLink) -> bool:
        """Somebody who pushes by hand wants to know whether what went over earlier is still there."""
        return self.by_hand and link.created_at < self.job.created_at

    @property
    def may_recreate(self) -> bool:
        """What a human deleted comes back only when its owner has seen that and asked again."""
        return not self.lost and (self.by_hand or self.job.error_code == GONE)

    def chose(self, kind: EntityType) -> bool:
        """Whether the owner said which record of this kind it is."""
        return kind.value in (self.job.choice or {})

    def choice_of(self, kind: EntityType) -> int | None:
        """The record that the owner chose; None for a new one."""
        number: int | None = (self.job.choice or {}).get(kind.value)
        return number

    def hold_contact(self, session: Session) -> bool:
        """Keep the contact from being erased until this transaction ends; says whether it is still there."""
        there = select(Contact.id).where(Contact.id == self.contact.id).with_for_update(read=True, key_share=True)
        return session.exec(there).first() is not None

    def receipt(self, session: Session, kind: EntityType, number: link_store.Number, deed: PushEffect) -> None:
        """Note what was done, in the transaction that keeps its number."""
        if deed is PushEffect.CREATED and isinstance(number, int):
            self.created.add((kind, number))
        where = link_store.numbered(number)
        session.add(PushReceipt(sync_id=self.job.id, account=self.line.account, entity_type=kind, what=deed, **where))

    def lose(self, record: Record) -> None:
        with db.transaction() as session:
            lost_records.mark_deleted(session, self.line.account, *record, but=self.contact)
        self.lost.add(record)

    def presence(self, record: Record) -> Presence:
        """Ask Pipedrive whether this key still sees a record there."""
        kind, number = record
        ask: dict[EntityType, Callable[[int], Any]] = {
            EntityType.ORGANIZATION: self.line.pipedrive.get_organization,
            EntityType.PERSON: self.line.pipedrive.get_person,
            EntityType.ACTIVITY: self.line.pipedrive.get_activity,
        }
        try:
            there = ask[kind](number)
        except (Gone, NotAllowed):
            return Presence.HIDDEN
        return Presence.DELETED if there.is_deleted else Presence.THERE

    def other_contact(self, number: int) -> str | None:
        """The name of another contact of this bank that is that person already."""
        with db.reading() as session:
            return record_choice.other_contact(session, self.line.lease.who, self.contact, number)


def read_push(job: PipedriveSync, line: Connection) -> Push:
    """Read what is to go over; raises Closed or NothingToPush when there is nothing, or it is not this person's."""
    with db.reading() as session:
        contact = contact_of(session, job.contact_id)
        meeting = session.get(Activity, job.entity_id) if job.entity_type is EntityType.ACTIVITY else None
        heard = meeting is not None and _was_heard_of(session, line.account, meeting.id)
    if contact is None or contact.deleted_at:
        raise Closed(CONTACT_GONE, IN_THE_TRASH)
    if contact.user_id != job.user_id:
        raise Closed(OWNER_CHANGED, "This contact now belongs to a colleague, who can push it with their own key.")
    if job.entity_type is EntityType.ACTIVITY and not (meeting and (meeting.takes_place or heard)):
        raise NothingToPush
    return Push(job, line, contact, meeting)


def contact_of(session: Session, contact_id: UUID | None) -> Contact | None:
    firm = joinedload(Contact.organisation)  # type: ignore[arg-type]
    return session.exec(select(Contact).options(firm).where(col(Contact.id) == contact_id)).one_or_none()


def _was_heard_of(session: Session, account: str, meeting_id: UUID) -> bool:
    """Pipedrive has it, or may have it: what is off has to be taken back there."""
    link = select(PipedriveLink.id).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == EntityType.ACTIVITY,
        PipedriveLink.entity_key == str(meeting_id),
        PipedriveLink.state != LinkState.LOST,
    )
    return session.exec(link).first() is not None
