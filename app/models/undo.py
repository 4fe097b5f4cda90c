"""The undo log: what was done in one go, with the rows before and after it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Index, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant, one_of

# so long the trash, the undo log and what an import changed are kept; sentences on screens say so
KEPT_DAYS = 30
KEPT = timedelta(days=KEPT_DAYS)


class UndoKind(StrEnum):
    """What was done to many contacts, or to two, in one go."""

    TAG = "TAG"
    UNTAG = "UNTAG"
    WARM = "WARM"
    LOG = "LOG"
    PUSH = "PUSH"
    TRASH = "TRASH"
    RESTORE = "RESTORE"
    SNOOZE = "SNOOZE"
    ASSIGN = "ASSIGN"
    MOVE = "MOVE"
    TAKE_OUT = "TAKE_OUT"
    MERGE = "MERGE"
    FIRM_RENAME = "FIRM_RENAME"
    FIRM_MERGE = "FIRM_MERGE"


class UndoEntry(Entity, table=True):
    """One action and the rows before and after it, kept for `KEPT` so that it can be undone.

    `what` is a list of steps, each the rows of one table before and after.
    `contact_ids` names the people whose personal data the steps hold.
    """

    __tablename__ = "bank_deeds"
    __table_args__ = (Index("bank_deeds_of_user", "user_id", "created_at"),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    kind: UndoKind = Field(sa_type=one_of(UndoKind, check="deedkind"))
    sentence: str = Field(max_length=200)
    what: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    contact_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
