"""A field with several values, the first one the main one: one plain field as long as there is only one."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui
from sqlmodel import SQLModel

from app.pages.ui import basic, form


class MultiValueField:
    """Writes what is typed into `draft[many]`, at most `most` values; every row keeps its place until it is moved or taken away."""

    def __init__(  # noqa: PLR0917 - what one kind of field is made of
        self,
        draft: dict[str, Any],
        rules: type[SQLModel],
        one: str,
        many: str,
        label: str,
        props: str,
        on_change: Callable[[], Any],
        most: int,
    ) -> None:
        self.draft = draft
        self.rules = rules
        self.one = one
        self.many = many
        self.label = label
        self.props = props
        self.on_change = on_change
        self.most = most
        self.box = ui.element("div").classes("pd-several").props("role=group")
        self.box.props["aria-label"] = "All of them"
        self.show()

    def show(self) -> None:
        """Draw the rows anew from the draft; there is always one to type in."""
        self.draft[self.many] = list(self.draft.get(self.many) or [""])
        self.box.clear()
        with self.box:
            count = len(self.draft[self.many])
            for place in range(count):
                self.row(place, count)

    def row(self, place: int, count: int) -> None:
        values, label = self.draft[self.many], self.label if place == 0 else f"{self.label} {place + 1}"
        with ui.element("div").classes("pd-several-row"):
            box = ui.input(label, value=values[place], validation=self.objection)
            box.props("outlined no-error-icon hide-bottom-space autocomplete=off").props(self.props)
            box.classes("pd-field").mark(self.one if place == 0 else f"{self.one}-{place + 1}")
            box.on_value_change(lambda event: self.keep(place, event.value))
            box.on("update:model-value", self.on_change, [], throttle=0.35, leading_events=False)
            if place:
                basic.icon_button("arrow-up", f"{label}: make it the first", partial(self.first, place))
            if count > 1:
                basic.icon_button("x", f"{label}: remove", partial(self.remove, place))
            if place == count - 1 and count < self.most:
                basic.icon_button("plus", f"Another {self.label.lower()}", self.add)

    def objection(self, value: str) -> str | None:
        return form.objection(self.rules, self.one, value)

    def keep(self, place: int, value: str | None) -> None:
        self.draft[self.many][place] = value or ""

    def add(self) -> None:
        self.draft[self.many].append("")
        self.show()
        self.focus_last()

    def focus_last(self) -> None:
        """Put the cursor into the new row."""
        boxes = [one for one in self.box.descendants() if isinstance(one, ui.input)]
        boxes[-1].run_method("focus")

    def first(self, place: int) -> Any:
        values = self.draft[self.many]
        values.insert(0, values.pop(place))
        self.show()
        return self.on_change()

    def remove(self, place: int) -> Any:
        self.draft[self.many].pop(place)
        self.show()
        return self.on_change()
