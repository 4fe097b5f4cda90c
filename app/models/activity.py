"""A touch: one outreach, past or planned, and what came of it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

import sqlalchemy
from pydantic import AwareDatetime, ValidationInfo, field_validator, model_validator
from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from app.models.base import BrokenRule, Draft, EmptyIsNone, Entity, Instant, Line, Prose, now, one_of

CLOCK_SKEW = timedelta(minutes=5)
# how long a meeting lasts when nobody said so
USUAL_MEETING = timedelta(minutes=45)


class ActivityType(StrEnum):
    CALL = "CALL"
    EMAIL = "EMAIL"
    MEETING = "MEETING"
    LINKEDIN = "LINKEDIN"
    REFERRAL = "REFERRAL"
    CONFERENCE = "CONFERENCE"


class Outcome(StrEnum):
    REACHED = "REACHED"
    VOICEMAIL = "VOICEMAIL"
    NO_ANSWER = "NO_ANSWER"
    WRONG_NUMBER = "WRONG_NUMBER"
    REQUESTED = "REQUESTED"
    SENT = "SENT"
    REPLIED = "REPLIED"
    DECLINED = "DECLINED"
    BOUNCED = "BOUNCED"
    MEETING_BOOKED = "MEETING_BOOKED"
    HELD = "HELD"
    NO_SHOW = "NO_SHOW"
    MOVED = "MOVED"
    CANCELLED = "CANCELLED"
    INTRODUCED = "INTRODUCED"
    MET = "MET"


# what a thumb may answer after each kind of touch, most likely first
OUTCOMES: dict[ActivityType, tuple[Outcome, ...]] = {
    ActivityType.CALL: (Outcome.REACHED, Outcome.VOICEMAIL, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER),
    ActivityType.EMAIL: (Outcome.SENT, Outcome.REPLIED, Outcome.DECLINED, Outcome.BOUNCED),
    ActivityType.MEETING: (Outcome.HELD, Outcome.NO_SHOW, Outcome.MOVED, Outcome.CANCELLED),
    ActivityType.LINKEDIN: (Outcome.REQUESTED, Outcome.SENT, Outcome.REPLIED, Outcome.DECLINED),
    ActivityType.REFERRAL: (Outcome.INTRODUCED, Outcome.DECLINED),
    ActivityType.CONFERENCE: (Outcome.MET, Outcome.NO_SHOW),
}

REACHED = frozenset(
    {
        Outcome.REACHED,
        Outcome.REPLIED,
        Outcome.DECLINED,
        Outcome.MEETING_BOOKED,
        Outcome.HELD,
        Outcome.INTRODUCED,
        Outcome.MET,
    }
)

# tried, but nobody was met: a touch in the figures, no contact
ATTEMPTS = frozenset({Outcome.VOICEMAIL, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER, Outcome.BOUNCED, Outcome.NO_SHOW})

# called off or put off: nobody was in touch with anybody
CALLED_OFF = frozenset({Outcome.MOVED, Outcome.CANCELLED})

ACTIVITY_LABELS = {
    ActivityType.CALL: "Call",
    ActivityType.EMAIL: "E-mail",
    ActivityType.MEETING: "Meeting",
    ActivityType.LINKEDIN: "LinkedIn",
    ActivityType.REFERRAL: "Referral",
    ActivityType.CONFERENCE: "Conference",
}


class ActivityDraft(Draft):
    """One touch as the consultant reports it.

    `happened_at` says that it was done, `due_date` that it is planned; neither
    means: just now. Times need a zone.
    """

    type: ActivityType
    contact_id: UUID | None = None
    campaign_id: UUID | None = None
    subject: Annotated[Annotated[str, Line(200)] | None, EmptyIsNone] = None
    note: Annotated[str, Prose(5_000)] = ""
    happened_at: AwareDatetime | None = None
    due_date: AwareDatetime | None = None
    duration_minutes: int | None = Field(default=None, ge=1, le=60 * 24)
    location: Annotated[Annotated[str, Line(300)] | None, EmptyIsNone] = None
    outcome: Outcome | None = None
    done: bool | None = None

    @field_validator("outcome")
    @classmethod
    def _of_its_kind(cls, outcome: Outcome | None, info: ValidationInfo) -> Outcome | None:
        kind = info.data.get("type")
        if outcome and kind and outcome not in OUTCOMES[kind]:
            raise ValueError(f"{kind} has one of {', '.join(OUTCOMES[kind])}, or none")
        return outcome

    @model_validator(mode="after")
    def _past_or_planned(self) -> Self:
        if self.happened_at and self.happened_at > now() + CLOCK_SKEW:
            raise BrokenRule(
                "happened_at", "a touch that already happened cannot lie in the future; plan it with due_date"
            )
        if self.done is False and self.due_date is None:
            raise BrokenRule("due_date", "a planned touch needs a due_date")
        if self.done is False and self.happened_at:
            raise BrokenRule("happened_at", "a planned touch has not happened yet; leave happened_at out")
        if self.outcome and not self.is_done:
            raise BrokenRule("outcome", "a planned touch has no outcome yet; say done when it happened")
        for field, moment in (("happened_at", self.happened_at), ("due_date", self.due_date)):
            if moment and not 1970 <= moment.year <= 2200:
                raise BrokenRule(field, "the date is too far away")
        return self

    @property
    def is_done(self) -> bool:
        if self.done is not None:
            return self.done
        return self.happened_at is not None or self.due_date is None or self.outcome in CALLED_OFF

    def moment(self) -> datetime | None:
        """When it was done: as said, else a meeting at its own time if that is past, and anything else just now."""
        if not self.is_done:
            return None
        planned = self.due_date if self.type is ActivityType.MEETING else None
        return self.happened_at or min(planned or now(), now())


class Activity(Entity, table=True):
    """A touch in a contact's story. `happened_at` stands exactly on those that are done.

    `settled_by` is the touch that answered this planned one, which then counts in its place. `failed_address` is the
    number that was wrong, or the address that a mail came back from. `booked_by` made a planned meeting that was handed
    over since; `led_by` is the method that led to a meeting whose contact was erased since.
    """

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("done = (happened_at IS NOT NULL)", name="activities_done_means_happened"),
        CheckConstraint("done OR due_date IS NOT NULL", name="activities_planned_has_date"),
        CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="activities_duration_range"),
        CheckConstraint("length(note) <= 5000", name="activities_note_length"),
        CheckConstraint("length(failed_address) <= 254", name="activities_failed_address_check"),
        Index("activities_of_contact", "contact_id", text("coalesce(happened_at, due_date) DESC"), "id"),
        Index("activities_by_moment", text("coalesce(happened_at, due_date) DESC"), text("id DESC"), postgresql_where=text("deleted_at IS NULL")),
        Index("activities_of_user", "user_id", text("happened_at DESC"), "id", postgresql_where=text("deleted_at IS NULL AND done")),
        Index("activities_of_campaign", "campaign_id", "happened_at"),
        Index("activities_referring", "referred_contact_id", postgresql_where=text("referred_contact_id IS NOT NULL")),
        Index("activities_that_led", "contact_id", "campaign_id", text("happened_at DESC"), text("id DESC"),
              postgresql_where=text("done AND deleted_at IS NULL AND type <> 'MEETING'")),
        Index("activities_settled", "settled_by", postgresql_where=text("settled_by IS NOT NULL")),
        Index("activities_booked_by", "booked_by", postgresql_where=text("booked_by IS NOT NULL")),
        Index("activities_due", "user_id", "due_date", postgresql_where=text("deleted_at IS NULL AND NOT done")),
    )  # fmt: skip

    type: ActivityType = Field(sa_type=one_of(ActivityType))
    user_id: UUID = Field(foreign_key="users.id")
    contact_id: UUID | None = Field(default=None, foreign_key="contacts.id", ondelete="SET NULL")
    campaign_id: UUID | None = Field(default=None, foreign_key="campaigns.id", ondelete="SET NULL")
    subject: str = Field(default="", max_length=200)
    note: str = Field(default="", sa_type=Text)
    happened_at: datetime | None = Field(default=None, sa_type=Instant)
    due_date: datetime | None = Field(default=None, sa_type=Instant)
    duration_minutes: int | None = None
    location: str | None = Field(default=None, max_length=300)
    outcome: Outcome | None = Field(default=None, sa_type=one_of(Outcome))
    done: bool = True
    referred_contact_id: UUID | None = Field(default=None, foreign_key="contacts.id", ondelete="SET NULL")
    settled_by: UUID | None = Field(default=None, foreign_key="activities.id", ondelete="SET NULL")
    failed_address: str | None = Field(default=None, sa_type=Text)
    booked_by: UUID | None = Field(default=None, foreign_key="users.id")
    led_by: ActivityType | None = Field(default=None, sa_type=one_of(ActivityType, check="led_by"))
    pipedrive_activity_id: int | None = Field(default=None, sa_type=sqlalchemy.BigInteger)
    version: int = 1
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)

    @property
    def moment(self) -> datetime:
        """Where it stands in the story: when it happened, else when it is due."""
        return self.happened_at or self.due_date or self.created_at

    @property
    def takes_place(self) -> bool:
        """A meeting that was held or is still to come, not one that was taken back, called off or moved away."""
        moved_away = self.outcome is Outcome.MOVED and self.done
        off = self.deleted_at is not None or self.outcome in {Outcome.NO_SHOW, Outcome.CANCELLED} or moved_away
        return self.type is ActivityType.MEETING and not off

    @property
    def is_overdue(self) -> bool:
        return not self.done and self.due_date is not None and self.due_date < now()


def auto_subject(kind: ActivityType, name: str, outcome: Outcome | None) -> str:
    """`Call with Jane Roe – reached`: what the subject says when nobody typed one."""
    said = f" – {outcome.value.replace('_', ' ').lower()}" if outcome else ""
    return f"{ACTIVITY_LABELS[kind]} with {name}"[: 200 - len(said)] + said


def thanks_subject(name: str) -> str:
    """What the reminder to thank somebody for bringing this contact is called."""
    return f"Thank you for bringing {name}"[:200]


class PendingOutcome(Entity, table=True):
    """The phone's dialler, mail or LinkedIn was opened from here: did it happen?"""

    __tablename__ = "owed_answers"
    __table_args__ = (
        Index("owed_answers_open", "user_id", "created_at", postgresql_where=text("answered_at IS NULL")),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    contact_id: UUID = Field(foreign_key="contacts.id", ondelete="CASCADE")
    type: ActivityType = Field(sa_type=one_of(ActivityType))
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
