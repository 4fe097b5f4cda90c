"""Contacts that were handed over here: whether their records in Pipedrive, and planned meetings, move to the new owner too.

The firm chooses (`pipedrive_handover`): ask the new owner once for each hand-over,
move, or leave. Only what we created and still belongs to a former owner moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, func, select

from app.errors import Conflict, NotFound
from app.models import Contact, HandoverDecision, PipedriveHandover, Trigger, User, now
from app.services.base import audit_log, firm_settings
from app.services.push_queue import push_jobs
from app.signals import Topic, announce

ASK, MOVE = "ask", "move"
NOT_YOURS = "This is not yours to decide."
DECIDED = "This was decided already."
QUESTION = (
    "You have {count} from {name}. In Pipedrive {name} still owns their records and planned meetings. "
    "Move those that came from here to you, or leave them as they are."
)


# what they point at is settled, or another question now
FORGET = text("""
update pipedrive_handovers set contact_ids = contact_ids - cast(:ids as text[]), updated_at = :now
where user_id = :who and contact_ids ?| cast(:ids as text[])
""")
EMPTY = text("delete from pipedrive_handovers where user_id = :who and contact_ids = '[]'::jsonb")


@dataclass(frozen=True)
class OpenHandover:
    """One question: from whom, how many contacts, and the sentence that asks."""

    id: UUID
    from_name: str
    contacts: int
    sentence: str
    created_at: datetime


def start(session: Session, who: User, giver: User, taker: User, contact_ids: Sequence[UUID]) -> None:
    """Contacts went from one colleague to another: ask the new owner, move their records, or leave them, as the firm chose."""
    known = select(col(Contact.id)).where(
        col(Contact.id).in_(contact_ids), col(Contact.pipedrive_person_id).is_not(None)
    )
    pushed = session.exec(known.order_by(col(Contact.id))).all()
    ids, owners = _texts(pushed), _former_owners(session, giver, pushed)
    chosen = firm_settings.get(session, "pipedrive_handover")
    others = sorted(owners - {taker.pipedrive_user_id or 0})
    if chosen not in {ASK, MOVE} or not ids or not others:
        return None
    row = PipedriveHandover(user_id=taker.id, from_user_id=giver.id, contact_ids=ids, from_owners=others)
    session.add(row)
    session.flush()
    if chosen == MOVE:
        return _decide(session, who, taker, row, HandoverDecision.MOVE)
    announce(session, Topic.SYNC, row.id, taker.id)
    return None


def list_open(session: Session, who: User) -> list[OpenHandover]:
    """What this person has been asked, the newest first."""
    asked = (
        select(PipedriveHandover, User)
        .join(User, col(User.id) == col(PipedriveHandover.from_user_id))
        .where(PipedriveHandover.user_id == who.id, col(PipedriveHandover.decision).is_(None))
        .order_by(col(PipedriveHandover.created_at).desc())
    )
    return [
        OpenHandover(row.id, giver.name, len(row.contact_ids), _sentence(giver, len(row.contact_ids)), row.created_at)
        for row, giver in session.exec(asked)
    ]


def decide(session: Session, who: User, handover_id: UUID, decision: HandoverDecision) -> PipedriveHandover:
    """Answer the question. Raises NotFound, or Conflict when it was answered already."""
    row = session.exec(
        select(PipedriveHandover).where(PipedriveHandover.id == handover_id).with_for_update()
    ).one_or_none()
    if row is None or row.user_id != who.id:
        raise NotFound(NOT_YOURS)
    if row.decision is not None:
        raise Conflict(DECIDED)
    _decide(session, who, who, row, decision)
    return row


def to_move(session: Session, who: User, contact_id: UUID) -> PipedriveHandover | None:
    """The hand-over to this person that this contact's records still have to follow."""
    query = select(PipedriveHandover).where(
        PipedriveHandover.user_id == who.id,
        PipedriveHandover.decision == HandoverDecision.MOVE,
        col(PipedriveHandover.contact_ids).op("?")(str(contact_id)),
    )
    return session.exec(query.limit(1)).first()


def mark_moved(session: Session, who: User, contact_id: UUID) -> None:
    """Nothing of this contact is left to be moved."""
    _forget(session, who, [contact_id])


def _decide(session: Session, who: User, taker: User, row: PipedriveHandover, decision: HandoverDecision) -> None:
    row.decision, row.decided_at = decision, now()
    session.add(row)
    session.flush()
    if decision is HandoverDecision.MOVE:
        push_jobs.enqueue_contacts(session, taker, [UUID(one) for one in row.contact_ids], Trigger.UPDATE)
    audit_log.record(session, who, "handover.decided", row.id, decision=decision.value, contacts=len(row.contact_ids))
    announce(session, Topic.SYNC, row.id, taker.id)


def _former_owners(session: Session, giver: User, contact_ids: Sequence[UUID]) -> set[int]:
    """The giver, or whoever had them before where that is not settled; the earlier questions about them end here."""
    earlier = select(PipedriveHandover.from_owners, PipedriveHandover.contact_ids).where(
        PipedriveHandover.user_id == giver.id,
        func.coalesce(col(PipedriveHandover.decision), "MOVE") == "MOVE",
        col(PipedriveHandover.contact_ids).op("?|")(cast(_texts(contact_ids), ARRAY(Text))),
    )
    owners: set[int] = set()
    theirs_still: set[str] = set()
    for known, ids in session.exec(earlier).all():
        owners.update(known)
        theirs_still.update(ids)
    _forget(session, giver, contact_ids)
    if giver.pipedrive_user_id and not theirs_still >= set(_texts(contact_ids)):
        owners.add(giver.pipedrive_user_id)
    return owners


def _forget(session: Session, who: User, contact_ids: Sequence[UUID]) -> None:
    binds = {"ids": _texts(contact_ids), "who": who.id, "now": now()}
    session.execute(FORGET, binds)
    session.execute(EMPTY, binds)


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(one) for one in ids]


def _sentence(giver: User, count: int) -> str:
    return QUESTION.format(count="1 contact" if count == 1 else f"{count:,} contacts", name=giver.name)
