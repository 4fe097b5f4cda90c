"""QR codes of contacts: a sheet that shows one, and a button that reads one from a photo."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import UploadEventArguments

from app.errors import Refusal
from app.models import Contact
from app.pages.ui import basic, toast
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
            picture = ui.element("img").classes("pd-qr-card")
            picture.props["src"] = qr_codes.drawn(contact)
            picture.props["alt"] = f"QR code with the card of {contact.name}"
            basic.button("Close", self.sheet.close, "soft").classes("full-width")
        self.sheet.open()


def draw_photo_button(on_text: Callable[[str], Awaitable[None]]) -> None:
    """A button that opens the camera or the gallery; `on_text` is given what the code says.

    The photo is read in a thread. One that is too large or holds no code is refused in a toast.
    """
    page = ui.context.client

    async def arrived(event: UploadEventArguments) -> None:
        try:
            said = await asyncio.to_thread(qr_codes.read, await event.file.read())
        except Refusal as refusal:
            toast.show(page, str(refusal), "no")
        else:
            await on_text(said)

    def refused() -> None:
        toast.show(page, qr_codes.TOO_LARGE, "no")

    picker = ui.upload(on_upload=arrived, auto_upload=True, max_file_size=qr_codes.MOST_BYTES, on_rejected=refused)
    picker.props["accept"] = "image/*"
    picker.classes("hidden pd-photo").on("finish", picker.reset)
    basic.button("Photo of a QR code", lambda: picker.run_method("pickFiles"), "plain", "qr-code").classes("full-width")
