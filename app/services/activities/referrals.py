"""Who brought whom: a referral links the contact who gave it with the contact whom it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.calendar_days import morning_in_days
from app.errors import Conflict, Invalid, NotFound
from app.models import Activity, ActivityDraft, ActivityType, Contact, Outcome, User, thanks_subject
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from app.signals import Topic, announce

THANKS_IN_DAYS = 2
THEMSELVES = "Nobody refers themselves."


@dataclass(frozen=True)
class Referral:
    """One touch of the kind REFERRAL between two of my contacts."""

    activity_id: UUID
    by_id: UUID
    by: str
    whom_id: UUID
    whom: str
    at: datetime | None


def refer(session: Session, who: User, by_id: UUID, whom_id: UUID, note: str = "", *, thanks: bool = True) -> Activity:
    """One of my contacts brought me another; with `thanks`, a reminder to say thank you is planned.

    Raises NotFound, and Invalid when both are the same.
    """
    if by_id == whom_id:
        raise Invalid(THEMSELVES, {"referred_contact_id": THEMSELVES})
    contact_bank.owned(session, who, whom_id)
    draft = ActivityDraft(type=ActivityType.REFERRAL, outcome=Outcome.INTRODUCED, note=note)
    touch = link(session, who, activity_log.log(session, who, by_id, draft).id, whom_id)
    if thanks:
        thank(session, who, by_id, whom_id)
    return touch


def thank(session: Session, who: User, by_id: UUID, whom_id: UUID | None = None) -> Activity:
    """Plan a touch to thank the contact who gave a referral, naming whom they brought where known. Raises NotFound."""
    whom = contact_bank.owned(session, who, whom_id).name if whom_id else None
    subject = thanks_subject(whom) if whom else "Thank you for the introduction"
    due = morning_in_days(THANKS_IN_DAYS, who.timezone)
    return activity_log.log(session, who, by_id, ActivityDraft(type=ActivityType.EMAIL, subject=subject, due_date=due))


def link(session: Session, who: User, activity_id: UUID, whom_id: UUID | None) -> Activity:
    """Say later whom a referral brought, or take it back with None. Raises NotFound, Invalid, Conflict."""
    mine = select(Contact.id).where(Contact.user_id == who.id)
    query = select(Activity).where(Activity.id == activity_id, col(Activity.contact_id).in_(mine))
    touch = session.exec(query.where(col(Activity.deleted_at).is_(None)).with_for_update()).one_or_none()
    if touch is None:
        raise NotFound("This touch is not in your contact bank.")
    if touch.type is not ActivityType.REFERRAL:
        raise Conflict("Only a referral says who brought whom.")
    if whom_id is not None and contact_bank.owned(session, who, whom_id).id == touch.contact_id:
        raise Invalid(THEMSELVES, {"referred_contact_id": THEMSELVES})
    gone, touch.referred_contact_id = touch.referred_contact_id, whom_id
    touch.version += 1
    session.add(touch)
    # the story of whoever was brought, or is not any more, tells of it too
    for about in (touch.contact_id, gone, whom_id):
        if about:
            announce(session, Topic.OUTREACH, about, who.id)
    return touch


def of(session: Session, who: User, contact_id: UUID) -> Sequence[Referral]:
    """Whom one of my contacts brought, and who brought them, the newest first. Raises NotFound."""
    contact_bank.owned(session, who, contact_id)
    by, whom = aliased(Contact), aliased(Contact)
    query = (
        select(Activity.id, by.id, by.name, whom.id, whom.name, Activity.happened_at)  # type: ignore[call-overload]
        .join(by, col(by.id) == col(Activity.contact_id))
        .join(whom, col(whom.id) == col(Activity.referred_contact_id))
        .where((Activity.contact_id == contact_id) | (Activity.referred_contact_id == contact_id))
        .where(by.user_id == who.id, whom.user_id == who.id, col(Activity.deleted_at).is_(None))
        .where(col(by.deleted_at).is_(None), col(whom.deleted_at).is_(None))
        .order_by(col(Activity.happened_at).desc(), col(Activity.id).desc())
    )
    return [Referral(*row) for row in session.exec(query)]
