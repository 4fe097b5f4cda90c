"""What the owner can do with a contact as a whole: edit, snooze, trash, merge, export, erase."""

from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.detail.history_sheet import HistorySheet
from app.pages.contacts.sheets.contact_picker import ContactPicker
from app.pages.contacts.sheets.erase_sheet import EraseSheet
from app.pages.contacts.sheets.qr_code import QrCodeSheet
from app.pages.contacts.sheets.snooze_sheet import SnoozeSheet
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic
from app.services.contacts import contact_bank


class ContactActions:
    """Drawn once per panel; its sheets live as long as the panel, and ask it for the contact as it is now."""

    def __init__(self, shell: Shell, contact: Contact) -> None:
        self.shell, self.contact = shell, contact
        self.snoozing = SnoozeSheet(shell.me)
        self.picker = ContactPicker()
        self.erasing = EraseSheet()
        self.code = QrCodeSheet()
        self.history = HistorySheet(shell.me.timezone, shell.me.name)
        with ui.element("div").classes("pd-verbs"):
            basic.button("Edit", lambda: shell.edit_contact(self.contact), "plain", "pencil")
            basic.button("Snooze", lambda: self.snoozing.open(self.contact), "plain", "bell-off")
        with basic.expansion("More"), ui.element("div").classes("pd-push-acts"):
            basic.button("Show QR code", lambda: self.code.open(self.contact), "plain", "qr-code")
            basic.button("Merge with …", self.choose_twin, "plain", "users")
            basic.button("History of changes", lambda: self.history.open(self.contact.id), "plain", "clock")
            self.dossier()
            basic.button("Delete", lambda: trash_contact(self.contact.id), "bad", "trash-2")
            basic.button("Delete permanently", self.erase, "bad", "trash-2")

    def dossier(self) -> None:
        """A plain link: the browser keeps the file."""
        with basic.link(f"/api/contacts/{self.contact.id}/export.json", "pd-plain-link") as anchor:
            basic.icon("download")
            basic.text("Export personal data")
        anchor.props["download"] = "contact.json"

    async def choose_twin(self) -> None:
        hint = f"{self.contact.name} and the contact that you choose become one. You see first what stays."
        q = self.contact.name.split()[-1]
        await self.picker.open("Merge with whom?", hint, q, self.contact.id, self.merge)

    async def merge(self, other: Contact) -> None:
        await self.shell.merge(self.contact.id, other.id, self.merged)

    def merged(self, kept_id: UUID) -> None:
        if kept_id != self.contact.id:
            ui.navigate.to(f"/contacts/{kept_id}")

    def erase(self) -> None:
        self.erasing.open(self.contact.id, self.contact.name)


@tap
def trash_contact(session: Session, me: User, contact_id: UUID) -> Confirmation:
    name = contact_bank.trash(session, me, contact_id).name
    return Confirmation(f"{name} moved to trash", lambda s, who: _restore(s, who, contact_id))


def _restore(session: Session, who: User, contact_id: UUID) -> str:
    return f"{contact_bank.restore(session, who, contact_id).name} is back"
