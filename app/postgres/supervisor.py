"""Keeps the embedded server running under a running app: one that died is started again.

Every process that serves watches. The start-stop lock lets one of them start the server, and the others find it running.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from app.postgres import locks, postmaster
from app.postgres.data_directory import Cluster
from app.postgres.errors import PostgresTrouble, unusable
from app.postgres.server import Server

LOOK, AGAIN = 0.5, 1.0  # seconds between two looks, and between two tries to start it
TRIES = 3

log = logging.getLogger(__name__)


@contextmanager
def kept_running(server: Server, end: Callable[[], None]) -> Iterator[None]:
    """Bring the embedded server back whenever it dies during the block; a server of somebody else is left alone.

    After three failed starts in a row `end` is called, from a thread; it has to end the block, which then raises
    PostgresTrouble with a sentence for the operator.
    """
    if server.cluster is None:
        yield
        return
    watch = _Watch(server.cluster, server.url, end)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
        if watch.trouble:
            raise watch.trouble


class _Watch(Thread):
    """Looks whether the server lives; a thread of its own, as an outage may keep every other one busy."""

    def __init__(self, cluster: Cluster, url: str, end: Callable[[], None]) -> None:
        super().__init__(name="database watch", daemon=True)
        self.trouble: PostgresTrouble | None = None
        self._cluster, self._url, self._end = cluster, url, end
        self._stopping = Event()
        self._failures = 0

    def run(self) -> None:
        while not self._stopping.wait(AGAIN if self._failures else LOOK):
            try:
                self._look()
            except PostgresTrouble as trouble:
                self._count(trouble)
            except OSError as error:
                self._count(unusable(self._cluster.folder, error))
            except Exception:
                log.exception("the watch over the database server broke")

    def stop(self) -> None:
        """Look no more; a start that is under way is left to whoever closes the server."""
        self._stopping.set()
        self.join()

    def _look(self) -> None:
        if postmaster.is_alive(self._cluster):
            self._failures = 0
            return
        with locks.if_free(self._cluster.folder / "start-stop") as handle:
            if handle is None:
                return
            log.warning("the database server died and is started again")
            url = postmaster.ensure_running(self._cluster, self._stopping)
        self._failures = 0
        if url != self._url:
            self._give_up(
                "The database server came back with another password or socket; Pipedriven has to be started anew."
            )
            return
        log.warning("the database server is back")

    def _count(self, trouble: PostgresTrouble) -> None:
        if self._stopping.is_set():
            return
        self._failures += 1
        log.warning("the database server did not start again, %d of %d tries: %s", self._failures, TRIES, trouble)
        if self._failures == TRIES:
            self._give_up(f"The database server died and did not start again in {TRIES} tries. {trouble}")

    def _give_up(self, sentence: str) -> None:
        self.trouble = PostgresTrouble(sentence)
        self._stopping.set()
        self._end()
