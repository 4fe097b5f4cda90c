"""What was written in Pipedrive since we last listened, held against what we know of it.

The marks up to which we have heard are Pipedrive's own times, so two clocks
that disagree lose nothing; each page moves its mark on.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, cast, col, select, update

from app import db
from app.models import EntityType, PipedriveLink, SyncAccount, now
from app.sync.links import link_store
from app.sync.pull import dispatch, recheck
from app.sync.pull.dispatch import There
from app.sync.queue import leases
from app.sync.queue.connection import Connection

OLDEST = timedelta(days=1)


def read_changes(line: Connection) -> None:
    """Ask for every kind that we have links of."""
    pipedrive = line.pipedrive
    _read_kind(line, EntityType.ORGANIZATION, pipedrive.changed_organizations)
    _read_kind(line, EntityType.PERSON, pipedrive.changed_persons)
    _read_kind(line, EntityType.ACTIVITY, pipedrive.changed_activities)


def save_cursor(session: Session, account: str, **heard: str) -> None:
    """Keep how far we have heard."""
    more: Any = col(SyncAccount.heard).op("||")(cast(heard, JSONB))
    session.exec(update(SyncAccount).where(col(SyncAccount.account) == account).values(heard=more))


def _read_kind(line: Connection, kind: EntityType, ask: Callable[[datetime], Iterator[Sequence[There]]]) -> None:
    with db.reading() as session:
        since = _since(session, line, kind)
    if since is None:
        return
    pages, read_at = ask(since - line.pace.slack), now()
    while page := next(pages, None):
        # the mark moves on: what breaks is noted, and looked at again
        later = partial(recheck.look_later, line, kind)
        dispatch.dispatch_all(line, kind, page, read_at, name="changes", broke=later)
        written = [one.updated_at for one in page if one.updated_at]
        if written:
            with db.transaction() as session:
                save_cursor(session, line.account, **{kind.value: max(since, *written).isoformat()})
        read_at = now()


def _since(session: Session, line: Connection, kind: EntityType) -> datetime | None:
    """From when on; None where nothing of ours is linked. The first time, since our first link, but not for long."""
    heard = session.exec(select(SyncAccount.heard).where(SyncAccount.account == line.account)).first() or {}
    linked = link_store.own_links(line.account, kind).with_only_columns(func.min(PipedriveLink.created_at))
    first: datetime | None = session.scalar(linked)
    if first is None:
        return None
    if said := heard.get(kind.value):
        return datetime.fromisoformat(said)
    return max(first, leases.moment(session) - OLDEST)
