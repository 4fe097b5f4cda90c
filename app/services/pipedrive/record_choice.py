"""Which record in Pipedrive a contact is: what its owner decides when we could not tell.

The choice is kept on the push; the engine checks it at the next run.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.errors import Conflict, NotFound
from app.models import (
    SKIPPED,
    Contact,
    EntityType,
    LinkState,
    Organisation,
    PipedriveLink,
    PipedriveSync,
    SyncStatus,
    User,
    are_two_companies,
    now,
    organisation_key,
)
from app.services.base import audit_log
from app.services.contacts import contact_bank
from app.services.push_queue import company_mapping, push_jobs, push_rules
from app.signals import Topic, announce

DONE = "This push is done already. Unlink the contact first, then push it again."
UNDER_WAY = "Another push of this contact is on its way already."
NOT_YOURS = "This push is not one of yours."
LEFT_OUT = "You skipped this push. Retry brings it back."
IS_ANOTHER_CONTACT = (
    "{other} in your contact bank is this person in Pipedrive already. Merge the two contacts, or create a new record."
)
ANOTHER_CONTACT = (
    "That record is {other} in your contact bank already. Merge the two contacts, or choose another record."
)

IN_THE_TRASH = (
    "That is {other} in your trash. Restore that contact and merge the two, erase it, or choose another record."
)


def link_to(session: Session, who: User, sync_id: UUID, remote_id: int) -> PipedriveSync:
    """Use this record of Pipedrive's; it has to exist when the push runs. Raises NotFound or Conflict."""
    sync = _undecided(session, who, sync_id)
    if _kind(sync) is EntityType.PERSON and sync.contact_id:
        contact = session.get_one(Contact, sync.contact_id)
        check_free(session, who, contact, remote_id)
        _forget(session, contact)
    return _decided(session, who, sync, remote_id)


def keeps_link(sync: PipedriveSync) -> bool:
    """Whether none of the candidates means that the linked record gets what was asked about, and no new one is made."""
    return any(one.get("linked_to") is not None for one in sync.candidates or [])


