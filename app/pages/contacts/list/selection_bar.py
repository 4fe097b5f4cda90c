"""The bar below a list while somebody is selected: how many, and what can be done with them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from nicegui import ui

from app.pages.campaigns import assign_result
from app.pages.ui import basic


class BarButton(NamedTuple):
    """One button; `two` where exactly two contacts must be selected."""

    word: str
    label: str
    icon: str
    on_click: Callable[[], Any]
    two: bool = False


class SelectionBar:
    """Drawn once; the browser shows it from the first tick on."""

    def __init__(self, acts: Sequence[BarButton], on_all: Callable[[], Any], on_none: Callable[[], Any]) -> None:
        self.acts = acts
        with ui.element("div").classes("pd-picked").props('role=region aria-label="Chosen contacts"').mark("bar"):
            with ui.element("div").classes("pd-line"):
                basic.icon_button("x", "Clear selection", on_none)
                self.words = basic.text("None selected", "pd-strong pd-grow").props("aria-live=polite").mark("picked")
                self.all = basic.button("", on_all, "soft").mark("pick-all")
            self.progress = ui.linear_progress(show_value=False).props("indeterminate").classes("pd-progress")
            self.progress.props["aria-label"] = "Working"
            with ui.element("div").classes("pd-picked-acts"):
                self.buttons = [self.button(act) for act in acts]
        self.progress.set_visibility(False)
        self.show(0, 0)

    def button(self, act: BarButton) -> ui.element:
        made = ui.element("button").props("type=button").on("click", act.on_click, [])
        made.props["aria-label"] = act.label
        with made:
            basic.icon(act.icon)
            basic.text(act.word)
        return made

    def show(self, count: int, total: int, *, everybody: bool = False) -> None:
        self.words.set_text(f"{count:,} chosen" if count else "None selected")
        self.all.set_text(f"Choose all {total:,}")
        self.all.set_visibility(total > count and not everybody)
        for act, button in zip(self.acts, self.buttons, strict=True):
            _may(button, bool(count) and (not act.two or count == 2))

    @contextmanager
    def busy(self, doing: str, count: int) -> Iterator[None]:
        """Says what is being done with how many; nothing else can be begun meanwhile."""
        before = self.words.text
        self.words.set_text(f"{doing} {assign_result.people(count)} …")
        self.progress.set_visibility(True)
        for button in self.buttons:
            _may(button, False)
        try:
            yield
        finally:
            if not self.words.is_deleted:
                self.words.set_text(before)
                self.progress.set_visibility(False)
                for act, button in zip(self.acts, self.buttons, strict=True):
                    _may(button, not act.two or count == 2)


def _may(button: ui.element, yes: bool) -> None:
    button.props(remove="disabled") if yes else button.props("disabled")
