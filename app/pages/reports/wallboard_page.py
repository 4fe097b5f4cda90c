"""The wall board: one campaign, or all that run in turn, in large type and without a frame; it stays live."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from nicegui import ui
from nicegui.element import Element
from sqlmodel import Session

from app import calendar_days
from app.errors import NotFound, SignedOut
from app.models import Campaign, CampaignStatus, User
from app.pages.core.tap import look
from app.pages.reports import chart_specs
from app.pages.reports.live import freshness
from app.pages.reports.live.hub import ReportHub
from app.pages.reports.live.subscriptions import Subscription
from app.pages.reports.parts.figure_tiles import FigureTiles
from app.pages.reports.parts.live_chart import ChartSpec, FreshnessLabel, LiveChart
from app.pages.ui import basic
from app.services.campaigns import campaigns, listing
from app.services.campaigns.listing import Wanted
from app.services.reports.figures import Report
from app.services.reports.filters import Asked

EACH, MOST = 20.0, 200
HIGH = 380


async def wallboard_page(hub: ReportHub, campaign_id: str = "") -> None:
    """`/campaigns/{campaign_id}/screen` stays with one campaign, `/reports/screen` goes round."""
    basic.entitle("Big screen")
    with ui.element("main").classes("pd-screen") as body:
        wallboard = WallboardPage(hub, campaign_id, body)
        try:
            await wallboard.next()
        except SignedOut:
            ui.navigate.to("/login")
        except (NotFound, ValueError):
            ui.status_code(404)
            basic.empty("circle-help", "There is no such campaign among yours.", "It may have been removed.")
    if not campaign_id:
        ui.timer(EACH, wallboard.next, immediate=False)


class WallboardPage:
    """Which campaign is shown, and the subscription to its report."""

    def __init__(self, hub: ReportHub, only: str, body: Element) -> None:
        self.hub = hub
        self.only, self.body = only, body
        self.campaign: Campaign | None = None
        self.subscription: Subscription | None = None

    def ask(self, session: Session, me: User) -> tuple[list[Campaign], User]:
        if self.only:
            return [campaigns.seen(session, me, UUID(self.only))], me
        wanted = Wanted(status=CampaignStatus.RUNNING)
        found = listing.listed(session, me, wanted, calendar_days.today(me.timezone), MOST)
        return [card.campaign for card in found.items], me

    async def next(self) -> None:
        """The campaign after this one; the first one again after the last one."""
        running, me = await look(self.ask)
        ids = [one.id for one in running]
        before = ids.index(self.campaign.id) if self.campaign and self.campaign.id in ids else -1
        if len(running) == 1 and before == 0 and self.subscription and self.subscription.is_active:
            return
        if self.subscription:
            self.subscription.leave()
        self.body.clear()
        with self.body:
            if not running:
                self.campaign = None
                basic.empty("target", "No campaign is running", "As soon as one runs, it appears here.")
                return
            self.campaign = running[(before + 1) % len(running)]
            place = f"{(before + 1) % len(running) + 1} of {len(running)}" if len(running) > 1 else ""
            wallboard = Wallboard(self.campaign, me, place, lambda: self.subscription)
            self.subscription = await wallboard.subscribe(self.hub)


class Wallboard:
    """What is drawn of one campaign."""

    def __init__(
        self, campaign: Campaign, me: User, place: str, subscription: Callable[[], Subscription | None]
    ) -> None:
        self.campaign = campaign
        self.zone = me.timezone
        self.graphs: dict[str, LiveChart] = {}
        basic.entitle(campaign.name, "Big screen")
        with ui.element("div").classes("pd-screen-head"):
            basic.title(campaign.name, in_bar=False)
            basic.text(place, "pd-muted")
            freshness.keep_fresh(FreshnessLabel(), subscription, self.zone)
        self.tiles = FigureTiles(None)
        self.pace = basic.text("", "pd-screen-pace")
        self.grid = ui.element("div").classes("pd-screen-graphs")

    async def subscribe(self, hub: ReportHub) -> Subscription:
        with self.grid:
            return await hub.subscribe_here(self.campaign.id, Asked(), self.show, self.show_lost)

    def show(self, report: Report) -> None:
        self.tiles.show(report.figures, "previous 7 days", last_days=True)
        self.pace.set_text(" ".join(one.sentence for one in report.pace.values() if one.goal))
        specs = chart_specs.report_charts(report)
        goal = next((key for key in ("goal-meetings", "goal-touches") if not specs[key].empty), "methods")
        for place in ("weeks", "funnel", goal):
            if place in self.graphs:
                self.graphs[place].renew(wallboard_spec(specs[place]))
            else:
                self.graphs[place] = LiveChart(wallboard_spec(specs[place])).classes("wide" if place == "weeks" else "")

    def show_lost(self) -> None:
        self.grid.clear()
        with self.grid:
            basic.empty("target", "This campaign is not yours to see any more.", "It was deleted, or you left it.")


def wallboard_spec(spec: ChartSpec) -> ChartSpec:
    return replace(spec, height=HIGH, bare=True, keys=None)