def create_anyway(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    """None of the candidates: make a new record, or keep the one that is linked. Raises NotFound or Conflict."""
    return _decided(session, who, _undecided(session, who, sync_id), None)


def skip(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    """Leave it out of Pipedrive: the push is closed and needs nobody any more. Raises NotFound or Conflict."""
    sync = _undecided(session, who, sync_id)
    sync.status, sync.finished_at, sync.choice, sync.candidates = SyncStatus.FAILED, now(), None, None
    sync.error_code, sync.error, sync.detail = SKIPPED, LEFT_OUT, None
    session.add(sync)
    audit_log.record(session, who, "sync.skipped", sync.id)
    announce(session, Topic.SYNC, sync.contact_id or sync.id, who.id)
    return sync


def check_free(session: Session, who: User, contact: Contact, remote_id: int) -> None:
    """Raises Conflict where another contact of mine, in the bank or in the trash, is that person."""
    for trash, sentence in ((False, ANOTHER_CONTACT), (True, IN_THE_TRASH)):
        if other := other_contact(session, who, contact, remote_id, trash=trash):
            raise Conflict(sentence.format(other=other))


def other_contact(session: Session, who: User, contact: Contact, remote_id: int, *, trash: bool = False) -> str | None:
    """The name of another contact of this bank, or of its trash, that is this person in Pipedrive."""
    theirs = select(PipedriveLink.entity_key).where(
        PipedriveLink.account == company_mapping.account_of(session, who),
        PipedriveLink.entity_type == EntityType.PERSON,
        PipedriveLink.remote_id == remote_id,
        PipedriveLink.state == LinkState.LINKED,
    )
    linked = [UUID(key) for key in session.exec(theirs) if ":" not in key]
    others = select(Contact.name).where(
        col(Contact.id).in_(linked),
        Contact.user_id == who.id,
        col(Contact.id) != contact.id,
        col(Contact.deleted_at).is_not(None) if trash else col(Contact.deleted_at).is_(None),
    )
    return session.exec(others.limit(1)).first()


def number_of_firm(session: Session, who: User, firm: Organisation) -> int | None:
    """Pipedrive's number of a bank's organisation: by its own link, else by what anybody's firm of that name leads to."""
    linked = select(PipedriveLink).where(
        PipedriveLink.account == company_mapping.account_of(session, who),
        PipedriveLink.entity_type == EntityType.ORGANIZATION,
        col(PipedriveLink.entity_key).in_([firm.link_key, organisation_key(firm.name)[:200]]),
        PipedriveLink.state == LinkState.LINKED,
    )
    own_first = linked.order_by((col(PipedriveLink.entity_key) == firm.link_key).desc())
    return next((link.remote_id for link in session.exec(own_first) if _is_of(link, firm)), None)


def _is_of(link: PipedriveLink, firm: Organisation) -> bool:
    """The name alone may lead to another company: an AG is no GmbH."""
    name = ((link.agreed or {}).get("theirs") or {}).get("name") or firm.name
    return link.entity_key == firm.link_key or not are_two_companies(str(name), firm.name)


def unlink(session: Session, who: User, contact_id: UUID) -> Contact:
    """Forget which person in Pipedrive this contact is; nothing there is touched. Raises NotFound."""
    contact = contact_bank.owned(session, who, contact_id, lock=True)
    push_rules.set_aside_pushes(session, who, contact)
    audit_log.record(session, who, "contact.unlinked", contact.id, person=contact.pipedrive_person_id)
    _forget(session, contact)
    contact.pipedrive_org_id = None
    contact.version += 1
    session.add(contact)
    push_rules.resolve_conflicts(session, contact)
    announce(session, Topic.CONTACT, contact.id, who.id)
    return contact


def _undecided(session: Session, who: User, sync_id: UUID) -> PipedriveSync:
    """The push, locked, while it still waits for a decision."""
    mine = PipedriveSync.id == sync_id, PipedriveSync.user_id == who.id
    sync = session.exec(select(PipedriveSync).where(*mine).with_for_update()).one_or_none()
    if sync is None:
        raise NotFound(NOT_YOURS)
    if sync.status is SyncStatus.SUCCESS:
        raise Conflict(DONE)
    return sync


def _decided(session: Session, who: User, sync: PipedriveSync, remote_id: int | None) -> PipedriveSync:
    """Keep the choice and let the push run with it."""
    kind = _kind(sync)
    sync.choice = {**(sync.choice or {}), kind.value: remote_id}
    session.add(sync)
    session.flush()
    if sync.status is SyncStatus.FAILED and push_jobs.retry(session, who, [sync.id]) == 0:
        raise Conflict(UNDER_WAY)
    sync.generation += 1
    session.add(sync)
    audit_log.record(session, who, "sync.chosen", sync.id, kind=kind.value, remote_id=remote_id)
    announce(session, Topic.SYNC, sync.contact_id or sync.id, who.id)
    return sync


def _kind(sync: PipedriveSync) -> EntityType:
    """What the candidates are; without any, the person."""
    return EntityType(sync.candidates[0]["kind"]) if sync.candidates else EntityType.PERSON


def _forget(session: Session, contact: Contact) -> None:
    """Nothing leads from this contact to that person any more, nor from its addresses."""
    own = PipedriveLink.entity_type == EntityType.PERSON, PipedriveLink.entity_key == str(contact.id)
    for link in session.exec(select(PipedriveLink).where(*own)).all():
        same = {"account": link.account, "entity_type": link.entity_type, "remote_id": link.remote_id}
        aliases = col(PipedriveLink.entity_key).startswith("mail:")
        if link.remote_id is not None:
            session.exec(delete(PipedriveLink).filter_by(**same).where(aliases))
        session.delete(link)
    contact.pipedrive_person_id = None
    session.add(contact)
    session.flush()
