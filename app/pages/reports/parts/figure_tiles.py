"""The five figures above the charts: each a number, how it changed, and a way to the rows behind it."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from app.pages.ui import basic
from app.services.reports.figures import Figure

NAMES = {
    "touches": "Touches",
    "reached": "Reached",
    "meetings_booked": "Meetings booked",
    "meetings_held": "Meetings held",
    "handed_over": "Handed over",
}


class FigureTiles:
    """Made once; news changes the words in them."""

    def __init__(self, on_open: Callable[[str], Any] | None) -> None:
        self.numbers: dict[str, ui.label] = {}
        self.changes: dict[str, ui.label] = {}
        self.buttons: dict[str, ui.element] = {}
        with ui.element("div").classes("pd-figures"):
            for key, name in NAMES.items():
                with self.tile(key, on_open):
                    basic.text(name, "pd-small pd-muted")
                    self.numbers[key] = basic.text("–", "pd-number").mark(f"figure-{key}")
                    self.changes[key] = basic.text("", "pd-small pd-change")
                if key in self.buttons:
                    self.buttons[key].props["aria-describedby"] = self.changes[key].html_id

    def tile(self, key: str, on_open: Callable[[str], Any] | None) -> ui.element:
        if on_open is None:
            return ui.element("div").classes("pd-card pd-figure")
        self.buttons[key] = made = (
            ui.element("button").props("type=button").classes("pd-card pd-figure").mark(f"open-{key}")
        )
        return made.on("click", lambda: on_open(key), [])

    def show(self, figures: Mapping[str, Figure], before: str, *, last_days: bool) -> None:
        """`before` says what the change is against; with `last_days` it is that of the last days alone, and says so."""
        for key, one in figures.items():
            self.numbers[key].set_text(f"{one.value:,}")
            if key in self.buttons:
                self.buttons[key].props["aria-label"] = f"{NAMES[key]}: {one.value:,}"
            words = change_words(one, before)
            self.changes[key].set_text(f"Last 7 days: {words[0].lower()}{words[1:]}" if last_days else words)
            self.changes[key].classes(replace="pd-small pd-change").classes(tone(one))


def change_words(one: Figure, before: str) -> str:
    """`+3 vs previous 7 days`."""
    return f"{one.change:+,} vs {before}" if one.change else f"No change vs {before}"


def tone(one: Figure) -> str:
    return "up" if one.change > 0 else "down" if one.change < 0 else ""
