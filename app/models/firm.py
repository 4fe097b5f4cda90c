"""What belongs to the whole firm: settings, the audit trail, imports, and keys that make a retry harmless."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant


class Setting(Entity, table=True):
    __tablename__ = "settings"

    key: str = Field(unique=True, max_length=80)
    value: Any = Field(sa_type=JSONB)


class AuditEvent(Entity, table=True):
    """Who did what to whom; written in the same transaction as the deed."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("audit_events_by_time", text("created_at DESC"), "id"),)

    actor: str = Field(max_length=80)
    action: str = Field(max_length=60)
    about: str = Field(default="", max_length=80)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


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


class IdempotencyKey(Entity, table=True):
    """What a POST with this key answered, so that a phone may repeat it."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("idempotency_keys_once", "user_id", "key", unique=True),)

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    key: str = Field(max_length=200)
    request_hash: str = Field(max_length=64)
    status: int
    answer: str = Field(sa_type=Text)
