"""Outcomes still to be told: a call, mail or message was started from here, and nobody has said what came of it.

It is a row, not a state of the screen, so a dead battery does not lose it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select, update

from app.models import ActivityType, Contact, PendingOutcome, User, now
from app.services.contacts import contact_bank
from app.signals import Topic, announce

FORGOTTEN_AFTER = timedelta(days=3)


def ask_outcome(session: Session, who: User, contact_id: UUID, kind: ActivityType) -> PendingOutcome:
    """Remember that this contact was reached for; the newest question per contact stands."""
    contact = contact_bank.owned(session, who, contact_id)
    resolve(session, who, [contact.id])
    question = PendingOutcome(user_id=who.id, contact_id=contact.id, type=kind)
    session.add(question)
    announce(session, Topic.OUTREACH, contact.id, who.id)
    return question


def open_questions(session: Session, who: User, limit: int = 5) -> list[tuple[PendingOutcome, Contact]]:
    """What is still to be answered, newest first."""
    query = (
        select(PendingOutcome, Contact)
        .join(Contact, col(Contact.id) == col(PendingOutcome.contact_id))
        .where(
            PendingOutcome.user_id == who.id,
            Contact.user_id == who.id,
            col(PendingOutcome.answered_at).is_(None),
            col(Contact.deleted_at).is_(None),
            col(PendingOutcome.created_at) > now() - FORGOTTEN_AFTER,
        )
        .order_by(col(PendingOutcome.created_at).desc())
        .limit(limit)
    )
    return [(question, contact) for question, contact in session.exec(query)]


def dismiss(session: Session, who: User, contact_id: UUID) -> None:
    """Close the question about this contact without logging a touch."""
    resolve(session, who, [contact_id])
    announce(session, Topic.OUTREACH, contact_id, who.id)


# the same beside another statement
RESOLVE = """answered as (
    update owed_answers set answered_at = :now, updated_at = :now
    where user_id = :who and contact_id = any(:ids) and answered_at is null
)"""


def resolve(session: Session, who: User, contact_ids: Sequence[UUID]) -> None:
    """Close the open questions about these contacts: a touch was logged, or none happened."""
    session.exec(
        update(PendingOutcome)
        .where(
            col(PendingOutcome.user_id) == who.id,
            col(PendingOutcome.contact_id).in_(contact_ids),
            col(PendingOutcome.answered_at).is_(None),
        )
        .values(answered_at=now())
    )
