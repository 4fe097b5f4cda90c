"""Signals from PostgreSQL, delivered to the pages that are open in this process.

A page is never told what changed, only that something did; it asks again with
the rights of the person in front of it.
"""

import inspect
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from uuid import UUID
from weakref import WeakMethod

from nicegui import Event, background_tasks, ui
from nicegui.element import Element

from app import calendar_days
from app.errors import SignedOut
from app.signals import ANYTHING, Signal, Topic

# how much older than its subscription the answer to a page's first question may be, in seconds
OLDEST_ANSWER = 5.0
# how often a page looks whether another day has begun, in seconds
DAY_LOOK = 20.0

_recent: deque[tuple[float, Signal]] = deque(maxlen=1000)
_news: defaultdict[Topic, Event[Signal]] = defaultdict(Event)


def deliver(signal: Signal) -> None:
    """Hand one signal to every open page; called on the event loop."""
    _recent.append((monotonic(), signal))
    _news[signal.topic].emit(signal)


def on(
    refresh: Callable[[], object | Awaitable[object]],
    *topics: Topic,
    owner: UUID | None = None,
    about: UUID | None = None,
    since: float | None = None,
) -> None:
    """Call `refresh` on news, as long as the part of the screen that asked is there.

    `owner` narrows the news to one person's bank, `about` to one row. What comes
    while a refresh is running makes one more refresh, not many; what comes while
    the phone sleeps makes one when it is back. What came after `since`, a time of
    `time.monotonic`, counts too: the moment of the question that the page shows.
    """
    here = ui.context.slot.parent
    updates = _Updates(here, refresh)

    async def hear(signal: Signal) -> None:
        if _gone(here):
            for topic in topics:
                _news[topic].unsubscribe(hear)
        elif _matters(signal.owner, owner) and _matters(signal.about, about):
            await updates.ask()

    for topic in topics:
        _news[topic].subscribe(hear)
    if since is not None:
        for at, signal in list(_recent):
            if signal.topic in topics and at > since:
                background_tasks.create(hear(signal), name="news of just now")


def at_midnight(refresh: Callable[[], object | Awaitable[object]], zone: str) -> None:
    """Call `refresh` when another day begins where the viewer is, as long as the part of the screen that asked is there."""
    updates, shown = _Updates(ui.context.slot.parent, refresh), [calendar_days.today(zone)]

    async def look() -> None:
        today = calendar_days.today(zone)
        if today != shown[0]:
            shown[0] = today
            await updates.ask()

    ui.timer(DAY_LOOK, look)


def lately() -> float:
    """`since` for an answer that came a moment ago."""
    return monotonic() - OLDEST_ANSWER


class _Updates:
    """At most one refresh at a time; what comes meanwhile makes one more."""

    def __init__(self, here: Element, refresh: Callable[[], object | Awaitable[object]]) -> None:
        self.here = here
        self.refresh = refresh
        self.running = False
        self.wanted = False
        self.waits_for_connection = False

    async def ask(self) -> None:
        self.wanted = True
        if self.here.client.has_socket_connection:
            await self.take()
        elif not self.waits_for_connection:
            # nobody is looking: a page is kept for minutes after its phone went to sleep or left it
            self.waits_for_connection = True
            # held loosely: the page keeps what is called at a connect, also for parts of screens long left
            take = WeakMethod(self.take)
            self.here.client.on_connect(lambda: (awake := take()) and awake())

    async def take(self) -> None:
        if self.running:
            return
        self.running = True
        try:
            # whoever signed out or was let go hears of that too, and the page is left for that alone
            with suppress(SignedOut):
                await self._refreshed()
        finally:
            self.running = False

    async def _refreshed(self) -> None:
        while self.wanted and not _gone(self.here):
            self.wanted = False
            with self.here:
                refreshing = self.refresh()
                if inspect.isawaitable(refreshing):
                    await refreshing


def _matters(named: str, wanted: UUID | None) -> bool:
    return wanted is None or named in {str(wanted), ANYTHING}


def _gone(element: Element) -> bool:
    return element.is_deleted or element.client.is_deleted
