"""The sync centre's three lists, page by page: what waits, what needs a person, what is done.

A golden ticket sees everybody's pushes, but of a contact that is in no campaign
only that there is one: not who it is, nor what Pipedrive said about it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, true
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import (
    Activity,
    CampaignContact,
    Contact,
    PipedriveHandover,
    PipedriveSync,
    PushReceipt,
    SyncConflict,
    SyncStatus,
    User,
)
from app.models.pipedrive_sync import OPEN
from app.services import policy
from app.services.base import cursors
from app.services.permissions import visibility
from app.services.push_queue.needs_owner import is_asked, is_set_aside, is_undecided, needs_owner

HERE = col(CampaignContact.contact_id) == col(PipedriveSync.contact_id)
KEYLIKE = re.compile(r"\b[0-9A-Fa-f]{32,}\b")


class Tab(StrEnum):
    """The three lists of the sync centre."""

    WAITING = "waiting"
    NEEDS_YOU = "needs"
    DONE = "done"


@dataclass(frozen=True)
class Item:
    """One push as one person may see it; `hidden` is a colleague's private contact.

    `did` is its receipt, `takeback` the push that takes back what it created.
    """

    sync: PipedriveSync
    owner_id: UUID
    owner: str
    mine: bool
    hidden: bool
    contact: str | None = None
    subject: str | None = None
    reason: str | None = None
    detail: str | None = None
    did: tuple[PushReceipt, ...] = ()
    takeback: PipedriveSync | None = None


@dataclass(frozen=True)
class Page:
    items: list[Item]
    next_cursor: str | None


def tabs(session: Session, who: User, whose: UUID | None = None) -> dict[Tab, int]:
    """How many stand in each list; what both sides changed, and contacts that were handed over, need somebody too.

    `whose` is None for all one may see.
    """
    scope = _scope(who, PipedriveSync.user_id, whose)
    numbers: Any = [func.count().filter(_in(tab)) for tab in Tab]
    counted = session.exec(select(*numbers).select_from(PipedriveSync).where(scope)).one()
    asked = select(func.count()).where(_scope(who, SyncConflict.user_id, whose), is_asked())
    handed = select(func.count()).where(_scope(who, PipedriveHandover.user_id, whose), is_undecided())
    more: Any = asked.scalar_subquery() + handed.scalar_subquery()
    found = dict(zip(Tab, counted, strict=True))
    return found | {Tab.NEEDS_YOU: found[Tab.NEEDS_YOU] + session.exec(select(more)).one()}


def items(  # noqa: PLR0917 - what a list is asked for
    session: Session, who: User, tab: Tab, whose: UUID | None = None, cursor: str | None = None, limit: int = 20
) -> Page:
    """One page of a list: what waits by when it is due, the others newest first. Raises NotFound for a foreign one."""
    moment = col(PipedriveSync.run_at if tab is Tab.WAITING else PipedriveSync.updated_at)
    rank, forwards = (moment, col(PipedriveSync.id)), tab is Tab.WAITING
    query = _seen(who).where(_scope(who, PipedriveSync.user_id, whose), _in(tab))
    if cursor:
        when, last = cursors.moment(cursor)
        after = or_(moment > when, and_(moment == when, rank[1] > last))
        before = or_(moment < when, and_(moment == when, rank[1] < last))
        query = query.where(after if forwards else before)
    order = rank if forwards else (rank[0].desc(), rank[1].desc())
    rows = session.exec(query.order_by(*order).limit(limit + 1)).all()
    last_one = rows[limit - 1][0] if len(rows) > limit else None
    mark = cursors.write(last_one.run_at if forwards else last_one.updated_at, last_one.id) if last_one else None
    return Page(_items(session, who, rows[:limit]), mark)


def item(session: Session, who: User, sync_id: UUID) -> Item:
    """One push that this person may see. Raises NotFound."""
    rows = session.exec(_seen(who).where(PipedriveSync.id == sync_id, _scope(who, PipedriveSync.user_id, None))).all()
    if not rows:
        raise NotFound("This push is not one of yours.")
    return _items(session, who, rows)[0]


def _scope(who: User, owner: Any, whose: UUID | None) -> Any:
    if whose is not None and whose != who.id and not policy.may_manage_every_push(who):
        raise NotFound("There is no such colleague.")
    if whose is None:
        return true() if policy.may_manage_every_push(who) else col(owner) == who.id
    return col(owner) == whose


def _in(tab: Tab) -> Any:
    status = col(PipedriveSync.status)
    return {
        Tab.WAITING: status.in_(OPEN),
        Tab.NEEDS_YOU: needs_owner(),
        Tab.DONE: (status == SyncStatus.SUCCESS) | ((status == SyncStatus.FAILED) & is_set_aside()),
    }[tab]


def _seen(who: User) -> Any:
    """Pushes with their contact, their meeting, their owner, and whether this person may know whom they are about."""
    shown = or_(col(PipedriveSync.user_id) == who.id, visibility.inside().where(HERE).exists())
    wanted: Any = (PipedriveSync, Contact.name, Activity.subject, User.name, shown)
    return (
        select(*wanted)
        .join(User, col(User.id) == col(PipedriveSync.user_id))
        .join(Contact, col(Contact.id) == col(PipedriveSync.contact_id), isouter=True)
        .join(Activity, col(Activity.id) == col(PipedriveSync.entity_id), isouter=True)
    )


def _items(session: Session, who: User, rows: Sequence[Any]) -> list[Item]:
    did: dict[UUID, list[PushReceipt]] = {sync.id: [] for sync, *_ in rows}
    told = select(PushReceipt).where(col(PushReceipt.sync_id).in_(did)).order_by(col(PushReceipt.at))
    for receipt in session.exec(told) if did else ():
        did[receipt.sync_id].append(receipt)
    asked = select(PipedriveSync).where(col(PipedriveSync.dedupe_key).in_(f"undo:{one}" for one in did))
    undone = {row.entity_id: row for row in session.exec(asked.order_by(col(PipedriveSync.created_at)))}
    return [_item(who, row, tuple(did[row[0].id]), undone.get(row[0].id)) for row in rows]


def _item(who: User, row: Any, did: tuple[PushReceipt, ...], takeback: PipedriveSync | None) -> Item:
    sync, contact, subject, owner, shown = row
    bare = Item(sync, sync.user_id, owner, sync.user_id == who.id, not shown)
    if not shown:
        return bare
    detail = KEYLIKE.sub("…", sync.detail or "") or None
    return replace(bare, contact=contact, subject=subject, reason=sync.error, detail=detail, did=did, takeback=takeback)
