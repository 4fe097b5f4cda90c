"""The chips of a filter: on or off, or with a menu whose options are asked for when it is opened."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from nicegui import ui

from app.pages.ui import theme

Options = Callable[[], Awaitable[Mapping[Any, str]]]


class Chip:
    """On or off; the caller says which with `show`."""

    def __init__(self, label: str, on_click: Callable[[], Any]) -> None:
        self.button = ui.button(label, on_click=on_click, color=None).props("flat no-caps")

    def show(self, *, on: bool, label: str | None = None) -> None:
        if label is not None:
            self.button.set_text(label)
        self.button.classes(add="on" if on else "", remove="" if on else "on")
        self.button.props["aria-pressed"] = "true" if on else "false"


class MenuChip:
    """`options` are asked for at each opening; `nothing` stands there when there are none."""

    def __init__(self, options: Options, on_choose: Callable[[Any], Any], nothing: str = "") -> None:
        self.options = options
        self.on_choose = on_choose
        self.nothing = nothing
        self.button = ui.button("", on_click=self.open, color=None).props("flat no-caps aria-haspopup=menu")
        self.button.props["icon-right"] = theme.icon("chevron-down")
        with self.button:
            self.menu = ui.menu().props("auto-close no-parent-event").classes("pd-menu")

    def show(self, label: str, *, on: bool) -> None:
        self.button.set_text(label)
        self.button.classes(add="on" if on else "", remove="" if on else "on")

    async def open(self) -> None:
        found = await self.options()
        self.menu.clear()
        with self.menu:
            for value, word in found.items():
                ui.menu_item(word, partial(self.on_choose, value))
            if not found:
                ui.menu_item(self.nothing).props("disable")
        self.menu.open()
