"""Subscriptions to one report: at most one query per ReportKey and 0.5 s, sent to all open pages."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from app import db
from app.errors import NotFound
from app.models import now
from app.services import policy
from app.services.campaigns import campaigns
from app.services.permissions import visibility
from app.services.reports import campaign_report
from app.services.reports.figures import Report
from app.services.reports.filters import Asked

PAUSE, TROUBLE = 0.5, 5.0
GONE = "There is no such campaign among yours."

log = logging.getLogger(__name__)

Tell = Callable[[Report], object | Awaitable[object]]
Lost = Callable[[], object | Awaitable[object]]
Calls = list[Lost]


@dataclass(frozen=True)
class ReportKey:
    """Who shares an answer: the same campaign, days and filters, the same sight, the same zone; `deals`: money too."""

    campaign_id: UUID
    asked: Asked
    golden: bool
    zone: str
    deals: bool = False


@dataclass(eq=False)
class Subscription:
    """One open page; `leave` when it closes."""

    user_id: UUID
    tell: Tell
    lost: Lost
    report: "SharedReport"
    settled: bool = False

    @property
    def is_active(self) -> bool:
        return self in self.report.subscriptions

    def leave(self) -> None:
        self.report.subscriptions.discard(self)


@dataclass(eq=False)
class SharedReport:
    """The subscribers of one report, its latest answer, and whether news came since that was asked for."""

    line: ThreadPoolExecutor
    key: ReportKey
    subscriptions: set[Subscription] = field(default_factory=set)
    latest: Report | None = None
    news: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    serving: "asyncio.Task[None] | None" = None

    async def current(self) -> Report:
        """The answer that is there, if it still stands; of many who come at once, one asks."""
        calls: Calls = []
        async with self.turn:
            if self.latest is None or self.news or not self.is_of_today:
                calls = await self._ask()
        await call_all(calls)
        if self.latest is None:
            raise NotFound(GONE)
        return self.latest

    @property
    def is_of_today(self) -> bool:
        """Whether the latest answer is about the days and weeks of this day, where its viewers are."""
        return self.latest is not None and self._day(now()) == self.latest.course.today

    def hear(self) -> None:
        self.news = True
        if self.serving is None:
            # the board keeps its task, so that nothing sweeps it up
            self.serving = asyncio.create_task(self._serve(), name="report hub")

    async def _serve(self) -> None:
        """Ask at once, then at most every half second while news comes."""
        try:
            while self.news and self.subscriptions:
                try:
                    async with self.turn:
                        calls = await self._ask()
                    await call_all(calls)
                    await asyncio.sleep(PAUSE)
                except Exception:
                    log.exception("a report could not be asked for")
                    await asyncio.sleep(TROUBLE)
        finally:
            self.serving = None

    async def _ask(self) -> Calls:
        """One question; what to call to tell those who lost their right, and when it is another answer the others."""
        self.news = False
        ids = {subscription.user_id for subscription in self.subscriptions}
        try:
            report, allowed = await asyncio.get_running_loop().run_in_executor(self.line, load_report, self.key, ids)
        except BaseException:
            self.news = True
            raise
        gone = [subscription for subscription in self.subscriptions if subscription.user_id in ids - allowed]
        for subscription in gone:
            subscription.leave()
        calls: Calls = [subscription.lost for subscription in gone if subscription.settled]
        if report:
            before, self.latest = self.latest, report
            if not before or replace(report, as_of=before.as_of) != before:
                calls += [
                    partial(subscription.tell, report) for subscription in self.subscriptions if subscription.settled
                ]
        return calls

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.key.zone)).date()


def load_report(key: ReportKey, user_ids: set[UUID]) -> tuple[Report | None, set[UUID]]:
    """The report, asked for with the rights of one who still has them, and who all still has them."""
    with db.reading() as session:
        allowed = visibility.viewers(session, key.campaign_id, user_ids)
        if key.deals and allowed:
            campaign = campaigns.seen(session, allowed[0], key.campaign_id)
            allowed = [one for one in allowed if policy.may_see_deals(one, campaign)]
        if not allowed:
            return None, set()
        who = allowed[0]
        session.expunge(who)
        who.timezone = key.zone
        return campaign_report.report(session, who, key.campaign_id, key.asked), {one.id for one in allowed}


async def call_all(calls: Calls) -> None:
    await asyncio.gather(*map(_told, calls))


async def _told(call: Callable[[], object | Awaitable[object]]) -> None:
    """One broken page does not keep the others waiting."""
    try:
        told = call()
        if inspect.isawaitable(told):
            await told
    except Exception:
        log.exception("a page could not show its report")
