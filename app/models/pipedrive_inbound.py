"""What comes back from Pipedrive, what both sides changed, what a push left there, and what all of it cost."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.models.base import Entity, Instant, now, one_of
from app.models.pipedrive_sync import EntityType, Json


class ConflictResolution(StrEnum):
    OURS = "OURS"
    THEIRS = "THEIRS"


class SyncConflict(Entity, table=True):
    """One field that both sides changed since they last agreed; nobody overwrites anybody until its owner decides."""

    __tablename__ = "sync_conflicts"
    __table_args__ = (
        Index("sync_conflicts_open_once", "entity_id", "field", unique=True, postgresql_where=text("resolved_at IS NULL")),
        Index("sync_conflicts_of_contact", "contact_id"),
        Index("sync_conflicts_of_user", "user_id", postgresql_where=text("resolved_at IS NULL")),
    )  # fmt: skip

    contact_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id")
    account: str = Field(max_length=63)
    entity_type: EntityType = Field(sa_type=one_of(EntityType))
    entity_id: UUID
    field: str = Field(max_length=20)
    ours: Any = Field(default=None, sa_type=Json, nullable=True)
    theirs: Any = Field(default=None, sa_type=Json, nullable=True)
    seen_at: datetime = Field(default_factory=now, sa_type=Instant)
    resolved_at: datetime | None = Field(default=None, sa_type=Instant)
    resolution: ConflictResolution | None = Field(default=None, sa_type=one_of(ConflictResolution, check="resolution"))


class PushEffect(StrEnum):
    CREATED = "CREATED"
    LINKED = "LINKED"
    UPDATED = "UPDATED"


class PushReceipt(Entity, table=True):
    """One thing that a push did in Pipedrive; `remote_ref` is a lead's number.

    `stays` says in words why it is still there although it was to be undone;
    `proof` is what an undo that was asked for compares the record with.
    """

    __tablename__ = "sync_receipts"
    __table_args__ = (Index("sync_receipts_of_sync", "sync_id", "at"),)

    sync_id: UUID = Field(foreign_key="pipedrive_syncs.id", ondelete="CASCADE")
    account: str = Field(max_length=63)
    entity_type: EntityType = Field(sa_type=one_of(EntityType))
    remote_id: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)
    remote_ref: str | None = Field(default=None, max_length=64)
    what: PushEffect = Field(sa_type=one_of(PushEffect, check="deed"))
    at: datetime = Field(default_factory=now, sa_type=Instant)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    stays: str | None = Field(default=None, sa_type=Text)
    proof: dict[str, Any] | None = Field(default=None, sa_type=Json)


class TokenSpending(Entity, table=True):
    """Tokens of one company on one UTC day for one kind of work: search, read, create, change, delete, listen, deals, set-up."""

    __tablename__ = "sync_spending"
    __table_args__ = (Index("sync_spending_once", "account", "day", "kind", unique=True),)

    account: str = Field(max_length=63)
    day: str = Field(max_length=10)
    kind: str = Field(max_length=20)
    tokens: int = 0
    calls: int = 0


class WebhookNote(Entity, table=True):
    """Pipedrive says that a record of ours changed; looked at with the next listening, then forgotten."""

    __tablename__ = "sync_notes"
    __table_args__ = (Index("sync_notes_once", "account", "entity_type", "remote_id", unique=True),)

    account: str = Field(max_length=63)
    entity_type: EntityType = Field(sa_type=one_of(EntityType))
    remote_id: int = Field(sa_type=sqlalchemy.BigInteger)
    merged_to_id: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)


class DealStatus(StrEnum):
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class PipedriveDeal(Entity, table=True):
    """What became of somebody, without a name or title: a deal of somebody who is linked; `person_id` is their number there, `currency` an ISO 4217 code."""

    __tablename__ = "pipedrive_deals"
    __table_args__ = (
        Index("pipedrive_deals_once", "account", "remote_id", unique=True),
        Index("pipedrive_deals_of_person", "account", "person_id"),
        CheckConstraint("value >= 0", name="pipedrive_deals_value"),
    )

    account: str = Field(max_length=63)
    remote_id: int = Field(sa_type=sqlalchemy.BigInteger)
    person_id: int = Field(sa_type=sqlalchemy.BigInteger)
    status: DealStatus = Field(sa_type=one_of(DealStatus))
    value: Decimal = Field(default=Decimal(0), max_digits=18, decimal_places=2)
    currency: str = Field(max_length=3)
    added_at: datetime = Field(sa_type=Instant)
