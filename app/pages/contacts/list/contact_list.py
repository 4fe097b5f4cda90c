"""The list of the contact bank with its search, filters and selection; what is searched for stands in the address too."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments

from app.pages.contacts.list import empty_states, list_queries
from app.pages.contacts.list.bulk_menu import BulkMenu
from app.pages.contacts.list.filter_chips import SORTS, FilterChips, is_narrow
from app.pages.contacts.list.list_queries import PAGE
from app.pages.contacts.list.selection import Selection
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, pickers, theme, virtual_list
from app.pages.ui.chips import MenuChip
from app.services.contacts.contact_search import Search

Open = Callable[[str | None], Awaitable[None]]


class ContactList:
    """Drawn where it is made, beginning with `first`; `on_open` and `on_log` get the id of one contact."""

    def __init__(
        self, shell: Shell, first: list_queries.FirstPage, on_open: Open, on_log: Open, *, cards: bool
    ) -> None:
        self.shell = shell
        self.search = first.search
        self.cards = cards
        self.on_open = on_open
        self.on_log = on_log
        self.turn = 0
        self.loaded = PAGE
        self.total = first.total
        self.selection = Selection()
        rows, self.cursor = first.rows
        basic.title("Contacts").classes("pd-unseen")
        with ui.element("div").classes("pd-find"):
            self.box = self.draw_search_box()
            self.filters = FilterChips(self.search, first, self.set_search)
        with ui.element("div").classes("pd-tools"):
            self.count = basic.text("", "pd-muted pd-small").props("aria-live=polite").mark("count")
            self.clear_button = basic.button("Clear", self.filters.clear, "plain").classes("pd-clear")
            self.clear_button.mark("clear-filters")
            ui.element("span").classes("pd-grow")
            self.sort = self.draw_sort()
            self.layout = basic.icon_button("layout-grid", "Cards side by side", self.switch_layout)
            self.layout.classes("pd-layout")
            basic.icon_button("square-check", "Select contacts", self.begin_selecting).mark("choose-several")
            empty_states.draw_bank_menu()
        with ui.element("div").classes("pd-card flush pd-list"):
            self.rows = virtual_list.VirtualList(rows, detail=True, picks=True, cards=cards).mark("rows")
            self.rows.on("open", self.open).on("log", self.log)
            self.rows.on("picks", self.select).on("unpick", self.select_none, [])
            self.nothing = ui.element("div")
        self.end = virtual_list.Sentinel(self.load_more)
        self.bulk_menu = BulkMenu(shell.me, self.selection, shell.merge, self.select_all, self.select_none)
        self.mark_layout()
        self.show_total(self.total)

    def draw_search_box(self) -> ui.input:
        hint = "Name, firm, mail or phone"
        box = pickers.page_search_box("Search contacts", self.type_search, self.search.q, hint)
        with box.add_slot("prepend"):
            basic.icon("search")
        return box

    def draw_sort(self) -> MenuChip:
        async def options() -> dict[Any, str]:
            return dict(SORTS)

        async def choose(sort: Any) -> None:
            await self.filters.change(sort=sort)

        chip = MenuChip(options, choose)
        chip.button.classes("pd-sort").mark("sort").props["icon"] = theme.icon("arrow-up-down")
        return chip

    async def reload(self) -> None:
        """From the top; of two searches that overtake each other, the newer one is shown."""
        self.turn, self.cursor = self.turn + 1, None
        turn = self.turn
        (shown, cursor), total = await look(partial(list_queries.load_top, search=self.search))
        if turn == self.turn:
            self.cursor, self.loaded = cursor, PAGE
            self.rows.show(shown)
            self.show_total(total)
            self.end.rearm()

    async def refresh(self) -> None:
        """News: ask for as many rows as are loaded, so that nobody is thrown back to the top."""
        turn, loaded = self.turn, 0
        while loaded != self.loaded and turn == self.turn:
            loaded = self.loaded
            ask = partial(list_queries.load_top, search=self.search, limit=loaded)
            (shown, cursor), total = await look(ask)
        if turn == self.turn and not self.rows.is_deleted:
            self.cursor = cursor
            self.rows.renew(shown)
            self.show_total(total)

    async def load_more(self) -> None:
        if self.cursor:
            turn, cursor = self.turn, self.cursor
            shown, after = await look(partial(list_queries.load_page, search=self.search, cursor=cursor))
            if (turn, cursor) == (self.turn, self.cursor):
                self.cursor = after
                self.loaded += PAGE
                self.rows.more(shown)
            self.end.rearm()

    def show_total(self, total: int) -> None:
        self.total = total
        self.count.set_text(f"{total:,} contact{'' if total == 1 else 's'}")
        self.sort.show(SORTS[self.search.sort], on=False)
        self.clear_button.set_visibility(is_narrow(self.search))
        self.bulk_menu.show(total)
        self.nothing.clear()
        if not total:
            with self.nothing:
                is_searched = self.search.q or is_narrow(self.search)
                words = self.search.q.strip()
                empty_states.draw_nobody(self.clear if is_searched else None, words, self.shell.add_named)

    async def clear(self) -> None:
        self.search = replace(self.search, q="")
        self.box.set_value("")
        await self.filters.pick(Search(sort=self.search.sort))

    async def type_search(self, event: ValueChangeEventArguments[Any]) -> None:
        words = event.value or ""
        if words != self.search.q:
            self.filters.search = replace(self.search, q=words)
            self.filters.saved.show(self.filters.search)
            await self.set_search(self.filters.search)

    async def set_search(self, search: Search) -> None:
        """Another search: it stands in the address, and whoever was chosen with "all" is not any more."""
        self.search = search
        if (self.box.value or "") != search.q:
            self.box.set_value(search.q)
        if self.selection.all is not None:
            self.select_none()
        self.write_address()
        await self.reload()

    def write_address(self) -> None:
        query = list_queries.query_of_search(self.search, cards=self.cards)
        ui.navigate.history.replace("/contacts" + (f"?{query}" if query else ""))

    def switch_layout(self) -> None:
        self.cards = not self.cards
        self.rows.props["cards"] = self.cards
        self.mark_layout()
        self.write_address()

    def mark_layout(self) -> None:
        self.layout.props["aria-pressed"] = "true" if self.cards else "false"
        self.layout.classes(add="on" if self.cards else "", remove="" if self.cards else "on")

    async def open(self, event: GenericEventArguments) -> None:
        await self.on_open(str(event.args) if event.args else None)
        self.rows.run_method("loaded")

    async def log(self, event: GenericEventArguments) -> None:
        await self.on_log(str(event.args))

    def begin_selecting(self) -> None:
        self.rows.run_method("begin")

    def select(self, event: GenericEventArguments) -> None:
        self.selection.set(event.args["ids"], on=bool(event.args["on"]))
        self.bulk_menu.show(self.total)

    def select_all(self) -> None:
        self.selection.select_all(self.search)
        self.rows.run_method("pickAll")
        self.bulk_menu.show(self.total)

    def select_none(self) -> None:
        self.selection.clear()
        self.rows.run_method("unpick")
        self.bulk_menu.show(self.total)
