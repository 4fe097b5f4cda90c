"""Erasing a contact for good: what that means, and what is left to be done in Pipedrive."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.tap import tap
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts.erasure import contact_erasure

MEANS = (
    "The contact goes for good, with notes, addresses, warmness and everything planned. There is no way back.",
    "Touches that were made stay in the figures, without a name and without a note.",
    "Their e-mail addresses and phone numbers are remembered as marks that nobody can read: a file does not bring them back.",
    "Notifications and mails lose the name. What you typed about others stays; you are told how many of these texts name them.",
    "Backups that were made before hold them until the last one goes; you are told the day.",
    "What Pipedrive knows of them stays there. You are told the number, so that you can delete it there as well.",
)


class EraseSheet:
    """One per page. Erasing is the one action without undo: what it means is read first."""

    def __init__(self) -> None:
        self.sheet = Sheet("Delete permanently")

    def open(self, contact_id: UUID, name: str, on_done: Callable[[], Any] | None = None) -> None:
        with self.sheet.fresh():
            basic.line(f"Erase {name}?", "h2", "pd-h1")
            basic.text("For somebody who asks to be forgotten.", "pd-muted").style("margin: 4px 0 10px")
            with ui.element("ul").classes("pd-steps"):
                for line in MEANS:
                    with ui.element("li"):
                        ui.label(line)
            with ui.element("div").classes("pd-foot pd-stack"):
                verb = basic.button("Delete permanently", lambda: self.erase(contact_id, on_done), "bad", "trash-2")
                verb.classes("full-width pd-filled").mark("erase")
                basic.button("Keep this contact", self.sheet.close, "soft").classes("full-width")
        self.sheet.open()

    async def erase(self, contact_id: UUID, on_done: Callable[[], Any] | None) -> None:
        told: list[contact_erasure.Erased] = []

        @tap
        def work(session: Session, me: User) -> None:
            told.append(contact_erasure.erase(session, me, contact_id))

        if not await work():
            return
        # this stays until it is read: it may say that something is left to do in Pipedrive
        with self.sheet.fresh():
            basic.line("Erased", "h2", "pd-h1")
            basic.text(told[0].sentence, "pd-plan")
            with ui.element("div").classes("pd-foot"):
                basic.button("Close", self.sheet.close, "main").classes("full-width")
        if on_done:
            on_done()
