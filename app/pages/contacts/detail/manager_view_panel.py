"""A colleague's contact as a golden ticket sees it: everything, to read; and what may be done for its campaigns."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import NotFound
from app.models import Campaign, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns.card_sheet import CardSheet
from app.pages.campaigns.parts import board_cards
from app.pages.contacts.detail import contact_panel
from app.pages.contacts.parts import contact_rows, manager_view_card
from app.pages.contacts.sheets.transfer_sheet import TransferSheet
from app.pages.core import live_updates
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.activities.timeline import Entry
from app.services.permissions.visibility import Place
from app.services.team import manager_view
from app.services.team.manager_view import Whole
from app.signals import Topic

GONE = "This contact is not in a campaign any more"
HINT = "It is its owner's alone again, or somebody put it into the trash."


async def open_contact(chosen: str | None) -> "contact_panel.ContactView | Whole | None":
    """What the address names: my own contact, or one that a campaign shows me whole; that look is noted."""
    if not chosen:
        return None
    try:
        contact_id = UUID(chosen)
        return await look(contact_panel.load_contact(contact_id))
    except ValueError:
        return None
    except NotFound:
        try:
            return await look(lambda session, me: manager_view.whole(session, me, contact_id), noted=True)
        except NotFound:
            return None


def manager_view_panel(shell: Shell, found: Whole, again: Callable[[], Awaitable[None]]) -> None:
    """Draw it where the caller stands; it goes as soon as it may not be seen. `again` opens it anew."""
    panel = ManagerViewPanel(shell, found, again)
    # all news of this contact name its owner's bank; a campaign that was removed, and a lost ticket, do not
    bank = (Topic.OUTREACH, Topic.CONTACT, Topic.SYNC)
    live_updates.on(panel.news, *bank, owner=found.view.owner.id, since=live_updates.lately())
    live_updates.on(panel.news, Topic.CAMPAIGN)
    live_updates.on(panel.news, Topic.PEOPLE, about=shell.me.id)


class ManagerViewPanel:
    """Parts that are drawn again only when their own facts change."""

    def __init__(self, shell: Shell, found: Whole, again: Callable[[], Awaitable[None]]) -> None:
        self.shell, self.again = shell, again
        self.id, self.owner = found.view.contact.id, found.view.owner
        self.limit = manager_view.STORY
        self.card: tuple[UUID, CardSheet] | None = None
        self.giving = TransferSheet()
        self.missing = Memo()
        with ui.element("div") as self.sheets:
            pass
        with ui.element("div").mark("seen") as self.parts:
            self.head, self.places = Memo(), Memo()
            self.push_status = Memo("pd-card")
            self.facts = Memo("pd-card")
            basic.heading("Timeline")
            self.story = Memo()
        self.show(found)

    def ask(self, session: Session, me: User) -> Whole:
        return manager_view.whole(session, me, self.id, noted=False, limit=self.limit)

    async def news(self) -> None:
        try:
            found = await look(self.ask)
        except NotFound:
            await self.gone()
            return
        if self.parts.is_deleted:
            return
        if found.view.owner.id != self.owner.id:
            # other news count from now on
            await self.again()
            return
        if self.card:
            await self.card[1].renew()
        self.show(found)

    async def gone(self) -> None:
        """Nothing of it stays on the page, not even hidden; unless it has become my own."""
        for part in (self.head, self.places, self.push_status, self.facts, self.story):
            part.show(None, bool)
        self.sheets.clear()
        self.card = None
        self.giving.close()
        self.parts.set_visibility(False)
        try:
            await look(contact_panel.load_contact(self.id))
        except NotFound:
            self.missing.show(GONE, lambda: basic.empty("circle-help", GONE, HINT))
            self.missing.box.set_visibility(True)
        else:
            await self.again()

    def show(self, found: Whole) -> None:
        view, own = found.view, found.view.contact
        firm = own.organisation.name if own.organisation else None
        facts = own.model_dump(exclude={"version", "updated_at"})
        open_in = [campaign.model_dump() for campaign in found.open_in]
        told = [(entry.activity.model_dump(), entry.by, entry.campaign) for entry in found.entries]
        self.missing.box.set_visibility(False)
        self.parts.set_visibility(True)
        self.head.show((facts, firm, view.owner.name, open_in), lambda: self.draw_head(found))
        self.places.show((view.places, open_in), lambda: self.draw_places(view.places, found.open_in))
        self.push_status.show((found.status, found.address), lambda: manager_view_card.draw_push_status(found))
        self.facts.show((facts, found.phones, found.before), lambda: manager_view_card.draw_facts(found))
        self.story.show((told, found.more), lambda: self.draw_story(found.entries, found.more))

    def draw_head(self, found: Whole) -> None:
        own, owner = found.view.contact, found.view.owner
        basic.entitle(own.name, owner.name)
        with ui.element("div").classes("pd-head"):
            basic.avatar(own.name, own.warmness_score, "big")
            with ui.element("div").classes("pd-head-text"):
                basic.text(own.name, "pd-head-name")
                basic.text(contact_rows.subtitle(own), "pd-muted")
                basic.text(f"{owner.name}'s contact · warmness {own.warmness_score}", "pd-muted pd-small")
        with ui.element("div").classes("pd-quick"):
            if found.open_in:
                self.act("check", "Log", lambda: self.shell.log(own))
                self.act("calendar-plus", "Meeting", lambda: self.shell.meet(own))
            self.act("send", "Hand over", lambda: self.giving.open(own, owner))

    @staticmethod
    def act(name: str, word: str, verb: Callable[[], Any]) -> None:
        with ui.element("button").props("type=button").on("click", verb, []):
            basic.icon(name)
            basic.text(word)

    def draw_places(self, places: list[Place], open_in: list[Campaign]) -> None:
        """Where it stands: a tap opens its card there, to move it; an archived campaign is only led to."""
        able = {campaign.id: campaign for campaign in open_in}
        with ui.element("div").classes("pd-places"):
            for place in places:
                campaign = able.get(place.campaign_id)
                if campaign:
                    chip = ui.element("button").props("type=button").classes("pd-chip")
                    chip.on("click", partial(self.open_card, campaign), [])
                else:
                    chip = basic.link(f"/campaigns/{place.campaign_id}", "pd-chip")
                with chip:
                    basic.icon("target")
                    basic.text(place.campaign, "pd-clip")
                    basic.text(board_cards.STAGES[place.stage], "pd-muted")

    async def open_card(self, campaign: Campaign) -> None:
        if self.card is None or self.card[0] != campaign.id:
            self.sheets.clear()
            with self.sheets:
                self.card = (campaign.id, CardSheet(self.shell, campaign))
        await self.card[1].open(self.id)

    def draw_story(self, entries: list[Entry], more: bool) -> None:
        with ui.element("div").classes("pd-card"):
            for entry in entries:
                touch_rows.draw_touch(entry, self.shell.me.timezone, self.shell.me.name)
            if not entries:
                basic.empty("activity", "No activity yet", "What is done with this contact appears here.")
            if more:
                basic.button("Show more", self.longer, "plain").classes("full-width")

    async def longer(self) -> None:
        self.limit = min(self.limit + manager_view.STORY, 500)
        await self.news()
