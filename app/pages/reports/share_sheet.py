"""Links to a report for people without an account: they expire, and can be revoked before."""

from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import QuestionFilters, ReportLink, User
from app.pages.core.tap import look, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.reports import share_links
from app.services.reports.figures import Report
from app.services.reports.files import tables

SPANS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}
HINT = "Whoever has the link sees the figures, never a name. Copy it now, we cannot show it again."


class ShareSheet:
    """One per report, for the campaign's owner and golden tickets."""

    def __init__(self, me: User, campaign_id: UUID, address: str) -> None:
        self.address = address
        self.sheet = Sheet("Share this report")
        self.zone = me.timezone
        self.campaign_id = campaign_id

    async def open(self, report: Report | None, filters: QuestionFilters) -> None:
        """`filters` are what the report on the screen is narrowed to, and the link will be."""
        with self.sheet.fresh(), ui.element("div").classes("pd-stack"):
            form = ShareForm(self.campaign_id, self.zone, self.address, filters, shown_words(report, filters))
        await form.refresh_links()
        self.sheet.open()


class ShareForm:
    """For how long, the new link (which is shown once) and the links that work; drawn where it is made."""

    def __init__(self, campaign_id: UUID, zone: str, address: str, filters: QuestionFilters, shows: str) -> None:
        self.campaign_id = campaign_id
        self.zone = zone
        self.address = address
        self.filters = filters
        self.days = 30
        self.typed: dict[str, str] = {"name": ""}
        basic.line("Share this report", "h2", "pd-h1")
        basic.text(HINT, "pd-muted")
        basic.text(f"The link shows: {shows}", "pd-strong").mark("share-shows")
        who = ui.input("For whom (optional)").props("outlined maxlength=80 autocomplete=off").classes("pd-field")
        who.bind_value_to(self.typed, "name")
        self.spans = basic.chips(SPANS, self.days, self.choose_span, "pd-chips wrap")
        basic.button("Create link", self.create, "main", "link").classes("full-width").mark("create-link")
        self.new_link = ui.element("div")
        self.links = ui.element("div")

    def choose_span(self, days: int) -> None:
        self.days = days
        basic.mark_chip(self.spans, days)

    async def create(self) -> None:
        made: list[str] = []

        @tap
        def work(session: Session, me: User) -> str:
            made.append(
                share_links.share(session, me, self.campaign_id, self.days, self.filters, self.typed["name"] or "")
            )
            return f"The link works for {SPANS[self.days].lower()}"

        if await work():
            self.show_new_link(f"{self.address}/r/{made[0]}")
            await self.refresh_links()

    def show_new_link(self, address: str) -> None:
        self.new_link.clear()
        with self.new_link, ui.element("div").classes("pd-share"):
            box = ui.input("Link", value=address).props("outlined readonly").classes("pd-field").mark("share-link")
            copy = basic.button("Copy", None, "soft", "copy")
            box.props["for"] = field = f"pd-share-{box.id}"
            copy.props["data-from"] = field
            copy.on(
                "click",
                js_handler="(e) => navigator.clipboard?.writeText(document.getElementById(e.currentTarget.dataset.from).value)",
            )

    async def refresh_links(self) -> None:
        found = await look(lambda session, me: share_links.listed(session, me, self.campaign_id))
        self.links.clear()
        with self.links:
            if found:
                basic.heading("Links that work")
            for link in found:
                self.draw_link(link)

    def draw_link(self, link: ReportLink) -> None:
        until = theme.local(link.expires_at, self.zone)
        since = theme.mid_sentence(theme.day_word(link.created_at, self.zone))
        with ui.element("div").classes("pd-line"):
            with ui.element("span").classes("pd-row-text"):
                ends = f"until {until.day} {until:%b %Y}"
                basic.text(link.name or f"Link {ends}", "pd-row-name pd-whole")
                said = [ends] if link.name else []
                basic.text(
                    " · ".join([*said, f"created {since}", opened_words(link, self.zone)]), "pd-row-sub pd-whole"
                )
            basic.button("Revoke", lambda: self.revoke(link), "bad")

    async def revoke(self, link: ReportLink) -> None:
        @tap
        def work(session: Session, me: User) -> str:
            share_links.revoke(session, me, link.id)
            return "The link does not work any more"

        if await work():
            self.new_link.clear()
            await self.refresh_links()


def opened_words(link: ReportLink, zone: str) -> str:
    return f"last opened {tables.at_words(link.opened_at, zone)}" if link.opened_at else "never opened"


def shown_words(report: Report | None, filters: QuestionFilters) -> str:
    """What somebody with the link sees, in the words of the report's own head."""
    if report is None or filters == QuestionFilters():
        return "the whole campaign."
    _, (_, days), (_, person), (_, method), *_ = tables.facts(report)
    span = f"the last {filters.last_days} days, whenever it is opened" if filters.last_days else days
    return f"{span} · {'one colleague, unnamed' if filters.user_id else person} · {method}."
