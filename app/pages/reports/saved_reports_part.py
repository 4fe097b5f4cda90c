"""Saved reports: a question with its filters under a name, mailed on Mondays if wanted."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import ACTIVITY_LABELS, Question, QuestionFilters, SavedReport, SavedReportDraft, User
from app.pages.core.tap import look, tap
from app.pages.ui import basic, form
from app.pages.ui.bottom_sheet import Sheet
from app.services.reports import own_questions, questions, saved_reports


class SavedReportsPart:
    """The saved reports, drawn where it is made, and the sheet that saves one more with the `filters` of that moment."""

    def __init__(
        self,
        saved: list[SavedReport],
        filters: Callable[[], QuestionFilters],
        on_open: Callable[[SavedReport], Any],
        *,
        lists: bool = True,
    ) -> None:
        """Without `lists` it only saves; what is saved stands under Reports."""
        self.lists = lists
        self.filters = filters
        self.on_open = on_open
        self.sheet = Sheet("Save report")
        self.box = ui.element("div")
        self.show(saved)

    def show(self, kept: list[SavedReport]) -> None:
        self.box.clear()
        with self.box:
            if kept:
                with basic.heading("Saved reports"):
                    ui.element("span").classes("pd-grow")
                    with basic.link("/reports/mine", "pd-act pd-wide-act"):
                        basic.text("My figures")
                with ui.element("div").classes("pd-card flush"):
                    for one in kept:
                        self.row(one)

    def row(self, one: SavedReport) -> None:
        with ui.element("div").classes("pd-row pd-saved"):
            with (
                ui.element("button")
                .props("type=button")
                .classes("pd-row-main pd-bare")
                .on("click", lambda: self.on_open(one), []),
                ui.element("span").classes("pd-row-text"),
            ):
                basic.text(one.name, "pd-row-name")
                basic.text(
                    " · ".join((question_words(one), *filter_words(QuestionFilters.model_validate(one.filters)))),
                    "pd-row-sub",
                )
            weekly = ui.switch("Weekly by mail", value=one.weekly)
            weekly.on_value_change(lambda event: self.set_weekly(one, on=event.value))
            basic.icon_button("trash-2", f"Remove {one.name}", lambda: self.remove(one))

    def offer(self, question: Question, filters: Callable[[], QuestionFilters] | None = None) -> None:
        """`filters` are those of this question, where they are not those of the page."""
        basic.button("Save report", lambda: self.open_sheet(question, filters=filters), "plain", "archive")

    def open_sheet(
        self, question: Question, name: str = "", filters: Callable[[], QuestionFilters] | None = None
    ) -> None:
        chosen = (filters or self.filters)()
        if question is Question.OWN:
            name = own_questions.title(chosen)
        typed: dict[str, Any] = {"name": name[:80] or questions.TITLES[question].rstrip("?"), "weekly": False}

        @tap
        def work(session: Session, me: User) -> str:
            draft = SavedReportDraft.model_validate({**typed, "question": question, "filters": chosen})
            return f"{saved_reports.save(session, me, draft).name} is saved under Reports"

        async def save() -> None:
            if await work():
                self.sheet.close()
                await self.refresh()

        with (
            self.sheet.fresh("new"),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save),
        ):
            basic.line("Save report", "h2", "pd-h1")
            basic.text(
                "The question and the filters that are chosen now. “7 days” stays the last seven days, whenever you open it.",
                "pd-muted",
            )
            form.field(typed, SavedReportDraft, "name", "Name", props="autocomplete=off")
            ui.switch("Send it to me by mail every Monday").bind_value_to(typed, "weekly")
            basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("keep")
        self.sheet.open()

    async def set_weekly(self, one: SavedReport, *, on: bool) -> None:
        @tap
        def work(session: Session, me: User) -> str:
            draft = SavedReportDraft.model_validate(
                {"name": one.name, "question": one.question, "filters": one.filters, "weekly": on}
            )
            saved_reports.save(session, me, draft)
            return f"{one.name} comes every Monday" if on else f"{one.name} is not mailed any more"

        await work()

    async def remove(self, one: SavedReport) -> None:
        @tap
        def work(session: Session, me: User) -> str:
            saved_reports.remove(session, me, one.id)
            return f"{one.name} is removed"

        if await work():
            await self.refresh()

    async def refresh(self) -> None:
        if self.lists:
            self.show(await look(saved_reports.listed))


def question_words(one: SavedReport) -> str:
    if one.question is Question.OWN:
        return own_questions.title(QuestionFilters.model_validate(one.filters))
    return questions.TITLES[one.question]


def filter_words(
    filters: QuestionFilters, people: Mapping[UUID, str] | None = None, campaigns: Mapping[UUID, str] | None = None
) -> list[str]:
    """The filters in words; a person or campaign whose name is not given is only said to be chosen."""
    days = (("from", filters.from_), ("to", filters.to))
    said = [f"{word} {value.day} {value:%b %Y}" for word, value in days if value]
    if filters.last_days:
        said.append(f"last {filters.last_days} days")
    for names, key, word in ((campaigns, filters.campaign_id, "one campaign"), (people, filters.user_id, "one person")):
        if key:
            said.append((names or {}).get(key, word))
    return [*said, *filter(None, (filters.sector, filters.theme, filters.type and ACTIVITY_LABELS[filters.type]))]
