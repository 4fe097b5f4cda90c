"""Who gets which lane next: for pushing, for listening, for a look, for trying a refused key again."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import uuid4

import sqlalchemy
from sqlalchemy import Text, and_, bindparam, case, cast, func, literal, or_, true
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import Session, col, select, update

from app.models import PRACTICE, LinkState, PipedriveLink, PipedriveSync, Setting, SyncAccount, SyncLane, User
from app.sync.queue.leases import LANES, LENGTH, NOW, Lease, due_of, in_seconds

PAUSED = "sync_paused"
# how much longer than it does a lane with an urgent push counts as waiting
AHEAD = timedelta(minutes=1)
A_DAY_AND_MORE = timedelta(hours=25)


def claim(session: Session, seconds: float, *, practice: bool, listening: bool = False) -> Lease | None:
    """Take the lane that has waited longest for its turn among those that may and have something to do.

    For `listening`, the lane of anybody whose company it is time to listen to.
    """
    token = uuid4()
    given = {"token": token, "length": timedelta(seconds=seconds)}
    lane = session.execute(_taken(practice=practice, listening=listening), given).first()
    if lane is None:
        return None
    who = session.get_one(User, lane.user_id)
    return Lease(lane.id, token, who, PRACTICE if practice else str(who.pipedrive_company))


@cache
def _taken(*, practice: bool, listening: bool) -> Any:
    """Written once: every drain asks this at its beginning and end, and writing it costs ten times as much as asking."""
    which = _waiting(LENGTH, practice=practice, listening=listening).scalar_subquery()
    taken = {"lease_token": bindparam("token"), "lease_until": func.clock_timestamp() + LENGTH, "paused_reason": None}
    return sqlalchemy.update(LANES).where(LANES.c.id == which).values(taken).returning(LANES.c.id, LANES.c.user_id)


def claim_refused(session: Session, seconds: float) -> Lease | None:
    """Take a lane whose key was refused and may be tried again; see `resume`."""
    refused = (
        select(SyncLane.id)
        .join(User, col(User.id) == SyncLane.user_id)
        .where(
            col(User.active),
            col(User.pipedrive_key).is_not(None),
            col(SyncLane.told_at).is_not(None),
            col(SyncLane.not_before) <= NOW,
            _is_free(timedelta(seconds=seconds)),
            ~_rests(User.pipedrive_company),
            ~_everything_paused(),
        )
        .order_by(col(SyncLane.not_before))
        .limit(1)
        .with_for_update(skip_locked=True, of=SyncLane)
    )
    return _leased(session, col(SyncLane.id) == refused.scalar_subquery(), seconds)


def claim_own(session: Session, who: User, seconds: float, account: str) -> Lease | None:
    """Take this person's lane, if it is free and nothing holds it up."""
    session.exec(insert(SyncLane).values(**SyncLane(user_id=who.id).model_dump()).on_conflict_do_nothing())
    until = col(SyncLane.lease_until)
    free = (
        col(SyncLane.user_id) == who.id,
        or_(until.is_(None), until <= NOW),
        col(SyncLane.not_before) <= NOW,
        ~_rests(account),
        ~_everything_paused(),
    )
    lease = _leased(session, and_(*free), seconds)
    return replace(lease, who=who, account=account) if lease else None


def _leased(session: Session, which: Any, seconds: float) -> Lease | None:
    token = uuid4()
    taken = update(SyncLane).where(which).values(lease_token=token, lease_until=in_seconds(seconds))
    lane = session.exec(taken.returning(col(SyncLane.id), col(SyncLane.user_id))).first()
    if lane is None:
        return None
    who = session.get_one(User, lane.user_id)
    return Lease(lane.id, token, who, str(who.pipedrive_company))


def _rests(account: Any) -> Any:
    return select(SyncAccount.id).where(SyncAccount.account == account, col(SyncAccount.not_before) > NOW).exists()


def listens_now() -> Any:
    """Whether it is time to listen to a company; a moment too far away was written by a clock that ran ahead."""
    return or_(col(SyncAccount.listen_at) <= NOW, col(SyncAccount.listen_at) > NOW + A_DAY_AND_MORE)


def ensure_lanes(session: Session, *, practice: bool) -> None:
    """Give everybody with a key a lane, also who has never pushed: anybody of the company may listen for all."""
    has_lane = select(SyncLane.id).where(SyncLane.user_id == User.id).exists()
    able = true() if practice else col(User.pipedrive_key).is_not(None)
    for user_id in session.exec(select(User.id).where(col(User.active), able, ~has_lane)).all():
        session.exec(insert(SyncLane).values(**SyncLane(user_id=user_id).model_dump()).on_conflict_do_nothing())


def _waiting(length: Any, *, practice: bool, listening: bool) -> Any:
    account: Any = literal(PRACTICE) if practice else col(User.pipedrive_company)
    linked = select(PipedriveLink.id).where(
        PipedriveLink.account == SyncAccount.account, PipedriveLink.state == LinkState.LINKED
    )
    asked_by = col(SyncAccount.heard)["soon"].as_string()
    wanted = or_(linked.exists(), asked_by != "")
    something = wanted & listens_now() if listening else due_of(col(SyncLane.user_id)).exists()
    return (
        select(SyncLane.id)
        .join(User, col(User.id) == SyncLane.user_id)
        .join(SyncAccount, col(SyncAccount.account) == account, isouter=True)
        .where(
            col(User.active),
            true() if practice else col(User.pipedrive_key).is_not(None) & col(SyncLane.told_at).is_(None),
            col(SyncLane.not_before) <= NOW,
            _is_free(length),
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
    due = due_of(col(SyncLane.user_id))
    longest = due.with_only_columns(func.min(PipedriveSync.run_at)).scalar_subquery()
    urgent = due.where(col(PipedriveSync.urgent)).exists()
    since = func.coalesce(func.greatest(col(SyncLane.lease_until), longest), col(SyncLane.created_at))
    return since - case((urgent, literal(AHEAD)), else_=literal(timedelta(0)))


def _is_free(length: Any) -> Any:
    """Nobody holds it: a lease that ends later than any that is given was written by a clock that ran ahead."""
    until = col(SyncLane.lease_until)
    return or_(until.is_(None), until <= NOW, until > NOW + length + length)


def _everything_paused() -> Any:
    """The operator's own stop, also set after a restore until somebody has looked."""
    unset = [cast(literal(word, Text), JSONB) for word in ("null", "false")]
    return select(Setting.id).where(Setting.key == PAUSED, col(Setting.value).not_in(unset)).exists()
