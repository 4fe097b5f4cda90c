"""How rows look as JSON: ids as text, times in UTC, enum values in capitals, nothing that the reader may not see."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, create_model

from app.models import Activity, ActivityType, Contact, Outcome, Stage, SyncStatus, User, contact_fields
from app.models.people import phone
from app.models.people.phone import PhoneDetail
from app.services.activities.timeline import Entry
from app.services.contacts import suggestions
from app.services.contacts.suggestions import Suggestion
from app.services.permissions.visibility import Place, View
from app.services.push_queue.push_status import PushStatus

T = TypeVar("T")

Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ShownOnce(Answer):
    """Carries a secret: it is told this one time, and kept nowhere."""


class Listing(Answer, Generic[T]):
    items: list[T]
    next_cursor: str | None = None


class ErrorAnswer(Answer):
    """Every refusal. `fields` on validation, `candidates` on a likely duplicate."""

    error: str
    detail: str
    request_id: str
    fields: dict[str, str] | None = None
    candidates: list[dict[str, str]] | None = None


class Name(Answer):
    """A colleague as others see them."""

    id: UUID
    name: str


class PlaceAnswer(Answer):
    id: UUID
    name: str
    stage: Stage

    @classmethod
    def of(cls, place: Place) -> Self:
        return cls(id=place.campaign_id, name=place.campaign, stage=place.stage)


class StandingAnswer(Answer):
    """How the contact stands with Pipedrive: `NOT_PUSHED`, `WAITING`, `IN_PIPEDRIVE` or `NEEDS_YOU`, and why.

    `agreed_at` is when both sides were last seen to say the same; null where they were not, or Pipedrive's is out of sight.
    """

    badge: str
    reason: str | None
    status: SyncStatus | None
    sync_id: UUID | None
    agreed_at: Moment | None

    @classmethod
    def of(cls, status: PushStatus) -> Self:
        return cls(
            badge=status.badge.name,
            reason=status.reason,
            status=status.status,
            sync_id=status.sync_id,
            agreed_at=status.agreed_at,
        )


class _Id(Answer):
    id: UUID


def _typed_facts() -> dict[str, Any]:
    """The types of the fields as the API answers them; of several values the first stands beside them."""
    types: dict[str, Any] = {}
    for field in contact_fields.FIELDS:
        if field.primary:
            types[field.primary] = (str | None, ...)
        is_firm = field.input is contact_fields.Input.FIRM
        types[field.name] = (str | None if is_firm else Contact.model_fields[field.name].annotation, ...)
    return types


# what people type of a contact, as the table of fields has it; below, what the product adds
_TypedFacts: type[Answer] = create_model("_TypedFacts", __base__=_Id, **_typed_facts())


class ContactAnswer(_TypedFacts):
    """`phones` can be called; `phone_details` says what is known of each, and holds faxes and pagers too."""

    phone_details: list[PhoneDetail]
    last_contacted: Moment | None
    next_due: Moment | None
    snoozed_until: Moment | None
    added_to_campaign: bool
    campaigns: list[PlaceAnswer]
    pipedrive_person_id: int | None
    pipedrive_org_id: int | None
    sync: StandingAnswer
    owner: Name
    version: int
    created_at: Moment
    updated_at: Moment
    deleted_at: Moment | None

    @classmethod
    def of(cls, contact: Contact, owner: User, places: list[Place], status: PushStatus) -> Self:
        return cls.model_validate(_facts(contact, owner, places, status))


class ActivityAnswer(Answer):
    id: UUID
    type: ActivityType
    contact_id: UUID | None
    contact: str | None
    campaign_id: UUID | None
    subject: str
    note: str
    happened_at: Moment | None
    due_date: Moment | None
    duration_minutes: int | None
    location: str | None
    outcome: Outcome | None
    done: bool
    user_id: UUID
    by: str
    pipedrive_activity_id: int | None
    version: int
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, entry: Entry) -> Self:
        own = {name: getattr(entry.activity, name) for name in cls.model_fields.keys() & Activity.model_fields.keys()}
        return cls.model_validate(own | {"contact": entry.contact, "by": entry.by})


class CardAnswer(Answer):
    """What a campaign's members see of a colleague's contact: the card, and the touches made for the campaign."""

    id: UUID
    name: str
    organisation: str | None
    owner: Name
    warmness_score: int
    campaigns: list[PlaceAnswer]
    touches: list[ActivityAnswer]

    @classmethod
    def of(cls, view: View, touches: list[Entry]) -> Self:
        return cls(
            id=view.contact.id,
            name=view.contact.name,
            organisation=_firm(view.contact),
            owner=Name.model_validate(view.owner),
            warmness_score=view.contact.warmness_score,
            campaigns=[PlaceAnswer.of(place) for place in view.places],
            touches=[ActivityAnswer.of(entry) for entry in touches],
        )


class ScoreParts(Answer):
    warmness: float
    time: float


class ScoredAnswer(ContactAnswer):
    """`priority_score` and its `parts` say where the contact stands among those to contact next."""

    priority_score: float
    parts: ScoreParts

    @classmethod
    def scored(cls, contact: Contact, owner: User, places: list[Place], status: PushStatus) -> Self:
        warmness, time = suggestions.parts_of(contact, owner.timezone)
        score = {"priority_score": round(warmness + time, 4), "parts": ScoreParts(warmness=warmness, time=time)}
        return cls.model_validate(_facts(contact, owner, places, status) | score)


class SuggestionAnswer(ScoredAnswer):
    reason: str

    @classmethod
    def ranked(cls, said: Suggestion, owner: User, places: list[Place], status: PushStatus) -> Self:
        why = {"priority_score": said.score, "parts": ScoreParts(warmness=said.warmness, time=said.time)}
        return cls.model_validate(_facts(said.contact, owner, places, status) | why | {"reason": said.reason})


def _facts(contact: Contact, owner: User, places: list[Place], status: PushStatus) -> dict[str, object]:
    own = {name: getattr(contact, name) for name in ContactAnswer.model_fields.keys() & Contact.model_fields.keys()}
    firsts = {field.primary: getattr(contact, field.primary) for field in contact_fields.FIELDS if field.primary}
    return (
        own
        | contact_fields.values(contact)
        | firsts
        | {
            "phone_details": phone.shown(contact.phones, contact.phone_details),
            "owner": owner,
            "added_to_campaign": bool(places),
            "campaigns": [PlaceAnswer.of(place) for place in places],
            "sync": StandingAnswer.of(status),
        }
    )


def _firm(contact: Contact) -> str | None:
    return contact.organisation.name if contact.organisation else None
