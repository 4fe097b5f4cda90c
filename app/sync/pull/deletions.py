"""Linked records that are deleted, merged or hidden in Pipedrive.

A deleted record is looked for by its owner's own push, which finds it again or
asks them. From one that this key only does not see nothing is concluded at all:
it is asked for again later and later.
"""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, update

from app import db
from app.models import Activity, Contact, EntityType, LinkState, PipedriveLink, Trigger, User, now
from app.services.base import audit_log
from app.services.pipedrive.inbound_changes import PIPEDRIVE
from app.services.push_queue import push_jobs
from app.sync.api.errors import Gone
from app.sync.links import link_store
from app.sync.push import lost_records
from app.sync.queue.connection import Connection


def handle_missing(line: Connection, kind: EntityType, number: int, merged_to: int | None = None) -> None:
    """Relink to the record it was merged to, where that is alive; else queue a push of each owner, whose key looks.

    The caller has seen that the record is deleted: what a webhook says of a merge is no proof of it.
    """
    if merged_to is not None and _is_alive(line, kind, merged_to):
        with db.transaction() as session:
            return _relink(session, line.account, kind, number, merged_to)
    with db.transaction() as session:
        if kind is EntityType.ORGANIZATION:
            return lost_records.mark_deleted(session, line.account, kind, number)
        for link in session.exec(
            link_store.own_links(line.account, kind).where(PipedriveLink.remote_id == number)
        ).all():
            link.synced_hash, link.checked_at = None, now()
            session.add(link)
            _queue_push(session, kind, UUID(link.entity_key))
    return None


def note_unseen(line: Connection, kind: EntityType, number: int) -> None:
    """This key does not see the record: ask again later and later, and conclude nothing."""
    with db.transaction() as session:
        there = {"account": line.account, "entity_type": kind, "remote_id": number, "state": LinkState.LINKED}
        again = {"unseen_at": func.clock_timestamp(), "unseen_times": PipedriveLink.unseen_times + 1}
        session.exec(update(PipedriveLink).filter_by(**there).values(again))


def _is_alive(line: Connection, kind: EntityType, number: int) -> bool:
    get = line.pipedrive.get_organization if kind is EntityType.ORGANIZATION else line.pipedrive.get_person
    try:
        return not get(number).is_deleted
    except Gone:
        return False


def _relink(session: Session, account: str, kind: EntityType, old: int, new: int) -> None:
    """Everything that led to the old number leads to the new one; pushes then meet whom they find there."""
    there = {"account": account, "entity_type": kind, "remote_id": old}
    keys = [
        link.entity_key
        for link in session.exec(link_store.own_links(account, kind).where(PipedriveLink.remote_id == old))
    ]
    # the one that stayed is a colleague's: it is met like any record that was there before us
    met_anew = {"remote_id": new, "synced_hash": None, "agreed": None, "created_by_us": False}
    session.exec(update(PipedriveLink).filter_by(**there).values(met_anew))
    if kind is EntityType.ORGANIZATION:
        session.exec(update(Contact).where(col(Contact.pipedrive_org_id) == old).values(pipedrive_org_id=new))
        return
    for key in keys:
        contact = session.get(Contact, UUID(key), with_for_update=True)
        if contact:
            contact.pipedrive_person_id = new
            session.add(contact)
            audit_log.record(session, PIPEDRIVE, "contact.relinked", contact.id, merged_from=old, merged_to=new)
            _queue_push(session, kind, contact.id)


def _queue_push(session: Session, kind: EntityType, row_id: UUID) -> None:
    """Have the owner's own push look."""
    meeting = session.get(Activity, row_id) if kind is EntityType.ACTIVITY else None
    contact = session.get(Contact, meeting.contact_id if meeting else row_id)
    if contact is None or contact.deleted_at:
        return
    owner = session.get_one(User, contact.user_id)
    push_jobs.enqueue(session, owner, contact, Trigger.MEETING if meeting else Trigger.UPDATE, meeting, urgent=False)
