"""Parts of a screen that are drawn again only when what they show has changed, so that news replaces no button under a finger."""

from collections.abc import Callable, Sequence

from nicegui import ui

from app.pages.ui import basic

NOTHING_YET = object()

Draw = Callable[[], object]
# what stands below the last row of a list: facts, and what draws them
End = tuple[object, Draw]


class Memo:
    """A part of the screen that remembers the facts it was drawn from; once it is deleted it is not drawn any more."""

    def __init__(self, classes: str = "") -> None:
        self.box = ui.element("div").classes(classes)
        self.shown: object = NOTHING_YET

    def show(self, facts: object, draw: Draw) -> None:
        if facts != self.shown and not self.box.is_deleted:
            self.shown = facts
            self.box.clear()
            with self.box:
                draw()


class KeyedList:
    """A list of such places: each is drawn again only when its own facts change, and keeps its turn in the list.

    What stands at its end, or where the list is empty, is a place of its own.
    """

    def __init__(self, classes: str = "") -> None:
        self.classes = classes
        self.box, self.end = ui.element("div"), Memo()
        self.places: dict[str, Memo] = {}

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
                    place = self.places[name] = Memo(self.classes)
            if list(self.box)[index] is not place.box:
                place.box.move(target_index=index)
            place.show(known, draw)
        self.end.show(end and end[0], end[1] if end else lambda: None)


def more_button(word: str, on_more: Callable[[], object]) -> End:
    """The end of a list that goes on when asked to."""
    return ("more", word), lambda: basic.button(word, on_more, "plain").classes("full-width pd-more")
