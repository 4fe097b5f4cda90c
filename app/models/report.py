"""What people keep of reports: a question to ask again, and a link for somebody without an account."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.base import Draft, EmptyIsNone, Entity, Instant, Line, one_of


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
