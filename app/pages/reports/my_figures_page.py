"""My figures: my own week, and every report that I keep, all on one page that moves while the team works."""

import asyncio
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import Question, QuestionFilters, SavedReport, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.reports.parts.answer_chart import answer_chart
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable, LiveChart, Picture, picture_of
from app.pages.reports.rows_sheet import RowsSheet
from app.pages.reports.saved_reports_part import filter_words
from app.pages.reports.week_goals import ONLY, WeekGoals
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.reports import addresses, person_goals, question_rows, questions, saved_reports
from app.services.reports.drill_down import Rows
from app.services.reports.person_goals import PersonWeek
from app.services.reports.questions import Answer
from app.signals import Topic

CALM = 1.0


@dataclass(frozen=True)
class Kept:
    """A report that is kept, and its answer, or why it cannot be asked any more."""

    report: SavedReport
    answer: Answer | None
    trouble: str = ""


@dataclass(frozen=True)
class Seen:
    week: PersonWeek
    kept: list[Kept]


def load(session: Session, me: User) -> Seen:
    return Seen(person_goals.mine(session, me), [_asked(session, me, one) for one in saved_reports.listed(session, me)])


def _asked(session: Session, me: User, report: SavedReport) -> Kept:
    try:
        answer = questions.answer(session, me, report.question, QuestionFilters.model_validate(report.filters))
    except Refusal as no:
        return Kept(report, None, str(no))
    return Kept(report, answer)


@screen("My figures")
async def my_figures_page(shell: Shell) -> None:
    page = MyFiguresPage(shell, await look(load))
    live_updates.on(page.take_news, Topic.OUTREACH, Topic.CAMPAIGN)
    live_updates.at_midnight(page.refresh, shell.me.timezone)


class MyFiguresPage:
    """Charts stay where they are; news changes what is in them."""

    def __init__(self, shell: Shell, seen: Seen) -> None:
        self.shell = shell
        self.seen = seen
        self.turn = 0
        self.rows = RowsSheet(shell.me.timezone)
        self.graphs: dict[UUID, LiveChart] = {}
        with ui.element("div").classes("pd-title"):
            basic.title("My figures")
            with basic.link("/reports", "pd-act pd-wide-act"):
                basic.text("All reports")
        self.goals = WeekGoals("My week", ONLY)
        self.goals.show([seen.week])
        basic.heading("Saved reports")
        self.grid = Memo()
        self.draw(seen)

    def draw(self, seen: Seen) -> None:
        self.grid.show([one.report.id for one in seen.kept], lambda: self.draw_charts(seen))

    def draw_charts(self, seen: Seen) -> None:
        self.graphs = {}
        if not seen.kept:
            basic.empty(
                "chart-column", "Nothing saved yet", "Save a question under Reports; it then moves here by itself."
            )
            return
        with ui.element("div").classes("pd-graphs"):
            for one in seen.kept:
                pick, save = partial(self.open_bar, one.report.id), partial(self.save_chart, one.report)
                self.graphs[one.report.id] = LiveChart(spec_of(one), pick, save).mark("kept-chart")

    async def open_bar(self, report_id: UUID, key: str) -> None:
        kept = next(one for one in self.seen.kept if one.report.id == report_id)
        question, filters = kept.report.question, QuestionFilters.model_validate(kept.report.filters)
        if kept.answer is None or question is Question.CAMPAIGN:
            ui.navigate.to(addresses.address(question, filters))
            return
        row = dict(zip(kept.answer.keys, kept.answer.rows, strict=True)).get(key, ("",))

        def ask(session: Session, me: User, cursor: str | None, oldest_first: bool) -> Rows:
            return question_rows.behind(session, me, question, filters, key, cursor, oldest_first=oldest_first)

        await self.rows.open(f"{kept.report.name}: {row[0]}", kept.answer.days, ask)

    async def save_chart(self, report: SavedReport, spec: ChartSpec) -> Picture:
        words = filter_words(QuestionFilters.model_validate(report.filters))
        return picture_of(spec, [report.name, *words], self.shell.me.timezone)

    async def refresh(self) -> None:
        self.turn += 1
        turn = self.turn
        seen = await look(load)
        if turn == self.turn and not self.grid.box.is_deleted:
            self.seen = seen
            self.goals.show([seen.week])
            self.draw(seen)
            for one in seen.kept:
                self.graphs[one.report.id].renew(spec_of(one))

    async def take_news(self) -> None:
        """At once, and what comes meanwhile makes one more question, not many."""
        await self.refresh()
        await asyncio.sleep(CALM)


def spec_of(kept: Kept) -> ChartSpec:
    """The chart of its answer under the name that it was kept with."""
    if kept.answer is None:
        return ChartSpec(kept.report.name, ChartTable((), ()), empty=kept.trouble, height=60)
    spec = answer_chart(kept.answer)
    title = kept.report.name if kept.report.name != spec.title else spec.title
    return ChartSpec(**{**vars(spec), "title": title})
