"""A hand-over of contacts that own records in Pipedrive: whether those move to the new owner there."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant, one_of


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
