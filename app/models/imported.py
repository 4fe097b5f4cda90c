"""Imports, what each changed, and how a person mapped a file's columns."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant


class Import(Entity, table=True):
    """What was taken in in one go; undoing it puts its new contacts into the trash."""

    __tablename__ = "imports"

    user_id: UUID = Field(foreign_key="users.id", index=True)
    filename: str = Field(default="", max_length=200)
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    failed: int = 0
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class ImportChange(Entity, table=True):
    """What one import filled in about somebody who was there already: those facts before and after."""

    __tablename__ = "import_changes"

    import_id: UUID = Field(foreign_key="imports.id", index=True, ondelete="CASCADE")
    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    before: dict[str, Any] = Field(sa_type=JSONB)
    after: dict[str, Any] = Field(sa_type=JSONB)


class ImportMapping(Entity, table=True):
    """What the columns of a kind of file mean, as a person once chose; `signature` is made of its headings."""

    __tablename__ = "import_mappings"
    __table_args__ = (Index("import_mappings_once", "user_id", "signature", unique=True),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    signature: str = Field(max_length=64)
    meanings: list[str] = Field(default_factory=list, sa_type=JSONB)
