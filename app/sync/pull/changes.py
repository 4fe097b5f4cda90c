"""What was written in Pipedrive since we last listened, held against what we know of it.

The marks up to which we have heard are Pipedrive's own times, so two clocks
that disagree lose nothing; each page moves its mark on.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, cast, col, select, update

from app import db
from app.models import EntityType, LinkState, PipedriveLink, SyncAccount
from app.sync.api.records import Activity, Organization, Person
from app.sync.pull import apply_changes, deletions, organization_renames
from app.sync.push.push_context import Line
from app.sync.queue import leases

OLDEST = timedelta(days=1)
There = Organization | Person | Activity


def changes(line: Line) -> None:
    """Ask for every kind that we have links of."""
    pipedrive = line.pipedrive
    _hear(line, EntityType.ORGANIZATION, pipedrive.changed_organizations)
    _hear(line, EntityType.PERSON, pipedrive.changed_persons)
    _hear(line, EntityType.ACTIVITY, pipedrive.changed_activities)


def heed(line: Line, kind: EntityType, there: There) -> None:
    """One record as it stands there now, for everybody of ours who is linked to it."""
    if there.is_deleted:
        return deletions.suspect(line, kind, there.id)
    with db.reading() as session:
        links = session.exec(owned(line.account, kind).where(PipedriveLink.remote_id == there.id)).all()
    for link in links:
        match there:
            case Person():
                apply_changes.person(line, there, link)
            case Organization():
                organization_renames.renamed(line, there, link)
            case Activity():
                apply_changes.meeting(line, there, link)
    return None


def owned(account: str, kind: EntityType) -> Any:
    """The links of our own rows; addresses that lead to the same record are left out."""
    return select(PipedriveLink).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == kind,
        PipedriveLink.state == LinkState.LINKED,
        col(PipedriveLink.remote_id).is_not(None),
        ~col(PipedriveLink.entity_key).startswith("mail:"),
    )


def note(session: Session, account: str, **heard: str) -> None:
    """Keep how far we have heard."""
    more: Any = col(SyncAccount.heard).op("||")(cast(heard, JSONB))
    session.exec(update(SyncAccount).where(col(SyncAccount.account) == account).values(heard=more))


def _hear(line: Line, kind: EntityType, ask: Callable[[datetime], Iterator[Sequence[There]]]) -> None:
    with db.reading() as session:
        since = _since(session, line, kind)
    if since is None:
        return
    for page in ask(since - line.pace.slack):
        with db.reading() as session:
            linked = owned(line.account, kind).where(col(PipedriveLink.remote_id).in_([one.id for one in page]))
            ours = {link.remote_id for link in session.exec(linked)}
        for there in page:
            if there.id in ours:
                heed(line, kind, there)
        written = [one.updated_at for one in page if one.updated_at]
        if written:
            with db.transaction() as session:
                note(session, line.account, **{kind.value: max(since, *written).isoformat()})


def _since(session: Session, line: Line, kind: EntityType) -> datetime | None:
    """From when on; None where nothing of ours is linked. The first time, since our first link, but not for long."""
    heard = session.exec(select(SyncAccount.heard).where(SyncAccount.account == line.account)).first() or {}
    linked = owned(line.account, kind).with_only_columns(func.min(PipedriveLink.created_at))
    first: datetime | None = session.scalar(linked)
    if first is None:
        return None
    if said := heard.get(kind.value):
        return datetime.fromisoformat(said)
    return max(first, leases.moment(session) - OLDEST)
