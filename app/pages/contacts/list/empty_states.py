"""What stands beside the list: an empty state, the way back from the panel, and what is done with the whole bank."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from app.pages.ui import basic


def draw_nobody(on_clear: Callable[[], Any] | None, words: str, on_add: Callable[[str], Any]) -> None:
    """Why the list is empty: nothing fits the search that `on_clear` takes off, or the contact bank itself is empty.

    The `words` that were searched for may be somebody new.
    """
    if on_clear:
        basic.empty("search", "No matches", "Try fewer letters, or another filter.", "Clear filters", on_clear)
        if words:
            add = basic.button(f"Add “{words}”", lambda: on_add(words), "soft", "user-plus")
            add.classes("full-width pd-add-found")
        return
    hint = "Add somebody with the plus, or import your contacts."
    basic.empty("users", "Nobody here yet", hint, "Import contacts", lambda: ui.navigate.to("/import"))


def draw_back_button() -> None:
    back = basic.icon_button("chevron-left", "Back to the list", None, "pd-icon-btn pd-close")
    back.on(
        "click",
        js_handler="() => history.state?.page ? history.back() : (location.href = '/contacts' + location.search)",
    )


def draw_skeleton() -> None:
    """Grey lines where the panel is loading."""
    with ui.element("div").classes("pd-detail-bones").props("aria-hidden=true"):
        for _ in range(5):
            ui.element("div").classes("pd-bone")


BANK = {"/import": "Import contacts", "/organisations": "Organisations", "/trash": "Trash"}


def draw_bank_menu() -> None:
    """The screens that are about the contact bank as a whole."""
    dots = basic.icon_button("ellipsis", "More about contacts", None).props("aria-haspopup=menu")
    with dots, ui.menu().props("auto-close").classes("pd-menu"):
        for address, word in BANK.items():
            ui.menu_item(word, lambda address=address: ui.navigate.to(address))
