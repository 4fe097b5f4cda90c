"""Introductions that a partner offers me: used by choosing the contact, or turned down."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.detail.introductions_part import ACCEPTED, reopen_introduction
from app.pages.contacts.sheets.contact_search import ContactSearch, find_contacts
from app.pages.core import live_updates
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.services.activities import introduced_contact, introductions
from app.services.activities.introductions import Offer
from app.signals import Topic


async def introductions_inbox(shell: Shell) -> None:
    """The open introductions that are offered to me, where the caller stands; draws nothing when there is none."""
    inbox = IntroductionsInbox(shell)
    await inbox.refresh()
    live_updates.on(inbox.refresh, Topic.OUTREACH, owner=shell.me.id)


class IntroductionsInbox:
    """The list, and the sheet in which the contact is chosen whom an introduction leads to."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.list = Memo()
        self.sheet = Sheet("Accept the introduction")

    async def refresh(self) -> None:
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
                self.draw_offer(one)

    def draw_offer(self, one: Offer) -> None:
        found = one.introduction
        with ui.element("div").classes("pd-door").mark("door"):
            with ui.element("div").classes("pd-line"):
                with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
                    basic.icon("handshake")
                with ui.element("span").classes("pd-row-text"):
                    basic.text(found.whom, "pd-row-name pd-whole")
                    said = filter(None, (f"{one.by} can introduce you", one.campaign))
                    basic.text(" · ".join(said), "pd-row-sub pd-whole")
            if found.reach:
                basic.text(found.reach, "pd-small pd-muted pd-whole")
            if found.note:
                basic.text(found.note, "pd-pre pd-small")
            with ui.element("div").classes("pd-line"):
                basic.button("Accept", lambda: self.open(one), "soft", "check")
                basic.button("Decline", lambda: self.decline(one), "plain")

    async def open(self, one: Offer) -> None:
        q = one.introduction.whom
        found = await find_contacts(q)
        if not found:
            # nobody is called like that: most are strangers
            q = ""
        pick = partial(self.redeem, one)
        with self.sheet.fresh():
            basic.line("Which contact?", "h2", "pd-h1")
            basic.text(
                f"{one.by} introduces you to {one.introduction.whom}. You are asked tomorrow whether it happened.",
                "pd-muted",
            ).style("margin-bottom: 10px")
            basic.button("Add as a new contact", partial(self.add, one), "main", "plus").classes("full-width").mark(
                "add-introduced"
            )
            basic.heading("Somebody you know")
            ContactSearch(pick, draw_nobody, q=q, first=found, shows_all=bool(q)).box.mark("door-search")
        self.sheet.open()

    async def add(self, one: Offer) -> None:
        """The contact sheet with what the introduction says; saving it accepts the introduction."""
        facts = await look(lambda session, me: introduced_contact.facts(session, me, one))

        def accept(session: Session, me: User, contact_id: UUID) -> Confirmation:
            introductions.redeem(session, me, one.introduction.id, contact_id)
            return Confirmation(ACCEPTED, partial(reopen_introduction, one.introduction.id))

        self.sheet.close()
        await self.shell.add_introduced(one.introduction.id, facts, accept)

    async def redeem(self, one: Offer, contact: Contact) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            introductions.redeem(session, me, one.introduction.id, contact.id)
            return Confirmation(ACCEPTED, partial(reopen_introduction, one.introduction.id))

        if await work():
            self.sheet.close()

    async def decline(self, one: Offer) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            introductions.decline(session, me, one.introduction.id)
            return Confirmation("Declined", partial(reopen_introduction, one.introduction.id))

        await work()


def draw_nobody() -> None:
    basic.empty("search", "No matches", "Try fewer letters, or add them as a new contact.")
