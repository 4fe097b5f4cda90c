"""One answer for many viewers: everybody who looks at the same report shares one question to the database.

A report is asked for at once when news comes, and while more comes at most
every half second, however many people look at it. Every time, whoever may not
see the campaign any more is told so, and hears nothing further.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

from nicegui import ui

from app import db
from app.errors import NotFound
from app.pages.core.tap import signed_in_id
from app.pages.reports.live.subscriptions import GONE, Lost, ReportKey, SharedReport, Subscription, Tell, call_all
from app.services import policy
from app.services.accounts import users
from app.services.campaigns import campaigns
from app.services.reports.figures import Report
from app.services.reports.filters import Asked
from app.signals import ANYTHING, Signal, Topic


class ReportHub:
    """All shared reports of this process; `deliver` hands it the news, on the event loop."""

    def __init__(self) -> None:
        self.reports: dict[ReportKey, SharedReport] = {}
        # two questions at a time leave the rest of the connections to people's taps
        self.line = ThreadPoolExecutor(2, "hub")

    def deliver(self, signal: Signal) -> None:
        for key, shared in list(self.reports.items()):
            if not shared.subscriptions:
                del self.reports[key]
            elif _concerns(signal, key):
                shared.hear()

    async def subscribe(
        self, user_id: UUID | None, campaign_id: UUID, asked: Asked, tell: Tell, lost: Lost
    ) -> Subscription:
        """Subscribe: `tell` gets the report now and after every change. Raises NotFound, SignedOut and Invalid."""
        look = partial(check_access, user_id, campaign_id, asked)
        who, key = await asyncio.get_running_loop().run_in_executor(self.line, look)
        shared = self.reports.setdefault(key, SharedReport(self.line, key))
        subscription = Subscription(who, tell, lost, shared)
        # subscribed before the question is asked, so that no news falls between the two
        shared.subscriptions.add(subscription)
        try:
            report = await shared.current()
        except BaseException:
            subscription.leave()
            raise
        if subscription not in shared.subscriptions:
            raise NotFound(GONE)
        subscription.settled = True
        await call_all([partial(tell, report)])
        return subscription

    async def subscribe_here(self, campaign_id: UUID, asked: Asked, show: Tell, lost: Lost) -> Subscription:
        """Subscribe for the part of the screen that asks; the subscription ends when that part is gone."""
        here = ui.context.slot.parent

        async def inside(call: Callable[..., object | Awaitable[object]], *said: Report) -> None:
            if here.is_deleted or here.client.is_deleted:
                for subscription in taken:
                    subscription.leave()
                return
            with here:
                told = call(*said)
                if inspect.isawaitable(told):
                    await told

        taken: list[Subscription] = []
        taken.append(
            await self.subscribe(signed_in_id(), campaign_id, asked, partial(inside, show), partial(inside, lost))
        )
        return taken[0]


def check_access(user_id: UUID | None, campaign_id: UUID, asked: Asked) -> tuple[UUID, ReportKey]:
    """The id of the subscriber and the key of the report they may see. Raises NotFound and SignedOut."""
    with db.reading() as session:
        who = users.acting(session, user_id)
        campaign = campaigns.seen(session, who, campaign_id)
        deals = policy.may_see_deals(who, campaign)
        return who.id, ReportKey(campaign_id, asked, policy.sees_every_campaign(who), who.timezone, deals)


def _concerns(signal: Signal, key: ReportKey) -> bool:
    """Touches do not say which campaign they were for; a campaign's own news does."""
    if signal.topic is Topic.CAMPAIGN:
        return signal.about in {str(key.campaign_id), ANYTHING}
    return signal.topic in {Topic.OUTREACH, Topic.PEOPLE}
