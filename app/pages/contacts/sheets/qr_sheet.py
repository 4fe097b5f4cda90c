"""A contact as a QR code, to be held up to somebody's camera."""

from nicegui import ui

from app.models import Contact
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import qr_codes


class QrCodeSheet:
    """One sheet, drawn for the contact as it is now."""

    def __init__(self) -> None:
        self.sheet = Sheet("QR code")

    def open(self, contact: Contact) -> None:
        with self.sheet.fresh():
            basic.line(contact.name, "h2", "pd-h1")
            basic.text("Any phone's camera takes the card from here; your notes stay with you.", "pd-muted pd-small")
            picture = ui.element("img").classes("pd-code")
            picture.props["src"] = qr_codes.drawn(contact)
            picture.props["alt"] = f"QR code with the card of {contact.name}"
            basic.button("Close", self.sheet.close, "soft").classes("full-width")
        self.sheet.open()
