"""A virtual list: one element on the server, some thirty rows in the browser, however many there are."""

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
        self.sent = _hashes(rows)
        # a text, not a list: NiceGUI wraps every nested dict, about 1 KB a row
        self.props["initial"] = json.dumps(rows)
        self.props["logIcon"] = theme.icon("check")
        self.props["detail"] = detail
        self.props["picks"] = picks
        self.props["cards"] = cards

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Replace all rows, and scroll to the top."""
        self.sent = _hashes(rows)
        self.run_method("set", rows)

    def more(self, rows: list[dict[str, Any]]) -> None:
        self.sent |= _hashes(rows)
        self.run_method("append", rows)

    def renew(self, rows: list[dict[str, Any]]) -> None:
        """The same list after some news: only rows that differ are sent, and the scroll position stays."""
        hashes = _hashes(rows)
        changed = [row for row in rows if self.sent.get(row["id"]) != hashes[row["id"]]]
        order = None if list(hashes) == list(self.sent) else list(hashes)
        self.sent = hashes
        if order is not None or changed:
            self.run_method("renew", order, changed)


class Sentinel(Element, component=theme.COMPONENTS / "sentinel.js"):
    """Calls `on_visible` when the end of the list comes near."""

    def __init__(self, on_visible: Callable[[], Any]) -> None:
        super().__init__()
        self.on("visible", on_visible, [], throttle=0.3)

    def rearm(self) -> None:
        self.run_method("rearm")


def _hashes(rows: list[dict[str, Any]]) -> dict[str, int]:
    """A hash of each row by its id, in the order of the list."""
    return {row["id"]: hash(json.dumps(row)) for row in rows}
