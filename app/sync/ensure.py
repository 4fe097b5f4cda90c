"""One record of ours in Pipedrive exactly once, whatever breaks on the way.

Known already, created by an answer that got lost, put there by a colleague, or
new: in this order, and only the last one creates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app import db
from app.models import LinkState, PipedriveLink
from app.sync import intents, lanes
from app.sync.endings import GONE, SEVERAL, Again, Closed, LeaseLost
from app.sync.errors import PipedriveError, Rejected, UnknownOutcome
from app.sync.intents import Seen, Slot
from app.sync.push import Push, Record


@dataclass(frozen=True)
class Candidate:
    """A record of Pipedrive's that may be ours, with the name a person knows it by."""

    id: int
    name: str


@dataclass(frozen=True)
class Step:
    """How one record is recognised, looked for after a lost answer, created, and kept with our own row.

    `match` is given the numbers that other keys of the slot lead to. `trace`
    looks through what was written since a moment for what an earlier request,
    described by its digest, may have left. `parents` have to exist before it can.
    """

    slot: Slot
    name: str
    digest: str
    match: Callable[[frozenset[int]], Sequence[Candidate]]
    trace: Callable[[datetime, str], int | None]
    create: Callable[[], int]
    store: Callable[[Session, int], None]
    parents: tuple[Record, ...] = ()


def ensure(push: Push, step: Step) -> PipedriveLink:
    """Return the link to the record; its `synced_hash` is None where Pipedrive may know less than we do."""
    with db.reading() as session:
        seen = intents.see(session, step.slot, push.line.pace)
        earlier = _since(session, push, seen)
    if seen.own and seen.own.state is LinkState.LINKED:
        return _stored(step, seen.own)
    if earlier:
        trace = step.trace(earlier, seen.doubt.synced_hash or "" if seen.doubt else step.digest)
        if trace is not None:
            return _kept(step, trace, created=True)
    if seen.doubt is None and (found := _only_one(step, step.match(seen.aliases))):
        return _kept(step, found.id, created=False)
    if seen.own and seen.own.state is LinkState.LOST and not push.may_recreate:
        raise Closed(GONE, f"{step.name} was deleted in Pipedrive. Try again to create it there anew.")
    return _created(push, step, seen)


def _since(session: Session, push: Push, seen: Seen) -> datetime | None:
    """From when on Pipedrive may hold something that we do not know of, with a margin for two clocks."""
    since = seen.doubt.intent_at if seen.doubt else push.line.restored_from
    if since is None:
        return None
    return min(since, lanes.moment(session)) - timedelta(seconds=push.line.pace.margin)


def _only_one(step: Step, candidates: Sequence[Candidate]) -> Candidate | None:
    found = {candidate.id: candidate for candidate in candidates}
    if len(found) > 1:
        named = ", ".join(f"{one.name} ({one.id})" for one in sorted(found.values(), key=lambda one: one.id)[:5])
        raise Closed(SEVERAL, f"Pipedrive has {step.name} more than once: {named}. Merge them there, then try again.")
    return next(iter(found.values()), None)


def _created(push: Push, step: Step, seen: Seen) -> PipedriveLink:
    """Commit to it, create it, keep its number at once."""
    with db.transaction() as session:
        lanes.renew(session, push.line.lease, push.line.pace.lease)
        moment = intents.intend(session, step.slot, seen, step.digest)
    try:
        number = step.create()
    except UnknownOutcome:
        raise
    except (PipedriveError, LeaseLost, Again) as no:
        with db.transaction() as session:
            intents.forget(session, step.slot, moment)
        if isinstance(no, Rejected):
            _blame(push, step)
        raise
    return _kept(step, number, created=True, digest=step.digest)


def _blame(push: Push, step: Step) -> None:
    """A refusal may only mean that what it hangs on was deleted; raises Again if so."""
    gone = [record for record in step.parents if push.is_gone(record)]
    for record in gone:
        push.lose(record)
    if gone:
        raise Again


def _kept(step: Step, number: int, *, created: bool, digest: str | None = None) -> PipedriveLink:
    with db.transaction() as session:
        intents.keep(session, step.slot, number, digest, created=created)
        step.store(session, number)
        return intents.link(session, step.slot)


def _stored(step: Step, own: PipedriveLink) -> PipedriveLink:
    """Our own row may have been edited, merged or imported since: it names the same record again."""
    if own.remote_id is not None:
        with db.transaction() as session:
            step.store(session, own.remote_id)
    return own
