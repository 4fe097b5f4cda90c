"""What users are notified of about their pushes: what needs them, one notice for one cause, and a key that is refused or missing."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, func
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlmodel import Session, col, select

from app.models import Contact, Notification, NotificationKind, PipedriveHandover, PipedriveSync, SyncLane, User
from app.models.pipedrive_sync import OPEN
from app.services.base import firm_settings
from app.services.notifications import inbox
from app.services.push_queue import handovers
from app.services.push_queue.needs_owner import is_undecided, needs_owner
from app.services.push_queue.push_jobs import NO_KEY

NOBODY_ACTS = "the clock looks for what is worth a notification"

# what failed longer ago was told, or missed while the server was down, and stands in the sync centre
STALE = timedelta(hours=12)


class DueCause(NamedTuple):
    """Something about a user's pushes that is to be told, by what it is about and whose it is."""

    key: str
    tell: Callable[[Session], int]


def due(session: Session, moment: datetime) -> list[DueCause]:
    """What users are to be told of their pushes now, each to be told in a transaction of its own."""
    return [
        *_stuck_pushes(session, moment),
        *_stopped_lanes(session),
        *_missing_keys(session, moment),
        *_handovers(session),
    ]


def _stuck_pushes(session: Session, moment: datetime) -> Iterator[DueCause]:
    """One notice for one cause, however many pushes fail of it."""
    facts: Any = (
        func.count(),
        func.min(PipedriveSync.finished_at),
        func.max(PipedriveSync.finished_at),
        _newest(PipedriveSync.error),
        _newest(Contact.name),
    )
    query = (
        select(User, PipedriveSync.error_code, *facts)
        .select_from(PipedriveSync)
        .join(User, col(User.id) == col(PipedriveSync.user_id))
        .join(Contact, col(Contact.id) == col(PipedriveSync.contact_id), isouter=True)
        .where(needs_owner(), col(User.active))
        .group_by(col(User.id), col(PipedriveSync.error_code))
        .having(func.max(PipedriveSync.finished_at) > moment - STALE)
    )
    for user, code, number, first, last, error, name in session.exec(query):
        one = f"The push of {name or 'an erased contact'} needs you: {error}"
        sentence = f"{number:,} pushes need you. The last one: {error}" if number > 1 else one
        tell = partial(_tell_cause, user=user, cause=f"sync:{code}", sentence=sentence, failed=(first, last))
        yield DueCause(f"sync:{code}:{user.id}", tell)


def _handovers(session: Session) -> Iterator[DueCause]:
    """The new owner is asked once for each hand-over whether records in Pipedrive follow."""
    asked = (
        select(User, PipedriveHandover.id)
        .join(PipedriveHandover, col(PipedriveHandover.user_id) == col(User.id))
        .where(is_undecided(), col(User.active))
    )
    for user, handover_id in session.exec(asked).all():
        yield DueCause(f"handover:{handover_id}", partial(_ask, user=user, handover_id=handover_id))


def _ask(session: Session, *, user: User, handover_id: UUID) -> int:
    question = next((one for one in handovers.list_open(session, user) if one.id == handover_id), None)
    if question is None:
        return 0
    about = f"handover:{handover_id}"
    return inbox.notify(session, user, NotificationKind.PIPEDRIVE, question.sentence, path="/sync", about=about)


def _tell_cause(session: Session, *, user: User, cause: str, sentence: str, failed: tuple[datetime, datetime]) -> int:
    """Notify of a cause that failed pushes have in common; `failed` is when the first and the last did.

    While it lasts, that is until all of it is dealt with, the notice is kept up to date and does not ring again,
    but for once in half a day when more fail of it.
    """
    first, last = failed
    theirs = select(Notification).where(
        Notification.user_id == user.id, col(Notification.about).startswith(f"{cause}:", autoescape=True)
    )
    known = session.exec(theirs.order_by(col(Notification.created_at).desc()).limit(1)).first()
    if known and last <= known.created_at and known.read_at:
        return 0
    lasts = known is not None and (known.read_at is None or first <= known.created_at)
    if known and lasts and last < known.created_at + STALE:
        if known.read_at is None:
            inbox.reword(session, known, sentence)
        return 0
    return inbox.notify(
        session, user, NotificationKind.PIPEDRIVE, sentence, path="/sync", about=f"{cause}:{last:%Y%m%d%H%M%S%f}"
    )


def _stopped_lanes(session: Session) -> Iterator[DueCause]:
    """A key that Pipedrive does not take any more: told once, until it is mended."""
    query = select(SyncLane, User).join(User, col(User.id) == col(SyncLane.user_id))
    stopped = query.where(
        col(SyncLane.told_at).is_not(None), col(SyncLane.paused_reason).is_not(None), col(User.active)
    )
    for lane, user in session.exec(stopped):
        tell = partial(_tell_lane, lane=lane, user=user, sentence=lane.paused_reason or "")
        yield DueCause(f"lane:{user.id}", tell)


def _missing_keys(session: Session, moment: datetime) -> Iterator[DueCause]:
    """Pushes wait, and their owner has no key: told once, until there is one."""
    if firm_settings.get(session, "practice_pipedrive"):
        return
    waits = select(PipedriveSync.id).where(
        PipedriveSync.user_id == SyncLane.user_id, col(PipedriveSync.status).in_(OPEN)
    )
    query = (
        select(SyncLane.id, User)
        .join(User, col(User.id) == col(SyncLane.user_id))
        .where(col(SyncLane.told_at).is_(None), col(User.pipedrive_key).is_(None), col(User.active), waits.exists())
    )
    for lane_id, user in session.exec(query).all():
        yield DueCause(f"no_key:{user.id}", partial(_tell_no_key, lane_id=lane_id, user=user, moment=moment))


def _tell_no_key(session: Session, *, lane_id: UUID, user: User, moment: datetime) -> int:
    untold = select(SyncLane).where(SyncLane.id == lane_id, col(SyncLane.told_at).is_(None))
    lane = session.exec(untold.with_for_update(skip_locked=True)).first()
    if lane is None:
        return 0
    lane.told_at = moment
    session.add(lane)
    return _tell_lane(session, lane=lane, user=user, sentence=NO_KEY)


def _tell_lane(session: Session, *, lane: SyncLane, user: User, sentence: str) -> bool:
    about = f"lane:{lane.told_at:%Y%m%d%H%M%S}"
    return inbox.notify(session, user, NotificationKind.PIPEDRIVE, sentence, path="/settings/key", about=about)


def _newest(column: Any) -> Any:
    """Of a group of pushes, what stands in the one that failed last."""
    ordered: Any = aggregate_order_by(column, col(PipedriveSync.finished_at).desc())
    return func.array_agg(ordered, type_=ARRAY(Text))[1]
