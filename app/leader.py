"""Of several processes on one database one does what is done by the clock: whoever holds the lock, for as long as it lives."""

import threading
from collections.abc import Callable

import psycopg

TURN = 7_220_418_005


class Leader:
    """Asked before each turn of a round; where nobody leads, the first that asks does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._line: psycopg.Connection[tuple[object, ...]] | None = None
        self._one = threading.Lock()

    def only(self, chore: Callable[[], object]) -> Callable[[], object]:
        """The chore, done where this process leads."""
        return lambda: chore() if self.leads() else None

    def leads(self) -> bool:
        with self._one:
            try:
                if self._line is not None:
                    self._line.execute("select 1")
                    return True
                line = psycopg.connect(self._url, autocommit=True)
            except psycopg.OperationalError:
                self._line = None
                return False
            row = line.execute("select pg_try_advisory_lock(%s)", [TURN]).fetchone()
            if row and row[0]:
                self._line = line
                return True
            line.close()
            return False
