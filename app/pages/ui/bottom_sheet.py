"""A dialog at the bottom of a phone, in the middle of a desktop."""

from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from nicegui import ui
from nicegui.element import Element

from app import presses
from app.pages.ui import drafts, toast
from app.presses import Press

_closed: WeakKeyDictionary[ui.dialog, tuple[int, Press | None]] = WeakKeyDictionary()


def closed_at(dialog: ui.dialog, press: Press) -> int:
    """How many messages its page had been sent when another press ended what this sheet showed; -1 for never."""
    sent, by = _closed.get(dialog, (-1, None))
    return -1 if by is press else sent


def _note_end(dialog: ui.dialog) -> None:
    _closed[dialog] = dialog.client.outbox.next_message_id, presses.current.get()


class Sheet:
    """One per page, built when it is first needed: a screen has many, and most are never opened.

    It lives as long as the part of the screen that it was made in; `fresh` empties it for the next content.
    What is typed into it and not saved is kept by the browser (drafts.js).
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.around = ui.context.slot.parent
        self._dialog: ui.dialog | None = None
        self._draft: str | None = None
        self._card: Element | None = None
        self._body: Element | None = None
        self.on_gone: Callable[[], Awaitable[Any]] | None = None

    @property
    def dialog(self) -> ui.dialog:
        if self._dialog is None:
            with (
                self.around,
                ui.dialog().props("position=bottom") as self._dialog,
                ui.card().classes("pd-sheet") as card,
            ):
                self._dialog.props["aria-label"] = self.label
                ui.element("div").classes("pd-grip").props("aria-hidden=true")
                with ui.element("div").classes("pd-restored").props("role=status"):
                    ui.label("This is what you had typed.")
                    with ui.element("button").props("type=button"):
                        ui.label("Discard")
                self._card = card
                self._body = ui.element("div")
            self._dialog.on("hide", self._gone, [])
        return self._dialog

    async def _gone(self) -> None:
        if self.on_gone:
            await self.on_gone()

    @property
    def is_gone(self) -> bool:
        return self.around.is_deleted

    def fresh(self, about: object = None, kind: str | None = None) -> Element:
        """The place for the sheet's content, emptied. A press that its last content was still waiting for counts no more.

        `about` names, by id, whom or what it is about: what is typed and not saved comes back for that one, never for
        another. None where nothing is typed, or nothing of it may be kept. `kind` names the sheet in which it comes back,
        where that is another one.
        """
        dialog = self.dialog
        assert self._card
        assert self._body
        self._draft = f"{kind or self.label}: {about}" if about is not None else None
        self._card.props["data-draft"] = self._draft
        self._body.clear()
        self.on_gone = None
        if dialog.value:
            _note_end(dialog)
        return self._body

    def open(self) -> None:
        # not the client of the moment: whoever asked for the sheet may have stood in what it showed before
        toast.clear(self.around.client)
        self.dialog.open()

    def close(self) -> None:
        """Its deed is done: what was typed into it is no draft any more."""
        self.forget()
        self.put_away()

    def put_away(self) -> None:
        """Closed as by a tap beside it: what was typed into it is kept."""
        if self._dialog:
            self._dialog.close()
            _note_end(self._dialog)

    def forget(self) -> None:
        """What was typed into it is no draft any more."""
        if self._dialog and self._draft:
            drafts.drop(self._dialog.client, self._draft)

    @property
    def is_open(self) -> bool:
        return bool(self._dialog and self._dialog.value)
