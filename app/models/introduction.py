"""Introductions: a partner offers a door to somebody."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.models.base import Draft, Entity, Instant, Line, Prose


class IntroductionDraft(Draft):
    """Whom a partner can open a door to, and for which colleague; `reach` is an address, a number or a profile."""

    offered_to: UUID
    whom: Annotated[str, Line(200, 1)]
    reach: Annotated[str, Line(200)] = ""
    campaign_id: UUID | None = None
    note: Annotated[str, Prose(2_000)] = ""


class Introduction(Entity, table=True):
    """A door that a golden ticket offers to open: used (`redeemed_at`) or turned down, and never both."""

    __tablename__ = "introductions"
    __table_args__ = (
        CheckConstraint("length(whom) BETWEEN 1 AND 200", name="introductions_whom_length"),
        CheckConstraint("length(note) <= 2000", name="introductions_note_length"),
        CheckConstraint("redeemed_at IS NULL OR declined_at IS NULL", name="introductions_once"),
        Index("introductions_of_user", "offered_to", "created_at"),
    )

    campaign_id: UUID | None = Field(default=None, foreign_key="campaigns.id", index=True, ondelete="SET NULL")
    offered_by: UUID = Field(foreign_key="users.id")
    offered_to: UUID = Field(foreign_key="users.id")
    whom: str = Field(max_length=200)
    reach: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": text("''")})
    note: str = Field(default="", sa_type=Text)
    redeemed_activity_id: UUID | None = Field(
        default=None, foreign_key="activities.id", index=True, ondelete="SET NULL"
    )
    redeemed_at: datetime | None = Field(default=None, sa_type=Instant)
    declined_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def is_open(self) -> bool:
        return self.redeemed_at is None and self.declined_at is None
