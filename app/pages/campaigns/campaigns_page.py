"""Campaigns: which ones run, how far they are, and which of them is behind."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import CampaignStatus, User
from app.pages.campaigns.campaign_sheet import CampaignSheet
from app.pages.campaigns.parts import campaign_cards
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.pages.ui.theme import icon
from app.services.campaigns import listing
from app.services.campaigns.listing import PickLists, Wanted
from app.signals import Topic

PAGE = 30
SHOWN: dict[str, str] = {
    "open": "All",
    "mine": "Mine",
    **{status.value: campaign_cards.STATUS[status][0] for status in CampaignStatus},
}
SORTS: dict[str, str] = {"newest": "Newest", "name": "By name", "behind": "Behind pace"}


@screen("Campaigns")
async def campaigns_page(
    shell: Shell, show: str = "open", sector: str = "", theme: str = "", sort: str = "newest"
) -> None:
    chosen = CampaignFilter(show if show in SHOWN else "open", sector, theme, sort if sort in SORTS else "newest")
    first, lists = await look(partial(load_campaigns, chosen=chosen, limit=PAGE))
    page = CampaignsPage(shell, chosen, first, lists)
    live_updates.on(page.refresh, Topic.CAMPAIGN, Topic.CONTACT)
    live_updates.at_midnight(page.refresh, shell.me.timezone)


@dataclass(frozen=True)
class CampaignFilter:
    """What narrows the list, as it stands in the address."""

    show: str
    sector: str
    theme: str
    sort: str

    def wanted(self) -> Wanted:
        status = CampaignStatus(self.show) if self.show in set(CampaignStatus) else None
        return Wanted(
            status=status,
            mine=self.show == "mine",
            sector=self.sector or None,
            theme=self.theme or None,
            sort=self.sort,  # type: ignore[arg-type]
        )

    def address(self) -> str:
        first = CampaignFilter("open", "", "", "newest")
        query = urlencode({key: value for key, value in vars(self).items() if value != getattr(first, key)})
        return "/campaigns" + (f"?{query}" if query else "")

    @property
    def narrowed(self) -> bool:
        return replace(self, sort="newest") != CampaignFilter("open", "", "", "newest")


def load_campaigns(session: Session, me: User, chosen: CampaignFilter, limit: int) -> tuple[listing.Page, PickLists]:
    day = calendar_days.today(me.timezone)
    return listing.listed(session, me, chosen.wanted(), day, limit), listing.pick_lists(session, me)


class CampaignsPage:
    """The list, and what narrows it."""

    def __init__(self, shell: Shell, chosen: CampaignFilter, first: listing.Page, lists: PickLists) -> None:
        self.shell = shell
        self.chosen = chosen
        self.limit = PAGE
        self.turn = 0
        self.sheet = CampaignSheet(shell.me)
        self.boxes: dict[str, ui.select] = {}
        with ui.element("div").classes("pd-title"):
            basic.title("Campaigns")
            basic.button("New campaign", self.sheet.open, "main", "plus").mark("new-campaign")
        self.tools = ui.element("div")
        with self.tools, ui.element("div").classes("pd-find"):
            self.status_chips = basic.chips(SHOWN, chosen.show, self.choose_status)
        with self.tools, ui.element("div").classes("pd-camp-tools"):
            self.draw_select("Sector", "sector", {"": "Sector", **{word: word for word in lists.sectors}})
            self.draw_select("Theme", "theme", {"": "Theme", **{word: word for word in lists.themes}})
            self.draw_select("Order", "sort", SORTS)
        self.list = Memo()
        self.show(first)

    def draw_select(self, label: str, name: str, options: dict[str, str]) -> None:
        value = getattr(self.chosen, name)
        if len(options) == 1 and not value:
            return
        box = ui.select({**options, value: options.get(value, value)}, value=value)
        box.props("outlined dense behavior=menu").classes("pd-field")
        box.props["aria-label"] = label
        box.props["dropdown-icon"] = icon("chevron-down")
        box.on_value_change(lambda event: self.choose(name, event.value))
        self.boxes[name] = box

    async def choose_status(self, show: str) -> None:
        basic.mark_chip(self.status_chips, show)
        await self.choose("show", show)

    async def choose(self, name: str, value: Any) -> None:
        self.chosen = replace(self.chosen, **{name: value})
        self.limit = PAGE
        ui.navigate.history.replace(self.chosen.address())
        await self.refresh()

    async def load_more(self) -> None:
        self.limit += PAGE
        await self.refresh()

    async def refresh(self) -> None:
        self.turn += 1
        turn = self.turn
        page, _ = await look(partial(load_campaigns, chosen=self.chosen, limit=self.limit))
        if turn == self.turn and not self.list.box.is_deleted:
            self.show(page)

    def show(self, page: listing.Page) -> None:
        day = calendar_days.today(self.shell.me.timezone)
        self.tools.set_visibility(bool(page.items) or self.chosen.narrowed)
        facts = [(card.campaign.model_dump(), replace(card, campaign=None)) for card in page.items]  # type: ignore[arg-type]
        self.list.show((facts, bool(page.next_cursor), self.chosen.narrowed), lambda: self.draw_list(page, day))

    def draw_list(self, page: listing.Page, day: Any) -> None:
        if not page.items:
            with ui.element("div").classes("pd-card flush"):
                self.draw_empty()
            return
        with ui.element("div").classes("pd-camps"):
            for card in page.items:
                campaign_cards.draw_card(card, day)
        if page.next_cursor:
            basic.button("More campaigns", self.load_more, "plain").classes("full-width")

    def draw_empty(self) -> None:
        if self.chosen.narrowed:
            basic.empty("search", "No campaign like this", "Try another filter.", "Show all", self.clear)
            return
        hint = "A campaign gathers contacts around a theme, with a goal and a board that shows where each one stands."
        basic.empty("target", "No campaigns yet", hint, "Start one", self.sheet.open)

    async def clear(self) -> None:
        for name in ("sector", "theme"):
            if name in self.boxes:
                self.boxes[name].set_value("")
        await self.choose_status("open")
