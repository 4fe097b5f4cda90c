"""The audit trail."""

from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity


class AuditEvent(Entity, table=True):
    """Who did what to whom; written in the transaction that does it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("audit_events_by_time", text("created_at DESC"), "id"),)

    actor: str = Field(max_length=80)
    action: str = Field(max_length=60)
    about: str = Field(default="", max_length=80)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
