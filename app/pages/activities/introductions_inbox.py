"""Introductions for me: doors that a partner opens; used by choosing the contact, or turned down."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.detail.introductions_part import open_again
from app.pages.contacts.parts import contact_rows
from app.pages.core import live_updates
from app.pages.core.tap import Said, look, tap
from app.pages.shell.frame import Shell
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Kept
from app.services.activities import introductions
from app.services.activities.introductions import Offer
from app.services.contacts import search
from app.services.contacts.search import Search
from app.signals import Topic

PAGE = 30


async def doors(shell: Shell) -> None:
    """What is offered to me, where the caller stands; nothing at all when nobody offers anything."""
    this = Doors(shell)
    await this.again()
    live_updates.on(this.again, Topic.OUTREACH, owner=shell.me.id)


class Doors:
    def __init__(self, shell: Shell) -> None:
        self.shell, self.turn = shell, 0
        self.list = Kept()
        self.sheet = Sheet("Use the introduction")

    async def again(self) -> None:
        offers = await look(introductions.mine)
        if not self.list.box.is_deleted:
            facts = [(one.introduction.model_dump(), one.by, one.campaign) for one in offers]
            self.list.show(facts, lambda: self.draw(offers))

    def draw(self, offers: list[Offer]) -> None:
        if not offers:
            return
        basic.heading("Introductions for you")
        with ui.element("div").classes("pd-card flush"):
            for one in offers:
                self.door(one)

    def door(self, one: Offer) -> None:
        found = one.introduction
        with ui.element("div").classes("pd-door").mark("door"):
            with ui.element("div").classes("pd-line"):
                with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
                    basic.icon("handshake")
                with ui.element("span").classes("pd-row-text"):
                    basic.text(found.whom, "pd-row-name pd-whole")
                    said = filter(None, (f"{one.by} can introduce you", one.campaign))
                    basic.text(" · ".join(said), "pd-row-sub pd-whole")
            if found.note:
                basic.text(found.note, "pd-pre pd-small")
            with ui.element("div").classes("pd-line"):
                basic.button("Use it", lambda: self.open(one), "soft", "check")
                basic.button("No, thank you", lambda: self.decline(one), "plain")

    async def open(self, one: Offer) -> None:
        self.q, self.offer = one.introduction.whom, one
        self.shown = await look(self.ask)
        if not self.shown:
            # nobody is called like that: begin with the whole bank
            self.q = ""
            self.shown = await look(self.ask)
        with self.sheet.fresh():
            basic.line("Who is it?", "h2", "pd-h1")
            basic.text(f"{one.by} introduces you to {one.introduction.whom}. A referral is logged.", "pd-muted").style(
                "margin-bottom: 10px"
            )
            pickers.search_box("Search my contacts", self.typed, self.q).mark("door-search")
            self.matches = pickers.matches("My contacts", "one")
            basic.button("Add a contact", self.add, "plain", "plus").classes("full-width")
        self.fill()
        self.sheet.open()

    def ask(self, session: Session, me: User) -> list[Contact]:
        return search.contacts(session, me, Search(q=self.q), limit=PAGE).items

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q, self.turn = event.value or "", self.turn + 1
        turn = self.turn
        shown = await look(self.ask)
        if turn == self.turn:
            self.shown = shown
            self.fill()

    def fill(self) -> None:
        facts: dict[str, object] = {str(one.id): (one.name, contact_rows.subtitle(one)) for one in self.shown}
        hint = "Try fewer letters, or add the contact first."
        nobody = None if self.shown else ("", lambda: basic.empty("search", "Nobody like this", hint))
        self.matches.show(facts, [partial(self.row, one) for one in self.shown], nobody)

    def row(self, contact: Contact) -> None:
        picked = partial(self.redeem, contact.id)
        pickers.choice(contact.name, contact_rows.subtitle(contact), False, picked).props(remove="role aria-checked")

    async def add(self) -> None:
        self.sheet.close()
        await self.shell.add()

    async def redeem(self, contact_id: UUID) -> None:
        @tap
        def work(session: Session, me: User) -> Said:
            introductions.redeem(session, me, self.offer.introduction.id, contact_id)
            return Said("Referral logged", partial(open_again, self.offer.introduction.id))

        if await work():
            self.sheet.close()

    async def decline(self, one: Offer) -> None:
        @tap
        def work(session: Session, me: User) -> Said:
            introductions.decline(session, me, one.introduction.id)
            return Said("Turned down", partial(open_again, one.introduction.id))

        await work()
