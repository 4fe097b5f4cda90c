"""A sheet that comes from below, where the thumb is; in the middle of a desktop."""

from nicegui import ui
from nicegui.element import Element

from app.pages.parts import toast


class Sheet:
    """Made once per page; `fresh` empties it for the next content."""

    def __init__(self, label: str) -> None:
        with ui.dialog().props("position=bottom") as self.dialog, ui.card().classes("pd-sheet"):
            self.dialog.props["aria-label"] = label
            ui.element("div").classes("pd-grip").props("aria-hidden=true")
            self.body = ui.element("div")

    def fresh(self) -> Element:
        self.body.clear()
        return self.body

    def open(self) -> None:
        toast.hush()
        self.dialog.open()

    def close(self) -> None:
        self.dialog.close()

    @property
    def is_open(self) -> bool:
        return bool(self.dialog.value)
