"""One record as it was read in Pipedrive a moment ago, handed to whatever takes over changes of its kind."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, update

from app import db, rounds
from app.models import EntityType, PipedriveLink
from app.sync.api.records import Activity, Organization, Person
from app.sync.links import link_store
from app.sync.pull import apply_changes, deletions, differences, organization_renames
from app.sync.queue import connection
from app.sync.queue.connection import Connection

There = Organization | Person | Activity


def dispatch_all(
    line: Connection,
    kind: EntityType,
    records: Sequence[There],
    read_at: datetime,
    *,
    name: str = "records met",
    broke: Callable[[int], object] | None = None,
) -> None:
    """Of a whole page only what differs is looked at one by one; of the others is noted when they were seen to agree.

    `name` is that of the round; `broke` is told of a record that is put aside.
    """

    def settle(there: There) -> None:
        try:
            dispatch(line, kind, there, read_at)
        except connection.WHOLE:
            raise
        except Exception:
            if broke:
                broke(there.id)
            raise

    odd = differences.differing(line, kind, records)
    keyed = [(f"{line.account}:{kind}:{one.id}", one) for one in odd]
    rounds.settle_each(name, keyed, settle, whole=connection.WHOLE)
    agree = {one.id for one in records} - {one.id for one in odd}
    with db.transaction() as session:
        met = col(PipedriveLink.remote_id).in_(agree), col(PipedriveLink.entity_type) == kind
        mine = col(PipedriveLink.account) == line.account
        seen = {"checked_at": func.greatest(PipedriveLink.checked_at, read_at)}
        session.exec(update(PipedriveLink).where(mine, *met).values(seen))


def dispatch(line: Connection, kind: EntityType, there: There, read_at: datetime) -> None:
    """Apply a record to every row of ours that is linked to it; a deleted one goes to `deletions`.

    `read_at` is when it was asked for: what a push has agreed on since is newer, and is heard of the next time.
    """
    if there.is_deleted:
        return deletions.handle_missing(line, kind, there.id)
    with db.reading() as session:
        links = session.exec(link_store.own_links(line.account, kind).where(PipedriveLink.remote_id == there.id)).all()
    for link in links:
        match there:
            case Person():
                apply_changes.person(line, there, link, read_at)
            case Organization():
                organization_renames.apply_rename(line, there, link, read_at)
            case Activity():
                apply_changes.meeting(line, there, link, read_at)
    return None
