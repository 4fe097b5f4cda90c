"""The fields of a contact, the few that matter first; everything typed goes into one draft."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import ContactDraft, User, fold, organisation_key
from app.models.contact import MOST_ADDRESSES, MOST_DAYS
from app.models.contact_fields import FOLDED, Input
from app.pages.core.tap import look
from app.pages.ui import basic, form
from app.pages.ui.autocomplete import Autocomplete
from app.pages.ui.multi_value_field import MultiValueField
from app.pages.ui.tag_field import TagField
from app.services.contacts import organisations, tags

LIKELY, MOST_TAGS = 6, 500
RHYTHMS = {None: "No cadence", 14: "2 weeks", 30: "Month", 90: "3 months", 180: "Half a year"}
# what a keyboard and a text box need to know of how a value is typed
PROPS = {Input.LINK: "type=url inputmode=url", Input.PROSE: "autogrow"}


class ContactForm:
    """Drawn where it is made, and again by `redraw` when the draft was filled in from elsewhere."""

    def __init__(self, typed: dict[str, Any], on_change: Callable[[], Any], *, is_new: bool) -> None:
        self.typed = typed
        self.on_change = on_change
        self.is_new = is_new
        self.unfolded = is_new and any(typed.get(field.name) for field in FOLDED)
        self.box = ui.element("div").classes("pd-stack")
        self.draw()

    def draw(self, *, focus: bool = True) -> None:
        self.box.clear()
        with self.box:
            # somebody known is opened to change one fact: a keyboard over the rest would be in the way
            props = "autocomplete=off autofocus" if self.is_new and focus else "autocomplete=off"
            self.hear(form.field(self.typed, ContactDraft, "name", "Name", props=props))
            self.organisation_field()
            tel, mail = "type=tel inputmode=tel", "type=email inputmode=email"
            MultiValueField(self.typed, ContactDraft, "phone", "phones", "Phone", tel, self.on_change, MOST_ADDRESSES)
            MultiValueField(self.typed, ContactDraft, "email", "emails", "E-mail", mail, self.on_change, MOST_ADDRESSES)
            self.draw_warmness()
            with basic.expansion("More") as fold:
                self.draw_folded()
            fold.set_value(self.unfolded)
            fold.on_value_change(lambda turned: setattr(self, "unfolded", turned.value))

    def redraw(self) -> None:
        """The draft was filled in from elsewhere: show it, also what would be folded away."""
        self.unfolded = self.unfolded or any(self.typed.get(field.name) for field in FOLDED)
        self.draw(focus=False)

    def draw_folded(self) -> None:
        for field in FOLDED:
            if field.input is Input.TAGS:
                TagField(self.typed, ContactDraft, used_tags)
            elif field.input is Input.DAYS:
                self.draw_cadence()
            else:
                props, area = PROPS.get(field.input, ""), field.input is Input.PROSE
                form.field(self.typed, ContactDraft, field.name, field.label, area=area, props=props)

    def organisation_field(self) -> None:
        def draw_box() -> ui.input:
            box = form.field(self.typed, ContactDraft, "organisation", "Organisation")
            assert isinstance(box, ui.input)
            self.hear(box)
            return box

        def pick(name: str) -> Any:
            ahead.box.set_value(name)
            return self.on_change()

        ahead = Autocomplete("Organisation", draw_box, similar_organisations, pick)

    def hear(self, box: ui.input | ui.textarea) -> None:
        box.on("update:model-value", self.on_change, [], throttle=0.35, leading_events=False)

    def draw_warmness(self) -> None:
        with ui.element("div"):
            words = basic.text(_warm_words(self.typed["warmness_score"]), "pd-small pd-muted")
            slider = ui.slider(min=0, max=10, step=1, value=self.typed["warmness_score"])
            slider.props("snap aria-label=Warmness").bind_value_to(self.typed, "warmness_score", strict=False)
            slider.on_value_change(lambda event: words.set_text(_warm_words(event.value)))

    def draw_cadence(self) -> None:
        with ui.element("div").classes("pd-rhythm").props('role=group aria-label="How often"'):
            basic.text("Contact every …", "pd-small pd-muted")

            def choose_days(days: int | None) -> None:
                box.set_value(days)

            chips = basic.chips(RHYTHMS, self.typed.get("cadence_days"), choose_days, "pd-chips wrap")
            box = ui.number("Days", value=self.typed.get("cadence_days"), min=1, max=MOST_DAYS, precision=0)
            box.props("outlined inputmode=numeric hide-bottom-space no-error-icon").classes("pd-field").mark("cadence")
            box.bind_value_to(self.typed, "cadence_days", strict=False)
            box.on_value_change(lambda event: basic.mark_chip(chips, event.value))


async def similar_organisations(typed: str) -> Sequence[str]:
    """The same firm under another ending is offered in the spelling that the bank has."""
    return await look(lambda session, me: _suggest_organisations(session, me, typed))


def _suggest_organisations(session: Session, me: User, typed: str) -> list[str]:
    return organisations.suggest(session, me, organisation_key(typed), LIKELY)


async def used_tags(typed: str) -> Sequence[str]:
    known = await look(lambda session, me: tags.known(session, me, limit=MOST_TAGS))
    return [word for word, _ in known if fold(typed) in fold(word)][:LIKELY]


def _warm_words(score: float) -> str:
    return f"Warmness {int(score)}"
