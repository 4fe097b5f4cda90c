"""A search of the contact bank that its owner keeps under a name."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.models.base import Draft, Entity, Line


class SavedSearchDraft(Draft):
    """A search of the contact bank under a name; `query` is what stands behind the ? of the list."""

    name: Annotated[str, Line(80, 1)]
    query: Annotated[str, Line(1000)] = ""


class SavedSearch(Entity, table=True):
    __tablename__ = "saved_views"
    __table_args__ = (
        Index("saved_views_once", "user_id", "name", unique=True),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="saved_views_name_length"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    name: str = Field(max_length=80)
    query: str = Field(default="", max_length=1000)
