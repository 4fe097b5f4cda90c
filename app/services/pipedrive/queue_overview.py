"""Whose queue moves and whose does not, and what the company's day has cost so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.calendar_days import start_in_days
from app.models import CampaignContact, Contact, PipedriveSync, SyncAccount, SyncLane, SyncStatus, User, now
from app.models.pipedrive_sync import OPEN
from app.services import policy
from app.services.base import firm_settings
from app.services.permissions import visibility
from app.services.push_queue import company_mapping, pauses, push_jobs
from app.services.push_queue.needs_owner import is_counted
from app.services.push_queue.pauses import DISABLED
from app.services.push_queue.push_jobs import NO_KEY

HERE = col(CampaignContact.contact_id) == col(PipedriveSync.contact_id)
# what a first full push costs: look for the organization and the person, create both, create the activity
FIRST_PUSH = 55


@dataclass(frozen=True)
class Queue:
    """One person's lane: their key by its last four characters, what stands in it, and why it does not move.

    `stuck` means that nothing helps but a key that works.
    """

    user_id: UUID
    name: str
    active: bool
    has_line: bool
    last4: str | None
    counts: dict[SyncStatus, int]
    reason: str | None
    until: datetime | None
    stuck: bool

    @property
    def open(self) -> int:
        return sum(self.counts[status] for status in OPEN)


@dataclass(frozen=True)
class Budget:
    """One company's tokens of today (UTC): what we spent, on what, and what Pipedrive last said is left for everybody."""

    account: str
    spent: int
    left: int | None
    kinds: tuple[tuple[str, int, int], ...]
    reason: str | None
    until: datetime | None

    @property
    def pushes_an_hour(self) -> int | None:
        """How many new contacts an hour the rest of the day allows."""
        if self.left is None:
            return None
        hours = (_midnight() - now()) / timedelta(hours=1)
        return int(self.left / max(hours, 1) / FIRST_PUSH)


@dataclass(frozen=True)
class Listed:
    """A push, its contact's name and its owner's; not `shown` is what a colleague's private contact is about."""

    sync: PipedriveSync
    contact: str | None
    owner: str
    shown: bool


@dataclass(frozen=True)
class Overview:
    """One person's queue: counts by status, the oldest open row, the last success, the lane."""

    counts: dict[SyncStatus, int]
    oldest_open: datetime | None
    last_success: datetime | None
    paused_reason: str | None
    not_before: datetime | None
    items: Sequence[Listed]


def own_queue(session: Session, who: User) -> Queue:
    """How my own queue stands."""
    return _queues(session, [who])[0]


def all_queues(session: Session, who: User) -> list[Queue]:
    """Everybody's queue for a golden ticket, else only my own; those without a key and without pushes are left out."""
    if not policy.may_manage_every_push(who):
        return [own_queue(session, who)]
    people = session.exec(
        select(User).where(col(User.sample_of).is_(None)).order_by(func.lower(User.name), col(User.id))
    ).all()
    return [one for one in _queues(session, people) if _is_shown(one)]


def _is_shown(queue: Queue) -> bool:
    """Of a colleague who is disabled, what still waits or needs somebody; of another, whatever there is."""
    if not queue.active:
        return bool(queue.open or queue.counts[SyncStatus.FAILED])
    return bool(queue.last4 or sum(queue.counts.values()))


def budget(session: Session, who: User) -> Budget | None:
    """What today has cost the company of this person's key; None where there is no company yet."""
    name = company_mapping.account_of(session, who)
    if not name:
        return None
    today = f"{now().astimezone(UTC):%Y-%m-%d}"
    row = session.exec(select(SyncAccount).where(SyncAccount.account == name)).one_or_none()
    kinds = [one for one in push_jobs.spending(session, who, 1) if one.day == today]
    same_day = row is not None and row.budget_day == today
    return Budget(
        account=name,
        spent=row.tokens_spent if row and same_day else sum(one.tokens for one in kinds),
        left=row.tokens_left if row and same_day else None,
        kinds=tuple((one.kind, one.tokens, one.calls) for one in sorted(kinds, key=lambda one: -one.tokens)),
        reason=row.paused_reason if row and row.not_before > now() else None,
        until=row.not_before if row and row.paused_reason and row.not_before > now() else None,
    )


