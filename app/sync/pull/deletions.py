"""Is what we are linked to still there? Lists do not name what was deleted or merged away, so it is asked for by number.

A record that this key does not see may only be hidden from it. So nothing is
concluded here: its owner's own push looks, finds it again, or asks them.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Uuid, cast, func
from sqlmodel import Session, col, select, update

from app import db
from app.models import Activity, Contact, EntityType, PipedriveLink, Trigger, User, WebhookNote, now
from app.services.base import audit_log
from app.services.pipedrive.inbound_changes import PIPEDRIVE
from app.services.push_queue import company_mapping, push_jobs
from app.sync.api.errors import Gone
from app.sync.api.pipedrive import AT_ONCE
from app.sync.api.records import Activity as Appointment
from app.sync.api.records import Organization, Person
from app.sync.links import link_store
from app.sync.pull import changes
from app.sync.push.push_context import Line
from app.sync.queue import leases

PLURAL = {EntityType.ORGANIZATION: "organizations", EntityType.PERSON: "persons", EntityType.ACTIVITY: "activities"}
MOST_NOTES = 100

Look = Callable[[int], Organization | Person | Appointment]


def notes(line: Line) -> None:
    """Look at what Pipedrive itself said has changed."""
    with db.reading() as session:
        waiting = select(WebhookNote).where(WebhookNote.account == line.account).order_by(col(WebhookNote.id))
        told = session.exec(waiting.limit(MOST_NOTES)).all()
    for note in told:
        if note.merged_to_id:
            suspect(line, note.entity_type, note.remote_id, note.merged_to_id)
        else:
            _look(line, note.entity_type, note.remote_id)
        with db.transaction() as session:
            kept = session.get(WebhookNote, note.id, with_for_update=True)
            if kept and kept.updated_at == note.updated_at:
                session.delete(kept)


def check(line: Line) -> None:
    """Ask, a hundred at a time, for those that we have not met for longest."""
    for kind, plural in PLURAL.items():
        with db.reading() as session:
            ids = _unmet(session, line, kind)
        if not ids:
            continue
        there = line.pipedrive.present(plural, ids)
        for number in ids:
            if number not in there:
                _look(line, kind, number)
        with db.transaction() as session:
            met = col(PipedriveLink.remote_id).in_(ids), col(PipedriveLink.entity_type) == kind
            mine = col(PipedriveLink.account) == line.account
            session.exec(update(PipedriveLink).where(mine, *met).values(checked_at=now()))


def suspect(line: Line, kind: EntityType, number: int, merged_to: int | None = None) -> None:
    """It is gone, or hidden: follow it where it was merged to, else let its owners' pushes look with their own keys."""
    if merged_to is not None and _is_alive(line, kind, merged_to):
        with db.transaction() as session:
            return _relink(session, line.account, kind, number, merged_to)
    with db.transaction() as session:
        if kind is EntityType.ORGANIZATION:
            _ask_one_each(session, line.account, number)
            return link_store.lose(session, line.account, kind, number)
        for link in session.exec(changes.owned(line.account, kind).where(PipedriveLink.remote_id == number)).all():
            link.synced_hash = None
            session.add(link)
            _ask(session, kind, UUID(link.entity_key))
    return None


def _look(line: Line, kind: EntityType, number: int) -> None:
    ask: dict[EntityType, Look] = {
        EntityType.ORGANIZATION: line.pipedrive.get_organization,
        EntityType.PERSON: line.pipedrive.get_person,
        EntityType.ACTIVITY: line.pipedrive.get_activity,
    }
    try:
        changes.heed(line, kind, ask[kind](number))
    except Gone:
        suspect(line, kind, number)


def _is_alive(line: Line, kind: EntityType, number: int) -> bool:
    get = line.pipedrive.get_organization if kind is EntityType.ORGANIZATION else line.pipedrive.get_person
    try:
        return not get(number).is_deleted
    except Gone:
        return False


def _relink(session: Session, account: str, kind: EntityType, old: int, new: int) -> None:
    """Everything that led to the old number leads to the new one; pushes then meet whom they find there."""
    there = {"account": account, "entity_type": kind, "remote_id": old}
    keys = [
        link.entity_key for link in session.exec(changes.owned(account, kind).where(PipedriveLink.remote_id == old))
    ]
    session.exec(update(PipedriveLink).filter_by(**there).values(remote_id=new, synced_hash=None, agreed=None))
    if kind is EntityType.ORGANIZATION:
        session.exec(update(Contact).where(col(Contact.pipedrive_org_id) == old).values(pipedrive_org_id=new))
        return
    for key in keys:
        contact = session.get(Contact, UUID(key), with_for_update=True)
        if contact:
            contact.pipedrive_person_id = new
            session.add(contact)
            audit_log.record(session, PIPEDRIVE, "contact.relinked", contact.id, merged_from=old, merged_to=new)
            _ask(session, kind, contact.id)


def _ask(session: Session, kind: EntityType, row_id: UUID) -> None:
    """Have the owner's own push look."""
    meeting = session.get(Activity, row_id) if kind is EntityType.ACTIVITY else None
    contact = session.get(Contact, meeting.contact_id if meeting else row_id)
    if contact is None or contact.deleted_at:
        return
    owner = session.get_one(User, contact.user_id)
    push_jobs.enqueue(session, owner, contact, Trigger.MEETING if meeting else Trigger.UPDATE, meeting)


def _ask_one_each(session: Session, account: str, number: int) -> None:
    """A firm has many people: one push of each owner is enough to find out."""
    people = select(Contact).where(Contact.pipedrive_org_id == number, col(Contact.deleted_at).is_(None))
    first = {one.user_id: one for one in session.exec(people.order_by(col(Contact.updated_at)))}
    for owner_id, contact in first.items():
        owner = session.get_one(User, owner_id)
        if company_mapping.account_of(session, owner) == account:
            push_jobs.enqueue(session, owner, contact, Trigger.UPDATE)


def _unmet(session: Session, line: Line, kind: EntityType) -> list[int]:
    met = func.coalesce(PipedriveLink.checked_at, PipedriveLink.updated_at)
    before = leases.moment(session) - timedelta(seconds=line.pace.recheck)
    links = changes.owned(line.account, kind).where(met <= before).order_by(met, col(PipedriveLink.id))
    if kind is EntityType.ACTIVITY:
        links = links.join(Activity, col(Activity.id) == cast(PipedriveLink.entity_key, Uuid)).where(
            col(Activity.done).is_(False), col(Activity.deleted_at).is_(None)
        )
    return list(dict.fromkeys(link.remote_id for link in session.exec(links.limit(AT_ONCE))))
