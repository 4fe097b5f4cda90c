"""At an event: its name once, then one name after the other with the keyboard open, each with its undo."""

from functools import partial
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.errors import LikelyDuplicate
from app.models import ContactDraft, User
from app.pages.contacts.parts import contact_rows
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic
from app.pages.ui.redraw import KeyedList, Memo
from app.services.activities import events
from app.services.activities.events import Met
from app.services.contacts import organisations
from app.signals import Topic

HINT = "A name is enough. Everybody you add is logged as met here; the rest can wait until the evening."


@screen("Event mode")
async def event_page(shell: Shell) -> None:
    page = EventPage(*await look(load_event))
    await page.refresh()
    live_updates.on(page.refresh, Topic.OUTREACH, Topic.CONTACT, owner=shell.me.id)


def load_event(session: Session, me: User) -> tuple[str, list[str]]:
    """The event that was named last, and the organisations to offer while one types."""
    return me.default_event or "", organisations.suggest(session, me, "", 300)


class EventPage:
    """The event's name, the form for one more person, and those who were met there."""

    def __init__(self, event: str, firms: list[str]) -> None:
        self.event = event
        with ui.element("div").classes("pd-title"):
            basic.title("Event mode")
        basic.text(HINT, "pd-muted").style("margin: 0 2px 12px")
        with ui.element("div").classes("pd-two"):
            with ui.element("section"), ui.element("div").classes("pd-card pd-stack"):
                self.draw_event_field()
                with ui.element("form").classes("pd-stack").props("novalidate") as form:
                    self.who = ui.input("Name").props("outlined maxlength=200 autocomplete=off autocapitalize=words")
                    self.who.props("enterkeyhint=send").classes("pd-field").mark("met-name")
                    self.firm = ui.input("Organisation, if you know it", autocomplete=firms)
                    self.firm.props("outlined maxlength=200 autocomplete=off enterkeyhint=send").classes("pd-field")
                    self.firm.mark("met-firm")
                    add = basic.button("Add", None, "main", "plus").props("type=submit")
                    add.classes("full-width").mark("met-add")
                # what was typed goes at once and the next name can be typed; the keyboard stays open. The server hears of
                # the empty fields first, which the library tells a moment later: what it puts back is not emptied again.
                form.on(
                    "submit",
                    self.add_typed,
                    js_handler="""(event) => {
                      event.preventDefault();
                      const [name, firm] = event.target.querySelectorAll("input");
                      name.focus();
                      if (!name.value.trim()) return;
                      const said = [name.value, firm.value];
                      for (const one of [name, firm]) { one.value = ""; one.dispatchEvent(new Event("input", { bubbles: true })); }
                      setTimeout(() => emit(said));
                    }""",
                )
                self.duplicates = ui.element("div")
            with ui.element("section"):
                basic.heading("Met here")
                with ui.element("div").classes("pd-card flush"):
                    self.list = KeyedList("pd-met")
                    self.nobody = Memo()

    def draw_event_field(self) -> None:
        box = ui.input("Event", value=self.event, on_change=lambda change: self.rename_event(change.value))
        box.props("outlined maxlength=300 debounce=400 autocomplete=off").classes("pd-field").mark("event")

    async def rename_event(self, event: str | None) -> None:
        self.event = (event or "").strip()
        await self.refresh()

    async def refresh(self) -> None:
        met = await look(lambda session, me: events.lately(session, me, self.event) if self.event else [])
        if not self.list.box.is_deleted:
            facts: dict[str, object] = {
                str(one.touch_id): (one.contact.name, contact_rows.subtitle(one.contact)) for one in met
            }
            self.list.show(facts, [partial(self.row, one) for one in met])
            self.nobody.show(not met, lambda: None if met else self.nothing())

    def row(self, one: Met) -> None:
        with ui.element("div").classes("pd-row").mark("met"):
            with basic.link(f"/contacts/{one.contact.id}", "pd-row-main"):
                basic.avatar(one.contact.name, one.contact.warmness_score)
                with ui.element("span").classes("pd-row-text"):
                    basic.text(one.contact.name, "pd-row-name")
                    basic.text(contact_rows.subtitle(one.contact), "pd-row-sub")
            basic.icon_button("undo-2", f"Undo: {one.contact.name}", partial(self.take_back, one))

    def nothing(self) -> None:
        basic.empty("mic", "Nobody yet", "People you add appear here, newest first.")

    async def add_typed(self, event: GenericEventArguments) -> None:
        name, firm = (str(part) for part in event.args)
        await self.add(name, firm)

    async def add(self, name: str, firm: str, *, keep_both: bool = False) -> None:
        twins: list[dict[str, str]] = []

        @tap
        def work(session: Session, me: User) -> Confirmation | None:
            draft = ContactDraft.model_validate({"name": name, "organisation": firm or None})
            try:
                met = events.add(session, me, self.event, draft, keep_both=keep_both)
            except LikelyDuplicate as refusal:
                twins.extend(refusal.candidates)
                return None
            return Confirmation(f"{met.contact.name} added", partial(undo_meeting, met))

        done = await work()
        self.offer_duplicates(twins, name, firm)
        if not done and not self.who.value:
            # refused: what was typed is not lost
            self.who.set_value(name)
            self.firm.set_value(firm)
        await self.refresh()

    def offer_duplicates(self, twins: list[dict[str, str]], name: str, firm: str) -> None:
        """Who this might be; one tap logs the meeting with whom one has already."""
        self.duplicates.clear()
        if not twins:
            return
        with self.duplicates:
            basic.text(f"You may already have {name}", "pd-strong")
            for twin in twins:
                words = " · ".join(filter(None, (twin["name"], twin["organisation"], twin["email"])))
                button = basic.button(f"It is {words}", partial(self.meet, UUID(twin["id"])))
                button.classes("full-width").style("margin-top: 8px")
            both = basic.button("Somebody else: keep both", partial(self.add, name, firm, keep_both=True), "plain")
            both.classes("full-width")

    async def meet(self, contact_id: UUID) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            met = events.meet(session, me, self.event, contact_id)
            return Confirmation(f"Met {met.contact.name}", partial(undo_meeting, met))

        if await work():
            self.duplicates.clear()
            await self.refresh()

    async def take_back(self, met: Met) -> None:
        @tap
        def work(session: Session, me: User) -> str:
            return undo_meeting(met, session, me)

        await work()


def undo_meeting(met: Met, session: Session, me: User) -> str:
    events.take_back(session, me, met)
    return f"{met.contact.name} removed again"
