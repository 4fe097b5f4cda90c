"""When the queue is worked off: at once when something was queued, else every few seconds, and on a slow tick.

The loop waits in monotonic time, so a wall clock that is set back stops
nothing. APScheduler's tick only makes sure that the loop is alive, and takes
the other rounds.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import monotonic

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from app import db
from app.sync.pull import listener
from app.sync.queue.clock_drift import Watch
from app.sync.queue.company import SyncContext
from app.sync.runner import key_checks, worker

log = logging.getLogger(__name__)


class Clock:
    """one drain and one listener at a time in this process; `heartbeat` is when it last showed a sign of life, in monotonic seconds."""

    def __init__(self, context: SyncContext) -> None:
        self.heartbeat = monotonic()
        self._context = replace(context, beat=self._beat)
        self._watch = Watch()
        self._due = asyncio.Event()
        self._listen_due = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._chores: list[tuple[str, float, Callable[[], object]]] = []
        self._ticks = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    async def start(self) -> None:
        self._ticks.add_job(self._tick, "interval", seconds=self._context.pace.tick)
        for name, seconds, chore in self._chores:
            self._ticks.add_job(self._turn, "interval", name=name, args=[name, chore], seconds=seconds)
        self._ticks.start()
        self._loop = asyncio.create_task(self._run())
        self._listening = asyncio.create_task(self._listen())

    def also(self, name: str, seconds: float, chore: Callable[[], object]) -> None:
        """Something else that is done every so often, in a thread; said before the start."""
        self._chores.append((name, seconds, chore))

    def rounds(self) -> dict[str, Callable[[], object]]:
        """Everything that is done without anybody asking, by its name; each returns at the end of one turn."""
        own = {
            "pushes": partial(worker.drain, self._context),
            "refused keys": partial(key_checks.check_refused_keys, self._context),
            "listening": partial(listener.listen, self._context),
        }
        return own | {name: chore for name, _, chore in self._chores}

    def wake(self) -> None:
        """There is news: look now; call it on the event loop."""
        self._due.set()
        self._listen_due.set()

    async def stop(self) -> None:
        """Finish what is under way, or give up the lanes, within ten seconds."""
        self._context.stopping.set()
        self.wake()
        if self._ticks.running:
            self._ticks.shutdown(wait=False)
        loops = [loop for loop in (self._loop, self._listening) if loop]
        if not loops:
            return
        await asyncio.wait(loops, timeout=self._context.pace.farewell)
        for loop in loops:
            loop.cancel()
        await asyncio.wait(loops, timeout=1)
        await asyncio.to_thread(worker.give_up, self._context)

    async def _run(self) -> None:
        while not self._context.stopping.is_set():
            self._beat()
            pause = self._context.pace.poll
            try:
                await asyncio.to_thread(self._look_at_the_clock)
                await asyncio.to_thread(worker.drain, self._context)
                pause = await asyncio.to_thread(worker.rest, self._context)
            except db.UNAVAILABLE as cut:
                log.warning("the queue waits for PostgreSQL: %s", type(cut).__name__)
            except Exception:
                log.exception("the drain broke")
            await self._rest(pause, self._due)

    async def _listen(self) -> None:
        """Listen beside the drain: neither waits for the other, except for one person's lane."""
        while not self._context.stopping.is_set():
            try:
                await asyncio.to_thread(key_checks.check_refused_keys, self._context)
                await asyncio.to_thread(listener.listen, self._context)
                # a push may have found its lane taken for listening
                self._due.set()
            except db.UNAVAILABLE as cut:
                log.warning("listening waits for PostgreSQL: %s", type(cut).__name__)
            except Exception:
                log.exception("listening broke")
            await self._rest(self._context.pace.poll, self._listen_due)

    def _look_at_the_clock(self) -> None:
        with db.transaction() as session:
            if gap := self._watch.look(session):
                log.warning("the database's clock was set back by %s; what waits was set right", gap)

    @staticmethod
    async def _rest(seconds: float, news: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(seconds):
                await news.wait()
        except TimeoutError:
            pass
        news.clear()

    def _beat(self) -> None:
        self.heartbeat = monotonic()

    async def _tick(self) -> None:
        if self._loop is not None and self._loop.done() and not self._context.stopping.is_set():
            log.error("the drain had stopped and starts again")
            self._loop = asyncio.create_task(self._run())
        if self._listening is not None and self._listening.done() and not self._context.stopping.is_set():
            log.error("listening had stopped and starts again")
            self._listening = asyncio.create_task(self._listen())
        self.wake()

    async def _turn(self, name: str, chore: Callable[[], object]) -> None:
        """One turn of a chore; that the end of the process or of the database cuts it short is no trouble of its own."""
        try:
            await asyncio.to_thread(chore)
        except db.UNAVAILABLE as cut:
            log.warning("%s waits for PostgreSQL: %s", name, type(cut).__name__)
        except asyncio.CancelledError:
            if not self._context.stopping.is_set():
                raise
