"""A campaign: a theme, a time, a goal, its members, and where each contact stands in it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.models.activity import Activity, ActivityType, Outcome
from app.models.base import BrokenRule, Draft, EmptyIsNone, Entity, Instant, Line, Prose, now, one_of


class Stage(StrEnum):
    TO_CONTACT = "TO_CONTACT"
    CONTACTED = "CONTACTED"
    IN_DIALOGUE = "IN_DIALOGUE"
    MEETING_BOOKED = "MEETING_BOOKED"
    HANDED_OVER = "HANDED_OVER"
    NOT_NOW = "NOT_NOW"


# somebody answered
ANSWERED = frozenset({Outcome.REACHED, Outcome.REPLIED, Outcome.MET, Outcome.INTRODUCED})


def stage_earned(touch: Activity) -> Stage | None:
    """How far one touch brings somebody by itself; None for what is not done, taken back or called off."""
    if touch.deleted_at:
        return None
    if touch.done and touch.outcome is Outcome.DECLINED:
        return Stage.NOT_NOW
    meets = touch.type is ActivityType.MEETING and touch.outcome is not Outcome.CANCELLED
    if meets or (touch.done and touch.outcome is Outcome.MEETING_BOOKED):
        return Stage.MEETING_BOOKED
    if not touch.done:
        return None
    return Stage.IN_DIALOGUE if touch.outcome in ANSWERED else Stage.CONTACTED


def next_stage(stage: Stage, touch: Activity) -> Stage:
    """Where a touch leaves somebody who stood at `stage`: only ever forward, and NOT_NOW wakes when they answer.

    Who was handed over stays there: Pipedrive knows how it goes on.
    """
    to = stage_earned(touch)
    if to is None or stage is Stage.HANDED_OVER or (stage is Stage.NOT_NOW and to is Stage.CONTACTED):
        return stage
    if stage is Stage.NOT_NOW:
        return to
    order = list(Stage)
    return max(stage, to, key=order.index)


class CampaignStatus(StrEnum):
    PLANNED = "PLANNED"
    RUNNING = "RUNNING"
    ENDED = "ENDED"
    ARCHIVED = "ARCHIVED"


class CampaignDraft(Draft):
    name: Annotated[str, Line(160, 1)]
    description: Annotated[str, Prose(10_000)] = ""
    sector: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    theme: Annotated[Annotated[str, Line(80)] | None, EmptyIsNone] = None
    start_date: date | None = None
    end_date: date | None = None
    goal_meetings: int | None = Field(default=None, ge=0, le=100_000)
    goal_touches: int | None = Field(default=None, ge=0, le=1_000_000)
    leaderboard: bool = True
    member_ids: list[UUID] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise BrokenRule("end_date", "the campaign cannot end before it starts")
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
    leaderboard: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    owner_id: UUID = Field(foreign_key="users.id", index=True)
    version: int = 1
    archived_at: datetime | None = Field(default=None, sa_type=Instant)
    behind_since: datetime | None = Field(default=None, sa_type=Instant)
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)

    def status(self, today: date) -> CampaignStatus:
        """Archived by hand, else what its dates say of this day; without dates it runs."""
        if self.archived_at:
            return CampaignStatus.ARCHIVED
        if self.start_date and today < self.start_date:
            return CampaignStatus.PLANNED
        if self.end_date and today > self.end_date:
            return CampaignStatus.ENDED
        return CampaignStatus.RUNNING

    def elapsed(self, today: date) -> float | None:
        """How much of its time is over, 0 to 1, the day itself counted; None unless both dates are set."""
        if self.start_date is None or self.end_date is None:
            return None
        return min(1.0, max(0, (today - self.start_date).days + 1) / ((self.end_date - self.start_date).days + 1))

    def behind(self, touches: int, booked: int, today: date) -> float | None:
        """The share of the goal that is reached minus the share of the time that is over; of two goals the worse.

        Below 0 it is behind its pace; None without a goal, or without both dates.
        """
        pairs = ((touches, self.goal_touches), (booked, self.goal_meetings))
        shares, elapsed = [done / goal for done, goal in pairs if goal], self.elapsed(today)
        return None if elapsed is None or not shares else round(min(shares) - elapsed, 6)


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

    def trace(self) -> dict[str, Any]:
        """What says that it is the same place, in the same stage since the same moment; fit for JSON."""
        return self.model_dump(mode="json", include={"id", "campaign_id", "contact_id", "stage", "stage_at"})


class CampaignMove(Entity, table=True):
    """One step of a contact through a campaign: `from_stage` is empty when it joined, `to_stage` when it left.

    `activity_id` names the touch that moved it; empty when somebody did by hand.
    """

    __tablename__ = "campaign_moves"
    __table_args__ = (
        Index("campaign_moves_by_time", "campaign_id", "moved_at"),
        Index("campaign_moves_of_contact", "contact_id", "campaign_id", "moved_at"),
        Index("campaign_moves_of_activity", "activity_id", postgresql_where=text("activity_id IS NOT NULL")),
        CheckConstraint("from_stage IS NOT NULL OR to_stage IS NOT NULL", name="campaign_moves_somewhere"),
    )

    campaign_id: UUID = Field(foreign_key="campaigns.id", ondelete="CASCADE")
    contact_id: UUID | None = Field(default=None, foreign_key="contacts.id", ondelete="SET NULL")
    user_id: UUID = Field(foreign_key="users.id")
    from_stage: Stage | None = Field(default=None, sa_type=one_of(Stage, check="from_stage"))
    to_stage: Stage | None = Field(default=None, sa_type=one_of(Stage, check="to_stage"))
    activity_id: UUID | None = Field(default=None, foreign_key="activities.id", ondelete="SET NULL")
    moved_at: datetime = Field(default_factory=now, sa_type=Instant)


def first_moves(place: CampaignContact, user_id: UUID) -> list[CampaignMove]:
    """The history of a place that begins with a stage of its own: it joined, and came to where it is."""
    step: dict[str, Any] = {"campaign_id": place.campaign_id, "contact_id": place.contact_id, "user_id": user_id}
    joined = CampaignMove(**step, to_stage=Stage.TO_CONTACT, moved_at=place.added_at)
    if place.stage is Stage.TO_CONTACT:
        return [joined]
    return [joined, CampaignMove(**step, from_stage=Stage.TO_CONTACT, to_stage=place.stage, moved_at=place.stage_at)]
