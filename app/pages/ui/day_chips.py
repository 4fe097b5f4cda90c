"""Days to choose from: chips for the usual ones, and a field for any other."""

from collections.abc import Callable
from datetime import date
from typing import Any

from nicegui import ui

from app.pages.ui import basic

OTHER = "Pick a day"


class DayChips:
    """The chips of `days`, of which None may be one, and one more that opens a date field; `on_choose` is told the day.

    With `confirm`, the word of a button, a typed day is told at that button, as telling it saves.
    """

    def __init__(
        self,
        days: dict[date | None, str],
        chosen: date | None,
        on_choose: Callable[[date | None], Any],
        *,
        confirm: str = "",
    ) -> None:
        self.on_choose = on_choose
        self.typed: str | None = None
        self.confirmed = bool(confirm)
        self.chips = basic.chips(
            {**days, OTHER: OTHER}, chosen, self.choose, "pd-chips wrap" if confirm else "pd-chips"
        )
        if None not in days:
            basic.mark_chip(self.chips, OTHER if chosen else "")
        earliest = min(day for day in days if day)
        with ui.element("div").classes("pd-until") as self.other:
            field = ui.input(OTHER).props("outlined type=date stack-label").classes("pd-field")
            field.props["min"] = earliest.isoformat()
            field.on_value_change(lambda event: self.type_in(event.value))
            if confirm:
                basic.button(confirm, self.tell, "main")
        self.other.set_visibility(False)

    def choose(self, day: date | str | None) -> Any:
        self.other.set_visibility(day == OTHER)
        basic.mark_chip(self.chips, day)
        if day == OTHER:
            return None
        return self.on_choose(day if isinstance(day, date) else None)

    def show(self, day: date | None) -> None:
        """Mark the day that is planned; one that has no chip of its own stands in the field."""
        basic.mark_chip(self.chips, day if day in self.chips else OTHER if day else "")

    def type_in(self, typed: str | None) -> None:
        self.typed = typed
        if not self.confirmed:
            self.tell()

    def tell(self) -> Any:
        try:
            return self.on_choose(date.fromisoformat(self.typed or ""))
        except ValueError:
            return None
