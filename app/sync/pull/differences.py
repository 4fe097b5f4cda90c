"""Which of many records, as they were just read, differ from what both sides agreed on: two questions for a hundred of them.

It only chooses what is looked at one by one. A firm that a contact works at is
not compared here: the database itself queues a push when it changes.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlmodel import Session, col, select

from app import db
from app.models import Activity, Contact, EntityType, Organisation, PipedriveLink
from app.sync.api.records import Activity as Appointment
from app.sync.api.records import Organization, Person
from app.sync.links import field_merge, link_store
from app.sync.links.agreed import Agreed, Snapshot, shape
from app.sync.push import meeting_fields
from app.sync.queue.connection import Connection

log = logging.getLogger(__name__)

TABLES: dict[EntityType, type[Contact] | type[Activity] | type[Organisation]] = {
    EntityType.PERSON: Contact,
    EntityType.ACTIVITY: Activity,
    EntityType.ORGANIZATION: Organisation,
}


def differing(line: Connection, kind: EntityType, records: Sequence[Any]) -> list[Any]:
    """Those of the records that some row of ours, or what it last agreed on, says otherwise."""
    by_number = {one.id: one for one in records}
    with db.reading() as session:
        links = session.exec(
            link_store.own_links(line.account, kind).where(col(PipedriveLink.remote_id).in_(by_number))
        ).all()
        rows = _rows(session, kind, links)
        odd = {link.remote_id for link in links if _differs(line, link, by_number[link.remote_id], rows.get(_id(link)))}
    return [one for one in records if one.id in odd]


def _rows(session: Session, kind: EntityType, links: Iterable[PipedriveLink]) -> Mapping[UUID | None, Any]:
    table = TABLES[kind]
    ids = [one for one in map(_id, links) if one]
    return {row.id: row for row in session.exec(select(table).where(col(table.id).in_(ids)))}


def _id(link: PipedriveLink) -> UUID | None:
    """The row that a link belongs to; None for one that only knows the name of a firm."""
    try:
        return UUID(link.entity_key.removeprefix("firm:"))
    except ValueError:
        return None


def _differs(line: Connection, link: PipedriveLink, there: Any, row: Any) -> bool:
    """What cannot even be compared is looked at alone, where it breaks alone."""
    try:
        base = Agreed.read(link.agreed)
        here, stands = _sides(line, base, there, row) if base else ({}, {})
    except Exception:
        log.exception("%s %s cannot be compared", link.entity_type, link.remote_id)
        return True
    if base is None or there.is_deleted:
        return True
    return any(base.differs(name, stands) for name in stands) or any(
        name not in base.ours or shape(name, base.ours[name]) != shape(name, value) for name, value in here.items()
    )


def _sides(line: Connection, base: Agreed, there: Any, row: Any) -> tuple[Snapshot, Snapshot]:
    """Ours, empty where there is no row, and theirs."""
    match there:
        case Person():
            org = base.ours.get("org")
            return field_merge.ours(row, org) if row else {}, field_merge.theirs(there, line.choices.country)
        case Appointment():
            return meeting_fields.ours(row) if row else {}, meeting_fields.theirs(there)
    return {"name": row.name} if row else {}, {"name": cast("Organization", there).name}
