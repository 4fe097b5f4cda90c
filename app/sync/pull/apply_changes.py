"""Merges a person or a meeting, as it stands in Pipedrive now, into our row: one transaction each, the contact locked first."""

from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session, col, select

from app import db
from app.models import (
    Activity,
    Contact,
    EntityType,
    Organisation,
    PipedriveLink,
    PipedriveSync,
    SyncStatus,
    Trigger,
    User,
    now,
)
from app.services.pipedrive import conflicts, record_choice
from app.services.push_queue import push_jobs
from app.sync.api.errors import Gone
from app.sync.api.fields import ActivityFields
from app.sync.api.records import Activity as Appointment
from app.sync.api.records import Person
from app.sync.links import field_merge, fingerprints, link_store
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.three_way_merge import Verdict, new_base
from app.sync.push import meeting_fields
from app.sync.push.push_context import contact_of
from app.sync.queue.connection import Connection


def person(line: Connection, there: Person, link: PipedriveLink, read_at: datetime) -> None:
    firm = _firm(line, there, link)
    with db.transaction() as session:
        contact = _locked(session, UUID(link.entity_key))
        row = link_store.still_as_read(session, link, there.id, read_at)
        if contact is None or row is None:
            return
        here = field_merge.ours(contact, _org(session, contact))
        stood = field_merge.theirs(there, line.choices.country)
        before = _before(row, there)
        row.checked_at = now()
        if before is None:
            # told before such things were kept: from now on we know where we started
            row.agreed = Agreed(here, stood).dump() if row.synced_hash else None
            session.add(row)
            return
        owner, verdicts = session.get_one(User, contact.user_id), field_merge.decide(before, here, stood)
        if any(before.differs(field, stood) for field in field_merge.PERSON):
            told = row.synced_hash == _digest(contact, here["org"])
            contact, agreed = field_merge.apply_merge(
                session, row, contact, owner, before=before, here=here, there=stood, firm=firm
            )
            row.agreed = agreed.dump()
            row.synced_hash = _digest(contact, agreed.ours.get("org", here["org"])) if told else row.synced_hash
        sends = {field for field, verdict in verdicts.items() if verdict.sends}
        if _is_unsaid(session, contact, contact.id, sends, before.echoes(stood)):
            _say_again(session, row, owner, contact)
        session.add(row)


def meeting(line: Connection, there: Appointment, link: PipedriveLink, read_at: datetime) -> None:
    with db.transaction() as session:
        ours = session.get(Activity, UUID(link.entity_key))
        contact = _locked(session, ours.contact_id) if ours and ours.contact_id else None
        row = link_store.still_as_read(session, link, there.id, read_at)
        if ours is None or contact is None or row is None:
            return
        session.refresh(ours)
        row.checked_at = now()
        here, stood = meeting_fields.ours(ours), meeting_fields.theirs(there)
        before = _before(row, there) or _first_base(row, ours, contact, here, stood)
        if before is None:
            session.add(row)
            return
        owner = session.get_one(User, contact.user_id)
        is_decided = partial(conflicts.is_ours_decided, session, owner, ours.id)
        verdicts = meeting_fields.decide(ours, contact.name, before, here, there, is_decided=is_decided)
        row.agreed = before.dump()
        if any(before.differs(field, stood) for field in meeting_fields.FIELDS):
            about = line.account, EntityType.ACTIVITY, ours.id
            field_merge.record_conflicts(session, owner, contact, about, verdicts=verdicts, here=here, there=stood)
            told = row.synced_hash == _meeting_digest(ours, contact)
            heard = {field: verdict for field, verdict in verdicts.items() if not verdict.sends}
            ours = meeting_fields.take_over(session, owner, ours, heard, stood)
            row.synced_hash = _meeting_digest(ours, contact) if told else row.synced_hash
            unsaid = {field: Verdict.ASK if verdict.sends else verdict for field, verdict in verdicts.items()}
            row.agreed = new_base(before, unsaid, meeting_fields.ours(ours), stood).dump()
        sends = {field for field, verdict in verdicts.items() if verdict.sends}
        if _is_unsaid(session, contact, ours.id, sends, before.echoes(stood)):
            _say_again(session, row, owner, contact, ours)
        session.add(row)


def _before(row: PipedriveLink, there: Person | Appointment) -> Agreed | None:
    known = Agreed.read(row.agreed)
    return known.as_of(there.updated_at) if known else None


def _first_base(
    row: PipedriveLink, meeting: Activity, contact: Contact, here: Snapshot, stood: Snapshot
) -> Agreed | None:
    if row.synced_hash is None or not row.created_by_us:
        return None
    return meeting_fields.first_base(row.synced_hash, _meeting_parts(meeting, contact), here, stood)


def _say_again(
    session: Session, row: PipedriveLink, owner: User, contact: Contact, meeting: Activity | None = None
) -> None:
    """What we say now has to be said once more."""
    row.synced_hash = None
    push_jobs.enqueue(session, owner, contact, Trigger.MEETING if meeting else Trigger.UPDATE, meeting, urgent=False)


def _is_unsaid(session: Session, contact: Contact, about: UUID, sends: set[str], echoes: set[str]) -> bool:
    """An older word of ours arrived after a newer one, or something differs that no push is about to say or was told not to."""
    if not sends or sends & echoes:
        return bool(sends)
    pushes = (
        select(PipedriveSync.status)
        .where(PipedriveSync.contact_id == contact.id, PipedriveSync.entity_id == about)
        .order_by(col(PipedriveSync.created_at).desc())
    )
    return session.exec(pushes.limit(1)).first() in {SyncStatus.SUCCESS, None}


def _locked(session: Session, contact_id: UUID) -> Contact | None:
    """The contact, held until the transaction ends; nothing for one in the trash."""
    alive = select(Contact.id).where(Contact.id == contact_id, col(Contact.deleted_at).is_(None))
    if session.exec(alive.with_for_update()).first() is None:
        return None
    return contact_of(session, contact_id)


def _org(session: Session, contact: Contact) -> int | str | None:
    """Pipedrive's number of the contact's firm, or our key where it has none yet."""
    firm: Organisation | None = contact.organisation
    if firm is None:
        return None
    return record_choice.number_of_firm(session, session.get_one(User, contact.user_id), firm) or firm.key


def _firm(line: Connection, there: Person, link: PipedriveLink) -> str | None:
    """The name of the firm where it is another one now."""
    before = Agreed.read(link.agreed)
    if there.org_id is None or before is None or before.theirs.get("org") == there.org_id:
        return None
    try:
        return line.pipedrive.get_organization(there.org_id).name
    except Gone:
        return None


def _digest(contact: Contact, org: int | str | None) -> str:
    return fingerprints.person(contact.name, contact.emails, contact.phones, org if isinstance(org, int) else None)


def _meeting_digest(meeting: Activity, contact: Contact) -> str:
    return meeting_fields.digest(_meeting_parts(meeting, contact))


def _meeting_parts(meeting: Activity, contact: Contact) -> meeting_fields.Parts:
    whom: ActivityFields = {"person_id": contact.pipedrive_person_id, "org_id": contact.pipedrive_org_id}
    return meeting_fields.parts(meeting, whom)
