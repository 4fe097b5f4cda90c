"""Choosing from what is there: rows with a box to tick, and words that were used before."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from sqlmodel import SQLModel

from app.pages.parts import basic, form


def choice(name: str, hint: str, on: bool, on_click: Callable[[], Any], note: str = "") -> Element:
    """One row to tick; `note` stands at its end. `mark` draws it ticked or not."""
    row = ui.element("button").classes("pd-choice").props("type=button role=checkbox").on("click", on_click, [])
    with row:
        with ui.element("span").classes("pd-box").props("aria-hidden=true"):
            basic.icon("check")
        with ui.element("span").classes("pd-row-text"):
            basic.text(name, "pd-row-name")
            if hint:
                basic.text(hint, "pd-row-sub")
        if note:
            basic.text(note, "pd-chip small none pd-clip")
    mark(row, on)
    return row


def mark(row: Element, on: bool) -> None:
    row.props["aria-checked"] = "true" if on else "false"


def learned(draft: dict[str, Any], rules: type[SQLModel], name: str, label: str, known: list[str]) -> None:
    """A text field that offers what was typed there before; anything else may be typed too."""
    box = form.field(draft, rules, name, label, props="autocomplete=off")
    listed = f"pd-known-{name}-{box.id}"
    box.props["list"] = listed
    with ui.element("datalist") as options:
        for word in known:
            ui.element("option").props["value"] = word
    options.props["id"] = listed
