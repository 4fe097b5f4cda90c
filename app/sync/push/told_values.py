"""What we tell of a record that is there already: kept before it is told, until it is known whether it was heard.

An update whose answer got lost may still arrive after a while and undo a newer
one. So nothing newer follows it before that while is over.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app import db
from app.sync.api.errors import Blocked, KeyRefused, NotSent, Rejected, Throttled
from app.sync.links import link_store
from app.sync.links.link_store import Slot
from app.sync.links.three_way_merge import Agreed, Snapshot
from app.sync.queue import leases
from app.sync.queue.connection import Line
from app.sync.queue.outcome_errors import Waiting

NOT_HEARD = (Blocked, KeyRefused, NotSent, Rejected, Throttled)


@dataclass(frozen=True)
class Telling:
    """What stands here and there, and what is `expected` to stand there once it was told."""

    here: Snapshot
    there: Snapshot
    expected: Snapshot


@contextmanager
def told(line: Line, slot: Slot, before: Agreed | None, telling: Telling) -> Iterator[None]:
    """Keep our words while they are told; raises Waiting while older ones may be on their way.

    Where nothing was agreed `before`, nothing is kept: the sides meet for the first time.
    """
    if before:
        _announced(line, slot, before, telling)
    try:
        yield
    except NOT_HEARD:
        if before and telling.expected:
            with db.transaction() as session:
                link_store.saying(session, slot, before)
        raise


def _announced(line: Line, slot: Slot, before: Agreed, telling: Telling) -> None:
    with db.transaction() as session:
        moment = leases.moment(session)
        after = {**telling.there, **telling.expected}
        until = before.under_way(telling.there, after, line.pace.hold)
        if until and until > moment:
            raise Waiting(until - moment)
        if telling.expected:
            link_store.saying(session, slot, before.saying(telling.here, telling.expected, moment))
