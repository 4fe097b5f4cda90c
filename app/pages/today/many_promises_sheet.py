"""Many follow-ups at once: to another day, or dropped."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.element import Element
from sqlmodel import Session

from app.calendar_days import today
from app.models import Activity, ActivityType, User
from app.pages.activities import touch_actions
from app.pages.activities.parts import touch_rows
from app.pages.core.tap import Confirmation, look, tap
from app.pages.today.day import MOST_PLANNED
from app.pages.ui import basic, pickers, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.day_chips import DayChips
from app.services.activities import activity_log, promises, timeline
from app.services.activities.timeline import Entry

DAYS = {1: "Tomorrow", 3: "In 3 days", 7: "In a week"}


class ManyPromisesSheet:
    """One per page; what is overdue is chosen when it opens."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Follow-ups")
        self.me = me

    async def open(self) -> None:
        entries = await look(lambda session, me: timeline.planned(session, me, limit=MOST_PLANNED))
        entries = [one for one in entries if one.activity.type is not ActivityType.MEETING]
        with self.sheet.fresh():
            ManyPromises(self.sheet, self.me.timezone, entries)
        self.sheet.open()


class ManyPromises:
    """What one opening shows, drawn where it is made; a tap on a day, or on *Skip*, is the deed."""

    def __init__(self, sheet: Sheet, zone: str, entries: Sequence[Entry]) -> None:
        self.sheet = sheet
        self.chosen = {one.activity.id for one in entries if one.activity.is_overdue}
        self.rows: dict[UUID, Element] = {}
        with ui.element("div").classes("pd-title"):
            basic.line("Follow-ups", "h2", "pd-h1")
            self.all = basic.button("", self.choose_all, "plain").classes("pd-show-all")
        with ui.element("div").classes("pd-picks").props("role=group aria-label=Follow-ups"):
            for one in entries:
                self.rows[one.activity.id] = pickers.choice(
                    one.contact or "Somebody",
                    touch_rows.plan_word(one.activity, zone),
                    one.activity.id in self.chosen,
                    partial(self.choose, one.activity.id),
                )
        self.heading = basic.text("", "pd-h2")
        days: dict[Any, str] = {today(zone) + timedelta(days=days): word for days, word in DAYS.items()}
        chips = DayChips(days, None, self.move, confirm="Move")
        basic.mark_chip(chips.chips, "")
        self.skip_button = basic.button("", self.skip, "bad").classes("full-width").style("margin-top: 10px")
        self.show_count()

    def choose(self, plan_id: UUID) -> None:
        self.chosen ^= {plan_id}
        pickers.mark(self.rows[plan_id], plan_id in self.chosen)
        self.show_count()

    def choose_all(self) -> None:
        self.chosen = set() if len(self.chosen) == len(self.rows) else set(self.rows)
        for plan_id, row in self.rows.items():
            pickers.mark(row, plan_id in self.chosen)
        self.show_count()

    def show_count(self) -> None:
        count = len(self.chosen)
        self.all.set_text("Clear" if count == len(self.rows) else f"Select all {len(self.rows):,}")
        self.heading.set_text(f"Move {follow_ups(count)} to" if count else "Select what to move")
        self.skip_button.set_text(f"Skip {follow_ups(count)}")
        self.skip_button.set_enabled(bool(count))

    async def move(self, day: date | None) -> None:
        if day and await move_plans(list(self.chosen), day):
            self.sheet.close()

    async def skip(self) -> None:
        if await skip_plans(list(self.chosen)):
            self.sheet.close()


def follow_ups(count: int) -> str:
    return "1 follow-up" if count == 1 else f"{count:,} follow-ups"


@tap
def move_plans(session: Session, me: User, ids: Sequence[UUID], day: date) -> Confirmation:
    plans = promises.still_open(session, me, ids)
    before = [plan.model_copy() for plan in plans]
    promises.move(session, me, plans, day)
    when = theme.mid_sentence(theme.day_word(plans[0].due_date, me.timezone)) if plans and plans[0].due_date else ""
    return Confirmation(f"{follow_ups(len(plans))} moved to {when}", partial(plan_again, before)) if plans else GONE


@tap
def skip_plans(session: Session, me: User, ids: Sequence[UUID]) -> Confirmation:
    plans = promises.still_open(session, me, ids)
    promises.skip(session, me, plans)

    def back(session: Session, who: User) -> str:
        for plan in plans:
            activity_log.put_back(session, who, plan.id)
        return "Planned again"

    return Confirmation(f"{follow_ups(len(plans))} skipped", back) if plans else GONE


GONE = Confirmation("Nothing of it is planned any more")


def plan_again(plans: Sequence[Activity], session: Session, who: User) -> str:
    for plan in plans:
        touch_actions.plan_again(session, who, plan)
    return "Due as before"
