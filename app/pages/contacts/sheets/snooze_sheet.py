"""Snoozing a contact: a length with one tap, or a day."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.calendar_days import local_day, today
from app.models import Contact, User
from app.models.contact import MOST_DAYS
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import contact_bank

DAYS = {1: "Until tomorrow", 7: "A week", 14: "Two weeks", 30: "A month", 90: "Three months", 365: "A year"}


class SnoozeSheet:
    """One per page; one tap on a length snoozes."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Snooze")
        self.zone = me.timezone

    def open(self, contact: Contact) -> None:
        this_day = today(self.zone)
        typed = {"day": (this_day + timedelta(days=7)).isoformat()}
        with self.sheet.fresh(contact.id):
            basic.text("Snooze", "pd-muted pd-small")
            basic.text(contact.name, "pd-head-name pd-clip")
            basic.text("Not suggested, and not due, until then.", "pd-muted").style("margin: 4px 0 12px")
            with ui.element("div").classes("pd-outcomes"):
                for days, word in DAYS.items():
                    basic.button(word, partial(self.snooze, contact.id, days), "soft").mark(f"snooze-{days}")
            with (
                ui.element("form")
                .classes("pd-until")
                .on("submit.prevent", lambda: self.snooze_until(contact.id, typed.get("day")))
            ):
                day = ui.input("Until", value=typed["day"]).props("outlined type=date stack-label")
                day.props["min"] = (this_day + timedelta(days=1)).isoformat()
                day.props["max"] = (this_day + timedelta(days=MOST_DAYS)).isoformat()
                day.classes("pd-field").bind_value_to(typed, "day", strict=False)
                basic.button("Snooze", None, "main").props("type=submit").mark("snooze-until")
        self.sheet.open()

    async def snooze_until(self, contact_id: UUID, day: str | None) -> None:
        this_day = today(self.zone)
        try:
            days = (date.fromisoformat(day or "") - this_day).days
        except ValueError:
            days = -1
        await self.snooze(contact_id, days if days > 0 else -1)

    async def snooze(self, contact_id: UUID, days: int) -> None:
        if await snooze_contact(contact_id, days, self.zone):
            self.sheet.close()


@tap
def snooze_contact(session: Session, me: User, contact_id: UUID, days: int, zone: str) -> Confirmation:
    before = contact_bank.owned(session, me, contact_id).snoozed_until
    until = contact_bank.snooze(session, me, contact_id, days).snoozed_until
    word = theme.mid_sentence(theme.day_word(until, zone)) if until else ""
    return Confirmation(f"Snoozed until {word}", lambda s, who: _as_before(s, who, contact_id, before))


@tap
def wake_contact(session: Session, me: User, contact_id: UUID) -> str:
    contact_bank.snooze(session, me, contact_id, 0)
    return "Awake again"


def _as_before(session: Session, who: User, contact_id: UUID, before: Any) -> str:
    left = (local_day(before, who.timezone) - today(who.timezone)).days if before else 0
    contact_bank.snooze(session, who, contact_id, max(0, left))
    return "Snoozed as before" if left > 0 else "Awake again"
