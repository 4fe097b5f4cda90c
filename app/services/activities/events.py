"""Event mode: people met at an event are added to the bank, each with a touch of that event."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import Activity, ActivityDraft, ActivityType, Contact, ContactDraft, Outcome, User, now
from app.services.activities import activity_log
from app.services.contacts import contact_bank

LATELY = timedelta(days=4)
# what is made in one step has nearly the same birthday
SAME_STEP = timedelta(seconds=2)
NO_EVENT = "Say first which event this is."


@dataclass(frozen=True)
class Met:
    """Somebody met at an event; `new` when they came into the bank with that touch."""

    touch_id: UUID
    contact: Contact
    new: bool


def add(session: Session, who: User, event: str, draft: ContactDraft, *, keep_both: bool = False) -> Met:
    """Add a contact met at the event, with a touch of it. Raises Invalid without an event, and LikelyDuplicate.

    With `keep_both` a likely duplicate is added too.
    """
    _named(event)
    contact = contact_bank.add(session, who, draft, keep_both=keep_both)
    return Met(_logged(session, who, event, contact.id).id, contact, new=True)


def meet(session: Session, who: User, event: str, contact_id: UUID) -> Met:
    """Log a touch of the event with a contact of mine. Raises NotFound, and Invalid without an event."""
    _named(event)
    contact = contact_bank.owned(session, who, contact_id)
    return Met(_logged(session, who, event, contact.id).id, contact, new=False)


def take_back(session: Session, who: User, met: Met) -> None:
    """Remove the touch; a contact that was added with it goes to the trash."""
    activity_log.remove(session, who, met.touch_id)
    if met.new:
        contact_bank.trash(session, who, met.contact.id)


def lately(session: Session, who: User, event: str, limit: int = 100) -> list[Met]:
    """Whom I met at the event in the last four days, the latest first, read from the touches."""
    query = (
        select(Activity, Contact)
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(
            Activity.user_id == who.id,
            Contact.user_id == who.id,
            Activity.type == ActivityType.CONFERENCE,
            Activity.location == event.strip(),
            col(Activity.deleted_at).is_(None),
            col(Contact.deleted_at).is_(None),
            col(Activity.happened_at) > now() - LATELY,
        )
        .order_by(col(Activity.happened_at).desc(), col(Activity.id).desc())
        .limit(limit)
    )
    return [
        Met(touch.id, contact, abs(touch.created_at - contact.created_at) < SAME_STEP)
        for touch, contact in session.exec(query)
    ]


def _named(event: str) -> None:
    if not event.strip():
        raise Invalid(NO_EVENT, {"event": NO_EVENT})


def _logged(session: Session, who: User, event: str, contact_id: UUID) -> Activity:
    met = ActivityDraft(type=ActivityType.CONFERENCE, outcome=Outcome.MET, location=event)
    usual = who.default_type
    touch = activity_log.log(session, who, contact_id, met)
    # a day at an event says nothing of what is logged next
    who.default_type = usual
    return touch
