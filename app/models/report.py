"""What people keep of reports: a question to ask again, and a link for somebody without an account."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.models.activity import ActivityType
from app.models.base import Draft, EmptyIsNone, Entity, Instant, Line, one_of


class Question(StrEnum):
    """The gallery of ready questions across campaigns, a campaign's own report, and questions put together by oneself."""

    CHANNELS = "CHANNELS"
    HELP = "HELP"
    WEEK = "WEEK"
    STALLS = "STALLS"
    SECTORS = "SECTORS"
    CAMPAIGNS = "CAMPAIGNS"
    COHORTS = "COHORTS"
    CAMPAIGN = "CAMPAIGN"
    OWN = "OWN"


class Measure(StrEnum):
    """What an own question counts."""

    TOUCHES = "TOUCHES"
    REACHED = "REACHED"
    MEETINGS_BOOKED = "MEETINGS_BOOKED"
    MEETINGS_HELD = "MEETINGS_HELD"
    HANDED_OVER = "HANDED_OVER"
    MEETINGS_RATE = "MEETINGS_RATE"


class Grouping(StrEnum):
    """By what an own question counts it."""

    METHOD = "METHOD"
    PERSON = "PERSON"
    CAMPAIGN = "CAMPAIGN"
    SECTOR = "SECTOR"
    THEME = "THEME"
    WEEK = "WEEK"


class QuestionFilters(Draft):
    """Which campaigns, days, person and method a question is about; nothing means everything that one may see.

    `last_days` means so many days until the day on which it is asked. `measure` and `by` are what an own question
    counts, and by what; the ready ones have theirs.
    """

    from_: date | None = None
    to: date | None = None
    last_days: int | None = Field(default=None, ge=1, le=3_660)
    campaign_id: UUID | None = None
    user_id: UUID | None = None
    type: ActivityType | None = None
    sector: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    theme: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    measure: Measure | None = None
    by: Grouping | None = None

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if self.last_days and (self.from_ or self.to):
            raise ValueError("choose the last days or a first and last day, not both")
        return self


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


class PersonGoalDraft(Draft):
    """What somebody wants to do in a week; None for no goal."""

    touches: int | None = Field(default=None, ge=1, le=10_000)
    meetings: int | None = Field(default=None, ge=1, le=1_000)


class PersonGoal(Entity, table=True):
    """A person's goal for each week, from Monday to Sunday."""

    __tablename__ = "person_goals"
    __table_args__ = (
        CheckConstraint("touches BETWEEN 1 AND 10000 AND meetings BETWEEN 1 AND 1000", name="person_goals_sizes"),
    )

    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    touches: int | None = None
    meetings: int | None = None


class CampaignNoteDraft(Draft):
    """What happened on a day of a campaign, in a few words: a fair, a holiday."""

    day: date
    words: Annotated[str, Line(80, 1)]


class CampaignNote(Entity, table=True):
    """Words that stand on the time line of a campaign's charts."""

    __tablename__ = "campaign_notes"
    __table_args__ = (
        Index("campaign_notes_by_day", "campaign_id", "day"),
        CheckConstraint("length(words) BETWEEN 1 AND 80", name="campaign_notes_length"),
    )

    campaign_id: UUID = Field(foreign_key="campaigns.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id")
    day: date
    words: str = Field(max_length=80)


class ReportLink(Entity, table=True):
    """Shows one campaign's report, narrowed by its filters, to whoever holds it. Only the SHA-256 of its token is here."""

    __tablename__ = "report_links"

    campaign_id: UUID = Field(foreign_key="campaigns.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True, max_length=64)
    created_by: UUID = Field(foreign_key="users.id")
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    name: str | None = Field(default=None, max_length=80)
    filters: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")}
    )
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
