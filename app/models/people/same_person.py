"""What people decided about who is who, and what a file knew of somebody that the bank does not say."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from app.models.base import Entity, Instant


class DistinctContacts(Entity, table=True):
    """Two contacts of one bank that somebody said are two people; the smaller id stands first."""

    __tablename__ = "distinct_contacts"
    __table_args__ = (
        Index("distinct_contacts_once", "one_id", "other_id", unique=True),
        CheckConstraint("one_id < other_id", name="distinct_contacts_order"),
    )

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    one_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    other_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")


class JobChange(Entity, table=True):
    """A file says that somebody has another firm or title than the bank knows; it waits until somebody decides."""

    __tablename__ = "job_changes"
    __table_args__ = (
        Index("job_changes_open", "user_id", "contact_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    import_id: UUID | None = Field(default=None, foreign_key="imports.id", index=True, ondelete="SET NULL")
    organisation: str | None = Field(default=None, max_length=200)
    job_title: str | None = Field(default=None, max_length=120)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
