"""What became of a contact: each change of a field, of warmness, of owner, and whether its records in Pipedrive follow."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant, one_of


class WarmnessReason(StrEnum):
    ADDED = "ADDED"
    HAND = "HAND"
    SUGGESTED = "SUGGESTED"
    MERGED = "MERGED"
    IMPORT = "IMPORT"
    DECLINED = "DECLINED"


class WarmnessChange(Entity, table=True):
    """One step of a contact's warmness, why, and the touch that suggested it."""

    __tablename__ = "warmness_changes"
    __table_args__ = (
        Index("warmness_changes_of_activity", "activity_id", postgresql_where=text("activity_id IS NOT NULL")),
    )

    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id")
    before: int
    after: int
    reason: WarmnessReason = Field(sa_type=one_of(WarmnessReason))
    activity_id: UUID | None = Field(default=None, foreign_key="activities.id", ondelete="SET NULL")


class ChangeSource(StrEnum):
    """Whose change it was: a colleague's, or one that was heard from Pipedrive."""

    HERE = "HERE"
    PIPEDRIVE = "PIPEDRIVE"


class ContactChange(Entity, table=True):
    """One field of a contact got another value; a trigger of the table contacts writes it, whichever verb was at work.

    `user_id` is whose bank the contact was in: nobody else may change it.
    """

    __tablename__ = "contact_changes"
    __table_args__ = (Index("contact_changes_of_contact", "contact_id", text("created_at DESC"), text("id DESC")),)

    contact_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id")
    field: str = Field(max_length=40)
    before: Any = Field(default=None, sa_type=JSONB, nullable=True)
    after: Any = Field(default=None, sa_type=JSONB, nullable=True)
    source: ChangeSource = Field(sa_type=one_of(ChangeSource))
    taken_back_at: datetime | None = Field(default=None, sa_type=Instant)


class OwnerChange(Entity, table=True):
    """A contact went from one bank to another; `by_user_id` is empty when the operator did it."""

    __tablename__ = "owner_changes"

    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    from_user_id: UUID = Field(foreign_key="users.id")
    to_user_id: UUID = Field(foreign_key="users.id")
    by_user_id: UUID | None = Field(default=None, foreign_key="users.id")


class HandoverDecision(StrEnum):
    MOVE = "MOVE"
    LEAVE = "LEAVE"


class PipedriveHandover(Entity, table=True):
    """One question to the new owner, and what is left to do once it is answered with MOVE.

    `contact_ids` are those whose records have not been looked at yet; `from_owners`
    are the numbers of the users in Pipedrive whose records may move.
    """

    __tablename__ = "pipedrive_handovers"
    __table_args__ = (Index("pipedrive_handovers_of_user", "user_id"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    from_user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    contact_ids: list[str] = Field(default_factory=list, sa_type=JSONB)
    from_owners: list[int] = Field(default_factory=list, sa_type=JSONB)
    decision: HandoverDecision | None = Field(default=None, sa_type=one_of(HandoverDecision, check="handoverdecision"))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
