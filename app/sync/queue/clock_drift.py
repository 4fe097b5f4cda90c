"""Notices that PostgreSQL's clock was set back, and sets right what the clock before had written into the future.

A clock that jumps ahead only ends every wait early. One that is set back by an
hour would make everything wait that hour longer; the monotonic time of this
process tells by how much.
"""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sqlmodel import Session, col, update

from app.models import PipedriveSync, SyncAccount, SyncLane
from app.models.pipedrive_sync import OPEN
from app.sync.queue import leases

# clocks are slewed by less than this
LEAST = timedelta(seconds=30)


class Watch:
    """The database's clock and our own, as they were seen together last."""

    def __init__(self) -> None:
        self._seen: tuple[float, datetime] | None = None

    def set_back(self, moment: datetime, tick: float | None = None) -> timedelta | None:
        """By how much the clock was set back since we last looked; None when it was not."""
        tick = monotonic() if tick is None else tick
        before, self._seen = self._seen, (tick, moment)
        if before is None:
            return None
        gap = before[1] + timedelta(seconds=tick - before[0]) - moment
        return gap if gap > LEAST else None

    def look(self, session: Session) -> timedelta | None:
        gap = self.set_back(leases.moment(session))
        if gap:
            correct_times(session, gap)
        return gap


def correct_times(session: Session, gap: timedelta) -> None:
    """Move every moment that is still to come back by the gap; where two processes do so, something is tried too early once."""
    opened: tuple[Any, ...] = (col(PipedriveSync.status).in_(OPEN),)
    for table, name, only in (
        (PipedriveSync, "run_at", opened),
        (SyncLane, "not_before", ()),
        (SyncLane, "lease_until", ()),
        (SyncAccount, "not_before", ()),
        (SyncAccount, "listen_at", ()),
    ):
        column = getattr(table, name)
        session.exec(update(table).where(*only, column > leases.NOW).values({name: column - gap}))
