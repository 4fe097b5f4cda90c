"""Reports: ready questions across the campaigns, each answered in one sentence and a chart; and those that one keeps."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import Question, QuestionFilters, SavedReport, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.reports.parts.answer_chart import spec
from app.pages.reports.parts.live_chart import Graph
from app.pages.reports.report_filter import day
from app.pages.reports.saved_reports_part import Saved
from app.pages.ui import basic, toast
from app.pages.ui import theme as design
from app.services.campaigns import listing
from app.services.campaigns.listing import PickLists
from app.services.reports import questions, saved_reports
from app.services.reports.questions import Answer
from app.signals import Topic

CALM = 3.0

Seen = tuple[list[Answer], PickLists, list[SavedReport]]


@screen("Reports")
async def reports_page(shell: Shell, since: str = "", until: str = "", sector: str = "", theme: str = "") -> None:
    this = Gallery(shell, Wanted(day(since), day(until), sector, theme))
    await this.draw()
    live_updates.on(this.news, Topic.OUTREACH, Topic.CAMPAIGN)


@dataclass(frozen=True)
class Wanted:
    """What narrows the answers, as it stands in the address."""

    since: date | None = None
    until: date | None = None
    sector: str = ""
    theme: str = ""

    @classmethod
    def of(cls, kept: SavedReport) -> Self:
        filters = QuestionFilters.model_validate(kept.filters)
        return cls(filters.from_, filters.to, filters.sector or "", filters.theme or "")

    def filters(self) -> QuestionFilters:
        return QuestionFilters(from_=self.since, to=self.until, sector=self.sector or None, theme=self.theme or None)

    def address(self) -> str:
        query = urlencode({key: value for key, value in vars(self).items() if value})
        return "/reports" + (f"?{query}" if query else "")


class Gallery:
    """All answers at once, in one look; news changes them in place."""

    def __init__(self, shell: Shell, wanted: Wanted) -> None:
        self.shell, self.wanted, self.turn = shell, wanted, 0
        self.graphs: dict[Question, Graph] = {}

    def ask(self, session: Session, me: User) -> Seen:
        filters = self.wanted.filters()
        answers = [questions.answer(session, me, question, filters) for question in questions.TITLES]
        return answers, listing.pick_lists(session, me), saved_reports.listed(session, me)

    async def draw(self) -> None:
        try:
            answers, lists, kept = await look(self.ask)
        except Refusal:
            # days in a shared address that make no sense narrow nothing
            self.wanted = replace(self.wanted, since=None, until=None)
            answers, lists, kept = await look(self.ask)
        self.saved = Saved(self.filters, self.open)
        with ui.element("div").classes("pd-title"):
            basic.title("Reports")
            with ui.element("div").classes("pd-line"):
                if self.shell.me.is_golden:
                    with basic.link("/team/work", "pd-act pd-wide-act"):
                        basic.text("Team at work")
                with basic.link("/reports/screen", "pd-act", label="Big screen of all running campaigns", away=True):
                    basic.icon("monitor")
        self.filter(lists)
        self.saved.draw(kept)
        with ui.element("div").classes("pd-graphs"):
            for answer in answers:
                with ui.element("div").classes("pd-answer"):
                    self.graphs[answer.question] = Graph(spec(answer)).mark(answer.question.value)
                    self.saved.offer(answer.question)

    def filter(self, lists: PickLists) -> None:
        self.boxes: dict[str, Any] = {}
        with ui.element("div").classes("pd-report-who four"):
            for label, name in (("First day", "since"), ("Last day", "until")):
                value = getattr(self.wanted, name)
                box = ui.input(label, value=value.isoformat() if value else "").mark(name)
                self.boxes[name] = box.props("outlined dense stack-label type=date debounce=400").classes("pd-field")
                box.on_value_change(lambda event, name=name: self.choose(**{name: day(event.value)}))
            for label, name, words in (("Sector", "sector", lists.sectors), ("Theme", "theme", lists.themes)):
                self.pick(label, name, words)

    def pick(self, label: str, name: str, words: list[str]) -> None:
        value = getattr(self.wanted, name)
        box = ui.select({"": f"Every {name}", **{word: word for word in words}, value: value or f"Every {name}"}, value=value, label=label)  # fmt: skip
        box.props("outlined dense behavior=menu options-dense=false stack-label").classes("pd-field").mark(name)
        box.props["dropdown-icon"] = design.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(**{name: event.value or ""}))
        self.boxes[name] = box

    def filters(self) -> QuestionFilters:
        return self.wanted.filters()

    def open(self, kept: SavedReport) -> None:
        ui.navigate.to(Wanted.of(kept).address())

    async def choose(self, **said: Any) -> None:
        wanted = replace(self.wanted, **said)
        if wanted != self.wanted:
            self.wanted = wanted
            ui.navigate.history.replace(wanted.address())
            await self.again()

    async def again(self) -> None:
        page = ui.context.client
        self.turn += 1
        turn = self.turn
        try:
            answers, _, _ = await look(self.ask)
        except Refusal as no:
            toast.show(page, str(no), "no")
            return
        if turn == self.turn:
            for answer in answers:
                self.graphs[answer.question].renew(spec(answer))

    async def news(self) -> None:
        """What comes while it waits makes one more question, not many: five answers are not asked for at every touch."""
        await self.again()
        await asyncio.sleep(CALM)
