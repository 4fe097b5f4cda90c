"""An outbox: rows that wait to be sent, written in the transaction of what they tell about.

Whoever sends claims what is due under a lease, sends it while no transaction
is open, and then says what became of it. A crash in between leaves nothing to
repair: the lease ends, and the row is due again.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.models import now

LEASE = timedelta(minutes=2)


class Waiting(Protocol):
    """What a row of an outbox has."""

    id: UUID
    due_at: datetime
    attempts: int


Row = TypeVar("Row", bound=Waiting)


class Outbox(ABC, Generic[Row]):
    """The rows of one table. `first_wait` doubles with every failed attempt up to `longest_wait`."""

    def __init__(self, table: type[Row], *, attempts: int, first_wait: timedelta, longest_wait: timedelta) -> None:
        self.table = table
        self.attempts = attempts
        self.first_wait = first_wait
        self.longest_wait = longest_wait

    def claim(self, session: Session, limit: int, *still_waits: ColumnElement[bool]) -> Sequence[Row]:
        """At most `limit` rows that are due, oldest first; nobody else gets them before the lease ends."""
        due = select(self.table).where(col(self.table.due_at) <= now(), *still_waits)
        due = due.order_by(col(self.table.due_at), col(self.table.id)).limit(limit)
        rows = session.exec(due.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.due_at = now() + LEASE
            row.attempts += 1
            session.add(row)
        return rows

    def postpone(self, session: Session, row: Row) -> None:
        """It did not go out: due again after a while, or given up when it was tried often enough."""
        if row.attempts >= self.attempts:
            self.give_up(session, row)
        else:
            row.due_at = now() + min(self.first_wait * 2 ** (row.attempts - 1), self.longest_wait)
            session.add(row)

    @abstractmethod
    def done(self, session: Session, row: Row) -> None:
        """It is out."""

    @abstractmethod
    def give_up(self, session: Session, row: Row) -> None:
        """It will never go out."""
