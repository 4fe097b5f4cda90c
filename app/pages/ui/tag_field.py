"""A field for tags: typed or taken from those in use, shown as chips, removed with one tap."""

from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import SQLModel

from app.pages.ui import basic, form
from app.pages.ui.autocomplete import Ask, Autocomplete


class TagField:
    """Writes into `draft["tags"]` what `rules` allow there. Enter or a comma ends a tag; what is left in the field counts as one on save."""

    def __init__(self, draft: dict[str, Any], rules: type[SQLModel], ask: Ask) -> None:
        self.draft, self.rules = draft, rules
        with ui.element("div").classes("pd-tags"):
            self.chips = ui.element("div").classes("pd-tag-chips").props('role=group aria-label="Tags"')
            self.ahead = Autocomplete("Tags", self.field, ask, self.add, empties=True)
        self.show()

    def field(self) -> ui.input:
        box = ui.input("Add a tag", on_change=self.typed, validation=self.objection)
        box.props("outlined no-error-icon hide-bottom-space maxlength=80 enterkeyhint=done").classes("pd-field")
        # Enter ends the tag, not the form; emptied at once, as the next one may follow
        box.on(
            "keydown.enter.prevent",
            self.ended,
            js_handler="""(e) => {
                emit(e.target.value);
                e.target.value = "";
                e.target.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
        )
        return box.mark("tag")

    def typed(self) -> None:
        text = self.ahead.box.value or ""
        self.draft["tag_typed"] = text
        if "," in text:
            self.take(text)
            self.ahead.box.set_value("")

    def ended(self, event: GenericEventArguments) -> None:
        self.take(str(event.args))

    def take(self, text: str) -> None:
        for word in text.split(","):
            self.add(word)

    def add(self, word: str) -> None:
        word = word.strip().lower()
        if word and self.objection(word) is None and word not in self.draft["tags"]:
            self.draft["tags"].append(word)
            self.show()
        self.ahead.show([])

    def remove(self, word: str) -> None:
        self.draft["tags"].remove(word)
        self.show()

    def show(self) -> None:
        self.draft["tags"] = list(self.draft.get("tags") or [])
        self.chips.clear()
        self.chips.set_visibility(bool(self.draft["tags"]))
        with self.chips:
            for word in self.draft["tags"]:
                made = ui.button(word, on_click=partial(self.remove, word), color=None).props("flat no-caps")
                made.classes("pd-tag").props["aria-label"] = f"Remove the tag {word}"
                with made:
                    basic.icon("x")

    def objection(self, text: str) -> str | None:
        words = [word.strip() for word in text.split(",") if word.strip()]
        return form.objection(self.rules, "tags", words) if words else None
