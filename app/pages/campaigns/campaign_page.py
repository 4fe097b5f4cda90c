"""One campaign: what it is, how far it is, and its tabs: board, contacts, activity, report."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.errors import NotFound
from app.models import User
from app.pages.campaigns.activity_tab import activity_tab
from app.pages.campaigns.assign_sheet import AssignSheet
from app.pages.campaigns.board_tab import board_tab
from app.pages.campaigns.campaign_actions import archive_campaign, remove_campaign, unarchive_campaign
from app.pages.campaigns.campaign_sheet import CampaignSheet
from app.pages.campaigns.campaign_tabs import contacts_tab
from app.pages.campaigns.parts import campaign_cards
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.reports.live.hub import ReportHub
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.services import policy
from app.services.campaigns import campaigns, summary
from app.services.campaigns.summary import Card
from app.signals import Topic

Refresh = Callable[[], Awaitable[None]]
TABS = {"board": "Board", "contacts": "Contacts", "activity": "Activity", "report": "Report"}


@screen("Campaign")
async def campaign_page(shell: Shell, hub: ReportHub, campaign_id: str, tab: str = "board") -> None:
    known_id = _parse_id(campaign_id)
    card, people = await look(partial(load_campaign, campaign_id=known_id))
    page = CampaignPage(shell, hub, card, people, tab if tab in TABS else "board")
    await page.draw_tab()
    live_updates.on(page.refresh, Topic.CAMPAIGN, about=known_id)
    # a card says a contact's name and warmness, which say nothing of the campaigns that they are in
    live_updates.on(page.refresh, Topic.CONTACT)


def load_campaign(session: Session, me: User, campaign_id: UUID) -> tuple[Card, dict[UUID, str]]:
    """The campaign's card and its members."""
    found = summary.card(session, me, campaign_id, calendar_days.today(me.timezone))
    return found, {user.id: user.name for user in campaigns.members(session, me, campaign_id)}


