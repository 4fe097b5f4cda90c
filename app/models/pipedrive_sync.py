"""What Pipedrive still has to hear about, who tells it, and what it already knows.

A sync is level-triggered: it names a contact or a meeting, and the worker makes
Pipedrive agree with the row as it is then. "Running" is no status: it is a lease
in the future, so a crash leaves nothing to repair.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import sqlalchemy
from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant, now, one_of

MAX_ATTEMPTS = 12

# the company that people practise with; no company domain looks like this
PRACTICE = "(practice)"
# before the key of a link whose record in the practice company is about to be deleted, as its contact was erased
ERASED_KEY = "erased:"

# the code of a push that its owner has set aside
SKIPPED = "SKIPPED"
# the code of a push whose contact is in the trash, or erased
CONTACT_GONE = "contact_gone"
# failed, but by its owner's own decision: it needs nobody
SET_ASIDE = (SKIPPED, CONTACT_GONE)

# JSON that may be missing is NULL, not a JSON null
Json = JSONB(none_as_null=True)


class Trigger(StrEnum):
    """Why something goes over; people ask for the first three, the last two follow from what they did."""

    WARM = "WARM"
    MEETING = "MEETING"
    MANUAL = "MANUAL"
    UPDATE = "UPDATE"
    UNDO = "UNDO"


# what a person may ask for
Asked = Literal[Trigger.WARM, Trigger.MEETING, Trigger.MANUAL]


class SyncStatus(StrEnum):
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    RETRY = "RETRY"


OPEN = (SyncStatus.PENDING, SyncStatus.RETRY)


class EntityType(StrEnum):
    """Pipedrive's nouns, never renamed."""

    ORGANIZATION = "organization"
    PERSON = "person"
    ACTIVITY = "activity"
    LEAD = "lead"
    DEAL = "deal"


def record_url(account: str, kind: EntityType, number: int | str) -> str:
    """Where a person opens that record: in Pipedrive, or on the practice pages."""
    if account == PRACTICE:
        return f"/practice/{kind}/{number}"
    if kind is EntityType.LEAD:
        return f"https://{account}.pipedrive.com/leads/inbox/{number}"
    return f"https://{account}.pipedrive.com/{WORDS_IN_URLS.get(kind, kind.value)}/{number}"


# an activity is shown in the list of activities
WORDS_IN_URLS = {EntityType.ACTIVITY: "activities"}


class PipedriveSync(Entity, table=True):
    """`candidates` are the records that may be meant where several are; `choice` is the number its owner chose, by
    kind (None for a new one).

    `urgent` was asked for alone, and goes before what its owner asked for in bulk.
    """

    __tablename__ = "pipedrive_syncs"
    __table_args__ = (
        Index("pipedrive_syncs_open_once", "dedupe_key", unique=True, postgresql_where=text("status IN ('PENDING', 'RETRY')")),
        Index("pipedrive_syncs_due", "run_at", "id", postgresql_where=text("status IN ('PENDING', 'RETRY')")),
        Index("pipedrive_syncs_lane", "user_id", "run_at"),
        Index("pipedrive_syncs_waiting", "user_id", "run_at", postgresql_where=text("status IN ('PENDING', 'RETRY')")),
        Index("pipedrive_syncs_urgent", "user_id", "run_at", postgresql_where=text("urgent AND status IN ('PENDING', 'RETRY')")),
        Index("pipedrive_syncs_of_contact", "contact_id", "created_at"),
        Index("pipedrive_syncs_unfinished", "user_id", "status", "contact_id", postgresql_where=text("status <> 'SUCCESS'")),
        CheckConstraint("attempts >= 0 AND generation >= 1", name="pipedrive_syncs_counts"),
    )  # fmt: skip

    user_id: UUID = Field(foreign_key="users.id")
    contact_id: UUID | None = Field(default=None, foreign_key="contacts.id", ondelete="SET NULL")
    entity_type: EntityType = Field(sa_type=one_of(EntityType))
    entity_id: UUID
    trigger: Trigger = Field(sa_type=one_of(Trigger))
    dedupe_key: str = Field(max_length=80)
    status: SyncStatus = Field(default=SyncStatus.PENDING, sa_type=one_of(SyncStatus))
    generation: int = 1
    urgent: bool = False
    attempts: int = 0
    run_at: datetime = Field(default_factory=now, sa_type=Instant)
    error_code: str | None = Field(default=None, max_length=40)
    error: str | None = Field(default=None, max_length=500)
    detail: str | None = Field(default=None, sa_type=Text)
    candidates: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    choice: dict[str, Any] | None = Field(default=None, sa_type=Json)
    finished_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def needs_owner(self) -> bool:
        """It failed, and not because its owner decided so; `needs_owner` of the push queue says the same in SQL."""
        return self.status is SyncStatus.FAILED and self.error_code not in SET_ASIDE


