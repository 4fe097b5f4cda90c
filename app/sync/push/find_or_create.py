"""One record of ours in Pipedrive exactly once, whatever breaks on the way.

Known already, created by an answer that got lost, chosen by its owner, put
there by a colleague, or new: in this order, and only the last one creates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app import db
from app.models import LinkState, PipedriveLink, PushEffect
from app.sync.api.errors import PipedriveError, Rejected, UnknownOutcome
from app.sync.links import link_store
from app.sync.links.link_store import Number, Seen, Slot
from app.sync.links.three_way_merge import Agreed
from app.sync.push import candidates
from app.sync.push.candidates import Candidate
from app.sync.push.push_context import Push, Record
from app.sync.queue import leases
from app.sync.queue.outcome_errors import CHOICE_GONE, GONE, SEVERAL, Again, Closed, LeaseLost


@dataclass(frozen=True)
class Step:
    """How one record is recognised, looked for after a lost answer, created, and kept with our own row.

    `match` is given the numbers that other keys of the slot lead to, and whether
    the record was there once. `trace` looks through what was written since a
    moment for what an earlier request, described by its digest, may have left.
    `store` says whether our own row is news. `parents` have to exist before it can.
    """

    slot: Slot
    name: str
    digest: str
    match: Callable[[frozenset[int], bool], Sequence[Candidate]]
    trace: Callable[[datetime, str], Number | None]
    create: Callable[[], tuple[Number, Agreed | None]]
    store: Callable[[Session, Number], bool]
    parents: tuple[Record, ...] = ()


def ensure(push: Push, step: Step) -> PipedriveLink:
    """Return the link to the record; its `synced_hash` is None where Pipedrive may know less than we do."""
    with db.reading() as session:
        seen = link_store.see(session, step.slot, push.line.pace)
        earlier = _since(session, push, seen)
    if seen.own and seen.own.state is LinkState.LINKED:
        return _stored(push, step, seen.own)
    if earlier:
        trace = step.trace(earlier, seen.doubt.synced_hash or "" if seen.doubt else step.digest)
        if trace is not None:
            return _kept(push, step, trace, PushEffect.CREATED)
    if push.chose(step.slot.kind):
        return _chosen(push, step, seen)
    was_there = seen.own is not None and seen.own.state is LinkState.LOST
    if seen.doubt is None and (found := _only_one(push, step, step.match(seen.aliases, was_there))):
        return _kept(push, step, found.id, PushEffect.LINKED, ours=_is_ours(seen, found.id))
    if was_there and not push.may_recreate:
        raise Closed(GONE, f"{step.name} was deleted in Pipedrive. Try again to create it there anew.")
    return _created(push, step, seen)


def _since(session: Session, push: Push, seen: Seen) -> datetime | None:
    """From when on Pipedrive may hold something that we do not know of, with a margin for two clocks."""
    since = seen.doubt.intent_at if seen.doubt else push.line.restored_from
    if since is None:
        return None
    return min(since, leases.moment(session)) - timedelta(seconds=push.line.pace.margin)


def _chosen(push: Push, step: Step, seen: Seen) -> PipedriveLink:
    """Its owner decided: that record, if it is still there, or a new one."""
    number = push.choice_of(step.slot.kind)
    if number is None:
        return _created(push, step, seen)
    if push.is_gone((step.slot.kind, number)):
        raise Closed(
            CHOICE_GONE, f"Record {number} is not in Pipedrive, or your key may not see it. Choose another one."
        )
    return _kept(push, step, number, PushEffect.LINKED, ours=_is_ours(seen, number))


def _only_one(push: Push, step: Step, found: Sequence[Candidate]) -> Candidate | None:
    several = {candidate.id: candidate for candidate in found}
    if len(several) > 1:
        shown = sorted(several.values(), key=lambda one: one.id)
        named = ", ".join(f"{one.name} ({one.id})" for one in shown[:5])
        sentence = f"Pipedrive has {step.name} more than once: {named}. Merge them there, then try again."
        raise Closed(SEVERAL, sentence, candidates.described(shown, step.slot.kind, push.line.account))
    return next(iter(several.values()), None)


def _is_ours(seen: Seen, number: int) -> bool:
    """A record that we created stays ours although it was lost for a while."""
    return seen.own is not None and seen.own.created_by_us and seen.own.remote_id == number


def _created(push: Push, step: Step, seen: Seen) -> PipedriveLink:
    """Commit to it, create it, keep its number at once."""
    with db.transaction() as session:
        leases.renew(session, push.line.lease, push.line.pace.lease)
        moment = link_store.intend(session, step.slot, seen, step.digest)
    try:
        number, agreed = step.create()
    except UnknownOutcome:
        raise
    except (PipedriveError, LeaseLost, Again) as no:
        with db.transaction() as session:
            link_store.forget(session, step.slot, moment)
        if isinstance(no, Rejected):
            _blame(push, step)
        raise
    return _kept(push, step, number, PushEffect.CREATED, digest=step.digest, agreed=agreed)


def _blame(push: Push, step: Step) -> None:
    """A refusal may only mean that what it hangs on was deleted; raises Again if so."""
    gone = [record for record in step.parents if push.is_gone(record)]
    for record in gone:
        push.lose(record)
    if gone:
        raise Again


def _kept(
    push: Push,
    step: Step,
    number: Number,
    deed: PushEffect,
    *,
    ours: bool = False,
    digest: str | None = None,
    agreed: Agreed | None = None,
) -> PipedriveLink:
    with db.transaction() as session:
        created = ours or deed is PushEffect.CREATED
        link_store.keep(session, step.slot, number, digest, created=created, agreed=agreed)
        step.store(session, number)
        push.receipt(session, step.slot.kind, number, deed)
        return link_store.link(session, step.slot)


def _stored(push: Push, step: Step, own: PipedriveLink) -> PipedriveLink:
    """Our own row may have been edited, merged or imported since: it names the same record again."""
    if own.remote_id is not None:
        with db.transaction() as session:
            if step.store(session, own.remote_id):
                push.receipt(session, step.slot.kind, own.remote_id, PushEffect.LINKED)
    return own
