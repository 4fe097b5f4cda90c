"""One record as it was read in Pipedrive a moment ago, handed to whatever takes over changes of its kind."""

from datetime import datetime

from app import db
from app.models import EntityType, PipedriveLink
from app.sync.api.records import Activity, Organization, Person
from app.sync.links import link_store
from app.sync.pull import apply_changes, deletions, organization_renames
from app.sync.queue.connection import Connection

There = Organization | Person | Activity


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
