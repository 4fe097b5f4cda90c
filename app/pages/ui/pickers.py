"""Rows with a box to tick, a search field and its matches, and a text field that remembers."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from sqlmodel import SQLModel

from app.pages.ui import basic, form, theme
from app.pages.ui.redraw import KeyedList


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


def draw_choice(name: str, hint: str, icon: str, on_click: Callable[[], Any]) -> None:
    """One choice of a sheet, as wide as the sheet; a tap on it is the answer."""
    with ui.element("button").classes("pd-choice").props("type=button").on("click", on_click, []):
        with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
            basic.icon(icon)
        with ui.element("span").classes("pd-row-text"):
            basic.text(name, "pd-row-name")
            if hint:
                basic.text(hint, "pd-row-sub pd-whole")


def mark(row: Element, on: bool) -> None:
    row.props["aria-checked"] = "true" if on else "false"


def search_box(label: str, on_change: Callable[..., Any], value: str = "", hint: str = "") -> ui.input:
    """A search field; `on_change` is called 200 ms after the last letter."""
    box = ui.input(value=value, placeholder=hint or "Name, firm, mail or phone", on_change=on_change)
    box.props("outlined debounce=200 type=search enterkeyhint=search").classes("pd-field")
    box.props["aria-label"] = label
    return box


def page_search_box(label: str, on_change: Callable[..., Any], value: str, hint: str = "") -> ui.input:
    """The search field at the head of a screen, which one tap empties."""
    box = search_box(label, on_change, value, hint or label).props("clearable").mark("search")
    box.props["clear-icon"] = theme.icon("x")
    return box


def matches(label: str, kind: str = "") -> KeyedList:
    """What a search finds, a row each; who is still found keeps their row, so that a finger on the way to it does not miss.

    `kind` is `one` where a tap on a row is the choice itself, with nothing to tick.
    """
    with ui.element("div").classes("pd-picks").classes(kind).props("role=group") as box:
        rows = KeyedList()
    box.props["aria-label"] = label
    return rows


def draw_remembered_field(
    draft: dict[str, Any], rules: type[SQLModel], name: str, label: str, known: list[str]
) -> None:
    """A text field that offers what was typed there before; anything else may be typed too."""
    box = form.field(draft, rules, name, label, props="autocomplete=off")
    listed = f"pd-known-{name}-{box.id}"
    box.props["list"] = listed
    with ui.element("datalist") as options:
        for word in known:
            ui.element("option").props["value"] = word
    options.props["id"] = listed