def _parse_id(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise NotFound("There is no such campaign among yours.") from None


class CampaignPage:
    """The head of the page and the tab that is open, each kept fresh by the same news."""

    def __init__(self, shell: Shell, hub: ReportHub, card: Card, people: dict[UUID, str], tab: str) -> None:
        self.shell = shell
        self.hub = hub
        self.id = card.campaign.id
        self.card = card
        self.people = people
        self.tab = tab
        self.refresh_tab: Refresh | None = None
        self.deleted_here = False
        self.edit_sheet = CampaignSheet(shell.me)
        self.assign_sheet = AssignSheet(self.id, card.campaign.name)
        self.about_sheet = Sheet("About the campaign")
        self.lost = Memo()
        with ui.element("div").classes("pd-campaign").classes("full" if tab == "board" else "") as self.parts:
            self.head = Memo()
            with ui.element("nav").classes("pd-tabs").props("aria-label=Campaign"):
                for name, word in TABS.items():
                    with basic.link(f"/campaigns/{self.id}?tab={name}", "on" if name == tab else "") as anchor:
                        basic.text(word)
                    if name == tab:
                        anchor.props["aria-current"] = "page"
            self.show(card)
            self.tab_body = ui.element("div").classes("pd-tab-body")

    async def draw_tab(self) -> None:
        with self.tab_body:
            self.refresh_tab = await self.open_tab()

    async def open_tab(self) -> Refresh | None:
        """Draw what the tab shows; returns what brings it up to date, where it does not do so itself."""
        add = None if self.card.campaign.archived_at else self.assign_sheet.open
        if self.tab == "board":
            return await board_tab(self.shell, self.card.campaign, self.people, add)
        if self.tab == "contacts":
            return await contacts_tab(self.shell, self.card.campaign, self.people, add)
        if self.tab == "activity":
            return await activity_tab(self.card.campaign, self.people)
        await _report(self.shell, self.hub, self.id)
        return None

    async def refresh(self) -> None:
        try:
            self.card, self.people = await look(partial(load_campaign, campaign_id=self.id))
            if self.parts.is_deleted:
                return
            self.show(self.card)
            if self.refresh_tab:
                await self.refresh_tab()
        except NotFound as gone:
            self.show_lost(str(gone))
        else:
            self.set_present(True)

    async def delete(self) -> None:
        """Whoever deletes it is told that, and not that it may have been deleted."""
        self.deleted_here = True
        if not await remove_campaign(self.id):
            self.deleted_here = False

    def show_lost(self, sentence: str) -> None:
        """Deleted, or this person is no longer a member; Undo brings the page back as it was."""
        if self.lost.box.is_deleted:
            return
        hint = "It was deleted, or you are no longer a member."
        if self.deleted_here:
            sentence, hint = f"{self.card.campaign.name} is deleted", "Its contacts and touches stay."
        self.lost.show(sentence, lambda: basic.empty("target", sentence, hint, "All campaigns", _to_all))
        self.set_present(False)

    def set_present(self, is_there: bool) -> None:
        self.parts.set_visibility(is_there)
        self.lost.box.set_visibility(not is_there)

    def show(self, found: Card) -> None:
        names = list(self.people.values())
        facts = (found.campaign.model_dump(), found.counts, found.touches, found.booked, found.owner_name, names)
        self.head.show(facts, lambda: self.draw_head(found, names))

    def draw_head(self, found: Card, names: list[str]) -> None:
        campaign, day = found.campaign, calendar_days.today(self.shell.me.timezone)
        basic.entitle(campaign.name, "" if self.tab == "board" else TABS[self.tab])
        with ui.element("div").classes("pd-camp-top"):
            with ui.element("div"):
                with ui.element("div").classes("pd-camp-title"):
                    basic.title(campaign.name, in_bar=False)
                    self.draw_menu(found, names)
                with ui.element("div").classes("pd-camp-facts"):
                    campaign_cards.draw_status(campaign, day)
                    campaign_cards.draw_pace(found, day)
                    basic.text(" · ".join(campaign_cards.fact_words(found)))
            with ui.element("div").classes("pd-camp-acts"):
                # an empty board offers this itself
                if not campaign.archived_at and any(found.counts.values()):
                    basic.button("Add contacts", self.assign_sheet.open, "main", "user-plus").mark("assign")
            campaign_cards.draw_goals(found, day)

    def draw_menu(self, found: Card, names: list[str]) -> None:
        """Whoever leads it, or has the golden ticket, may change it; everybody may start another one like it."""
        campaign, me = found.campaign, self.shell.me
        with (
            basic.icon_button("ellipsis", "More for this campaign", None).props("aria-haspopup=menu"),
            ui.menu().props("auto-close"),
        ):
            ui.menu_item("About, and who works on it", lambda: self.open_about(found, names))
            if policy.may_manage_campaign(me, campaign):
                ui.menu_item("Edit", lambda: self.edit_sheet.open(campaign))
                if campaign.archived_at:
                    ui.menu_item("Take out of the archive", lambda: unarchive_campaign(campaign.id))
                else:
                    ui.menu_item("Archive", lambda: archive_campaign(campaign.id))
                ui.menu_item("Delete", self.delete)
            ui.menu_item("Start a copy", lambda: self.edit_sheet.open(campaign, as_copy=True))

    def open_about(self, found: Card, names: list[str]) -> None:
        with self.about_sheet.fresh():
            campaign_cards.draw_about(found, names, calendar_days.today(self.shell.me.timezone))
        self.about_sheet.open()


async def _report(shell: Shell, hub: ReportHub, campaign_id: UUID) -> None:
    """Drawn by a module of its own, whose charts nobody else has to load."""
    from app.pages.reports.campaign_report_tab import report_tab

    await report_tab(shell, hub, campaign_id)


def _to_all() -> None:
    ui.navigate.to("/campaigns")
