"""The history of a contact's fields: who changed what, when, from what to what, each taken back with one tap."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User, contact_fields
from app.pages.core.tap import look, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts.history import field_history
from app.services.contacts.history.field_history import Step, Steps

LONGEST = 160
PAGE = 20
NOTHING = "nothing"
WITHHELD = "Changed before the contact came to you"


class HistorySheet:
    """One sheet per panel; asked for when somebody wants to see it."""

    def __init__(self, zone: str, me: str) -> None:
        self.zone, self.me = zone, me
        self.sheet = Sheet("History of changes")

    async def open(self, contact_id: UUID) -> None:
        with self.sheet.fresh():
            changes = Changes(self, contact_id)
        await changes.show_more()
        self.sheet.open()


class Changes:
    """What one opening of the sheet shows, newest first."""

    def __init__(self, host: HistorySheet, contact_id: UUID) -> None:
        self.host, self.contact_id = host, contact_id
        self.cursor: str | None = None
        basic.line("History of changes", "h2", "pd-h1")
        self.list = ui.element("div").props("role=list")
        self.rest = basic.button("Earlier", self.show_more, "plain").classes("full-width")

    async def show_more(self) -> None:
        """The next page, older than the last one that is shown."""
        self.show(await look(self.ask))

    def ask(self, session: Session, me: User) -> Steps:
        return field_history.read(session, me, self.contact_id, PAGE, self.cursor)

    def show(self, found: Steps) -> None:
        self.cursor = found.next_cursor
        with self.list:
            for step in found.items:
                self.draw(step)
            if not self.list.default_slot.children:
                basic.empty("clock", "Nothing was changed yet", "Each change of a field is kept here.")
        self.rest.set_visibility(found.next_cursor is not None)

    def draw(self, step: Step) -> None:
        change = step.change
        with ui.element("div").classes("pd-step").props("role=listitem"), ui.element("div").classes("pd-step-text"):
            basic.text(contact_fields.BY_NAME[change.field].label, "pd-strong")
            values = WITHHELD if step.withheld else f"{words(step.before)} → {words(step.after)}"
            basic.text(values, "pd-whole")
            when, who = theme.time_word(change.created_at, self.host.zone), "" if step.by == self.host.me else step.by
            end = "undone" if change.taken_back_at else ""
            basic.text(" · ".join(filter(None, (when, who, end))), "pd-muted pd-small")
            if step.can_take_back:
                basic.button("Take back", partial(self.take_back, change.id), "plain", "undo-2")

    async def take_back(self, change_id: UUID) -> None:
        if await take_back_change(self.contact_id, change_id):
            self.cursor = None
            found = await look(self.ask)
            # the button that was tapped goes with the others: nothing is asked after this
            self.list.clear()
            self.show(found)


@tap
def take_back_change(session: Session, me: User, contact_id: UUID, change_id: UUID) -> str:
    contact = field_history.take_back(session, me, contact_id, change_id)
    return f"{contact.name} is as before this change"


def words(value: Any) -> str:
    """A value as it is read: several after each other, a long text by its beginning."""
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "")
    return f"{said[: LONGEST - 1]}…" if len(said) > LONGEST else said or NOTHING
