"""Outgoing mail, and the one-time links in it that answer without a sign-in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.models.base import Entity, Instant, one_of


class Mail(Entity, table=True):
    """A mail that waits, went out, or could not; without a mail server it stays here, to be read in the outbox."""

    __tablename__ = "mails"
    __table_args__ = (
        Index("mails_waiting", "due_at", "id", postgresql_where=text("sent_at IS NULL AND failed_at IS NULL")),
        Index("mails_by_time", text("created_at DESC"), "id"),
        CheckConstraint("attempts >= 0", name="mails_attempts"),
    )

    user_id: UUID | None = Field(default=None, foreign_key="users.id", index=True, ondelete="CASCADE")
    address: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    body: str = Field(sa_type=Text)
    html: str = Field(default="", sa_type=Text)
    due_at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    failed_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str | None = Field(default=None, max_length=300)


class EmailAction(StrEnum):
    REACHED = "REACHED"
    SNOOZE = "SNOOZE"
    NOT_RELEVANT = "NOT_RELEVANT"


class EmailActionLink(Entity, table=True):
    """A link in a digest that answers for one contact, once; only the SHA-256 of its tokens is here.

    `mailed` are those of the copies that went out.
    """

    __tablename__ = "reply_links"

    token_hash: str = Field(unique=True, max_length=64)
    mailed: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    contact_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    reply: EmailAction = Field(sa_type=one_of(EmailAction, check="reply"))
    expires_at: datetime = Field(sa_type=Instant, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
