"""How warm the touches say somebody is: a suggestion with its reason; the consultant decides, and the history keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.calendar_days import days_since
from app.errors import Conflict
from app.models import REACHED, Activity, Contact, Outcome, User, WarmnessChange, WarmnessReason, now
from app.services.contacts import contact_bank

LATELY = timedelta(days=30)
FORGOTTEN = timedelta(days=180)
NOTHING = "There is nothing to take over any more."

MET = frozenset({Outcome.HELD, Outcome.INTRODUCED})
NO = frozenset({Outcome.DECLINED, Outcome.WRONG_NUMBER, Outcome.BOUNCED})
SILENT = frozenset({Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.REQUESTED, Outcome.SENT, Outcome.NO_SHOW})
ANSWERS = REACHED - NO - MET

WORDS = {
    Outcome.HELD: "a meeting was held",
    Outcome.INTRODUCED: "they introduced somebody",
    Outcome.DECLINED: "they declined",
    Outcome.WRONG_NUMBER: "the number is wrong",
    Outcome.BOUNCED: "the mail came back",
}
TIMES = {2: "twice", 3: "three times"}


@dataclass(frozen=True)
class Suggested:
    """From how warm to how warm, why in words, and the touch that says so (None for a long silence)."""

    before: int
    after: int
    reason: str
    activity_id: UUID | None = None


def suggest(
    contact: Contact,
    touches: Sequence[Activity],
    *,
    zone: str,
    decided: datetime | None = None,
    at: datetime | None = None,
) -> Suggested | None:
    """What the touches of the last 30 days suggest, `replied twice in 30 days: 6 → 7?`; None when nothing.

    Only touches recorded since `decided` count: what somebody has looked at is not suggested again.
    """
    moment = at or now()
    fresh = [
        touch
        for touch in touches
        if touch.happened_at and touch.deleted_at is None and moment - LATELY < touch.happened_at <= moment
        and (decided is None or touch.created_at > decided)
    ]  # fmt: skip
    fresh.sort(key=lambda touch: (touch.happened_at or moment, touch.id), reverse=True)
    by, why, cause = _said(fresh) if fresh else _silence(contact, decided, moment, zone)
    before = contact.warmness_score
    after = max(0, min(10, before + by))
    if after == before:
        return None
    return Suggested(before, after, f"{why[0].upper()}{why[1:]}: {before} → {after}?", cause)


def suggested(session: Session, who: User, contact_id: UUID) -> Suggested | None:
    """What the touches of one of my contacts suggest now. Raises NotFound."""
    contact = contact_bank.owned(session, who, contact_id)
    return suggest(contact, _touches(session, contact), zone=who.timezone, decided=_decided(session, contact))


def accept(session: Session, who: User, contact_id: UUID) -> Contact:
    """Take the suggestion over, as it is at this moment. Raises NotFound, and Conflict when there is none any more."""
    said = _standing(session, who, contact_id)
    return contact_bank.set_warmness(
        session, who, contact_id, said.after, WarmnessReason.SUGGESTED, activity_id=said.activity_id
    )


def decline(session: Session, who: User, contact_id: UUID) -> None:
    """Leave the warmness as it is; the same touches do not suggest it again. Raises NotFound or Conflict."""
    said = _standing(session, who, contact_id)
    session.add(
        WarmnessChange(
            contact_id=contact_id,
            user_id=who.id,
            before=said.before,
            after=said.before,
            reason=WarmnessReason.DECLINED,
            activity_id=said.activity_id,
        )
    )


def history(session: Session, who: User, contact_id: UUID, limit: int = 50) -> list[WarmnessChange]:
    """Every step of one of my contacts' warmness, the newest first. Raises NotFound."""
    contact_bank.owned(session, who, contact_id)
    query = select(WarmnessChange).where(WarmnessChange.contact_id == contact_id)
    newest = query.order_by(col(WarmnessChange.created_at).desc(), col(WarmnessChange.id).desc())
    return list(session.exec(newest.limit(limit)))


def history_with_names(session: Session, who: User, contact_id: UUID) -> list[tuple[WarmnessChange, str]]:
    """The same with the name of whoever took each step. Raises NotFound."""
    steps = history(session, who, contact_id)
    names = select(User.id, User.name).where(col(User.id).in_({step.user_id for step in steps}))
    known = dict(session.exec(names).all())
    return [(step, known.get(step.user_id, "")) for step in steps]


def _said(fresh: Sequence[Activity]) -> tuple[int, str, UUID | None]:
    """What the touches of the last weeks say, the latest first."""
    latest = fresh[0]
    if latest.outcome in NO:
        return -1, WORDS[latest.outcome], latest.id
    if met := [touch for touch in fresh if touch.outcome in MET]:
        assert met[0].outcome is not None
        return 2, WORDS[met[0].outcome], met[0].id
    answers = [touch for touch in fresh if touch.outcome in ANSWERS]
    if len(answers) >= 2:
        return 1, f"replied {TIMES.get(len(answers), f'{len(answers)} times')} in 30 days", answers[0].id
    silent = [touch for touch in fresh if touch.outcome in SILENT]
    if not answers and len(silent) >= 3:
        return -1, f"{len(silent)} touches in 30 days without an answer", latest.id
    return 0, "-", None


def _silence(contact: Contact, decided: datetime | None, moment: datetime, zone: str) -> tuple[int, str, UUID | None]:
    last = max((known for known in (contact.last_contacted, decided) if known), default=None)
    if contact.last_contacted is None or last is None or moment - last < FORGOTTEN:
        return 0, "-", None
    return -1, f"no contact for {days_since(contact.last_contacted, zone, moment)} days", None


def _standing(session: Session, who: User, contact_id: UUID) -> Suggested:
    contact = contact_bank.owned(session, who, contact_id, lock=True)
    said = suggest(contact, _touches(session, contact), zone=who.timezone, decided=_decided(session, contact))
    if said is None:
        raise Conflict(NOTHING)
    return said


def _touches(session: Session, contact: Contact) -> Sequence[Activity]:
    alive = select(Activity).where(Activity.contact_id == contact.id, col(Activity.deleted_at).is_(None))
    return session.exec(alive.where(col(Activity.happened_at) > now() - LATELY)).all()


def _decided(session: Session, contact: Contact) -> datetime | None:
    """When somebody last settled how warm this contact is."""
    newest = select(WarmnessChange.created_at).where(WarmnessChange.contact_id == contact.id)
    return session.exec(newest.order_by(col(WarmnessChange.created_at).desc()).limit(1)).first()
