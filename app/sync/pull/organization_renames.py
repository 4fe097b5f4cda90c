"""An organization that was renamed in Pipedrive: the contacts of that firm follow, unless they were moved here."""

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app import db
from app.models import Contact, EntityType, Organisation, PipedriveLink, User, now
from app.services.pipedrive import inbound_changes
from app.services.push_queue import company_mapping
from app.sync.api.records import Organization
from app.sync.links import link_store
from app.sync.links.link_store import Slot
from app.sync.links.three_way_merge import Agreed, Verdict, new_base, shape
from app.sync.queue.connection import Connection


def apply_rename(line: Connection, there: Organization, link: PipedriveLink) -> None:
    """Take the new name over; the number stays, so nothing has to be looked for again."""
    with db.transaction() as session:
        row = session.get(PipedriveLink, link.id)
        if row is None or row.remote_id != there.id:
            return
        before = Agreed.read(row.agreed)
        if before is not None and shape("name", before.theirs["name"]) != shape("name", there.name):
            for contact, owner in _of(session, line.account, row):
                firm = inbound_changes.rename_organisation(session, owner, contact, there.name)
                if firm and firm.key != row.entity_key:
                    link_store.link_if_free(
                        session, Slot(line.account, EntityType.ORGANIZATION, (firm.key,)), there.id, there.name
                    )
        name = {"name": there.name}
        row.agreed = new_base(before, {"name": Verdict.SAME}, name, name).dump()
        row.checked_at = now()
        session.add(row)


def _of(session: Session, account: str, link: PipedriveLink) -> list[tuple[Contact, User]]:
    """Who works there as far as we and that number agree, in the banks that write to this company."""
    people = (
        select(Contact, User)
        .join(User, col(User.id) == Contact.user_id)
        .join(Organisation, col(Organisation.id) == Contact.organisation_id)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(
            Contact.pipedrive_org_id == link.remote_id,
            Organisation.key == link.entity_key,
            col(Contact.deleted_at).is_(None),
        )
        .order_by(col(Contact.id))
    )
    return [
        (one, owner) for one, owner in session.exec(people) if company_mapping.account_of(session, owner) == account
    ]
