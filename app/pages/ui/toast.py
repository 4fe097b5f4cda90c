"""The message after a tap: one line above the bottom bar, with an Undo button where there is one."""

from collections.abc import Awaitable, Callable
from typing import Literal
from weakref import WeakKeyDictionary

from nicegui import Client, ui
from nicegui.element import Element

Mood = Literal["yes", "no", "broken"]

SECONDS = {"yes": 5.0, "no": 8.0, "broken": 10.0}

_trays: WeakKeyDictionary[Client, Element] = WeakKeyDictionary()


def tray() -> None:
    """Draw where messages appear; once per page, announced by screen readers."""
    _trays[ui.context.client] = ui.element("div").classes("pd-toasts").props("role=status aria-live=polite")


def show(
    page: Client,
    sentence: str,
    mood: Mood,
    *,
    undo: Callable[[], Awaitable[bool]] | None = None,
    link: tuple[str, str] | None = None,
    then: tuple[str, Callable[[], None]] | None = None,
) -> None:
    """Show it for some seconds, longer where there is something to go on with; a newer message replaces the older one."""
    home = _trays.get(page)
    if home is None or home.is_deleted:
        return
    home.clear()
    with home, ui.element("div").classes("pd-toast").classes(mood) as bubble:
        ui.label(sentence)
        if link:
            anchor = ui.element("a").classes("pd-toast-link").props("target=_blank rel=noopener")
            anchor.props["href"] = link[1]
            with anchor:
                ui.label(link[0])
        if then:
            ui.button(then[0], on_click=then[1], color=None).props("flat no-caps dense").classes("pd-then")
        if undo:
            ui.button("Undo", on_click=undo, color=None).props("flat no-caps dense").classes("pd-undo")
        ui.timer(SECONDS[mood] + (3.0 if then else 0.0), bubble.delete, once=True)


def clear(page: Client) -> None:
    """Remove the message: it would lie over a sheet that opens."""
    if home := _trays.get(page):
        home.clear()
