"""The report of a campaign: live figures and charts; every bar opens its drill-down."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Invalid
from app.models import ACTIVITY_LABELS, ActivityType, Campaign, Question, QuestionFilters, Stage, User
from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.reports import chart_specs, deal_charts
from app.pages.reports.drill_down_sheet import DrillDownSheet
from app.pages.reports.export_menu import ExportMenu, save_chart
from app.pages.reports.live import freshness
from app.pages.reports.live.hub import ReportHub
from app.pages.reports.live.subscriptions import GONE, Subscription
from app.pages.reports.notes_sheet import NotesSheet
from app.pages.reports.parts.figure_tiles import FigureTiles
from app.pages.reports.parts.live_chart import ChartSpec, FreshnessLabel, LiveChart, Picture
from app.pages.reports.report_filter import ReportChoice, ReportFilter, parse_day
from app.pages.reports.saved_reports_part import SavedReportsPart
from app.pages.reports.share_sheet import ShareSheet
from app.pages.ui import basic
from app.services import policy
from app.services.campaigns import campaigns
from app.services.reports.figures import Report
from app.services.reports.files.tables import previous_days
from app.services.reports.filters import Asked
from app.services.reports.metric_definitions import DEFINITIONS

PLACES = ("weeks", "goal-touches", "goal-meetings", "funnel", "deals", "methods", "people")


async def report_tab(shell: Shell, hub: ReportHub, campaign_id: UUID) -> None:
    """Draw the report where the caller stands; it keeps itself fresh."""

    def ask(session: Session, me: User) -> tuple[Campaign, dict[UUID, str], bool]:
        campaign = campaigns.seen(session, me, campaign_id)
        members = {user.id: user.name for user in campaigns.members(session, me, campaign_id)}
        return campaign, members, policy.may_manage_campaign(me, campaign)

    campaign, members, leads = await look(ask)
    chosen = ReportChoice.of(ui.context.client.sub_pages_router.current_path)
    await ReportTab(shell, hub, campaign, members, chosen, leads=leads).subscribe()


class ReportTab:
    """What is chosen, the subscription to the report of that, and the figures and charts that show it."""

    def __init__(
        self,
        shell: Shell,
        hub: ReportHub,
        campaign: Campaign,
        people: dict[UUID, str],
        chosen: ReportChoice,
        *,
        leads: bool,
    ) -> None:
        self.shell = shell
        self.hub = hub
        self.campaign = campaign
        self.leads = leads
        self.report: Report | None = None
        self.subscription: Subscription | None = None
        self.turn = 0
        self.graphs: dict[str, LiveChart] = {}
        self.asked: Asked = chosen.asked()
        self.drill_down = DrillDownSheet(shell, campaign)
        with ui.element("div").classes("pd-report") as self.body:
            with ui.element("div").classes("pd-report-top"):
                self.pulse = FreshnessLabel().mark("pulse")
                ui.element("span").classes("pd-grow")
                self.draw_buttons()
            self.filter = ReportFilter(chosen, people, self.choose)
            self.trouble = basic.text("", "pd-report-trouble").props("role=alert")
            self.tiles = FigureTiles(self.open_figure)
            self.grid = ui.element("div").classes("pd-graphs")
            if leads:
                notes = NotesSheet(self.campaign.id, self.shell.me.timezone)
                basic.button("Notes on the time line", notes.open, "plain", "pencil").mark("notes")
                self.draw_ranking_switch()
            with basic.expansion("What the figures mean"):
                for key, sentence in DEFINITIONS.items():
                    name = chart_specs.WORDS.get(key, key.replace("_", " ").capitalize())
                    basic.text(f"{name}: {sentence}", "pd-small")
        self.trouble.set_visibility(False)
        self.show_freshness = freshness.keep_fresh(self.pulse, lambda: self.subscription, shell.me.timezone)

    def draw_buttons(self) -> None:
        if self.leads:
            share = ShareSheet(self.shell.me, self.campaign.id, self.shell.dependencies.address)
            basic.button("Share", lambda: share.open(self.report, self.filter.chosen.filters()), "soft", "link").mark(
                "share"
            )
        saver = SavedReportsPart([], self.kept_filters, lambda _: None, lists=False)

        def keep() -> None:
            saver.open_sheet(Question.CAMPAIGN, self.campaign.name)

        ExportMenu(lambda: self.report, lambda: self.asked, lambda: list(self.graphs.values()), keep)
        with basic.link(f"/campaigns/{self.campaign.id}/screen", "pd-act", label="Big screen", away=True):
            basic.icon("monitor")

    def kept_filters(self) -> QuestionFilters:
        return self.filter.chosen.filters().model_copy(update={"campaign_id": self.campaign.id})

    def draw_ranking_switch(self) -> None:
        """Whether people are ranked is for whoever leads the campaign to say."""
        box = ui.switch("Rank people by their touches", value=self.campaign.leaderboard).mark("ranking")

        @tap
        def work(session: Session, me: User, on: bool) -> str:
            campaigns.change(session, me, self.campaign.id, {"leaderboard": on})
            return "People are ranked" if on else "People stand by name"

        box.on_value_change(lambda event: work(event.value))

    async def choose(self, chosen: ReportChoice) -> None:
        query = chosen.query()
        ui.navigate.history.replace(f"/campaigns/{self.campaign.id}?tab=report" + (f"&{query}" if query else ""))
        await self.subscribe()

    async def subscribe(self) -> None:
        """Take the subscription for what is chosen now, and leave the one before."""
        self.turn += 1
        turn, before = self.turn, self.subscription
        self.asked = self.filter.chosen.asked()
        if before:
            before.leave()

        def show(report: Report) -> None:
            if turn == self.turn:
                self.show(report)

        try:
            with self.body:
                subscription = await self.hub.subscribe_here(self.campaign.id, self.asked, show, self.show_lost)
        except Invalid as no:
            self.show_trouble(str(no))
            return
        if turn == self.turn:
            self.subscription = subscription
        else:
            subscription.leave()

    def show_trouble(self, sentence: str) -> None:
        """Why the figures are not those of the days that are chosen; empty when they are."""
        self.trouble.set_text(sentence)
        self.trouble.set_visibility(bool(sentence))

    def show(self, report: Report) -> None:
        """Put other figures into the same places."""
        self.show_trouble("")
        self.report = report
        # the days that the figures on the screen are about, which are not those of tomorrow
        self.asked = self.filter.chosen.asked().on(report.course.today)
        all_time = not (report.since or report.until)
        self.tiles.show(report.figures, previous_days(report), last_days=all_time)
        specs = chart_specs.report_charts(report)
        for place, graph in self.graphs.items():
            if place in specs:
                graph.renew(specs[place])
        self.draw_charts(specs)
        self.show_freshness()

    def draw_charts(self, specs: dict[str, ChartSpec]) -> None:
        """Those that are not there yet, each at its place."""
        shown = [place for place in PLACES if place in specs or place in self.graphs]
        wide = {"weeks"} if "deals" in shown else {"weeks", "people"}
        for at, place in enumerate(shown):
            if place not in self.graphs:
                with self.grid:
                    graph = LiveChart(specs[place], partial(self.open_bar, place), self.save_chart).mark(place)
                graph.move(self.grid, at)
                self.graphs[place] = graph
            self.graphs[place].classes(**{"add" if place in wide else "remove": "wide"})

    async def save_chart(self, spec: ChartSpec) -> Picture | None:
        return await save_chart(self.report, spec)

    def show_lost(self) -> None:
        self.body.clear()
        with self.body:
            basic.empty("target", GONE, "It was deleted, or you are no longer a member.")

    async def open_figure(self, key: str) -> None:
        count = self.report.figures[key].value if self.report else None
        await self.open_rows(chart_specs.WORDS[key], key, count)

    async def open_bar(self, place: str, key: str) -> None:
        count = self.count(place, key)
        if place == "people":
            await self.open_rows(f"Touches of {self.name(key)}", "touches", count, person=UUID(key))
        elif key in deal_charts.TITLES and self.report and self.report.deals:
            await self.open_rows(deal_charts.TITLES[key], key, deal_charts.contacts(self.report.deals, key))
        elif place == "funnel":
            await self.open_rows(f"At least: {STAGES[Stage(key)]}", key, count)
        elif place == "methods":
            await self.open_rows(f"Touches: {ACTIVITY_LABELS[ActivityType(key)]}", key, count)
        elif monday := parse_day(key):
            await self.open_rows(f"Touches in the week of {monday.day} {monday:%b %Y}", key, count)

    async def open_rows(self, title: str, key: str, count: int | None, *, person: UUID | None = None) -> None:
        if self.report:
            await self.drill_down.open(title, self.report, self.asked, key, count=count, person=person)

    def count(self, place: str, key: str) -> int | None:
        """What the bar says."""
        spec = self.graphs[place].spec
        row = dict(zip(spec.keys or (), spec.table.rows, strict=False)).get(key)
        return int(row[1].replace(",", "")) if row else None

    def name(self, key: str) -> str:
        found = (one.name for one in self.report.by_user if one.key == key) if self.report else iter(())
        return next(found, "a colleague")
