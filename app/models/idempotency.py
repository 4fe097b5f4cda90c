"""Answers to POSTs with an Idempotency-Key."""

from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field

from app.models.base import Entity


class IdempotencyKey(Entity, table=True):
    """What a POST with this key answered, so that a phone may repeat it."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("idempotency_keys_once", "user_id", "key", unique=True),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(max_length=200)
    request_hash: str = Field(max_length=64)
    status: int
    answer: str = Field(sa_type=Text)
