"""The contact bank: search as one types, chips to narrow it, one contact beside the list (or over it, on a phone)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments
from sqlmodel import Session

from app.errors import NotFound
from app.models import User
from app.pages import campaign_filter, contact_seen, design, live
from app.pages.contact import Whole, contact_panel
from app.pages.frame import Shell
from app.pages.parts import basic, beside, lists, people
from app.pages.screen import screen
from app.pages.tap import look
from app.services import contacts, finding, syncs
from app.services.finding import Search
from app.services.witness import Whole as Seen
from app.signals import Topic

Page = tuple[list[dict[str, Any]], str | None]

PAGE = 50

VIEWS: dict[str, tuple[str, Search]] = {
    "all": ("All", Search()),
    "warm": ("Warm", Search(warmness_min=7, sort="-warmness")),
    "quiet": ("Quiet 30 days", Search(not_contacted_days=30, sort="last_contacted")),
    "pushed": ("In Pipedrive", Search(sync="SUCCESS")),  # type: ignore[arg-type]
    "trouble": ("Needs you", Search(sync="FAILED")),  # type: ignore[arg-type]
}


@screen("Contacts")
async def contacts_page(
    shell: Shell, cid: str | None = None, q: str = "", view: str = "all", campaign: str = ""
) -> None:
    bank = Bank(shell, q, view if view in VIEWS else "all", campaign_filter.parsed(campaign))
    await bank.draw(cid)
    live.on(bank.renew, Topic.CONTACT, Topic.OUTREACH, Topic.SYNC, owner=shell.me.id)


class Bank:
    """The list and the panel beside it; what is typed and chosen stays here, and in the address."""

    def __init__(self, shell: Shell, q: str, view: str, campaign: UUID | None) -> None:
        self.shell, self.q, self.view, self.campaign = shell, q, view, campaign
        self.cursor: str | None = None
        self.chosen: str | None = None
        self.turn = 0
        self.loaded = PAGE

    async def draw(self, chosen: str | None) -> None:
        (shown, self.cursor), total = await look(self.top)
        with ui.element("div").classes("pd-with-detail"):
            with ui.element("section"):
                basic.title("Contacts").classes("pd-unseen")
                await self.finder()
                self.count = basic.text("", "pd-muted pd-small pd-count").props("aria-live=polite").mark("count")
                with ui.element("div").classes("pd-card flush"):
                    self.rows = lists.Rows(shown, detail=True).mark("rows")
                    self.rows.on("open", self.open).on("log", self.log)
                    self.nothing = ui.element("div")
                self.end = lists.Sentinel(self.more)
            with ui.element("aside").classes("pd-detail").props('aria-label="Contact"'):
                beside.closing()
                self.panel = ui.element("div").classes("pd-detail-body")
                beside.bones()
        self.tell(total)
        await self.choose(chosen)

    async def finder(self) -> None:
        with ui.element("div").classes("pd-find"):
            self.box = ui.input(value=self.q, placeholder="Name, firm, mail or phone", on_change=self.typed)
            self.box.props(
                'outlined debounce=200 type=search enterkeyhint=search clearable aria-label="Search contacts"'
            )
            self.box.props["clear-icon"] = design.icon("x")
            self.box.classes("pd-field").mark("search")
            with self.box.add_slot("prepend"):
                basic.icon("search")
            self.chips = basic.chips({name: view[0] for name, view in VIEWS.items()}, self.view, self.narrow)
            with self.chips["all"].parent_slot.parent:  # type: ignore[union-attr]
                self.mark_campaign = await campaign_filter.campaign_chip(self.campaign, self.within)

    def search(self) -> Search:
        return replace(VIEWS[self.view][1], q=self.q, campaign_id=self.campaign)

    def page(self, session: Session, me: User, cursor: str | None, limit: int = PAGE) -> Page:
        found = finding.contacts(session, me, self.search(), cursor, limit)
        badges = syncs.standings(session, found.items) if found.items else {}
        return [people.row(contact, badges[contact.id]) for contact in found.items], found.next_cursor

    def top(self, session: Session, me: User, limit: int = PAGE) -> tuple[Page, int]:
        return self.page(session, me, None, limit), finding.count(session, me, self.search())

    async def again(self) -> None:
        """From the top; of two searches that overtake each other, the newer one is shown."""
        self.turn, self.cursor = self.turn + 1, None
        turn = self.turn
        (shown, cursor), total = await look(self.top)
        if turn == self.turn:
            self.cursor, self.loaded = cursor, PAGE
            self.rows.show(shown)
            self.tell(total)
            self.end.rearm()

    async def renew(self) -> None:
        """News: ask for as many rows as are loaded, so that nobody is thrown back to the top."""
        turn, loaded = self.turn, 0
        while loaded != self.loaded and turn == self.turn:
            loaded = self.loaded
            (shown, cursor), total = await look(partial(self.top, limit=loaded))
        if turn == self.turn and not self.rows.is_deleted:
            self.cursor = cursor
            self.rows.renew(shown)
            self.tell(total)

    async def more(self) -> None:
        if self.cursor:
            turn, cursor = self.turn, self.cursor
            shown, after = await look(partial(self.page, cursor=cursor))
            if (turn, cursor) == (self.turn, self.cursor):
                self.cursor, self.loaded = after, self.loaded + PAGE
                self.rows.more(shown)
            self.end.rearm()

    def tell(self, total: int) -> None:
        self.count.set_text(f"{total:,} contact{'' if total == 1 else 's'}")
        self.nothing.clear()
        if not total:
            with self.nothing:
                beside.nobody(self.clear if self.q or self.campaign or self.view != "all" else None)

    async def clear(self) -> None:
        self.q, self.campaign = "", None
        self.mark_campaign(None)
        self.box.set_value("")
        await self.narrow("all")

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q = event.value or ""
        ui.navigate.history.replace(self.address())
        await self.again()

    async def narrow(self, view: str) -> None:
        self.view = view
        basic.mark_chip(self.chips, view)
        ui.navigate.history.replace(self.address())
        await self.again()

    async def within(self, campaign: UUID | None) -> None:
        self.campaign = campaign
        ui.navigate.history.replace(self.address())
        await self.again()

    def address(self) -> str:
        said = {"q": self.q, "view": self.view.replace("all", ""), "campaign": str(self.campaign or "")}
        query = urlencode({key: value for key, value in said.items() if value})
        return "/contacts" + (f"?{query}" if query else "")

    async def open(self, event: GenericEventArguments) -> None:
        await self.choose(str(event.args) if event.args else None)
        self.rows.run_method("loaded")

    async def choose(self, chosen: str | None) -> None:
        """Ask first, then draw: a slow answer for one contact never lands on the next one."""
        self.chosen = chosen
        found = await contact_seen.opened(chosen)
        if self.chosen == chosen:
            self.panel.clear()
            with self.panel:
                draw(self.shell, chosen, found, partial(self.choose, chosen))

    async def log(self, event: GenericEventArguments) -> None:
        contact = await look(lambda session, me: contacts.owned(session, me, UUID(str(event.args))))
        await self.shell.log(contact)


def draw(shell: Shell, chosen: str | None, found: Whole | Seen | None, again: Callable[[], Awaitable[None]]) -> None:
    """The chosen contact, or a friendly nothing."""
    if isinstance(found, Seen):
        contact_seen.seen_panel(shell, found, again)
    elif found:
        contact_panel(shell, found, again)
    elif chosen:
        basic.empty("circle-help", str(NotFound()), "It may be in the trash, or it never was yours to see.")
    else:
        with ui.element("div").classes("pd-nobody"):
            basic.empty("user", "Choose somebody", "Their story, their warmness and their Pipedrive state appear here.")
