"""The sync centre: what waits, what needs a person, what is done; each in words, and live."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.pipedrive import conflicts_part, push_actions, queue_banners
from app.pages.pipedrive.parts import push_rows
from app.pages.pipedrive.push_details_sheet import ItemSheet, PushVerbs
from app.pages.ui import basic, theme, virtual_list
from app.pages.ui.redraw import Kept, Sequel
from app.services.pipedrive import conflicts, push_history
from app.services.pipedrive.conflicts import OpenConflict
from app.services.pipedrive.push_history import Page, Tab
from app.services.push_queue import record_urls
from app.signals import Topic

PAGE = 30
WORDS = {Tab.WAITING: "Waiting", Tab.NEEDS_YOU: "Needs you", Tab.DONE: "Done"}
EMPTY = {
    Tab.WAITING: ("clock", "Nothing waits", "Contacts go over when they become warm, when a meeting is booked, or by hand."),
    Tab.NEEDS_YOU: ("circle-check", "Nothing needs you", "When Pipedrive says no, or has somebody twice, it is told here."),
    Tab.DONE: ("cloud", "Nothing pushed yet", "What went over in the last 30 days stays here, with what it created there."),
}  # fmt: skip
EVERYBODY = "all"


@screen("Pipedrive")
async def sync_page(shell: Shell, show: str = "", whose: str = "", item: str = "") -> None:
    centre = Centre(shell, show, whose)
    await centre.draw()
    if opened := _id(item):
        await centre.sheet.open(opened)


class Centre:
    """One of the three lists, of one person or of everybody."""

    def __init__(self, shell: Shell, show: str, whose: str) -> None:
        self.shell, self.zone = shell, shell.me.timezone
        golden = shell.me.is_golden
        # None is everybody, which only a golden ticket sees
        self.whose = None if golden and whose == EVERYBODY else (golden and _id(whose)) or shell.me.id
        self.tab = Tab(show) if show in set(Tab) else None
        self.cursor: str | None = None
        self.loaded, self.turn = PAGE, 0
        self.rows: virtual_list.Rows | None = None

    def count(self, session: Session, me: User) -> dict[Tab, int]:
        return push_history.tabs(session, me, self.whose)

    def ask(self, session: Session, me: User, limit: int = PAGE) -> tuple[Any, ...]:
        assert self.tab
        mine = self.tab is Tab.NEEDS_YOU and self.whose == me.id
        return (
            self.count(session, me),
            queue_banners.ask(session, me),
            conflicts.open(session, me) if mine else (),
            push_history.items(session, me, self.tab, self.whose, limit=limit),
            record_urls.home(session, me),
        )

    async def draw(self) -> None:
        if self.tab is None:
            self.tab = Tab.NEEDS_YOU if (await look(self.count))[Tab.NEEDS_YOU] else Tab.WAITING
        with ui.element("div").classes("pd-title"):
            basic.title("Pipedrive")
        self.notices = Kept()
        with ui.element("div").classes("pd-sync"):
            self.side = ui.element("aside").classes("pd-sync-side")
            with ui.element("section"):
                self.choose_whose = Kept()
                with ui.element("nav").classes("pd-tabs").props("aria-label=Pushes"):
                    self.tabs = {tab: self.tab_link(tab) for tab in Tab}
                self.top = Kept()
                self.asked = Kept()
                self.body = ui.element("div")
                self.nothing = Kept()
        with self.side:
            self.money, self.people = Kept(), Kept()
        self.verbs = PushVerbs()
        self.sheet = ItemSheet(self.zone, self.verbs)
        with self.body:
            self.cards = Sequel("pd-card pd-push")
            self.frame = ui.element("div").classes("pd-card flush")
            self.frame.set_visibility(False)
        self.end = virtual_list.Sentinel(self.more)
        # heard from before the first question on: what settles meanwhile is not missed
        live_updates.on(self.news, Topic.SYNC, Topic.PEOPLE, owner=self.whose)
        await self.news()

    def tab_link(self, tab: Tab) -> ui.label:
        person = EVERYBODY if self.whose is None else self.whose if self.whose != self.shell.me.id else None
        address = f"/sync?show={tab.value}" + (f"&whose={person}" if person else "")
        with basic.link(address, "on" if tab is self.tab else "") as anchor:
            words = basic.text(WORDS[tab])
        if tab is self.tab:
            anchor.props["aria-current"] = "page"
        return words

    def show(
        self,
        counts: dict[Tab, int],
        notices: queue_banners.Notices,
        asked: Sequence[OpenConflict],
        page: Page,
        home: record_urls.Home,
    ) -> None:
        for tab, words in self.tabs.items():
            words.set_text(f"{WORDS[tab]} ({counts[tab]:,})")
        mine = self.whose == self.shell.me.id
        self.notices.show(_still(notices), lambda: queue_banners.draw(notices, self.zone, mine=mine))
        self.money.show(notices.budget, lambda: queue_banners.money(notices.budget))
        if self.shell.me.is_golden:
            self.people.show(notices.everybody, lambda: queue_banners.everybody(notices.everybody))
            names = {queue.user_id: queue.name for queue in notices.everybody}
            self.choose_whose.show(names, lambda: self.whose_select(names))
        self.asked.show(asked, lambda: conflicts_part.draw(asked, self.zone))
        self.top.show(bool(page.items) and self.tab is Tab.NEEDS_YOU, self.retry_all)
        self.list(page, home)
        none = not page.items and not asked
        self.nothing.show(none, self.empty if none else lambda: None)
        self.cursor = page.next_cursor
        self.end.rearm()

    def list(self, page: Page, home: record_urls.Home) -> None:
        if self.tab is Tab.NEEDS_YOU:
            self.cards.show({str(one.sync.id): push_rows.facts(one) for one in page.items},
                            [partial(push_rows.card, one, self.zone, home, self.verbs.all) for one in page.items])  # fmt: skip
            return
        self.frame.set_visibility(bool(page.items))
        shown = [push_rows.row(one) for one in page.items]
        if self.rows:
            self.rows.renew(shown)
            return
        with self.frame:
            self.rows = virtual_list.Rows(shown).on("open", self.open)

    def retry_all(self) -> None:
        if self.top.shown:
            with ui.element("div").classes("pd-line pd-retry-all"):
                basic.button("Retry all", lambda: push_actions.retry_all(self.whose), "plain", "refresh-cw")

    def empty(self) -> None:
        assert self.tab
        basic.empty(*EMPTY[self.tab])

    def whose_select(self, names: dict[UUID, str]) -> None:
        me = self.shell.me.id
        others = {str(one): name for one, name in names.items() if one != me}
        chosen = EVERYBODY if self.whose is None else str(self.whose)
        options = {str(me): "Only mine", EVERYBODY: "Everybody’s", **others}
        box = ui.select(
            options | ({} if chosen in options else {chosen: "Somebody else’s"}), value=chosen, label="Whose pushes"
        )
        box.props("outlined behavior=menu dense").classes("pd-field pd-whose").mark("whose")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: ui.navigate.to(f"/sync?whose={event.value}"))

    async def more(self) -> None:
        """The end of the list comes near."""
        if self.cursor:
            self.loaded += PAGE
            await self.news()

    async def news(self) -> None:
        turn = self.turn = self.turn + 1
        seen = await look(partial(self.ask, limit=self.loaded))
        if turn == self.turn and not self.body.is_deleted:
            self.show(*seen)
            await self.sheet.renew()

    async def open(self, event: GenericEventArguments) -> None:
        if sync_id := _id(event.args):
            await self.sheet.open(sync_id)


def _still(notices: queue_banners.Notices) -> object:
    """What the notices say, without what only the lists beside them show."""
    return notices.stopped, notices.mine, notices.budget.until if notices.budget else None


def _id(said: Any) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None
