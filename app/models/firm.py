"""The firm's settings, one row a key, and what broke in the rounds of its clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity, Instant


class Setting(Entity, table=True):
    __tablename__ = "settings"

    key: str = Field(unique=True, max_length=80)
    value: Any = Field(sa_type=JSONB)


class BrokenItem(Entity, table=True):
    """One item of one round: why it broke, and when it is tried again. It goes when it works, or after two months."""

    __tablename__ = "broken_items"
    __table_args__ = (Index("broken_items_once", "round", "item", unique=True),)

    round: str = Field(max_length=40)
    item: str = Field(max_length=200)
    reason: str = Field(max_length=300)
    attempts: int = 1
    due_at: datetime = Field(sa_type=Instant)
