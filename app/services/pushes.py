"""A push by hand: asked for, or only told in words."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict
from app.models import (
    Activity,
    ActivityType,
    Contact,
    EntityType,
    LinkState,
    PipedriveLink,
    PipedriveSync,
    Trigger,
    User,
)
from app.services import contacts, outreach, syncs, workspace

NO_MEETING = "There is no meeting with this contact that Pipedrive could hear of."


def push(session: Session, who: User, contact_id: UUID, trigger: Trigger) -> PipedriveSync:
    """Queue one of my contacts, or the latest meeting with it. Raises NotFound, or Conflict without a meeting."""
    contact = contacts.owned(session, who, contact_id, lock=True)
    meeting = _meeting(session, contact) if trigger is Trigger.MEETING else None
    return syncs.queue(session, who, contact, trigger, meeting)


def plan(session: Session, who: User, contact_id: UUID, trigger: Trigger) -> list[str]:
    """What a push would do, step by step, from what we know of Pipedrive."""
    contact = contacts.owned(session, who, contact_id)
    meeting = _meeting(session, contact) if trigger is Trigger.MEETING else None
    steps = [*_organization(session, who, contact), _person(contact)]
    if meeting:
        steps.append(_activity(meeting))
    return steps if syncs.has_line(session, who) else [syncs.NO_KEY, *steps]


def _meeting(session: Session, contact: Contact) -> Activity:
    query = select(Activity).where(
        Activity.contact_id == contact.id,
        Activity.type == ActivityType.MEETING,
        col(Activity.deleted_at).is_(None),
        col(Activity.outcome).is_(None) | col(Activity.outcome).not_in(outreach.CALLED_OFF),
    )
    meeting = max(session.exec(query), key=lambda one: one.moment, default=None)
    if meeting is None:
        raise Conflict(NO_MEETING)
    return meeting


def _organization(session: Session, who: User, contact: Contact) -> list[str]:
    if contact.organisation is None:
        return []
    known = contact.pipedrive_org_id or _linked(session, who, EntityType.ORGANIZATION, contact.organisation.key)
    return [f"Use organization {known}." if known else f"Create organization “{contact.organisation.name}”."]


def _person(contact: Contact) -> str:
    known = contact.pipedrive_person_id
    return f"Use person {known}." if known else f"Create person “{contact.name}”."


def _activity(meeting: Activity) -> str:
    known = meeting.pipedrive_activity_id
    return f"Update activity {known}." if known else f"Create activity “{meeting.subject}”."


def _linked(session: Session, who: User, kind: EntityType, key: str) -> int | None:
    """The id of what somebody of the firm has already put into our Pipedrive company."""
    account = who.pipedrive_company or workspace.choice(session, "pipedrive_company")
    link = select(PipedriveLink.remote_id).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == kind,
        PipedriveLink.entity_key == key,
        PipedriveLink.state == LinkState.LINKED,
    )
    return session.exec(link).first()
