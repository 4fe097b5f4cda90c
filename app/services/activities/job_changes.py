"""Who changed firm or title since somebody looked: what a file said of people in the bank, until their owner decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.calendar_days import start_in_days
from app.errors import NotFound
from app.models import Activity, ActivityDraft, ActivityType, Contact, JobChange, User, now
from app.services.activities import activity_log
from app.services.contacts import contact_bank
from app.signals import Topic, announce

GONE = "This change is settled already."


@dataclass(frozen=True)
class Offer:
    """Somebody of the bank, and the firm or title that a file gave them on `seen_at`."""

    id: UUID
    contact: Contact
    organisation: str | None
    job_title: str | None
    seen_at: datetime


def open_offers(session: Session, who: User, limit: int = 200) -> list[Offer]:
    """The changes that nobody has decided about, the newest first."""
    query = (
        select(JobChange, Contact)
        .join(Contact, col(Contact.id) == col(JobChange.contact_id))
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(
            JobChange.user_id == who.id,
            Contact.user_id == who.id,
            col(JobChange.settled_at).is_(None),
            col(Contact.deleted_at).is_(None),
        )
        .order_by(col(JobChange.created_at).desc(), col(JobChange.id).desc())
        .limit(limit)
    )
    return [
        Offer(one.id, contact, one.organisation, one.job_title, one.created_at) for one, contact in session.exec(query)
    ]


def update(session: Session, who: User, offer_id: UUID) -> Contact:
    """The contact has the new firm and title from now on. Raises NotFound."""
    offer = _open(session, who, offer_id)
    said: dict[str, Any] = {"organisation": offer.organisation, "job_title": offer.job_title}
    changed = {name: value for name, value in said.items() if value}
    contact = contact_bank.change(session, who, offer.contact_id, changed)
    _settle(session, who, offer)
    return contact


def congratulate(session: Session, who: User, offer_id: UUID) -> Activity:
    """Plan a message for tomorrow, once. Raises NotFound."""
    offer = _open(session, who, offer_id)
    contact = contact_bank.owned(session, who, offer.contact_id)
    subject = f"Congratulate {contact.name}"[:200]
    planned = select(Activity).where(
        Activity.contact_id == contact.id,
        Activity.subject == subject,
        col(Activity.done).is_(False),
        col(Activity.deleted_at).is_(None),
    )
    if there := session.exec(planned).first():
        return there
    kind = ActivityType.LINKEDIN if contact.linkedin_url else ActivityType.EMAIL
    draft = ActivityDraft(type=kind, subject=subject, due_date=start_in_days(1, who.timezone), done=False)
    return activity_log.log(session, who, contact.id, draft)


def dismiss(session: Session, who: User, offer_id: UUID) -> None:
    """The contact stays as it is, and is not offered this again. Raises NotFound."""
    _settle(session, who, _open(session, who, offer_id))


def reopen(session: Session, who: User, offer_id: UUID) -> None:
    """Offered again after all. Raises NotFound."""
    offer = session.get(JobChange, offer_id)
    if offer is None or offer.user_id != who.id:
        raise NotFound(GONE)
    offer.settled_at = None
    session.add(offer)
    announce(session, Topic.CONTACT, offer.contact_id, who.id)


def _open(session: Session, who: User, offer_id: UUID) -> JobChange:
    mine = select(JobChange).where(
        JobChange.id == offer_id, JobChange.user_id == who.id, col(JobChange.settled_at).is_(None)
    )
    offer = session.exec(mine.with_for_update()).one_or_none()
    if offer is None:
        raise NotFound(GONE)
    return offer


def _settle(session: Session, who: User, offer: JobChange) -> None:
    offer.settled_at = now()
    session.add(offer)
    announce(session, Topic.CONTACT, offer.contact_id, who.id)
