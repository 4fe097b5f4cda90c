"""The sync centre: pushes that wait, that need somebody, and that are done, kept fresh by news."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from app.pages.pipedrive import conflicts_part, handovers_part, push_actions, queue_banners
from app.pages.pipedrive.parts import push_rows
from app.pages.pipedrive.push_details_sheet import PushActions, PushDetailsSheet
from app.pages.ui import basic, theme, virtual_list
from app.pages.ui.redraw import KeyedList, Memo
from app.services import policy
from app.services.pipedrive import conflicts, push_history
from app.services.pipedrive.conflicts import OpenConflict
from app.services.pipedrive.push_history import Page, Tab
from app.services.push_queue import handovers, record_urls
from app.services.push_queue.handovers import OpenHandover
from app.signals import Topic

PAGE = 30
WORDS = {Tab.WAITING: "Waiting", Tab.NEEDS_YOU: "Needs you", Tab.DONE: "Done"}
EMPTY = {
    Tab.WAITING: (
        "clock",
        "Nothing waits",
        "Contacts go over when they become warm, when a meeting is booked, or manually.",
    ),
    Tab.NEEDS_YOU: (
        "circle-check",
        "Nothing needs you",
        "When Pipedrive says no, or has somebody twice, it is told here.",
    ),
    Tab.DONE: (
        "cloud",
        "Nothing pushed yet",
        "What went over in the last 30 days stays here, with what it created there.",
    ),
}
EVERYBODY = "all"


@screen("Pipedrive")
async def sync_page(shell: Shell, show: str = "", whose: str = "", item: str = "") -> None:
    me = shell.me
    # None is everybody, which only a golden ticket sees
    whose_id = (
        None
        if policy.may_manage_every_push(me) and whose == EVERYBODY
        else (policy.may_manage_every_push(me) and _id(whose)) or me.id
    )
    tab = Tab(show) if show in set(Tab) else await first_tab(whose_id)
    basic.entitle(WORDS[tab], "" if whose_id == me.id else "Team", "Pipedrive")
    centre = SyncCentre(shell, tab, whose_id)
    # heard from before the first question on: what settles meanwhile is not missed
    live_updates.on(centre.refresh, Topic.SYNC, Topic.PEOPLE, owner=whose_id)
    await centre.refresh()
    if opened := _id(item):
        await centre.details.open(opened)


async def first_tab(whose: UUID | None) -> Tab:
    """Where somebody begins who names no tab: what needs them, if anything does."""
    counts = await look(lambda session, me: push_history.tabs(session, me, whose))
    return Tab.NEEDS_YOU if counts[Tab.NEEDS_YOU] else Tab.WAITING


@dataclass(frozen=True)
class SyncState:
    """Everything that the screen shows, from one question."""

    counts: dict[Tab, int]
    notices: queue_banners.Notices
    conflicts: Sequence[OpenConflict]
    handovers: Sequence[OpenHandover]
    page: Page
    home: record_urls.Home


class SyncCentre:
    """One of the three lists, of one person or of everybody (`whose` is None). `refresh` fills what is drawn here."""

    def __init__(self, shell: Shell, tab: Tab, whose: UUID | None) -> None:
        self.shell = shell
        self.zone = shell.me.timezone
        self.tab = tab
        self.whose = whose
        self.cursor: str | None = None
        self.loaded = PAGE
        self.turn = 0
        self.rows: virtual_list.VirtualList | None = None
        with ui.element("div").classes("pd-title"):
            basic.title("Pipedrive")
        self.notices = Memo()
        with ui.element("div").classes("pd-sync"):
            with ui.element("aside").classes("pd-sync-side"):
                self.budget = Memo()
                self.queues = Memo()
            with ui.element("section"):
                self.whose_choice = Memo()
                with ui.element("nav").classes("pd-tabs").props("aria-label=Pushes"):
                    self.tabs = {tab: self.tab_link(tab) for tab in Tab}
                self.retry_box = Memo()
                self.handovers = Memo()
                self.conflicts = Memo()
                with ui.element("div") as self.body:
                    self.cards = KeyedList("pd-card pd-push")
                    self.frame = ui.element("div").classes("pd-card flush")
                    self.frame.set_visibility(False)
                self.nothing = Memo()
        self.actions = PushActions()
        self.details = PushDetailsSheet(self.zone, self.actions)
        self.end = virtual_list.Sentinel(self.load_more)

    def load(self, session: Session, me: User, limit: int) -> SyncState:
        mine = self.tab is Tab.NEEDS_YOU and self.whose == me.id
        return SyncState(
            push_history.tabs(session, me, self.whose),
            queue_banners.load_notices(session, me),
            conflicts.list_open(session, me) if mine else (),
            handovers.list_open(session, me) if mine else (),
            push_history.items(session, me, self.tab, self.whose, limit=limit),
            record_urls.home(session, me),
        )

    def tab_link(self, tab: Tab) -> ui.label:
        person = EVERYBODY if self.whose is None else self.whose if self.whose != self.shell.me.id else None
        address = f"/sync?show={tab.value}" + (f"&whose={person}" if person else "")
        with basic.link(address, "on" if tab is self.tab else "") as anchor:
            words = basic.text(WORDS[tab])
        if tab is self.tab:
            anchor.props["aria-current"] = "page"
        return words

    def show(self, state: SyncState) -> None:
        for tab, words in self.tabs.items():
            words.set_text(f"{WORDS[tab]} ({state.counts[tab]:,})")
        notices, page = state.notices, state.page
        mine = self.whose == self.shell.me.id
        self.notices.show(_notice_facts(notices), lambda: queue_banners.draw_notices(notices, self.zone, mine=mine))
        self.budget.show(notices.budget, lambda: queue_banners.draw_budget(notices.budget))
        if policy.may_manage_every_push(self.shell.me):
            self.queues.show(notices.everybody, lambda: queue_banners.draw_queues(notices.everybody))
            names = {queue.user_id: queue.name for queue in notices.everybody}
            self.whose_choice.show(names, lambda: self.whose_select(names))
        self.handovers.show(state.handovers, lambda: handovers_part.draw_handovers(state.handovers))
        self.conflicts.show(state.conflicts, lambda: conflicts_part.draw_conflicts(state.conflicts, self.zone))
        can_retry = bool(page.items) and self.tab is Tab.NEEDS_YOU
        self.retry_box.show(can_retry, lambda: self.draw_retry_all() if can_retry else None)
        self.show_pushes(page, state.home)
        is_empty = not (page.items or state.conflicts or state.handovers)
        self.nothing.show(is_empty, lambda: basic.empty(*EMPTY[self.tab]) if is_empty else None)
        self.cursor = page.next_cursor
        self.end.rearm()

    def show_pushes(self, page: Page, home: record_urls.Home) -> None:
        if self.tab is Tab.NEEDS_YOU:
            facts: dict[str, object] = {str(one.sync.id): push_rows.facts_shown(one) for one in page.items}
            draws = [partial(push_rows.draw_card, one, self.zone, home, self.actions.all) for one in page.items]
            self.cards.show(facts, draws)
            return
        self.frame.set_visibility(bool(page.items))
        shown = [push_rows.list_row(one, self.zone) for one in page.items]
        if self.rows:
            self.rows.renew(shown)
            return
        with self.frame:
            self.rows = virtual_list.VirtualList(shown).on("open", self.open)

    def draw_retry_all(self) -> None:
        with ui.element("div").classes("pd-line pd-retry-all"):
            basic.button("Retry all", lambda: push_actions.retry_all_pushes(self.whose), "plain", "refresh-cw")

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

    async def load_more(self) -> None:
        """The end of the list comes near."""
        if self.cursor:
            self.loaded += PAGE
            await self.refresh()

    async def refresh(self) -> None:
        self.turn += 1
        turn = self.turn
        state = await look(partial(self.load, limit=self.loaded))
        if turn == self.turn and not self.body.is_deleted:
            self.show(state)
            await self.details.refresh()

    async def open(self, event: GenericEventArguments) -> None:
        if sync_id := _id(event.args):
            await self.details.open(sync_id)


def _notice_facts(notices: queue_banners.Notices) -> object:
    """What the notices show, without what only the lists beside them show."""
    return notices.stopped, notices.mine, notices.budget.until if notices.budget else None


def _id(said: Any) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None
