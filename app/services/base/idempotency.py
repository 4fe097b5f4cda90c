"""A POST that a phone repeats is done once: the first answer is kept for a day and given again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from app.errors import Conflict
from app.models import IdempotencyKey, User, now

KEPT = timedelta(hours=24)
OTHER = "This Idempotency-Key was already used for something else. Use a new one."


@dataclass(frozen=True)
class Answer:
    """What a request was answered: the HTTP status, and the body as JSON."""

    status: int
    body: str


def once(session: Session, who: User, key: str, asked: str, act: Callable[[], Answer]) -> Answer:
    """Call `act` and keep its answer, or give the kept one when this person sent the key before.

    The key is kept in the transaction of `act`, and repeats that arrive
    together take turns. Raises Conflict when `asked` is not what the key was used for.
    """
    session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{who.id}:{key}", 0))))
    session.exec(
        delete(IdempotencyKey).where(
            col(IdempotencyKey.user_id) == who.id, col(IdempotencyKey.created_at) < now() - KEPT
        )
    )
    wanted = sha256(asked.encode()).hexdigest()
    kept = session.exec(
        select(IdempotencyKey).where(IdempotencyKey.user_id == who.id, IdempotencyKey.key == key)
    ).first()
    if kept is None:
        answer = act()
        session.add(
            IdempotencyKey(user_id=who.id, key=key, request_hash=wanted, status=answer.status, answer=answer.body)
        )
        return answer
    if kept.request_hash != wanted:
        raise Conflict(OTHER)
    return Answer(kept.status, kept.answer)
