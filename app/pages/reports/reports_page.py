"""Reports: ready questions across the campaigns, each answered in one sentence and a chart; and those that one keeps."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.errors import Refusal
from app.models import Question, QuestionFilters, SavedReport, User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.reports.own_question_part import OwnQuestionPart
from app.pages.reports.parts.answer_chart import answer_chart
from app.pages.reports.parts.live_chart import ChartSpec, LiveChart, Picture, picture_of
from app.pages.reports.report_filter import ReportChoice, ReportFilter
from app.pages.reports.rows_sheet import RowsSheet
from app.pages.reports.saved_reports_part import SavedReportsPart, filter_words
from app.pages.ui import basic, toast
from app.services import policy
from app.services.campaigns import listing
from app.services.campaigns.listing import PickLists, Wanted
from app.services.reports import addresses, question_rows, questions, saved_reports
from app.services.reports.drill_down import Rows
from app.services.reports.questions import Answer
from app.signals import Topic

# what is opened, where it is not simply the touches of the days that the answer is about
BEHIND = {
    Question.HELP: "Touches for campaigns in the last 7 days",
    Question.WEEK: "Touches since Monday",
    Question.STALLS: "Contacts that stand at this stage",
    Question.COHORTS: "Contacts that joined in this week",
}
CALM, MOST = 1.0, 200


@screen("Reports")
async def reports_page(shell: Shell) -> None:
    wanted = ReportChoice.of(ui.context.client.sub_pages_router.current_path)
    try:
        seen = await look(partial(load_answers, wanted=wanted))
    except Refusal:
        # days or a campaign in a shared address that make no sense narrow nothing
        wanted = ReportChoice()
        seen = await look(partial(load_answers, wanted=wanted))
    page = ReportsPage(shell, wanted, seen)
    live_updates.on(page.take_news, Topic.OUTREACH, Topic.CAMPAIGN)
    live_updates.at_midnight(page.refresh, shell.me.timezone)


@dataclass(frozen=True)
class Seen:
    """The answers to all questions, the words, campaigns and people to choose from, and the saved reports."""

    answers: list[Answer]
    lists: PickLists
    campaigns: dict[UUID, str]
    people: dict[UUID, str]
    saved: list[SavedReport]


def load_answers(session: Session, me: User, wanted: ReportChoice) -> Seen:
    found = listing.listed(session, me, Wanted(sort="name"), calendar_days.today(me.timezone), MOST).items
    return Seen(
        questions.gallery(session, me, wanted.filters(), wanted.own_filters()),
        listing.pick_lists(session, me),
        {card.campaign.id: card.campaign.name for card in found},
        questions.people(session, me),
        saved_reports.listed(session, me),
    )


class ReportsPage:
    """All answers at once; news changes them in place."""

    def __init__(self, shell: Shell, wanted: ReportChoice, seen: Seen) -> None:
        self.shell = shell
        self.seen = seen
        self.turn = 0
        self.rows = RowsSheet(shell.me.timezone)
        self.graphs: dict[Question, LiveChart] = {}
        with ui.element("div").classes("pd-title"):
            basic.title("Reports")
            with ui.element("div").classes("pd-line"):
                if policy.may_see_team_report(self.shell.me):
                    with basic.link("/team/work", "pd-act pd-wide-act"):
                        basic.text("Team activity")
                with basic.link("/reports/mine", "pd-act pd-wide-act"):
                    basic.text("My figures")
                with basic.link("/reports/screen", "pd-act", label="Big screen of all running campaigns", away=True):
                    basic.icon("monitor")
        self.filter = ReportFilter(wanted, seen.people, self.choose, self.choices(seen))
        saved = SavedReportsPart(seen.saved, self.filters, open_saved)
        with ui.element("div").classes("pd-graphs"):
            for answer in seen.answers[:-1]:
                with ui.element("div").classes("pd-answer"):
                    self.graphs[answer.question] = LiveChart(
                        answer_chart(answer), partial(self.open_bar, answer.question), self.save_chart
                    ).mark(answer.question.value)
                    saved.offer(answer.question)
            own = OwnQuestionPart(
                self.filter, seen.answers[-1], saved, partial(self.open_bar, Question.OWN), self.save_chart
            )
            self.graphs[Question.OWN] = own.chart

    async def open_bar(self, question: Question, key: str) -> None:
        """The rows that the bar counts, as it is narrowed now."""
        answer = next(one for one in self.seen.answers if one.question is question)
        row = dict(zip(answer.keys, answer.rows, strict=True)).get(key, ("",))
        filters = self.filter.chosen.own_filters() if question is Question.OWN else self.filters()

        def ask(session: Session, me: User, cursor: str | None, oldest_first: bool) -> Rows:
            return question_rows.behind(session, me, question, filters, key, cursor, oldest_first=oldest_first)

        under = BEHIND.get(question, answer.days)
        await self.rows.open(f"{answer.title} {row[0]}", under, ask, behind_count(question, row))

    def choices(self, seen: Seen) -> list[tuple[str, str, dict[Any, str]]]:
        return [
            ("Campaign", "campaign", {None: "Every campaign", **seen.campaigns}),
            ("Sector", "sector", {"": "Every sector", **{word: word for word in seen.lists.sectors}}),
            ("Theme", "theme", {"": "Every theme", **{word: word for word in seen.lists.themes}}),
        ]

    def filters(self) -> QuestionFilters:
        return self.filter.chosen.filters()

    async def save_chart(self, spec: ChartSpec) -> Picture:
        """The answer's own sentence says its days."""
        words = filter_words(self.filters(), self.seen.people, self.seen.campaigns)
        return picture_of(spec, words, self.shell.me.timezone)

    async def choose(self, chosen: ReportChoice) -> None:
        query = chosen.query()
        ui.navigate.history.replace("/reports" + (f"?{query}" if query else ""))
        await self.refresh()

    async def refresh(self) -> None:
        page = ui.context.client
        self.turn += 1
        turn = self.turn
        try:
            seen = await look(partial(load_answers, wanted=self.filter.chosen))
        except Refusal as no:
            toast.show(page, str(no), "no")
            return
        if turn == self.turn and not self.filter.row.is_deleted:
            self.seen = seen
            for answer in seen.answers:
                self.graphs[answer.question].renew(answer_chart(answer))

    async def take_news(self) -> None:
        """What comes while it waits makes one more question, not many: five answers are not asked for at every touch."""
        await self.refresh()
        await asyncio.sleep(CALM)


def behind_count(question: Question, row: Sequence[object]) -> int | None:
    """How many rows a bar opens: its first count, but for help the touches of the last days."""
    at = 2 if question is Question.HELP else 1
    found = row[at] if len(row) > at else None
    return found if isinstance(found, int) else None


def open_saved(kept: SavedReport) -> None:
    ui.navigate.to(addresses.address(kept.question, QuestionFilters.model_validate(kept.filters)))
