"""Parts that stay as they are while their facts do: a finger never meets a button that news has just replaced."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import ui

from app.pages.ui import basic, theme

COLDEST, WARMEST = 0, 10
NOTHING_YET = object()

Draw = Callable[[], object]
# what stands below the last row of a list: facts, and what draws them
End = tuple[object, Draw]


class Kept:
    """A place on the screen that is drawn again only when what it shows has changed, and never once it is gone."""

    def __init__(self, classes: str = "") -> None:
        self.box = ui.element("div").classes(classes)
        self.shown: object = NOTHING_YET

    def show(self, facts: object, draw: Draw) -> None:
        if facts != self.shown and not self.box.is_deleted:
            self.shown = facts
            self.box.clear()
            with self.box:
                draw()


@dataclass(frozen=True)
class Advice:
    """What the touches say about warmness, and the two answers to it."""

    reason: str
    on_yes: Callable[[], Awaitable[bool]]
    on_no: Callable[[], Awaitable[bool]]


class Warmth:
    """Eleven steps, one tap each, shown at once; a suggestion is offered, never taken."""

    def __init__(
        self, score: int, on_change: Callable[[int], Awaitable[bool]], on_history: Callable[[], Awaitable[None]]
    ) -> None:
        self.score, self.known, self.on_change = score, score, on_change
        self.underway = 0
        with ui.element("div").classes("pd-line"):
            basic.icon_button("minus", "One step colder", lambda: self.change(self.score - 1))
            with ui.element("div").classes("pd-grow"):
                with ui.element("div").classes("pd-title").style("margin: 0 0 6px"):
                    self.words = basic.text("", "pd-strong").mark("warmness")
                    past = ui.button("History", on_click=on_history, color=None).props("flat no-caps")
                    past.classes("pd-advice").props["aria-label"] = "Warmness: history"
                with ui.element("div").classes("pd-meter").props("aria-hidden=true") as self.meter:
                    self.steps = [ui.element("i") for _ in range(WARMEST)]
            basic.icon_button("plus", "One step warmer", lambda: self.change(self.score + 1))
        self.advice = Kept()
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


class Sequel:
    """A list of such places: each is drawn again only when its own facts change, and keeps its turn in the list.

    What stands at its end, or where the list is empty, is a place of its own.
    """

    def __init__(self, classes: str = "") -> None:
        self.classes = classes
        self.box, self.end = ui.element("div"), Kept()
        self.places: dict[str, Kept] = {}

    def show(self, facts: dict[str, object], draws: Sequence[Draw], end: End | None = None) -> None:
        """`facts` by id in the order of the list, with what draws each; nothing when the screen was left meanwhile."""
        if self.box.is_deleted:
            return
        for gone in self.places.keys() - facts.keys():
            self.places.pop(gone).box.delete()
        for index, ((name, known), draw) in enumerate(zip(facts.items(), draws, strict=True)):
            place = self.places.get(name)
            if place is None:
                with self.box:
                    place = self.places[name] = Kept(self.classes)
            if list(self.box)[index] is not place.box:
                place.box.move(target_index=index)
            place.show(known, draw)
        self.end.show(end and end[0], end[1] if end else lambda: None)


def further(word: str, on_more: Callable[[], object]) -> End:
    """The end of a list that goes on when asked to."""
    return "more", lambda: basic.button(word, on_more, "plain").classes("full-width")
