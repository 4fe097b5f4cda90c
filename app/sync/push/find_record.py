"""Whether a record is in Pipedrive already: known, left by a create whose answer got lost, chosen, or put there by a colleague.

Only what we can prove to have created counts as created by us; what was deleted
there and lives again is whoever put it back's. Everything else is linked: nothing there is written over or taken back without a person's yes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, update

from app import db
from app.models import EntityType, LinkState, PipedriveLink, PushEffect
from app.services.pipedrive.record_choice import ANOTHER_CONTACT
from app.sync.links import link_store
from app.sync.links.agreed import Agreed
from app.sync.links.link_store import Number, Seen
from app.sync.links.remote_ids import number_of
from app.sync.push import candidates
from app.sync.push.push_context import Presence, Push, Record
from app.sync.push.remote_record import Lost, Match, RemoteRecord
from app.sync.queue import leases
from app.sync.queue.outcome_errors import CHOICE_GONE, GONE, HIDDEN, SEVERAL, UNSURE, Again, Closed, Erased


@dataclass(frozen=True)
class Found:
    """What a look-up brought: the link, or None where the record has to be created; `seen` is the slot as it was then."""

    seen: Seen
    link: PipedriveLink | None


def find(push: Push, record: RemoteRecord) -> Found:
    """Look for the record, and link it where it is there. Raises Closed with a question where that is not certain."""
    seen, moment = _look_up(push, record)
    kind = record.slot.kind
    if seen.own and seen.own.state is LinkState.LINKED:
        if push.choice_of(kind) not in {None, seen.own.remote_id}:
            return Found(seen, _link_chosen(push, record))
        if not _is_replaced(push, record, seen.own):
            return Found(seen, _store_again(push, record, seen.own))
        seen, moment = _look_up(push, record)
    if lost := _lost(push, record, seen, moment):
        effect = PushEffect.CREATED if lost.proven else PushEffect.LINKED
        digest = _sent(record, seen) if lost.proven or lost.agreed else None
        return Found(seen, link_record(push, record, lost.number, effect, digest=digest, agreed=lost.agreed))
    if push.chose(kind):
        return Found(seen, _link_chosen(push, record))
    was_there = seen.own is not None and seen.own.state is LinkState.LOST
    match = record.match(seen.aliases, was_there=was_there)
    _ask_if_unsure(push, record, match)
    if match.sure:
        (one,) = {one.id: one for one in match.sure}.values()
        agreed = record.agreed_at_link(one)
        digest = record.digest if agreed else None
        return Found(seen, link_record(push, record, one.id, PushEffect.LINKED, digest=digest, agreed=agreed))
    if was_there and not push.may_recreate:
        raise Closed(GONE, f"{record.name} was deleted in Pipedrive. Choose Retry to create it there anew.")
    return Found(seen, None)


def look(push: Push, record: RemoteRecord) -> Match:
    """What `find` would meet, without writing anything down.

    Raises Waiting while somebody may be creating it, and Closed where the key does not see what is linked.
    """
    seen, moment = _look_up(push, record)
    if seen.own and seen.own.state is LinkState.LINKED:
        known = record.slot.kind, number_of(seen.own)
        if push.presence(known) is Presence.HIDDEN:
            raise hidden(push, known)
        return Match([candidates.Candidate(known[1], record.name)])
    lost = _lost(push, record, seen, moment)
    if lost and isinstance(lost.number, int):
        return Match([candidates.Candidate(lost.number, lost.name or record.name)])
    return record.match(seen.aliases, was_there=seen.own is not None and seen.own.state is LinkState.LOST)


def check_parents(push: Push, parents: tuple[Record, ...]) -> None:
    """A refusal may only mean that what a record hangs on was deleted, or is hidden: raises Again or Closed if so."""
    stand = {parent: push.presence(parent) for parent in parents}
    for parent, presence in stand.items():
        if presence is Presence.HIDDEN:
            raise hidden(push, parent)
    gone = [parent for parent, presence in stand.items() if presence is Presence.DELETED]
    for parent in gone:
        push.lose(parent)
    if gone:
        raise Again


def hidden(push: Push, record: Record) -> Closed:
    """The question about a record that we know of, and this key does not see."""
    kind, number = record
    name = push.contact.name if kind is EntityType.PERSON else push.firm.name if push.firm else f"{kind.value} {number}"
    sentence = (
        f"{name} is in Pipedrive, but your key does not see it: it may be visible to its owner only. "
        "Ask a colleague to share it with you there; then this goes over by itself. "
        "Or create a new one, if it was deleted long ago."
    )
    known = [candidates.Candidate(number, name)]
    return Closed(HIDDEN, sentence, candidates.described(known, kind, push.line.account))


def _look_up(push: Push, record: RemoteRecord) -> tuple[Seen, datetime]:
    with db.reading() as session:
        return link_store.look_up(session, record.slot, push.line.pace), leases.moment(session)


def _is_replaced(push: Push, record: RemoteRecord, own: PipedriveLink) -> bool:
    """Its owner asked for a new record in place of one that this key does not see; colleagues whose keys do keep theirs."""
    kind, number = record.slot.kind, own.remote_id
    if number is None or not push.chose(kind) or push.choice_of(kind) is not None:
        return False
    if push.presence((kind, number)) is not Presence.HIDDEN:
        return False
    with db.transaction() as session:
        mine = col(PipedriveLink.id) == own.id
        session.exec(update(PipedriveLink).where(mine).values(state=LinkState.LOST, synced_hash=None))
    push.lost.add((kind, number))
    return True


def _lost(push: Push, record: RemoteRecord, seen: Seen, moment: datetime) -> Lost | None:
    """What Pipedrive may hold although we do not know of it, looked for with a margin for two clocks."""
    pace, restored = push.line.pace, push.line.restored
    lag = timedelta(seconds=pace.search_lag)
    since = seen.doubt.intent_at if seen.doubt else restored.since(record.slot.kind, record.made_at, moment, lag)
    if since is None:
        return None
    return record.find_lost(min(since, moment) - timedelta(seconds=pace.margin), _sent(record, seen))


def _sent(record: RemoteRecord, seen: Seen) -> str:
    """The fingerprint of what we may have sent: our own words, never those of somebody who shares an address."""
    own = seen.own
    return own.synced_hash or "" if own and own.state is LinkState.CREATING else record.digest


def _store_again(push: Push, record: RemoteRecord, own: PipedriveLink) -> PipedriveLink:
    """Our own row may have been edited, merged or imported since: it names the same record again."""
    if own.remote_id is not None:
        with db.transaction() as session:
            if record.store(session, own.remote_id):
                push.receipt(session, record.slot.kind, own.remote_id, PushEffect.LINKED)
    return own


def _link_chosen(push: Push, record: RemoteRecord) -> PipedriveLink | None:
    """Its owner decided: that record, if it is still there, or a new one."""
    kind = record.slot.kind
    number = push.choice_of(kind)
    if number is None:
        return None
    if push.presence((kind, number)) is not Presence.THERE:
        raise Closed(
            CHOICE_GONE, f"Record {number} is not in Pipedrive, or your key may not see it. Choose another one."
        )
    if kind is EntityType.PERSON and (other := push.other_contact(number)):
        raise Closed(UNSURE, ANOTHER_CONTACT.format(other=other))
    return link_record(push, record, number, PushEffect.LINKED)


def _ask_if_unsure(push: Push, record: RemoteRecord, match: Match) -> None:
    sure = {one.id: one for one in match.sure}
    if len(sure) > 1:
        shown = sorted(sure.values(), key=lambda one: one.id)
        sentence = f"Pipedrive has {record.name} more than once: {candidates.named(shown)}. Choose one, or merge them there and try again."
        raise Closed(SEVERAL, sentence, candidates.described(shown, record.slot.kind, push.line.account))
    if not sure and match.unsure:
        shown = sorted({one.id: one for one in match.unsure}.values(), key=lambda one: one.id)
        raise Closed(UNSURE, match.why, candidates.described(shown, record.slot.kind, push.line.account))


def link_record(
    push: Push,
    record: RemoteRecord,
    number: Number,
    effect: PushEffect,
    *,
    digest: str | None = None,
    agreed: Agreed | None = None,
) -> PipedriveLink:
    with db.transaction() as session:
        if not push.hold_contact(session):
            raise Erased
        created = effect is PushEffect.CREATED
        link_store.save_link(session, record.slot, number, digest, created=created, agreed=agreed)
        record.store(session, number)
        push.receipt(session, record.slot.kind, number, effect)
        return link_store.link(session, record.slot)
