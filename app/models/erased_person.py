"""Salted hashes of erased people's addresses: an import must not bring them back."""

from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.models.base import Entity


class ErasedPerson(Entity, table=True):
    """Somebody was erased from this bank: a salted hash of one of their addresses keeps them from coming back."""

    __tablename__ = "tombstones"
    __table_args__ = (Index("tombstones_once", "user_id", "mark", unique=True),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    mark: str = Field(max_length=64)
