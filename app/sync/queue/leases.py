"""Lanes: one person's key, worked on by one worker at a time, by PostgreSQL's clock alone.

A lane is free, leased until some moment, asked to wait (`not_before`), or stuck
until its owner acts (`told_at`). Whoever lost the lease writes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Interval, String, bindparam, func, literal, or_
from sqlmodel import Session, SQLModel, col, select, update

from app.models import PipedriveSync, SyncLane, User
from app.models.pipedrive_sync import OPEN
from app.signals import Topic, announce
from app.sync.queue.outcome_errors import LeaseLost
from app.sync.queue.timings import Pace

# nothing waits longer: a moment beyond it was written by a clock that ran ahead and was set back
FURTHEST = timedelta(minutes=65)

LATEST = 5

LANES = SQLModel.metadata.tables["sync_lanes"]
# how long a lease is, where a statement is written before that is known
LENGTH: Any = bindparam("length", type_=Interval)

NOW: Any = select(func.clock_timestamp()).scalar_subquery()


@dataclass(frozen=True)
class Lease:
    """A claimed lane: whose it is (as they were then), and which Pipedrive company its key writes to."""

    lane_id: UUID
    token: UUID
    who: User
    account: str


def moment(session: Session) -> datetime:
    """PostgreSQL's clock, the only one that decides who may do what."""
    said: datetime = session.execute(MOMENT).scalar_one()
    return said


def next_job(session: Session, lease: Lease, *, in_order: bool = False) -> PipedriveSync | None:
    """What goes over next of this lane: what its owner asked for alone, else what has been due longest.

    Of what was asked for alone the `LATEST` few count, in their order: a script that asks for hundreds one by one does
    not stand before what its owner asks for then. Of one contact's pushes the one that has been due longest goes first.
    `in_order` looks at nothing but the time.
    """
    due = select(PipedriveSync).where(*_open(lease.who.id))
    oldest_first = due.order_by(col(PipedriveSync.run_at), col(PipedriveSync.id)).limit(1)
    if not in_order:
        latest = due.where(col(PipedriveSync.urgent)).order_by(col(PipedriveSync.updated_at).desc()).limit(LATEST)
        urgent = min(session.exec(latest), key=lambda one: (one.run_at, one.id), default=None)
        if urgent is not None and urgent.contact_id is None:
            return urgent
        if urgent is not None:
            return session.exec(oldest_first.where(PipedriveSync.contact_id == urgent.contact_id)).first()
    return session.exec(oldest_first).first()


def renew(session: Session, lease: Lease, seconds: float) -> None:
    """Go on holding the lane; raises LeaseLost when it is not ours, or its owner or key is no longer the same."""
    given = {
        "lane": lease.lane_id,
        "token": lease.token,
        "length": timedelta(seconds=seconds),
        "key": lease.who.pipedrive_key,
    }
    if session.execute(RENEWED, given).first() is None:
        raise LeaseLost


def lock(session: Session, lease: Lease) -> None:
    """Lock the lane for the rest of the transaction; raises LeaseLost when it is not ours any more."""
    if session.exec(select(SyncLane.id).where(*_ours(lease)).with_for_update()).first() is None:
        raise LeaseLost


def release(session: Session, lease: Lease) -> None:
    """Give the lane back; it now stands last in the row."""
    session.exec(update(SyncLane).where(*_ours(lease)).values(lease_token=None, lease_until=func.clock_timestamp()))


def delay(session: Session, lease: Lease, seconds: float) -> None:
    """Leave this lane alone for some seconds, without a reason that people read."""
    session.exec(update(SyncLane).where(*_ours(lease)).values(not_before=in_seconds(seconds)))


def pause(session: Session, lease: Lease, sentence: str, wait: timedelta) -> None:
    """Leave this lane alone for a while; no attempt is spent."""
    rest = {"paused_reason": sentence[:200], "not_before": func.clock_timestamp() + wait}
    _update_lane(session, lease, rest)


def stop(session: Session, lease: Lease, sentence: str, pace: Pace) -> None:
    """Leave this lane alone until its key works again; its owner is told once.

    When to try the key again: after as long as it has been refused, within the pace's limits, so later each time.
    """
    now = func.clock_timestamp()
    told = func.coalesce(col(SyncLane.told_at), now)
    least, most = (literal(timedelta(seconds=one)) for one in (pace.key_check, pace.longest_key_check))
    again = now + func.least(func.greatest(now - told, least), most)
    _update_lane(session, lease, {"paused_reason": sentence[:200], "told_at": told, "not_before": again})


def resume(session: Session, lease: Lease) -> None:
    """The key works again: everything that waits goes on."""
    _update_lane(session, lease, {"paused_reason": None, "told_at": None, "not_before": func.clock_timestamp()})


def _update_lane(session: Session, lease: Lease, values: dict[str, Any]) -> None:
    """Keep why nothing moves, unless a new key has just come in: that one deserves its own try."""
    session.exec(update(SyncLane).where(*_ours(lease), _same_key(lease)).values(values))
    announce(session, Topic.SYNC, lease.who.id, lease.who.id)


def _same_key(lease: Lease) -> Any:
    return _has_key(col(SyncLane.user_id), lease.who.pipedrive_key)


def _has_key(user_id: Any, key: Any) -> Any:
    same = col(User.pipedrive_key).is_not_distinct_from(key)
    return select(User.id).where(User.id == user_id, col(User.active), same).exists()


def _open(user_id: Any) -> tuple[Any, ...]:
    due = or_(col(PipedriveSync.run_at) <= NOW, col(PipedriveSync.run_at) > NOW + FURTHEST)
    return PipedriveSync.user_id == user_id, col(PipedriveSync.status).in_(OPEN), due


def shortest_pause(session: Session) -> float | None:
    """Seconds until the first lane with something to do may go on; None when none of those pauses."""
    resting = (col(SyncLane.told_at).is_(None), col(SyncLane.not_before) > NOW, due_of(col(SyncLane.user_id)).exists())
    left = func.extract("epoch", func.min(SyncLane.not_before) - func.clock_timestamp())
    seconds = session.exec(select(left).where(*resting)).one()
    return None if seconds is None else float(seconds)


def due_of(user_id: Any) -> Any:
    return select(PipedriveSync.id).where(*_open(user_id))


def _ours(lease: Lease) -> tuple[Any, Any]:
    return col(SyncLane.id) == lease.lane_id, col(SyncLane.lease_token) == lease.token


def in_seconds(seconds: float) -> Any:
    return func.clock_timestamp() + timedelta(seconds=seconds)


# asked before every request to Pipedrive: written once, since writing a statement costs several times as much as asking
MOMENT = select(func.clock_timestamp())
RENEWED = (
    sqlalchemy.update(LANES)
    .where(
        LANES.c.id == bindparam("lane"),
        LANES.c.lease_token == bindparam("token"),
        _has_key(LANES.c.user_id, bindparam("key", type_=String)),
    )
    .values(lease_until=func.clock_timestamp() + LENGTH)
    .returning(LANES.c.id)
)
