"""Whose a contact's records are in Pipedrive, after it was handed over here and its new owner wants them there too.

What moves is the person and the planned meetings that we created, as long as
they belong to a former owner: whatever a colleague made or took over stays.
"""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session, col, select

from app import db
from app.models import Activity, EntityType, LinkState, PipedriveLink, PushEffect
from app.services.push_queue import handovers
from app.sync.api.errors import Gone, NotAllowed
from app.sync.links import link_store, own_writes
from app.sync.links.remote_ids import number_of
from app.sync.push.push_context import Push
from app.sync.queue.outcome_errors import NOT_ALLOWED, Closed

NOT_MOVED = (
    "Pipedrive does not let you become the owner of {name}: your key lacks the right. "
    "Ask an administrator of Pipedrive for it; then this goes over by itself."
)


def move_ownership(push: Push) -> None:
    """Move what has to follow a hand-over, once. Raises Closed where this key may not."""
    with db.reading() as session:
        order = handovers.to_move(session, push.line.lease.who, push.contact.id)
        links = _links(session, push) if order else []
    if order is None:
        return
    new_owner = push.line.lease.who.pipedrive_user_id
    if new_owner:
        for link in links:
            _move(push, link, set(order.from_owners), new_owner)
    with db.transaction() as session:
        handovers.mark_moved(session, push.line.lease.who, push.contact.id)


def _move(push: Push, link: PipedriveLink, former: set[int], new_owner: int) -> None:
    pipedrive, number = push.line.pipedrive, number_of(link)
    is_person = link.entity_type is EntityType.PERSON
    read: Callable[[int], Any] = pipedrive.get_person if is_person else pipedrive.get_activity
    try:
        there = read(number)
        if there.is_deleted or there.owner_id not in former or getattr(there, "done", False):
            return
        change: Callable[..., Any] = pipedrive.change_person if is_person else pipedrive.change_activity
        answer = change(number, owner_id=new_owner)
    except Gone:
        return
    except NotAllowed:
        name = push.contact.name if is_person else f"a meeting with {push.contact.name}"
        raise Closed(NOT_ALLOWED, NOT_MOVED.format(name=name)) from None
    with db.transaction() as session:
        own_writes.note(session, link, there, answer)
        push.receipt(session, link.entity_type, number, PushEffect.UPDATED)


def _links(session: Session, push: Push) -> list[PipedriveLink]:
    planned = select(Activity.id).where(
        Activity.contact_id == push.contact.id, col(Activity.done).is_(False), col(Activity.deleted_at).is_(None)
    )
    keys = {EntityType.PERSON: [str(push.contact.id)], EntityType.ACTIVITY: [str(one) for one in session.exec(planned)]}
    return [
        link
        for kind, ours in keys.items()
        for link in session.exec(
            link_store.own_links(push.line.account, kind).where(
                col(PipedriveLink.entity_key).in_(ours),
                PipedriveLink.state == LinkState.LINKED,
                col(PipedriveLink.created_by_us),
            )
        )
    ]
