"""A text field with suggestions below it while somebody types; a tap takes one."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from app.pages.ui.redraw import KeyedList

Ask = Callable[[str], Awaitable[Sequence[str]]]


class Autocomplete:
    """`make` draws the field, `ask` answers with words like the text typed so far, `on_pick` is given the one that is taken.

    With `empties` the field is empty then, for the next one.
    """

    def __init__(
        self,
        label: str,
        make: Callable[[], ui.input],
        ask: Ask,
        on_pick: Callable[[str], Any],
        *,
        empties: bool = False,
    ) -> None:
        self.ask = ask
        self.on_pick = on_pick
        self.label = label
        # of two answers that overtake each other, the newer one is shown
        self.turn = 0
        with ui.element("div").classes("pd-ahead"):
            self.box = make()
            self.box.props("autocomplete=off aria-autocomplete=list").props("data-empties" if empties else "")
            self.box.on("update:model-value", self.typed, [], throttle=0.2, leading_events=False)
            # the list is walked with the arrows, and a finger on it does not take the keyboard away from the field
            self.box.on(
                "keydown.down",
                js_handler="""(e) => {
                    const first = e.target.closest(".pd-ahead").querySelector(".pd-ahead-list button");
                    if (first) { e.preventDefault(); first.focus(); }
                }""",
            )
            with ui.element("div").classes("pd-ahead-list").props("role=group") as self.list:
                # a word that stays in the list keeps its button: a finger on the way to it does not miss
                self.words = KeyedList("")
            self.list.props["aria-label"] = f"{label} like this"
            self.list.set_visibility(False)

    async def typed(self) -> None:
        self.turn += 1
        turn, text = self.turn, (self.box.value or "").strip()
        found = [word for word in await self.ask(text) if word != text] if text else []
        if turn == self.turn and not self.list.is_deleted:
            self.show(found)

    def show(self, words: Sequence[str]) -> None:
        self.list.set_visibility(bool(words))
        self.words.show({word: word for word in words}, [partial(self.option, word) for word in words])

    def option(self, word: str) -> None:
        option = ui.element("button").props("type=button").classes("pd-ahead-option")
        # emptied in the browser: from here it would happen a moment later, to what was typed since
        option.on(
            "click",
            lambda: self.pick(word),
            js_handler="""(e) => {
                emit();
                const box = e.target.closest(".pd-ahead").querySelector("[data-empties]");
                if (box) { box.value = ""; box.dispatchEvent(new Event("input", { bubbles: true })); }
            }""",
        )
        option.on("mousedown", js_handler="(e) => e.preventDefault()")
        option.on(
            "keydown",
            js_handler="""(e) => {
                const step = { ArrowDown: 1, ArrowUp: -1 }[e.key], here = e.target.closest(".pd-ahead");
                if (!step) return;
                e.preventDefault();
                const all = [...here.querySelectorAll(".pd-ahead-list button")];
                (all[all.indexOf(e.target) + step] || here.querySelector("input")).focus();
            }""",
        )
        with option:
            ui.label(word)

    def pick(self, word: str) -> Any:
        self.turn += 1
        self.show([])
        return self.on_pick(word)
