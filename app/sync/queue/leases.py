"""Lanes: one person's key, worked on by one worker at a time, by PostgreSQL's clock alone.

A lane is free, leased until some moment, asked to wait (`not_before`), or stuck
until its owner acts (`told_at`). Whoever lost the lease writes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Text, case, cast, func, literal, or_, true
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session, col, select, update

from app.models import PRACTICE, LinkState, PipedriveLink, PipedriveSync, Setting, SyncAccount, SyncLane, User
from app.models.pipedrive_sync import OPEN
from app.signals import Topic, announce
from app.sync.queue.outcome_errors import LeaseLost

PAUSED = "sync_paused"

# nothing waits longer: a moment beyond it was written by a clock that ran ahead and was set back
FURTHEST = timedelta(minutes=65)
# how much longer than it does a lane with an urgent push counts as waiting
AHEAD = timedelta(minutes=1)
A_DAY_AND_MORE = timedelta(hours=25)

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
    said: datetime = session.exec(select(func.clock_timestamp())).one()
    return said


def claim(session: Session, seconds: float, *, practice: bool, listening: bool = False) -> Lease | None:
    """Take the lane that has waited longest for its turn among those that may and have something to do.

    For `listening`, the lane of anybody whose company it is time to listen to.
    """
    taken = {"lease_token": uuid4(), "lease_until": _in(seconds), "paused_reason": None}
    lane = session.exec(
        update(SyncLane)
        .where(col(SyncLane.id) == _waiting(seconds, practice=practice, listening=listening).scalar_subquery())
        .values(taken)
        .returning(col(SyncLane.id), col(SyncLane.user_id))
    ).first()
    if lane is None:
        return None
    who = session.get_one(User, lane.user_id)
    return Lease(lane.id, taken["lease_token"], who, PRACTICE if practice else str(who.pipedrive_company))


def listens_now() -> Any:
    """Whether it is time to listen to a company; a moment too far away was written by a clock that ran ahead."""
    return or_(col(SyncAccount.listen_at) <= NOW, col(SyncAccount.listen_at) > NOW + A_DAY_AND_MORE)


def ensure_lanes(session: Session, *, practice: bool) -> None:
    """Give everybody with a key a lane, also who has never pushed: anybody of the company may listen for all."""
    has_lane = select(SyncLane.id).where(SyncLane.user_id == User.id).exists()
    able = true() if practice else col(User.pipedrive_key).is_not(None)
    for user_id in session.exec(select(User.id).where(col(User.active), able, ~has_lane)).all():
        session.exec(insert(SyncLane).values(**SyncLane(user_id=user_id).model_dump()).on_conflict_do_nothing())


def _waiting(seconds: float, *, practice: bool, listening: bool) -> Any:
    account: Any = literal(PRACTICE) if practice else col(User.pipedrive_company)
    linked = select(PipedriveLink.id).where(
        PipedriveLink.account == SyncAccount.account, PipedriveLink.state == LinkState.LINKED
    )
    asked_by = col(SyncAccount.heard)["soon"].as_string()
    wanted = or_(linked.exists(), asked_by != "")
    something = wanted & listens_now() if listening else _due(col(SyncLane.user_id)).exists()
    return (
        select(SyncLane.id)
        .join(User, col(User.id) == SyncLane.user_id)
        .join(SyncAccount, col(SyncAccount.account) == account, isouter=True)
        .where(
            col(User.active),
            true() if practice else col(User.pipedrive_key).is_not(None) & col(SyncLane.told_at).is_(None),
            col(SyncLane.not_before) <= NOW,
            _is_free(seconds),
            or_(col(SyncAccount.id).is_(None), col(SyncAccount.not_before) <= NOW),
            something,
            ~_everything_paused(),
        )
        .order_by(
            func.coalesce(asked_by == cast(SyncLane.user_id, Text), literal(value=False)).desc(),
            _waits_since(),
            col(SyncLane.id),
        )
        .limit(1)
        .with_for_update(skip_locked=True, of=SyncLane)
    )


def _waits_since() -> Any:
    """Since when a lane with due pushes waits for its turn; with an urgent one as if it were a minute longer.

    So that one goes first, and yet no lane is passed over for more than a minute.
    """
    due = _due(col(SyncLane.user_id))
    longest = due.with_only_columns(func.min(PipedriveSync.run_at)).scalar_subquery()
    urgent = due.where(col(PipedriveSync.urgent)).exists()
    since = func.coalesce(func.greatest(col(SyncLane.lease_until), longest), col(SyncLane.created_at))
    return since - case((urgent, literal(AHEAD)), else_=literal(timedelta(0)))


def next_job(session: Session, lease: Lease, *, in_order: bool = False) -> PipedriveSync | None:
    """What goes over next of this lane: what its owner asked for alone, the latest first, else what has been due longest.

    Of one contact's pushes the one that has been due longest goes first. `in_order` looks at nothing but the time.
    """
    due = select(PipedriveSync).where(*_open(lease.who.id))
    oldest_first = due.order_by(col(PipedriveSync.run_at), col(PipedriveSync.id)).limit(1)
    if not in_order:
        latest = due.where(col(PipedriveSync.urgent)).order_by(
            col(PipedriveSync.updated_at).desc(), col(PipedriveSync.id)
        )
        urgent = session.exec(latest.limit(1)).first()
        if urgent is not None and urgent.contact_id is None:
            return urgent
        if urgent is not None:
            return session.exec(oldest_first.where(PipedriveSync.contact_id == urgent.contact_id)).first()
    return session.exec(oldest_first).first()


def renew(session: Session, lease: Lease, seconds: float) -> None:
    """Go on holding the lane; raises LeaseLost when it is not ours, or its owner or key is no longer the same."""
    kept = update(SyncLane).where(*_ours(lease), _same_key(lease)).values(lease_until=_in(seconds))
    if session.exec(kept.returning(col(SyncLane.id))).first() is None:
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
    session.exec(update(SyncLane).where(*_ours(lease)).values(not_before=_in(seconds)))


def pause(session: Session, lease: Lease, sentence: str, wait: timedelta) -> None:
    """Leave this lane alone for a while; no attempt is spent."""
    rest = {"paused_reason": sentence[:200], "not_before": func.clock_timestamp() + wait}
    _update_lane(session, lease, rest)


def stop(session: Session, lease: Lease, sentence: str) -> None:
    """Leave this lane alone until its owner has a new key; they are told once."""
    told = func.coalesce(col(SyncLane.told_at), func.clock_timestamp())
    _update_lane(session, lease, {"paused_reason": sentence[:200], "told_at": told})


def _update_lane(session: Session, lease: Lease, values: dict[str, Any]) -> None:
    """Keep why nothing moves, unless a new key has just come in: that one deserves its own try."""
    session.exec(update(SyncLane).where(*_ours(lease), _same_key(lease)).values(values))
    announce(session, Topic.SYNC, lease.who.id, lease.who.id)


def _same_key(lease: Lease) -> Any:
    key = col(User.pipedrive_key).is_not_distinct_from(lease.who.pipedrive_key)
    return select(User.id).where(User.id == SyncLane.user_id, col(User.active), key).exists()


def _open(user_id: Any) -> tuple[Any, ...]:
    due = or_(col(PipedriveSync.run_at) <= NOW, col(PipedriveSync.run_at) > NOW + FURTHEST)
    return PipedriveSync.user_id == user_id, col(PipedriveSync.status).in_(OPEN), due


def _is_free(seconds: float) -> Any:
    until = col(SyncLane.lease_until)
    return or_(until.is_(None), until <= NOW, until > NOW + timedelta(seconds=2 * seconds))


def shortest_pause(session: Session) -> float | None:
    """Seconds until the first lane with something to do may go on; None when none of those pauses."""
    resting = (col(SyncLane.told_at).is_(None), col(SyncLane.not_before) > NOW, _due(col(SyncLane.user_id)).exists())
    left = func.extract("epoch", func.min(SyncLane.not_before) - func.clock_timestamp())
    seconds = session.exec(select(left).where(*resting)).one()
    return None if seconds is None else float(seconds)


def _due(user_id: Any) -> Any:
    return select(PipedriveSync.id).where(*_open(user_id))


def _ours(lease: Lease) -> tuple[Any, Any]:
    return col(SyncLane.id) == lease.lane_id, col(SyncLane.lease_token) == lease.token


def _in(seconds: float) -> Any:
    return func.clock_timestamp() + timedelta(seconds=seconds)


def _everything_paused() -> Any:
    """The operator's own stop, also set after a restore until somebody has looked."""
    unset = [cast(literal(word, Text), JSONB) for word in ("null", "false")]
    return select(Setting.id).where(Setting.key == PAUSED, col(Setting.value).not_in(unset)).exists()
