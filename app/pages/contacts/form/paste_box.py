"""A box for pasted text that fills the form: a signature, a vCard, a profile link or a line."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from app.errors import Refusal
from app.models.contact_fields import CAPTURED
from app.pages.core.tap import look
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.base import firm_settings
from app.services.contacts.capture import text_parser
from app.services.contacts.capture.text_parser import Captured

LABELS = {field.outside: field.label for field in CAPTURED}
# what is left of `Fax:` or `Tel.` once the number is taken says nothing
SHORTEST = 6


class PasteBox:
    """`on_found` fills the fields with what a text says; `on_rest` keeps what fits none of them."""

    def __init__(self, on_found: Callable[[dict[str, Any]], Any], on_rest: Callable[[str], Any]) -> None:
        self.on_found = on_found
        self.on_rest = on_rest
        self.turn = 0
        self.button = basic.button("Paste a signature, card or link", None, "soft", "copy").classes("full-width")
        # the button is also a paste: whoever lets the browser hand the text over needs no second tap
        self.button.on(
            "click",
            self.open,
            js_handler="""() => {
                emit("");
                navigator.clipboard?.readText?.().then((text) => text && emit(text)).catch(() => {});
            }""",
        )
        self.box = ui.textarea("Signature, vCard, LinkedIn link or a line")
        self.box.props("outlined autogrow hide-bottom-space").classes("pd-field pd-blob").mark("blob")
        self.box.on("update:model-value", self.read, [], throttle=0.35, leading_events=False)
        self.box.set_visibility(False)
        self.summary = Memo()

    async def read_text(self, text: str) -> None:
        """A text from elsewhere, read as if it had been pasted."""
        self.show_box()
        self.box.set_value(text)
        await self.read()

    def show_box(self) -> None:
        # not by set_visibility: what NiceGUI hides is not heard, and the text is still to come from here
        self.button.style("display: none")
        self.box.set_visibility(True)

    async def open(self, event: GenericEventArguments) -> None:
        if event.args:
            await self.read_text(str(event.args))
            return
        self.show_box()
        if not self.box.value:
            self.box.run_method("focus")

    async def read(self) -> None:
        self.turn += 1
        turn, text = self.turn, self.box.value or ""
        found, no = Captured("line"), ""
        if text.strip():
            try:
                found = await look(lambda session, _: text_parser.parse(text, firm_settings.country(session)))
            except Refusal as refusal:
                no = str(refusal)
        if turn == self.turn and not self.box.is_deleted:
            self.on_found(found.draft)
            self.summary.show((found.pieces, no), lambda: self.draw_summary(found, no))

    def draw_summary(self, found: Captured, no: str) -> None:
        if no:
            basic.text(no, "pd-muted pd-small")
            return
        taken = [(label, said) for name, label in LABELS.items() for kind, said in found.pieces if kind == name]
        rest = [said for kind, said in found.pieces if kind not in LABELS and len(said) >= SHORTEST]
        if not taken:
            return
        with ui.element("div").classes("pd-understood").props("aria-live=polite").mark("understood"):
            basic.text("Understood. Look it over, then save.", "pd-small pd-muted")
            with ui.element("dl").classes("pd-facts-list"):
                for label, said in taken:
                    with ui.element("dt"):
                        ui.label(label)
                    with ui.element("dd"):
                        ui.label(said)
            if rest:
                basic.text(f"Not used: {' · '.join(rest)}", "pd-small pd-muted pd-whole")
                basic.button("Put that in the notes", lambda: self.on_rest("\n".join(rest)), "plain", "plus")
