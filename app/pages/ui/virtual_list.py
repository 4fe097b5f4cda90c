"""Long lists: one element on the server, some thirty rows in the browser, however many people there are."""

import json
from collections.abc import Callable
from typing import Any

from nicegui.element import Element

from app.pages.ui import theme


class VirtualList(Element, component=theme.COMPONENTS / "rows.js"):
    """`detail` is on where a row opens beside (or over) the list instead of leaving it.

    With `picks` rows can be chosen: it emits `picks` ({ids, on}), and `unpick` when nobody is chosen any more.
    """

    def __init__(
        self, rows: list[dict[str, Any]], *, detail: bool = False, picks: bool = False, cards: bool = False
    ) -> None:
        super().__init__()
        self.known = _marks(rows)
        # a text, not a list: NiceGUI wraps every nested dict, about 1 KB a row
        self.props["initial"] = json.dumps(rows)
        self.props["logIcon"] = theme.icon("check")
        self.props["detail"] = detail
        self.props["picks"] = picks
        self.props["cards"] = cards

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Other rows, from the top."""
        self.known = _marks(rows)
        self.run_method("set", rows)

    def more(self, rows: list[dict[str, Any]]) -> None:
        self.known |= _marks(rows)
        self.run_method("append", rows)

    def renew(self, rows: list[dict[str, Any]]) -> None:
        """The same list after some news: only what differs travels, and what one reads stays where it is."""
        marks = _marks(rows)
        changed = [row for row in rows if self.known.get(row["id"]) != marks[row["id"]]]
        order = None if list(marks) == list(self.known) else list(marks)
        self.known = marks
        if order is not None or changed:
            self.run_method("renew", order, changed)


class Sentinel(Element, component=theme.COMPONENTS / "sentinel.js"):
    """Calls `on_visible` when the end of the list comes near."""

    def __init__(self, on_visible: Callable[[], Any]) -> None:
        super().__init__()
        self.on("visible", on_visible, [], throttle=0.3)

    def rearm(self) -> None:
        self.run_method("rearm")


def _marks(rows: list[dict[str, Any]]) -> dict[str, int]:
    """What the browser has been told of each row, in its order, as a number to compare with."""
    return {row["id"]: hash(json.dumps(row)) for row in rows}
