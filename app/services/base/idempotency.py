"""A POST that is sent again is done once: the first answer is kept for a day and given again."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

import psycopg
from sqlalchemy import and_, delete, or_
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, func, select

from app.errors import Conflict
from app.models import IdempotencyKey, User, now

KEPT = timedelta(hours=24)
AT_ONCE = 1_000
OTHER = "This Idempotency-Key was already used for something else. Use a new one."
SHOWN = "This was made already; it is shown once."
BUSY = "The same request is still being worked on. Try again in a moment."


@dataclass(frozen=True)
class Answer:
    """What a request was answered: the HTTP status, the body as JSON (None where it is not kept), and its headers."""

    status: int
    body: str | None
    headers: dict[str, str] = field(default_factory=dict)


def find_answer(session: Session, who: User, key: str, asked: str) -> Answer | None:
    """The answer that this key got, if this person sent it before; repeats that arrive together take turns.

    `asked` is all that was asked for. Raises Conflict when that is not what the key was used for, when the answer is
    not kept, and when the first request still runs.
    """
    _take_turns(session, who, key)
    since = now() - KEPT
    old = select(IdempotencyKey.id).where(col(IdempotencyKey.created_at) < since).limit(AT_ONCE)
    # what another request deletes right now is not waited for
    mine = and_(col(IdempotencyKey.user_id) == who.id, col(IdempotencyKey.key) == key)
    gone = delete(IdempotencyKey).where(
        col(IdempotencyKey.created_at) < since,
        or_(mine, col(IdempotencyKey.id).in_(old.with_for_update(skip_locked=True))),
    )
    kept = select(IdempotencyKey).where(mine, col(IdempotencyKey.created_at) >= since)
    row = session.exec(kept.add_cte(gone.cte("gone"))).first()
    if row is None:
        return None
    if row.request_hash != _hash(asked):
        raise Conflict(OTHER)
    if row.answer is None:
        raise Conflict(SHOWN)
    return Answer(row.status, row.answer, row.headers)


def keep_answer(session: Session, who: User, key: str, asked: str, answer: Answer) -> None:
    """Keep what was answered, in the transaction that did it: neither is there without the other."""
    row = IdempotencyKey(user_id=who.id, key=key, request_hash=_hash(asked), status=answer.status)
    row.answer, row.headers = answer.body, answer.headers
    session.add(row)


def _take_turns(session: Session, who: User, key: str) -> None:
    try:
        session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{who.id}:{key}", 0))))
    except OperationalError as waited:
        if isinstance(waited.orig, psycopg.errors.LockNotAvailable):
            raise Conflict(BUSY) from None
        raise


def _hash(asked: str) -> str:
    return sha256(asked.encode()).hexdigest()
