"""What follows when a record is known to be deleted in Pipedrive.

A lost link is never looked at again. So whoever else led to that record is
pushed, and asked by their own key what became of it.
"""

from sqlmodel import Session, col, select

from app.models import Contact, EntityType, PipedriveLink, Trigger, User
from app.services.push_queue import company_mapping, push_jobs
from app.sync.links import link_store


def mark_deleted(session: Session, account: str, kind: EntityType, number: int, but: Contact | None = None) -> None:
    """Every link to it is LOST; `but` is the contact that is being pushed, whose owner is asked by that very push."""
    others = _who_else(session, account, kind, number, but)
    link_store.mark_lost(session, account, kind, number)
    for contact in others:
        owner = session.get_one(User, contact.user_id)
        if company_mapping.account_of(session, owner) == account:
            push_jobs.enqueue(session, owner, contact, Trigger.UPDATE, urgent=False)


def _who_else(session: Session, account: str, kind: EntityType, number: int, but: Contact | None) -> list[Contact]:
    """Every contact that is that person; of a firm, which has many people, one contact of each owner."""
    alive = select(Contact).where(col(Contact.deleted_at).is_(None)).order_by(col(Contact.updated_at))
    if kind is EntityType.PERSON:
        linked = link_store.own_links(account, kind).where(PipedriveLink.remote_id == number)
        keys = [link.entity_key for link in session.exec(linked)]
        return [one for one in session.exec(alive.where(col(Contact.id).in_(keys))) if but is None or one.id != but.id]
    if kind is EntityType.ORGANIZATION:
        people = session.exec(alive.where(col(Contact.pipedrive_org_id) == number))
        first = {one.user_id: one for one in people if but is None or one.user_id != but.user_id}
        return list(first.values())
    return []
