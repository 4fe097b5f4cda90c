"""One record as it stands in Pipedrive now, handed to whatever takes over changes of its kind."""

from app import db
from app.models import EntityType, PipedriveLink
from app.sync.api.records import Activity, Organization, Person
from app.sync.links import link_store
from app.sync.pull import apply_changes, deletions, organization_renames
from app.sync.queue.connection import Connection

There = Organization | Person | Activity


def dispatch(line: Connection, kind: EntityType, there: There) -> None:
    """Apply a record to every row of ours that is linked to it; a deleted one goes to `deletions`."""
    if there.is_deleted:
        return deletions.handle_missing(line, kind, there.id)
    with db.reading() as session:
        links = session.exec(link_store.own_links(line.account, kind).where(PipedriveLink.remote_id == there.id)).all()
    for link in links:
        match there:
            case Person():
                apply_changes.person(line, there, link)
            case Organization():
                organization_renames.apply_rename(line, there, link)
            case Activity():
                apply_changes.meeting(line, there, link)
    return None
