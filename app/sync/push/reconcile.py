"""The way of one record to Pipedrive, whatever breaks on it: exists there once, and says what we say.

1. Look up: known already, left by a create whose answer got lost, chosen by its
   owner, put there by a colleague, or new; only the last one creates.
2. Read it and merge three ways.
3. Write ahead what will be sent.
4. Send.
5. Record the outcome.

Only what we can prove to have created counts as created by us. Everything else
is linked: nothing there is written over or taken back without a person's yes.
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from app import db
from app.errors import Stale
from app.models import EntityType, PipedriveLink, PushEffect, User
from app.sync.api.errors import Gone, NotAllowed, PipedriveError, Rejected, UnknownOutcome
from app.sync.links import link_store, own_writes
from app.sync.links.agreed import ONE_SECOND, Agreed, Snapshot
from app.sync.links.link_store import Number, Seen
from app.sync.links.remote_ids import number_of
from app.sync.push import write_ahead
from app.sync.push.find_record import check_parents, find, hidden, link_record
from app.sync.push.push_context import Presence, Push
from app.sync.push.remote_record import Merge, RemoteRecord, There, UpdatableRecord
from app.sync.queue import leases
from app.sync.queue.outcome_errors import (
    NOT_ALLOWED,
    Again,
    Closed,
    Erased,
    LeaseLost,
)

log = logging.getLogger(__name__)

REFUSED = (
    "Pipedrive does not let you {deed} {name}: your key lacks the right. "
    "Ask an administrator of Pipedrive for it; then this goes over by itself."
)


def reconcile(push: Push, record: UpdatableRecord[There]) -> PipedriveLink:
    """Make Pipedrive agree with one record of ours; returns the link to it."""
    return update_linked(push, record, ensure_linked(push, record))


def update_linked(push: Push, record: UpdatableRecord[There], link: PipedriveLink) -> PipedriveLink:
    """Bring a record that is linked up to date, unless nothing has changed since both sides agreed."""
    if link.synced_hash != record.digest or link.agreed is None or record.in_doubt(link):
        update_record(push, record, link)
    return link


def ensure_linked(push: Push, record: RemoteRecord) -> PipedriveLink:
    """Return the link to the record, which is created where it is not there yet."""
    found = find(push, record)
    return found.link or create(push, record, found.seen)


def create(push: Push, record: RemoteRecord, seen: Seen) -> PipedriveLink:
    """Commit an intent, create the record, store its number at once. Raises Again where the slot is not as it was `seen`."""
    with db.transaction() as session:
        leases.renew(session, push.line.lease, push.line.pace.lease)
        moment = link_store.intend(session, record.slot, seen, record.digest)
    try:
        number, agreed = record.create()
    except UnknownOutcome:
        raise
    except (PipedriveError, LeaseLost, Again) as no:
        with db.transaction() as session:
            link_store.drop_intent(session, record.slot, seen, moment)
        if isinstance(no, Rejected):
            check_parents(push, record.parents)
        if isinstance(no, NotAllowed):
            raise Closed(NOT_ALLOWED, REFUSED.format(deed="create", name=record.name)) from None
        raise
    try:
        return link_record(push, record, number, PushEffect.CREATED, digest=record.digest, agreed=agreed)
    except Erased:
        _take_back(push, record, number)
        raise


def _take_back(push: Push, record: RemoteRecord, number: Number) -> None:
    """Delete what was created a moment ago for a contact that was erased meanwhile; only that, and nothing else knows of it."""
    kind, pipedrive = record.slot.kind, push.line.pipedrive
    delete: dict[EntityType, Callable[[int], None]] = {
        EntityType.ORGANIZATION: pipedrive.delete_organization,
        EntityType.PERSON: pipedrive.delete_person,
        EntityType.ACTIVITY: pipedrive.delete_activity,
    }
    stays = f"{kind.value} {number} was created there for a contact that was erased meanwhile"
    try:
        delete[kind](int(number))
    except (PipedriveError, KeyError, ValueError) as trouble:
        log.error("%s, and is still there (%s): delete it by hand", stays, type(trouble).__name__)  # noqa: TRY400 - no bug
    else:
        log.warning("%s, and was deleted again", stays)


def update_record(push: Push, record: UpdatableRecord[There], link: PipedriveLink) -> None:
    """Look first: what a colleague wrote there meanwhile is never written over in silence."""
    there = _read(push, record, link)
    ours, theirs = record.ours(), record.theirs(there)
    base = _base(record, link, ours, there)
    merge = Merge(base, ours, theirs, record.decide(link, base, ours, there))
    news = record.news(link, merge, there)
    with write_ahead.sending(push.line, record.slot, merge, record.expected(merge, news)):
        answer = _send(push, record, link, news, there) if news else there
    if base:
        explained = own_writes.explain(
            base, theirs, there, record.slot.kind, contact_id=push.contact.id, sync_id=push.job.id
        )
        merge = replace(merge, base=base.wrote(answer, over=there, ours=explained))
    record.ask_more(merge, there)
    with db.transaction() as session:
        owner = session.get_one(User, push.contact.user_id)
        try:
            record.settle(session, owner, link, merge, record.theirs(answer))
        except Stale:
            raise Again from None
        if answer is not there:
            push.receipt(session, record.slot.kind, number_of(link), PushEffect.UPDATED)


def _base(record: UpdatableRecord[There], link: PipedriveLink, ours: Snapshot, there: There) -> Agreed | None:
    """What both sides last agreed on; of what we created and never read, as far as its fingerprint tells."""
    known = Agreed.read(link.agreed)
    if known:
        return known.as_of(there.updated_at)
    base = record.first_base(link, ours, record.theirs(there))
    made = there.added_at + ONE_SECOND if there.added_at else None
    return replace(base, written=made) if base and link.created_by_us else base


def _read(push: Push, record: UpdatableRecord[There], link: PipedriveLink) -> There:
    number = number_of(link)
    try:
        there = record.get(number)
    except (Gone, NotAllowed):
        raise hidden(push, (record.slot.kind, number)) from None
    if there.is_deleted:
        push.lose((record.slot.kind, number))
        raise record.gone()
    return there


def _send(push: Push, record: UpdatableRecord[There], link: PipedriveLink, news: object, there: There) -> There:
    try:
        return record.send(link, news, there)
    except Gone:
        # it was there a moment ago
        about = record.slot.kind, number_of(link)
        match push.presence(about):
            case Presence.DELETED:
                push.lose(about)
                raise record.gone() from None
            case Presence.HIDDEN:
                raise hidden(push, about) from None
        raise Closed(NOT_ALLOWED, REFUSED.format(deed="change", name=record.name)) from None
    except NotAllowed:
        raise Closed(NOT_ALLOWED, REFUSED.format(deed="change", name=record.name)) from None
    except Rejected:
        check_parents(push, record.parents)
        raise
