"""Whether the last write of a record in Pipedrive was ours, although it brought us no answer of its own."""

from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app import db
from app.models import Contact, EntityType, PipedriveLink, PipedriveSync, PushReceipt
from app.sync.api.records import Activity, Organization, Person
from app.sync.links.agreed import Agreed, Snapshot

There = TypeVar("There", Person, Activity, Organization)

# how far our clock and Pipedrive's may be apart
NEAR = timedelta(seconds=5)
HANGS = (EntityType.ACTIVITY, EntityType.DEAL, EntityType.LEAD)
CHILDREN = {EntityType.PERSON: HANGS, EntityType.ORGANIZATION: (EntityType.PERSON, *HANGS)}


def explain(base: Agreed, stands: Snapshot, there: There, kind: EntityType, *, contact_id: UUID, sync_id: UUID) -> bool:
    """A value whose answer got lost stands there, or we have hung something on it at that moment."""
    arrived = any(not word.until and word.stands_in(stands) for word in base.words)
    return arrived or (base.is_touched(there) and hung_on(kind, there, contact_id, sync_id))


def hung_on(kind: EntityType, there: There, contact_id: UUID | None, sync_id: UUID) -> bool:
    """Whether the last write of a person or an organization is but the trace of a meeting, lead, deal or person that we made or took away."""
    if kind not in CHILDREN or there.updated_at is None:
        return False
    since, until = there.updated_at - NEAR, there.updated_at + NEAR
    whose = (col(PushReceipt.sync_id) == sync_id) | (col(Contact.id) == contact_id)
    if kind is EntityType.ORGANIZATION:
        whose |= col(Contact.pipedrive_org_id) == there.id
    near = or_(col(PushReceipt.at).between(since, until), col(PushReceipt.undone_at).between(since, until))
    made = select(PushReceipt.id).join(PipedriveSync, col(PipedriveSync.id) == PushReceipt.sync_id)
    made = made.join(Contact, col(Contact.id) == PipedriveSync.contact_id, isouter=True)
    with db.reading() as session:
        found = made.where(whose, col(PushReceipt.entity_type).in_(CHILDREN[kind]), near)
        return session.exec(found.limit(1)).first() is not None


def note(session: Session, link: PipedriveLink, there: There, answer: There) -> None:
    """Keep on the link that a write beside the merge was ours."""
    row = session.get(PipedriveLink, link.id, with_for_update=True)
    agreed = Agreed.read(row.agreed) if row else None
    if row and agreed:
        row.agreed = agreed.wrote(answer, over=there).dump()
        session.add(row)
