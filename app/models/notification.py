"""Notifications, and what each user wants to be notified of."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from app.models.base import Entity, Instant, one_of


class NotificationKind(StrEnum):
    DIGEST = "DIGEST"
    REMINDER = "REMINDER"
    MEETING = "MEETING"
    PIPEDRIVE = "PIPEDRIVE"
    CAMPAIGN = "CAMPAIGN"


class Notification(Entity, table=True):
    """One notification of a user; `about` keeps the same news from being told twice."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("notices_once", "user_id", "about", unique=True),
        Index("notices_unread", "user_id", postgresql_where=text("read_at IS NULL")),
        CheckConstraint("path LIKE '/%'", name="notices_path"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    kind: NotificationKind = Field(sa_type=one_of(NotificationKind, check="noticekind"))
    sentence: str = Field(max_length=300)
    path: str = Field(default="/", max_length=200)
    about: str = Field(max_length=120)
    read_at: datetime | None = Field(default=None, sa_type=Instant)


class NotificationSettings(Entity, table=True):
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
