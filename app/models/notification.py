"""How people are reached: notices on the bell, mail that waits to go out, and links that answer from a mail."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.models.base import Entity, Instant, one_of


class NoticeKind(StrEnum):
    DIGEST = "DIGEST"
    REMINDER = "REMINDER"
    MEETING = "MEETING"
    PIPEDRIVE = "PIPEDRIVE"
    CAMPAIGN = "CAMPAIGN"


class Notice(Entity, table=True):
    """One line on somebody's bell; `about` keeps the same news from being told twice."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("notices_once", "user_id", "about", unique=True),
        Index("notices_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        CheckConstraint("path LIKE '/%'", name="notices_path"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    kind: NoticeKind = Field(sa_type=one_of(NoticeKind))
    sentence: str = Field(max_length=300)
    path: str = Field(default="/", max_length=200)
    about: str = Field(max_length=120)
    read_at: datetime | None = Field(default=None, sa_type=Instant)


class NoticeChoice(Entity, table=True):
    """When and about what one person wants to hear; hours are local, quiet hours run from `quiet_from` to `quiet_to`."""

    __tablename__ = "notice_choices"
    __table_args__ = (
        CheckConstraint("digest_hour BETWEEN 0 AND 23", name="notice_choices_digest_hour"),
        CheckConstraint("quiet_from BETWEEN 0 AND 23 AND quiet_to BETWEEN 0 AND 23", name="notice_choices_quiet"),
    )

    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    digest_hour: int = 8
    weekends: bool = False
    by_mail: bool = True
    off: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    quiet_from: int = 20
    quiet_to: int = 7
    digest_on: date | None = None
    reports_on: date | None = None


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


class Reply(StrEnum):
    REACHED = "REACHED"
    SNOOZE = "SNOOZE"
    NOT_RELEVANT = "NOT_RELEVANT"


class ReplyLink(Entity, table=True):
    """A link in a digest that answers for one contact, once; only the SHA-256 of its token is here."""

    __tablename__ = "reply_links"

    token_hash: str = Field(unique=True, max_length=64)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    contact_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    reply: Reply = Field(sa_type=one_of(Reply))
    expires_at: datetime = Field(sa_type=Instant, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
