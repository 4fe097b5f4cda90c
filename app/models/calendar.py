"""The private address under which a person's own calendar reads their meetings."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from app.models.base import Entity, Instant


class CalendarFeed(Entity, table=True):
    """One feed a person. Only the SHA-256 of its token is here; a new one ends the old."""

    __tablename__ = "calendar_feeds"

    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
