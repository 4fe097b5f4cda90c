"""People who were erased here while their create had no answer yet: whether it arrived is looked up, and it is deleted again.

The intent outlives the contact; it holds its id and a fingerprint, no name. Deleted is only what carries our mark, still says what
was sent, and has nothing hanging on it; of anything else the trail tells a
golden ticket the number.
"""

import logging
from uuid import UUID

from sqlalchemy import Text, cast
from sqlmodel import Session, col, delete, select

from app import db
from app.models import Contact, EntityType, LinkState, PipedriveLink
from app.services.base import audit_log
from app.services.pipedrive.inbound_changes import PIPEDRIVE
from app.sync.api import reference_marks
from app.sync.api.errors import Gone, Rejected
from app.sync.api.records import Person
from app.sync.links import fingerprints
from app.sync.push import undo_uses
from app.sync.queue import leases
from app.sync.queue.connection import Connection

log = logging.getLogger(__name__)


def take_back(line: Connection) -> None:
    """Look once for each, as soon as its create can no longer be on its way."""
    with db.reading() as session:
        waiting = _waiting(session, line)
    for link in waiting:
        _take_back(line, link)


def _waiting(session: Session, line: Connection) -> list[PipedriveLink]:
    query = select(PipedriveLink).where(
        PipedriveLink.account == line.account,
        PipedriveLink.entity_type == EntityType.PERSON,
        PipedriveLink.state == LinkState.CREATING,
        ~col(PipedriveLink.entity_key).startswith("mail:"),
        col(PipedriveLink.entity_key).not_in(select(cast(Contact.id, Text))),
        col(PipedriveLink.intent_at) <= leases.moment(session) - line.pace.hold,
    )
    return list(session.exec(query))


def _take_back(line: Connection, link: PipedriveLink) -> None:
    mark = reference_marks.mark(UUID(link.entity_key))
    code = line.choices.mark_field(EntityType.PERSON)
    written = list(line.pipedrive.persons_created_since(link.intent_at))
    marked = [one for one in written if code and one.custom.get(code) == mark]
    remains = [one for one in marked if not _delete(line, link, one)]
    if not marked:
        remains = [one for one in written if _stands_as_sent(link, one)]
    with db.transaction() as session:
        session.exec(delete(PipedriveLink).where(col(PipedriveLink.id) == link.id))
        for one in remains:
            audit_log.record(session, PIPEDRIVE, "contact.erased_remains", person=one.id)


def _delete(line: Connection, link: PipedriveLink, person: Person) -> bool:
    """Delete the person unless somebody has edited or uses it; says whether it is gone."""
    try:
        there = line.pipedrive.get_counted_person(person.id)
        if not _stands_as_sent(link, there) or undo_uses.counted(there.counts, {}):
            return False
        line.pipedrive.delete_person(there.id)
    except Gone:
        return True
    except Rejected:
        return False
    log.warning("person %s was created there for a contact that was erased meanwhile, and was deleted again", person.id)
    return True


def _stands_as_sent(link: PipedriveLink, one: Person) -> bool:
    return fingerprints.person(one.name, one.emails, one.phones, one.org_id) == link.synced_hash
