"""The firm's settings, one row a key."""

from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Entity


class Setting(Entity, table=True):
    __tablename__ = "settings"

    key: str = Field(unique=True, max_length=80)
    value: Any = Field(sa_type=JSONB)