class SyncLane(Entity, table=True):
    """One person's key: one call at a time, pauses, and the lease of whoever works on it."""

    __tablename__ = "sync_lanes"

    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    not_before: datetime = Field(default_factory=now, sa_type=Instant)
    paused_reason: str | None = Field(default=None, max_length=200)
    lease_token: UUID | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    told_at: datetime | None = Field(default=None, sa_type=Instant)


class SyncAccount(Entity, table=True):
    """A Pipedrive company: the daily budget that all its keys share, and how far we have listened to it.

    `heard` are the moments up to which we know what changed there, by kind;
    `known` is what we learned about its types and fields; `hook` its webhooks;
    `trouble` which pushes in a row got no usable answer, and how often all rested for that.
    """

    __tablename__ = "sync_accounts"

    account: str = Field(unique=True, max_length=63)
    not_before: datetime = Field(default_factory=now, sa_type=Instant)
    paused_reason: str | None = Field(default=None, max_length=200)
    budget_day: str | None = Field(default=None, max_length=10)
    tokens_spent: int = 0
    tokens_left: int | None = None
    listen_at: datetime = Field(default_factory=now, sa_type=Instant)
    heard: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    known: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    hook: dict[str, Any] | None = Field(default=None, sa_type=Json)
    trouble: dict[str, Any] | None = Field(default=None, sa_type=Json)


class LinkState(StrEnum):
    CREATING = "CREATING"
    LINKED = "LINKED"
    LOST = "LOST"


class PipedriveLink(Entity, table=True):
    """What we are about to create, or know to be there; its key is the mutex between two users.

    `agreed` is what both sides said when they last agreed; `remote_ref` is the
    number of what Pipedrive counts in letters (leads). `unseen_at` is when the
    listener's key last did not see the record, and `unseen_times` how often in a row.
    `deals_of` is the person there whose deals were asked for since we know them.
    """

    __tablename__ = "pipedrive_links"
    __table_args__ = (
        Index("pipedrive_links_once", "account", "entity_type", "entity_key", unique=True),
        Index("pipedrive_links_there", "account", "entity_type", "remote_id"),
    )

    account: str = Field(max_length=63)
    entity_type: EntityType = Field(sa_type=one_of(EntityType))
    entity_key: str = Field(max_length=240)
    state: LinkState = Field(sa_type=one_of(LinkState))
    intent_at: datetime = Field(default_factory=now, sa_type=Instant)
    remote_id: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)
    created_by_us: bool = False
    synced_hash: str | None = Field(default=None, max_length=64)
    remote_ref: str | None = Field(default=None, max_length=64)
    agreed: dict[str, Any] | None = Field(default=None, sa_type=Json)
    checked_at: datetime | None = Field(default=None, sa_type=Instant)
    unseen_at: datetime | None = Field(default=None, sa_type=Instant)
    unseen_times: int = 0
    deals_of: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)
