"""Reports: ready questions across the campaigns, each answered in one sentence and a chart; and those that one keeps."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
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
from app.pages.reports.parts.answer_chart import answer_chart
from app.pages.reports.parts.live_chart import ChartSpec, LiveChart, Picture, picture_of
from app.pages.reports.report_filter import parse_day
from app.pages.reports.saved_reports_part import SavedReportsPart, filter_words
from app.pages.ui import basic, toast
from app.pages.ui.theme import icon
from app.services import policy
from app.services.campaigns import listing
from app.services.campaigns.listing import PickLists
from app.services.reports import questions, saved_reports
from app.services.reports.questions import Answer
from app.signals import Topic

CALM = 3.0

Seen = tuple[list[Answer], PickLists, list[SavedReport]]


@screen("Reports")
async def reports_page(shell: Shell, since: str = "", until: str = "", sector: str = "", theme: str = "") -> None:
    wanted = AnswerFilter(parse_day(since), parse_day(until), sector, theme)
    try:
        seen = await look(partial(load_answers, wanted=wanted))
    except Refusal:
        # days in a shared address that make no sense narrow nothing
        wanted = replace(wanted, since=None, until=None)
        seen = await look(partial(load_answers, wanted=wanted))
    page = ReportsPage(shell, wanted, seen)
    live_updates.on(page.take_news, Topic.OUTREACH, Topic.CAMPAIGN)


@dataclass(frozen=True)
class AnswerFilter:
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


def load_answers(session: Session, me: User, wanted: AnswerFilter) -> Seen:
    """The answers to all questions, the words to choose from, and the saved reports."""
    answers = [questions.answer(session, me, question, wanted.filters()) for question in questions.GALLERY]
    return answers, listing.pick_lists(session, me), saved_reports.listed(session, me)


class ReportsPage:
    """All answers at once; news changes them in place."""

    def __init__(self, shell: Shell, wanted: AnswerFilter, seen: Seen) -> None:
        answers, lists, kept = seen
        self.shell = shell
        self.wanted = wanted
        self.turn = 0
        self.boxes: dict[str, ui.element] = {}
        self.graphs: dict[Question, LiveChart] = {}
        with ui.element("div").classes("pd-title"):
            basic.title("Reports")
            with ui.element("div").classes("pd-line"):
                if policy.may_see_team_report(self.shell.me):
                    with basic.link("/team/work", "pd-act pd-wide-act"):
                        basic.text("Team activity")
                with basic.link("/reports/screen", "pd-act", label="Big screen of all running campaigns", away=True):
                    basic.icon("monitor")
        self.draw_filters(lists)
        saved = SavedReportsPart(kept, self.filters, open_saved)
        with ui.element("div").classes("pd-graphs"):
            for answer in answers:
                with ui.element("div").classes("pd-answer"):
                    self.graphs[answer.question] = LiveChart(answer_chart(answer), on_save=self.save_chart).mark(
                        answer.question.value
                    )
                    saved.offer(answer.question)

    def draw_filters(self, lists: PickLists) -> None:
        with ui.element("div").classes("pd-report-who four"):
            for label, name in (("First day", "since"), ("Last day", "until")):
                value = getattr(self.wanted, name)
                box = ui.input(label, value=value.isoformat() if value else "").mark(name)
                self.boxes[name] = box.props("outlined dense stack-label type=date debounce=400").classes("pd-field")
                box.on_value_change(lambda event, name=name: self.choose(**{name: parse_day(event.value)}))
            for label, name, words in (("Sector", "sector", lists.sectors), ("Theme", "theme", lists.themes)):
                self.draw_select(label, name, words)

    def draw_select(self, label: str, name: str, words: list[str]) -> None:
        value = getattr(self.wanted, name)
        options = {"": f"Every {name}", **{word: word for word in words}, value: value or f"Every {name}"}
        box = ui.select(options, value=value, label=label)
        box.props("outlined dense behavior=menu options-dense=false stack-label").classes("pd-field").mark(name)
        box.props["dropdown-icon"] = icon("chevron-down")
        box.on_value_change(lambda event: self.choose(**{name: event.value or ""}))
        self.boxes[name] = box

    def filters(self) -> QuestionFilters:
        return self.wanted.filters()

    async def save_chart(self, spec: ChartSpec) -> Picture:
        return picture_of(spec, filter_words(self.filters()), self.shell.me.timezone)

    async def choose(self, **said: Any) -> None:
        wanted = replace(self.wanted, **said)
        if wanted != self.wanted:
            self.wanted = wanted
            ui.navigate.history.replace(wanted.address())
            await self.refresh()

    async def refresh(self) -> None:
        page = ui.context.client
        self.turn += 1
        turn = self.turn
        try:
            answers, _, _ = await look(partial(load_answers, wanted=self.wanted))
        except Refusal as no:
            toast.show(page, str(no), "no")
            return
        if turn == self.turn:
            for answer in answers:
                self.graphs[answer.question].renew(answer_chart(answer))

    async def take_news(self) -> None:
        """What comes while it waits makes one more question, not many: five answers are not asked for at every touch."""
        await self.refresh()
        await asyncio.sleep(CALM)


def open_saved(kept: SavedReport) -> None:
    ui.navigate.to(AnswerFilter.of(kept).address())
