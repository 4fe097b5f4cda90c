"""Write-ahead log of values sent to Pipedrive.

Stored on the link before a PATCH, cleared by its response. If the response is
lost, a remote value equal to a stored one is ours, not a remote edit. A lost
PATCH may still arrive later and undo a newer one, so nothing newer is sent
before that can no longer happen.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from app import db
from app.sync.api.errors import Blocked, KeyRefused, NotSent, Rejected, Throttled
from app.sync.links import link_store
from app.sync.links.agreed import Agreed, Snapshot
from app.sync.links.link_store import Slot
from app.sync.push.remote_record import Merge
from app.sync.queue import leases
from app.sync.queue.connection import Connection
from app.sync.queue.outcome_errors import Waiting

NOT_ARRIVED = (Blocked, KeyRefused, NotSent, Rejected, Throttled)


@contextmanager
def sending(line: Connection, slot: Slot, merge: Merge, expected: Snapshot) -> Iterator[None]:
    """Store the values that are `expected` to stand there, while they are sent; raises Waiting while older ones may be on their way.

    Without a base nothing is stored: the sides meet for the first time.
    """
    if merge.base is None:
        yield
        return
    _write(line, slot, merge.base, merge, expected)
    try:
        yield
    except NOT_ARRIVED:
        if expected:
            with db.transaction() as session:
                link_store.write_agreed(session, slot, merge.base)
        raise


def _write(line: Connection, slot: Slot, base: Agreed, merge: Merge, expected: Snapshot) -> None:
    with db.transaction() as session:
        moment = leases.moment(session)
        until = base.under_way(merge.theirs, {**merge.theirs, **expected}, line.pace.hold)
        if until and until > moment:
            raise Waiting(until - moment)
        if expected:
            link_store.write_agreed(session, slot, base.saying(merge.ours, expected, moment))
