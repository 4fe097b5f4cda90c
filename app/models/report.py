"""What people keep of reports: a question to ask again, a link for somebody without an account; and introductions offered."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Draft, EmptyIsNone, Entity, Instant, Line, Prose, one_of


class Question(StrEnum):
    """The gallery of ready questions across campaigns."""

    CHANNELS = "CHANNELS"
    HELP = "HELP"
    WEEK = "WEEK"
    STALLS = "STALLS"
    SECTORS = "SECTORS"


class QuestionFilters(Draft):
    """Which campaigns and which days a question is about; nothing means everything that one may see."""

    from_: date | None = None
    to: date | None = None
    sector: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    theme: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None


class SavedReportDraft(Draft):
    name: Annotated[str, Line(80, 1)]
    question: Question
    filters: QuestionFilters = Field(default_factory=QuestionFilters)
    weekly: bool = False


class SavedReport(Entity, table=True):
    """A question with its filters under a name; `weekly` asks for it by mail on Mondays."""

    __tablename__ = "saved_reports"
    __table_args__ = (CheckConstraint("length(name) BETWEEN 1 AND 80", name="saved_reports_name_length"),)

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=80)
    question: Question = Field(sa_type=one_of(Question))
    filters: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    weekly: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class ReportLink(Entity, table=True):
    """Shows one campaign's report to whoever holds it. Only the SHA-256 of its token is here."""

    __tablename__ = "report_links"

    campaign_id: UUID = Field(foreign_key="campaigns.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    created_by: UUID = Field(foreign_key="users.id")
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class IntroductionDraft(Draft):
    """Whom a partner can open a door to, and for which colleague."""

    offered_to: UUID
    whom: Annotated[str, Line(200, 1)]
    campaign_id: UUID | None = None
    note: Annotated[str, Prose(2_000)] = ""


class Introduction(Entity, table=True):
    """A door that a golden ticket offers to open: used (`redeemed_at`) or turned down, and never both."""

    __tablename__ = "introductions"
    __table_args__ = (
        CheckConstraint("length(whom) BETWEEN 1 AND 200", name="introductions_whom_length"),
        CheckConstraint("length(note) <= 2000", name="introductions_note_length"),
        CheckConstraint("redeemed_at IS NULL OR declined_at IS NULL", name="introductions_once"),
        Index("introductions_of_user", "offered_to", "created_at"),
    )

    campaign_id: UUID | None = Field(default=None, foreign_key="campaigns.id", index=True, ondelete="SET NULL")
    offered_by: UUID = Field(foreign_key="users.id")
    offered_to: UUID = Field(foreign_key="users.id")
    whom: str = Field(max_length=200)
    note: str = Field(default="", sa_type=Text)
    redeemed_activity_id: UUID | None = Field(
        default=None, foreign_key="activities.id", index=True, ondelete="SET NULL"
    )
    redeemed_at: datetime | None = Field(default=None, sa_type=Instant)
    declined_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def is_open(self) -> bool:
        return self.redeemed_at is None and self.declined_at is None
