"""A person's week against their own goals, and the sheet that sets them: for themselves and for golden tickets."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import PersonGoalDraft, User
from app.pages.core.tap import tap
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.services.reports import person_goals
from app.services.reports.files.tables import day_words
from app.services.reports.person_goals import PersonWeek

ONLY = "Only you and golden tickets see this."


class WeekGoals:
    """One row a person; drawn where it is made, and redrawn when a number changes."""

    def __init__(self, title: str, hint: str) -> None:
        self.sheet = Sheet("Goals for a week")
        with ui.element("section").classes("pd-week-goals").mark("week-goals"):
            basic.heading(title)
            basic.text(hint, "pd-muted pd-small")
            self.list = Memo()

    def show(self, weeks: Sequence[PersonWeek]) -> None:
        self.list.show(tuple(weeks), lambda: self.draw(weeks))

    def draw(self, weeks: Sequence[PersonWeek]) -> None:
        with ui.element("div").classes("pd-card flush"):
            for one in weeks:
                self.row(one)

    def row(self, one: PersonWeek) -> None:
        with ui.element("div").classes("pd-row"), ui.element("div").classes("pd-row-main"):
            with ui.element("span").classes("pd-row-text"):
                basic.text(one.name, "pd-row-name")
                basic.text(week_words(one), "pd-row-sub pd-whole").mark("week-words")
            word = "Change goal" if one.goal_touches or one.goal_meetings else "Set goal"
            basic.button(word, partial(self.open, one), "plain", "target")

    def open(self, one: PersonWeek) -> None:
        typed: dict[str, Any] = {"touches": one.goal_touches, "meetings": one.goal_meetings}

        @tap
        def work(session: Session, me: User) -> str:
            draft = PersonGoalDraft.model_validate({key: int(n) if n else None for key, n in typed.items()})
            person_goals.change(session, me, one.user_id, draft)
            return "Saved"

        async def save() -> None:
            if await work():
                self.sheet.close()

        with (
            self.sheet.fresh(one.user_id),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save),
        ):
            basic.line(f"Each week of {one.name}", "h2", "pd-h1")
            basic.text("Monday to Sunday. Leave empty what has no goal.", "pd-muted")
            for name, label in (("touches", "Touches"), ("meetings", "Meetings booked")):
                box = ui.number(label, value=typed[name], min=1, max=10_000, precision=0)
                box.props("outlined inputmode=numeric").classes("pd-field").bind_value_to(typed, name, strict=False)
            basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save-goal")
        self.sheet.open()


def week_words(one: PersonWeek) -> str:
    """`Since 23 Nov 2026: 12 of 20 touches, 1 meeting booked`."""
    return f"Since {day_words(one.start)}: {_of(one.touches, one.goal_touches, 'touch', 'touches')}, {_of(one.meetings, one.goal_meetings, 'meeting', 'meetings')} booked"


def _of(done: int, goal: int | None, one: str, many: str) -> str:
    noun = one if (goal or done) == 1 else many
    return f"{done:,} of {goal:,} {noun}" if goal else f"{done:,} {noun}"