def overview(session: Session, who: User, contact_id: UUID | None = None, limit: int = 50) -> Overview:
    """How this person's pushes stand; for a golden ticket also those of colleagues who are disabled.

    Nobody else looks after these. Who is in no campaign has no name there.
    """
    mine = [_looked_after(who)]
    if contact_id:
        mine.append(col(PipedriveSync.contact_id) == contact_id)
    counted = session.exec(
        select(PipedriveSync.status, func.count()).where(*mine, is_counted()).group_by(PipedriveSync.status)
    ).all()
    oldest, last = session.exec(
        select(
            func.min(PipedriveSync.created_at).filter(col(PipedriveSync.status).in_(OPEN)),
            func.max(PipedriveSync.finished_at).filter(col(PipedriveSync.status) == SyncStatus.SUCCESS),
        ).where(*mine)
    ).one()
    wanted: Any = (PipedriveSync, Contact.name, User.id, User.name, visibility.inside().where(HERE).exists())
    rows = session.exec(
        select(*wanted)
        .join(User, col(User.id) == col(PipedriveSync.user_id))
        .join(Contact, col(Contact.id) == col(PipedriveSync.contact_id), isouter=True)
        .where(*mine)
        .order_by(col(PipedriveSync.updated_at).desc())
        .limit(limit)
    ).all()
    lane = session.exec(select(SyncLane).where(SyncLane.user_id == who.id)).one_or_none()
    paused = pauses.pause_of(session, who)
    return Overview(
        counts=dict.fromkeys(SyncStatus, 0) | {SyncStatus(status): n for status, n in counted},
        oldest_open=oldest,
        last_success=last,
        paused_reason=paused.sentence if paused else None,
        not_before=lane.not_before if lane and lane.not_before > now() else None,
        items=[
            Listed(sync, name if owner_id == who.id or shared else None, owner, owner_id == who.id or shared)
            for sync, name, owner_id, owner, shared in rows
        ],
    )


def _looked_after(who: User) -> Any:
    own = col(PipedriveSync.user_id) == who.id
    if not policy.may_manage_every_push(who):
        return own
    left = select(User.id).where(col(User.active).is_(False))
    return own | (col(PipedriveSync.user_id).in_(left) & (col(PipedriveSync.status) != SyncStatus.SUCCESS))


def _queues(session: Session, people: Any) -> list[Queue]:
    ids = [person.id for person in people]
    practises = bool(firm_settings.get(session, "practice_pipedrive"))
    counted: dict[UUID, dict[SyncStatus, int]] = {one: dict.fromkeys(SyncStatus, 0) for one in ids}
    query = select(PipedriveSync.user_id, PipedriveSync.status, func.count()).where(col(PipedriveSync.user_id).in_(ids))
    query = query.where(is_counted())
    for user_id, status, number in session.exec(query.group_by(col(PipedriveSync.user_id), col(PipedriveSync.status))):
        counted[user_id][SyncStatus(status)] = number
    lanes = {lane.user_id: lane for lane in session.exec(select(SyncLane).where(col(SyncLane.user_id).in_(ids)))}
    return [_queue(person, counted[person.id], lanes.get(person.id), practises) for person in people]


def _queue(person: User, counts: dict[SyncStatus, int], lane: SyncLane | None, practises: bool) -> Queue:
    has_line = practises or person.pipedrive_key is not None
    waits = lane is not None and lane.paused_reason is not None and lane.not_before > now()
    stuck = person.pipedrive_key is not None and not practises and lane is not None and lane.told_at is not None
    return Queue(
        user_id=person.id,
        name=person.name,
        active=person.active,
        has_line=has_line,
        last4=person.pipedrive_last4,
        counts=counts,
        reason=DISABLED.format(person.name)
        if not person.active
        else NO_KEY
        if not has_line
        else lane.paused_reason
        if lane and (waits or stuck)
        else None,
        until=lane.not_before if lane and waits and not stuck else None,
        stuck=stuck,
    )


def _midnight() -> datetime:
    return start_in_days(1, "UTC")
