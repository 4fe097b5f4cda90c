"""The choice between two values of one field, each a card to tap; a third card where both can be kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from app.pages.ui import basic

NOTHING = "nothing"


@dataclass(frozen=True)
class Side:
    """One way to say it: what it is called when it is chosen, whose it is, and what it says."""

    key: str
    whose: str
    said: str


class SideBySide:
    """The choice for one field; nothing is chosen as long as `chosen` is None."""

    def __init__(self, label: str, sides: Sequence[Side], chosen: str | None, on_choose: Callable[[str], Any]) -> None:
        self.on_choose = on_choose
        self.cards: dict[str, ui.element] = {}
        with ui.element("div").classes("pd-field-choice").props("role=group") as box:
            box.props["aria-label"] = label
            basic.text(label, "pd-strong")
            with ui.element("div").classes("pd-sides pick"):
                for side in sides:
                    self.cards[side.key] = self.card(side)
        self.mark(chosen)

    def card(self, side: Side) -> ui.element:
        made = ui.element("button").classes("pd-side pick").props("type=button").mark(side.key)
        made.on("click", lambda: self.choose(side.key), [])
        with made:
            with ui.element("span").classes("pd-line"):
                with ui.element("span").classes("pd-box round").props("aria-hidden=true"):
                    basic.icon("check")
                basic.text(side.whose, "pd-muted pd-small")
            basic.text(side.said or NOTHING, "pd-pre" if side.said else "pd-muted")
        return made

    def choose(self, key: str) -> None:
        self.mark(key)
        self.on_choose(key)

    def mark(self, chosen: str | None) -> None:
        for key, card in self.cards.items():
            card.props["aria-pressed"] = "true" if key == chosen else "false"
