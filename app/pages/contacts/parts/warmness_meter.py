"""The warmness of a contact as a meter of eleven steps, with what the touches suggest."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui

from app.pages.ui import basic, theme
from app.pages.ui.redraw import Memo

COLDEST = 0
WARMEST = 10


@dataclass(frozen=True)
class Advice:
    """What the touches say about warmness, and the two answers to it."""

    reason: str
    on_yes: Callable[[], Awaitable[bool]]
    on_no: Callable[[], Awaitable[bool]]


class WarmnessMeter:
    """A tap is shown at once and put back if it was refused; a suggestion is offered, never taken by itself."""

    def __init__(
        self, score: int, on_change: Callable[[int], Awaitable[bool]], on_history: Callable[[], Awaitable[None]]
    ) -> None:
        self.score = score
        self.known = score
        self.on_change = on_change
        self.underway = 0
        with ui.element("div").classes("pd-line"):
            basic.icon_button("minus", "Decrease warmness", lambda: self.change(self.score - 1))
            with ui.element("div").classes("pd-grow"):
                with ui.element("div").classes("pd-title").style("margin: 0 0 6px"):
                    self.words = basic.text("", "pd-strong").mark("warmness")
                    past = ui.button("History", on_click=on_history, color=None).props("flat no-caps")
                    past.classes("pd-advice").props["aria-label"] = "Warmness history"
                with ui.element("div").classes("pd-meter").props("aria-hidden=true") as self.meter:
                    self.steps = [ui.element("i") for _ in range(WARMEST)]
            basic.icon_button("plus", "Increase warmness", lambda: self.change(self.score + 1))
        self.advice = Memo()
        self.draw()

    def show(self, score: int, advice: Advice | None) -> None:
        """What is true now; while taps are underway, their own answer counts."""
        self.known = score
        self.advice.show(("advice", advice and advice.reason), lambda: self.offer(advice))
        if not self.underway:
            self.score = score
            self.draw()

    def offer(self, advice: Advice | None) -> None:
        if advice is None:
            return
        with ui.element("div").classes("pd-advised").mark("advice"):
            basic.text(advice.reason, "pd-grow")
            basic.button("Yes", advice.on_yes, "soft").props["aria-label"] = "Yes, take this warmness over"
            basic.button("No", advice.on_no, "plain").props["aria-label"] = "No, leave the warmness as it is"

    async def change(self, score: int) -> None:
        score = min(WARMEST, max(COLDEST, score))
        if score == self.score:
            return
        self.score = score
        self.draw()
        self.underway += 1
        try:
            kept = await self.on_change(score)
        finally:
            self.underway -= 1
        if not kept and not self.meter.is_deleted:
            self.score = self.known
            self.draw()

    def draw(self) -> None:
        self.words.set_text(f"Warmness {self.score}")
        self.meter.classes(replace="pd-meter").classes(theme.tone(self.score))
        for number, step in enumerate(self.steps, 1):
            step.classes(replace="on" if number <= self.score else "")
