"""Numbers for Prometheus: requests, slow questions to the database, what waits, and how old the last backup is.

No label holds a name, an address of a page or an id: whoever reads the numbers learns nothing about people.
"""

import time
from collections.abc import Iterator

from nicegui import Client
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector
from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import db
from app.services.operations import backup_status, system_stats

SLOW = 0.2
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

requests = Counter("pipedriven_requests", "Answered requests.", ("method", "status"))
seconds = Histogram("pipedriven_request_seconds", "From a request to the start of its answer.", ("method",))
queries = Counter("pipedriven_queries", "Statements that the database was asked.")
slow = Counter("pipedriven_slow_queries", f"Statements that took the database more than {SLOW * 1000:.0f} ms.")


class RequestMetrics:
    """Counts every request and how long its answer took to begin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        method = scope["method"] if scope["method"] in METHODS else "other"
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds.labels(method).observe(time.perf_counter() - began)
                requests.labels(method, f"{message['status']}").inc()
            await send(message)

        return await self.app(scope, receive, counted)


class SystemCollector(Collector):
    """What is asked of the database at the moment somebody measures; nothing while it does not answer."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is asked at the time of registering."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        pages = GaugeMetricFamily("pipedriven_open_pages", "Pages that people have open.")
        pages.add_metric([], sum(client.has_socket_connection for client in list(Client.instances.values())))
        yield pages
        try:
            with db.reading() as session:
                now, kept = system_stats.numbers(session), backup_status.of_backups(session)
        except Exception:  # noqa: BLE001 - /readyz says that the database is away; the other numbers still count
            return
        syncs = GaugeMetricFamily("pipedriven_syncs", "Pushes to Pipedrive by status.", labels=["status"])
        for status, number in now.syncs.items():
            syncs.add_metric([status.value], number)
        yield syncs
        yield _one("pipedriven_oldest_open_sync_seconds", "Age of the oldest push that waits.", now.oldest_open)
        yield _one("pipedriven_mails_waiting", "Mails that have not gone out yet.", now.mails)
        if kept and kept.age is not None:
            yield _one("pipedriven_backup_age_seconds", "Age of the last backup.", kept.age.total_seconds())
        if kept and kept.copies and kept.copies.age is not None:
            age = kept.copies.age.total_seconds()
            yield _one("pipedriven_backup_copy_age_seconds", "Age of the last copy of a backup elsewhere.", age)


def install(engine: Engine) -> None:
    """Measure this database too; called once per process."""
    REGISTRY.register(SystemCollector())
    event.listen(engine, "before_cursor_execute", _begins)
    event.listen(engine, "after_cursor_execute", _ends)


def _one(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _begins(_: object, __: object, ___: object, ____: object, context: object, _____: object) -> None:
    queries.inc()
    context._began = time.perf_counter()  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's own place for it


def _ends(_: object, __: object, ___: object, ____: object, context: object, _____: object) -> None:
    if time.perf_counter() - context._began > SLOW:  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        slow.inc()
