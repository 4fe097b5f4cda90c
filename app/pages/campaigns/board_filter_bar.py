"""The row above a board and above its list: find, whose work, how warm, overdue, tag, and the order."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from nicegui import ui

from app.pages.ui import basic, theme
from app.services.campaigns.board_filter import Narrow

WARM = {0: "Warmness", 4: "4 and up", 7: "7 and up"}
SORTS = {
    "recent": "Last moved",
    "waiting": "Longest wait",
    "due": "Due first",
    "warmness": "Warmest",
    "name": "By name",
}


@dataclass(frozen=True)
class Choices:
    """The members and the tags that there are to choose from."""

    people: dict[UUID, str]
    tags: list[str]


class BoardFilterBar:
    """Holds what is chosen (`narrow`) and tells `on_change`."""

    def __init__(self, choices: Choices, on_change: Callable[[], Awaitable[None]]) -> None:
        self.narrow = Narrow()
        self.on_change = on_change
        self.shown = False
        with ui.element("div").classes("pd-board-filter") as self.row:
            find = ui.input(placeholder="Find on this board").classes("pd-field").mark("board-find")
            find.props("outlined dense clearable debounce=250 maxlength=200")
            find.props["aria-label"] = "Find on this board"
            find.on_value_change(lambda event: self.choose(q=event.value or ""))
            basic.button("Filter", self.turn, "plain", "chevron-down").classes("pd-board-toggle")
            with ui.element("div").classes("pd-board-more") as self.more:
                self.pick("Person", "person", {None: "Everybody", **choices.people})
                self.pick("Warmness", "warmness_min", WARM, 0)
                if choices.tags:
                    self.pick("Tag", "tag", {None: "Any tag", **{tag: tag for tag in choices.tags}})
                self.pick("Order", "sort", SORTS, "recent")
                late = ui.checkbox("Overdue").mark("board-overdue")
                late.on_value_change(lambda event: self.choose(overdue=bool(event.value)))

    def turn(self) -> None:
        """On a phone the choices stand behind a button."""
        self.shown = not self.shown
        self.more.classes(add="shown" if self.shown else "", remove="" if self.shown else "shown")

    def pick(self, label: str, name: str, options: dict[Any, str], value: Any = None) -> None:
        box = ui.select(options, value=value).classes("pd-field").mark(f"board-{name}")
        box.props("outlined dense behavior=menu")
        box.props["aria-label"] = label
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(**{name: event.value or None if name != "sort" else event.value}))

    async def choose(self, **said: Any) -> None:
        before, self.narrow = self.narrow, replace(self.narrow, **said)
        if before != self.narrow:
            await self.on_change()
