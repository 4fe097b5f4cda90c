"""How campaigns and the cards on their boards look as JSON."""

from datetime import date
from typing import Any, Literal, Self
from uuid import UUID

from app.api.core.schemas import Answer, Moment, Name
from app.models import ActivityType, CampaignStatus, Stage, User
from app.services.campaigns.summary import Card


class Counts(Answer):
    """What there is: contacts on the board, members, touches done, meetings booked."""

    contacts: int
    members: int
    touches: int
    meetings_booked: int


class Goal(Answer):
    """What is wanted, what is done, and the share of each (1 is all of it).

    `elapsed` is the share of the time that is over; `behind` is the worse goal's share minus it.
    """

    touches: int | None
    meetings: int | None
    touches_done: int
    meetings_booked: int
    touches_share: float | None
    meetings_share: float | None
    elapsed: float | None
    behind: float | None


class CampaignCardAnswer(Answer):
    id: UUID
    name: str
    description: str
    sector: str | None
    theme: str | None
    status: CampaignStatus
    start_date: date | None
    end_date: date | None
    goal_meetings: int | None
    goal_touches: int | None
    leaderboard: bool
    owner: Name
    counts: Counts
    goal: Goal
    stages: dict[Stage, int]
    version: int
    created_at: Moment
    updated_at: Moment
    archived_at: Moment | None

    @classmethod
    def of(cls, card: Card, today: date, **more: Any) -> Self:
        row = card.campaign
        own = {name: getattr(row, name) for name in cls.model_fields.keys() & type(row).model_fields.keys()}
        return cls.model_validate(
            own
            | {
                "status": row.status(today),
                "owner": {"id": row.owner_id, "name": card.owner_name},
                "counts": _counts(card),
                "goal": _goal(card, today),
                "stages": card.counts,
            }
            | more
        )


class CampaignAnswer(CampaignCardAnswer):
    """`warning`: another campaign has this name too; said when it is made or named."""

    member_ids: list[UUID]
    members: list[Name]
    warning: str | None = None

    @classmethod
    def whole(cls, card: Card, today: date, members: list[User], warning: str | None = None) -> Self:
        people = [Name.model_validate(user) for user in members]
        return cls.of(card, today, member_ids=[user.id for user in people], members=people, warning=warning)


class AssignedAnswer(Answer):
    contact_id: UUID
    status: Literal["assigned", "already", "not_found"]
    warning: str | None


class Assignments(Answer):
    results: list[AssignedAnswer]


class BoardCardAnswer(Answer):
    """A contact on the board, as every member sees it; last touch and next plan are those for this campaign."""

    contact_id: UUID
    name: str
    organisation: str | None
    owner_id: UUID
    owner_name: str
    warmness: int
    stage: Stage
    stage_at: Moment
    last_touch_at: Moment | None
    last_touch_type: ActivityType | None
    next_due: Moment | None
    next_type: ActivityType | None
    can_open: bool


def _counts(card: Card) -> Counts:
    there = sum(card.counts.values())
    return Counts(contacts=there, members=card.members, touches=card.touches, meetings_booked=card.booked)


def _goal(card: Card, today: date) -> Goal:
    row = card.campaign
    return Goal(
        touches=row.goal_touches,
        meetings=row.goal_meetings,
        touches_done=card.touches,
        meetings_booked=card.booked,
        touches_share=_share(card.touches, row.goal_touches),
        meetings_share=_share(card.booked, row.goal_meetings),
        elapsed=row.elapsed(today),
        behind=card.behind,
    )


def _share(done: int, goal: int | None) -> float | None:
    return round(done / goal, 4) if goal else None
