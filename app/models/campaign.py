"""A campaign: a theme, a time, a goal, its members, and where each contact stands in it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.models.base import Draft, EmptyIsNone, Entity, Instant, Line, Prose, now, one_of


class Stage(StrEnum):
    TO_CONTACT = "TO_CONTACT"
    CONTACTED = "CONTACTED"
    IN_DIALOGUE = "IN_DIALOGUE"
    MEETING_BOOKED = "MEETING_BOOKED"
    HANDED_OVER = "HANDED_OVER"
    NOT_NOW = "NOT_NOW"


class CampaignDraft(Draft):
    name: Annotated[str, Line(160, 1)]
    description: Annotated[str, Prose(10_000)] = ""
    sector: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    theme: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    start_date: date | None = None
    end_date: date | None = None
    goal_meetings: int | None = Field(default=None, ge=0, le=100_000)
    goal_touches: int | None = Field(default=None, ge=0, le=1_000_000)
    member_ids: list[UUID] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("the campaign cannot end before it starts")
        return self


class Campaign(Entity, table=True):
    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("end_date >= start_date", name="campaigns_dates"),
        CheckConstraint("length(name) BETWEEN 1 AND 160", name="campaigns_name_length"),
        CheckConstraint("goal_meetings >= 0 AND goal_touches >= 0", name="campaigns_goals"),
    )

    name: str = Field(max_length=160)
    description: str = Field(default="", sa_type=Text)
    sector: str | None = Field(default=None, max_length=80)
    theme: str | None = Field(default=None, max_length=80)
    start_date: date | None = None
    end_date: date | None = None
    goal_meetings: int | None = None
    goal_touches: int | None = None
    owner_id: UUID = Field(foreign_key="users.id", index=True)
    version: int = 1
    archived_at: datetime | None = Field(default=None, sa_type=Instant)
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)


class CampaignUser(Entity, table=True):
    """A member: sees the cards of the campaign's contacts, until the row goes."""

    __tablename__ = "campaign_users"
    __table_args__ = (Index("campaign_users_once", "campaign_id", "user_id", unique=True),)

    campaign_id: UUID = Field(foreign_key="campaigns.id", ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")


class CampaignContact(Entity, table=True):
    """A contact's place in a campaign."""

    __tablename__ = "campaign_contacts"
    __table_args__ = (
        Index("campaign_contacts_once", "campaign_id", "contact_id", unique=True),
        Index("campaign_contacts_board", "campaign_id", "stage", "stage_at", "id"),
        CheckConstraint("added_at <= stage_at", name="campaign_contacts_times"),
    )

    campaign_id: UUID = Field(foreign_key="campaigns.id", ondelete="CASCADE")
    contact_id: UUID = Field(foreign_key="contacts.id", index=True, ondelete="CASCADE")
    stage: Stage = Field(
        default=Stage.TO_CONTACT, sa_type=one_of(Stage), sa_column_kwargs={"server_default": text("'TO_CONTACT'")}
    )
    assigned_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    added_at: datetime = Field(default_factory=now, sa_type=Instant)
    stage_at: datetime = Field(default_factory=now, sa_type=Instant)
    outcome: str | None = Field(default=None, max_length=80)
