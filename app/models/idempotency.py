"""Answers to POSTs with an Idempotency-Key."""

from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity


class IdempotencyKey(Entity, table=True):
    """What a POST with this key answered, so that it may be sent again; without the answer where that is not kept."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("idempotency_keys_once", "user_id", "key", unique=True),
        Index("idempotency_keys_by_age", "created_at"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(max_length=200)
    request_hash: str = Field(max_length=64)
    status: int
    answer: str | None = Field(default=None, sa_type=Text)
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
