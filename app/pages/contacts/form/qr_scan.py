"""A photo of somebody's QR code, read off the event loop; what it says is looked over before anything is kept."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.events import UploadEventArguments

from app.errors import Refusal
from app.pages.ui import basic, toast
from app.services.contacts import qr_codes


def draw_photo_button(on_text: Callable[[str], Awaitable[None]]) -> None:
    """A button that opens the camera or the gallery; `on_text` is given what the code says."""
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
