"""Long lists: one element on the server, some thirty rows in the browser, however many people there are."""

import json
from collections.abc import Callable
from typing import Any

from nicegui.element import Element

from app.pages import design


class Rows(Element, component=design.COMPONENTS / "rows.js"):
    """`detail` is on where a row opens beside (or over) the list instead of leaving it."""

    def __init__(self, rows: list[dict[str, Any]], *, detail: bool = False) -> None:
        super().__init__()
        # a text, not a list: NiceGUI wraps every nested dict, about 1 KB a row
        self.props["initial"] = json.dumps(rows)
        self.props["logIcon"] = design.icon("check")
        self.props["detail"] = detail

    def show(self, rows: list[dict[str, Any]]) -> None:
        self.run_method("set", rows)

    def more(self, rows: list[dict[str, Any]]) -> None:
        self.run_method("append", rows)


class Sentinel(Element, component=design.COMPONENTS / "sentinel.js"):
    """Calls `on_visible` when the end of the list comes near."""

    def __init__(self, on_visible: Callable[[], Any]) -> None:
        super().__init__()
        self.on("visible", on_visible, [], throttle=0.3)

    def rearm(self) -> None:
        self.run_method("rearm")
