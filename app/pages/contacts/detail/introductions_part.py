"""Introductions on a contact’s page: those whose words name this person or their firm, and a sheet with all others."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Contact, User, fold
from app.pages.core import live_updates
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.services.activities import introductions
from app.services.activities.introductions import Offer
from app.signals import Topic

# shorter words say little about who is meant
TELLING = 3
ACCEPTED = "Introduction accepted"


class IntroductionsPart:
    """Drawn where the caller stands, as soon as it is known; nothing at all where nobody offers anything."""

    def __init__(self, shell: Shell, contact: Contact) -> None:
        self.contact, self.firm = contact, contact.organisation.name if contact.organisation else ""
        self.sheet = Sheet("Accept an introduction")
        self.offers = Memo()
        ui.timer(0, self.again, once=True)
        live_updates.on(self.again, Topic.OUTREACH, owner=shell.me.id)

    async def again(self) -> None:
        offers = await look(introductions.mine)
        if not self.offers.box.is_deleted:
            facts = [(one.introduction.id, one.by, one.campaign) for one in offers]
            self.offers.show(facts, lambda: self.draw(offers))

    def draw(self, offers: list[Offer]) -> None:
        meant = [one for one in offers if self.is_meant(one)]
        for one in meant:
            with ui.element("div").classes("pd-card pd-door").mark("door-here"), ui.element("div").classes("pd-line"):
                with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
                    basic.icon("handshake")
                with ui.element("span").classes("pd-row-text"):
                    basic.text(f"{one.by} can introduce you", "pd-row-name pd-whole")
                    basic.text(describe_offer(one), "pd-row-sub pd-whole")
                basic.button("Accept", partial(self.use, one), "soft", "check")
        if len(meant) < len(offers):
            basic.button("Accept an introduction", lambda: self.open(offers), "plain", "handshake")

    def is_meant(self, one: Offer) -> bool:
        """The partner's words name this person or their firm."""
        telling = {word for word in fold(one.introduction.whom).replace(",", " ").split() if len(word) >= TELLING}
        return bool(telling & set(fold(f"{self.contact.name} {self.firm}").split()))

    def open(self, offers: list[Offer]) -> None:
        with self.sheet.fresh():
            basic.line("Who opens the door?", "h2", "pd-h1")
            basic.text(f"A referral with {self.contact.name} is planned for tomorrow.", "pd-muted")
            for one in offers:
                hint = one.introduction.note or one.campaign or ""
                pickers.draw_choice(f"{one.by}, to {one.introduction.whom}", hint, "handshake", partial(self.use, one))
        self.sheet.open()

    async def use(self, one: Offer) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            introductions.redeem(session, me, one.introduction.id, self.contact.id)
            return Confirmation(ACCEPTED, partial(reopen_introduction, one.introduction.id))

        if await work():
            self.sheet.close()


def describe_offer(one: Offer) -> str:
    return " · ".join(filter(None, (one.introduction.whom, one.campaign, one.introduction.note)))


def reopen_introduction(introduction_id: UUID, session: Session, who: User) -> str:
    introductions.reopen(session, who, introduction_id)
    return "The introduction is open again"
