"""The way of one record to Pipedrive, whatever breaks on it: exists there once, and says what we say.

1. Look up: known already, created by an answer that got lost, chosen by its
   owner, put there by a colleague, or new; only the last one creates.
2. Read it and merge three ways.
3. Write ahead what will be sent.
4. Send.
5. Record the outcome.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from app import db
from app.errors import Stale
from app.models import LinkState, PipedriveLink, PushEffect, User
from app.sync.api.errors import Gone, PipedriveError, Rejected, UnknownOutcome
from app.sync.links import link_store
from app.sync.links.link_store import Number, Seen
from app.sync.links.remote_ids import number_of
from app.sync.links.three_way_merge import Agreed, merge_fields
from app.sync.push import candidates, write_ahead
from app.sync.push.candidates import Candidate
from app.sync.push.push_context import Push
from app.sync.push.remote_record import Merge, RemoteRecord, There, UpdatableRecord
from app.sync.queue import leases
from app.sync.queue.outcome_errors import CHOICE_GONE, GONE, SEVERAL, Again, Closed, LeaseLost


def reconcile(push: Push, record: UpdatableRecord[There]) -> PipedriveLink:
    """Make Pipedrive agree with one record of ours; returns the link to it."""
    link = ensure_linked(push, record)
    if link.synced_hash != record.digest or record.in_doubt(link):
        update_record(push, record, link)
    return link


def ensure_linked(push: Push, record: RemoteRecord) -> PipedriveLink:
    """Return the link to the record; its `synced_hash` is None where Pipedrive may know less than we do."""
    with db.reading() as session:
        seen = link_store.look_up(session, record.slot, push.line.pace)
        earlier = _since(session, push, seen)
    if seen.own and seen.own.state is LinkState.LINKED:
        return _store_again(push, record, seen.own)
    if earlier:
        lost = record.find_lost(earlier, seen.doubt.synced_hash or "" if seen.doubt else record.digest)
        if lost is not None:
            return _link(push, record, lost, PushEffect.CREATED)
    if push.chose(record.slot.kind):
        return _link_chosen(push, record, seen)
    was_there = seen.own is not None and seen.own.state is LinkState.LOST
    if seen.doubt is None and (found := _only_one(push, record, record.match(seen.aliases, was_there=was_there))):
        return _link(push, record, found.id, PushEffect.LINKED, ours=_is_ours(seen, found.id))
    if was_there and not push.may_recreate:
        raise Closed(GONE, f"{record.name} was deleted in Pipedrive. Try again to create it there anew.")
    return _create(push, record, seen)


def update_record(push: Push, record: UpdatableRecord[There], link: PipedriveLink) -> None:
    """Look first: what a colleague wrote there meanwhile is never written over in silence."""
    there = _read(push, record, link)
    ours, theirs = record.ours(), record.theirs(there)
    known = Agreed.read(link.agreed)
    base = known.as_of(there.updated_at) if known else record.first_base(link, ours, theirs)
    merge = Merge(base, ours, theirs, merge_fields(record.fields, base, ours, theirs))
    news = record.news(link, merge, there)
    with write_ahead.sending(push.line, record.slot, merge, record.expected(merge, news)):
        answer = _send(push, record, link, news, there) if news else there
    record.ask_more(merge, there)
    with db.transaction() as session:
        owner = session.get_one(User, push.contact.user_id)
        try:
            record.settle(session, owner, link, merge, record.theirs(answer))
        except Stale:
            raise Again from None
        if answer is not there:
            push.receipt(session, record.slot.kind, number_of(link), PushEffect.UPDATED)


def _read(push: Push, record: UpdatableRecord[There], link: PipedriveLink) -> There:
    number = number_of(link)
    try:
        there = record.get(number)
    except Gone:
        there = None
    if there is None or there.is_deleted:
        push.lose((record.slot.kind, number))
        raise record.gone()
    return there


def _send(push: Push, record: UpdatableRecord[There], link: PipedriveLink, news: object, there: There) -> There:
    try:
        return record.send(link, news, there)
    except Gone:
        push.lose((record.slot.kind, number_of(link)))
        raise record.gone() from None


def _since(session: Session, push: Push, seen: Seen) -> datetime | None:
    """From when on Pipedrive may hold something that we do not know of, with a margin for two clocks."""
    since = seen.doubt.intent_at if seen.doubt else push.line.restored_from
    if since is None:
        return None
    return min(since, leases.moment(session)) - timedelta(seconds=push.line.pace.margin)


def _store_again(push: Push, record: RemoteRecord, own: PipedriveLink) -> PipedriveLink:
    """Our own row may have been edited, merged or imported since: it names the same record again."""
    if own.remote_id is not None:
        with db.transaction() as session:
            if record.store(session, own.remote_id):
                push.receipt(session, record.slot.kind, own.remote_id, PushEffect.LINKED)
    return own


def _link_chosen(push: Push, record: RemoteRecord, seen: Seen) -> PipedriveLink:
    """Its owner decided: that record, if it is still there, or a new one."""
    number = push.choice_of(record.slot.kind)
    if number is None:
        return _create(push, record, seen)
    if push.is_gone((record.slot.kind, number)):
        raise Closed(
            CHOICE_GONE, f"Record {number} is not in Pipedrive, or your key may not see it. Choose another one."
        )
    return _link(push, record, number, PushEffect.LINKED, ours=_is_ours(seen, number))


def _only_one(push: Push, record: RemoteRecord, found: Sequence[Candidate]) -> Candidate | None:
    several = {candidate.id: candidate for candidate in found}
    if len(several) > 1:
        shown = sorted(several.values(), key=lambda one: one.id)
        named = ", ".join(f"{one.name} ({one.id})" for one in shown[:5])
        sentence = f"Pipedrive has {record.name} more than once: {named}. Merge them there, then try again."
        raise Closed(SEVERAL, sentence, candidates.described(shown, record.slot.kind, push.line.account))
    return next(iter(several.values()), None)


def _is_ours(seen: Seen, number: int) -> bool:
    """A record that we created stays ours although it was lost for a while."""
    return seen.own is not None and seen.own.created_by_us and seen.own.remote_id == number


def _create(push: Push, record: RemoteRecord, seen: Seen) -> PipedriveLink:
    """Commit an intent, create the record, store its number at once."""
    with db.transaction() as session:
        leases.renew(session, push.line.lease, push.line.pace.lease)
        moment = link_store.intend(session, record.slot, seen, record.digest)
    try:
        number, agreed = record.create()
    except UnknownOutcome:
        raise
    except (PipedriveError, LeaseLost, Again) as no:
        with db.transaction() as session:
            link_store.drop_intent(session, record.slot, moment)
        if isinstance(no, Rejected):
            _check_parents(push, record)
        raise
    return _link(push, record, number, PushEffect.CREATED, digest=record.digest, agreed=agreed)


def _check_parents(push: Push, record: RemoteRecord) -> None:
    """A refusal may only mean that what it hangs on was deleted; raises Again if so."""
    gone = [parent for parent in record.parents if push.is_gone(parent)]
    for parent in gone:
        push.lose(parent)
    if gone:
        raise Again


def _link(
    push: Push,
    record: RemoteRecord,
    number: Number,
    effect: PushEffect,
    *,
    ours: bool = False,
    digest: str | None = None,
    agreed: Agreed | None = None,
) -> PipedriveLink:
    with db.transaction() as session:
        created = ours or effect is PushEffect.CREATED
        link_store.save_link(session, record.slot, number, digest, created=created, agreed=agreed)
        record.store(session, number)
        push.receipt(session, record.slot.kind, number, effect)
        return link_store.link(session, record.slot)
