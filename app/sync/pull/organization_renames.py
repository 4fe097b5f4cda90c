"""An organization that was renamed in Pipedrive: the firms of the banks that are linked to it follow."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from app import db
from app.models import Contact, EntityType, Organisation, PipedriveLink, User, now, organisation_key
from app.services.pipedrive import inbound_changes
from app.services.push_queue import company_mapping
from app.sync.api.records import Organization
from app.sync.links import fingerprints, link_store
from app.sync.links.agreed import Agreed
from app.sync.links.link_store import Slot
from app.sync.links.three_way_merge import Verdict, merge_field, new_base
from app.sync.queue.connection import Connection


def apply_rename(line: Connection, there: Organization, link: PipedriveLink, read_at: datetime) -> None:
    """Take the new name over where only they changed it, and ask where both did; the number stays."""
    with db.transaction() as session:
        row = link_store.still_as_read(session, link, there.id, read_at)
        if row is None:
            return
        row.checked_at = now()
        session.add(row)
        if row.entity_key.startswith("firm:"):
            _follow(session, row, there)
        elif organisation_key(there.name)[:200] != row.entity_key:
            # nobody else's firm of the old name is led to an organization that is called otherwise now
            session.exec(delete(PipedriveLink).where(col(PipedriveLink.id) == row.id))
            slot = Slot(line.account, EntityType.ORGANIZATION, (organisation_key(there.name)[:200],))
            link_store.link_if_free(session, slot, there.id, there.name)


def _follow(session: Session, row: PipedriveLink, there: Organization) -> None:
    firm = session.get(Organisation, UUID(row.entity_key.removeprefix("firm:")), with_for_update=True)
    if firm is None:
        return
    owner, stood = session.get_one(User, firm.user_id), {"name": there.name}
    before, here = Agreed.read(row.agreed), {"name": firm.name}
    verdict = merge_field("name", before, firm.name, there.name) if before else Verdict.SAME
    if verdict.takes and company_mapping.account_of(session, owner) == row.account:
        name = inbound_changes.rename_firm(session, owner, firm.id, there.name)
        row.synced_hash = fingerprints.digest(fingerprints.folded(name))
        here = {"name": name}
    contact = session.exec(
        select(Contact).where(Contact.organisation_id == firm.id).order_by(col(Contact.id)).limit(1)
    ).first()
    if verdict is Verdict.ASK and contact:
        about = row.account, EntityType.ORGANIZATION, firm.id
        inbound_changes.record_conflicts(session, owner, contact, about, {"name": (firm.name, there.name)})
    kept = Verdict.ASK if verdict.sends else verdict
    row.agreed = new_base(before, {"name": kept}, here, stood).dump()
