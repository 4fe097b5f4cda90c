"""Notes on the time line of a campaign: written and removed by whoever leads it, seen on the charts by everybody."""

from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import CampaignNote, CampaignNoteDraft, User
from app.pages.core.tap import look, tap
from app.pages.ui import basic, form
from app.pages.ui.bottom_sheet import Sheet
from app.services.campaigns import campaign_notes
from app.services.reports.files.tables import day_words

HINT = "A fair, a holiday, a new price list: what explains a week stands on the charts."


class NotesSheet:
    """One per report."""

    def __init__(self, campaign_id: UUID, zone: str) -> None:
        self.campaign_id = campaign_id
        self.zone = zone
        self.sheet = Sheet("Notes on the time line")
        self.list: ui.element | None = None

    async def open(self) -> None:
        typed: dict[str, Any] = {"day": calendar_days.today(self.zone).isoformat(), "words": ""}

        @tap
        def work(session: Session, me: User) -> str:
            campaign_notes.add(session, me, self.campaign_id, CampaignNoteDraft.model_validate(typed))
            return "The note stands on the charts"

        async def save() -> None:
            if await work():
                words.set_value("")
                await self.refresh()

        with self.sheet.fresh(self.campaign_id):
            with ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save):
                basic.line("Notes on the time line", "h2", "pd-h1")
                basic.text(HINT, "pd-muted")
                day = ui.input("Day", value=typed["day"]).props("outlined stack-label type=date").classes("pd-field")
                day.bind_value_to(typed, "day", strict=False).mark("note-day")
                words = form.field(typed, CampaignNoteDraft, "words", "What happened", props="autocomplete=off")
                basic.button("Add note", None, "main").props("type=submit").classes("full-width").mark("add-note")
            self.list = ui.element("div")
        await self.refresh()
        self.sheet.open()

    async def refresh(self) -> None:
        found = await look(lambda session, me: campaign_notes.listed(session, me, self.campaign_id))
        if self.list and not self.list.is_deleted:
            self.list.clear()
            with self.list:
                for note in found:
                    self.draw(note)

    def draw(self, note: CampaignNote) -> None:
        with ui.element("div").classes("pd-line pd-note-row"):
            with ui.element("span").classes("pd-row-text"):
                basic.text(note.words, "pd-row-name pd-whole")
                basic.text(day_words(note.day), "pd-row-sub")
            basic.icon_button("trash-2", f"Remove {note.words}", lambda: self.remove(note))

    async def remove(self, note: CampaignNote) -> None:
        @tap
        def work(session: Session, me: User) -> str:
            campaign_notes.remove(session, me, note.id)
            return "Deleted"

        if await work():
            await self.refresh()
