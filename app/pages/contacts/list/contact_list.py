"""The list of the contact bank: what is typed and narrowed stays here and in the address, and so does who is chosen."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments, ValueChangeEventArguments

from app.pages.contacts.list import empty_states, list_queries, list_url
from app.pages.contacts.list.bulk_menu import Acts
from app.pages.contacts.list.filter_chips import SORTS, Filters, is_narrow
from app.pages.contacts.list.list_queries import PAGE
from app.pages.contacts.list.selection import Picked
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme, virtual_list
from app.pages.ui.filter_chips_base import MenuChip
from app.services.contacts.search import Search

Open = Callable[[str | None], Awaitable[None]]


class Bank:
    """`draw` puts it where the caller stands; `on_open` and `on_log` hear of one contact by its id."""

    def __init__(self, shell: Shell, first: list_queries.First, on_open: Open, on_log: Open, *, cards: bool) -> None:
        self.shell, self.first, self.search, self.cards = shell, first, first.search, cards
        self.on_open, self.on_log = on_open, on_log
        self.cursor = first.rows[1]
        self.turn, self.loaded, self.total = 0, PAGE, first.total
        self.picked = Picked()

    def draw(self) -> None:
        basic.title("Contacts").classes("pd-unseen")
        self.finder()
        with ui.element("div").classes("pd-tools"):
            self.count = basic.text("", "pd-muted pd-small").props("aria-live=polite").mark("count")
            self.all = basic.button("Clear", self.filters.clear, "plain").classes("pd-clear").mark("clear-filters")
            ui.element("span").classes("pd-grow")
            self.tools()
        with ui.element("div").classes("pd-card flush pd-list"):
            self.rows = virtual_list.Rows(self.first.rows[0], detail=True, picks=True, cards=self.cards).mark("rows")
            self.rows.on("open", self.open).on("log", self.log)
            self.rows.on("picks", self.pick).on("unpick", self.nobody, [])
            self.nothing = ui.element("div")
        self.end = virtual_list.Sentinel(self.more)
        self.acts = Acts(self.shell.me, self.picked, self.shell.merge, self.everybody, self.nobody)
        self.tell(self.total)

    def finder(self) -> None:
        with ui.element("div").classes("pd-find"):
            self.box = ui.input(value=self.search.q, placeholder="Name, firm, mail or phone", on_change=self.typed)
            self.box.props(
                'outlined debounce=200 type=search enterkeyhint=search clearable aria-label="Search contacts"'
            )
            self.box.props["clear-icon"] = theme.icon("x")
            self.box.classes("pd-field").mark("search")
            with self.box.add_slot("prepend"):
                basic.icon("search")
            self.filters = Filters(self.search, self.first, self.narrowed)

    def tools(self) -> None:
        async def sorts() -> dict[Any, str]:
            return dict(SORTS)

        async def by(sort: Any) -> None:
            await self.filters.change(sort=sort)

        self.sort = MenuChip(sorts, by)
        self.sort.button.classes("pd-sort").mark("sort").props["icon"] = theme.icon("arrow-up-down")
        self.layout = basic.icon_button("layout-grid", "Cards side by side", self.lay_out, "pd-icon-btn pd-layout")
        basic.icon_button("square-check", "Choose several", self.begin).mark("choose-several")
        self.laid_out()

    async def again(self) -> None:
        """From the top; of two searches that overtake each other, the newer one is shown."""
        self.turn, self.cursor = self.turn + 1, None
        turn = self.turn
        (shown, cursor), total = await look(partial(list_queries.top, search=self.search))
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
            ask = partial(list_queries.top, search=self.search, limit=loaded)
            (shown, cursor), total = await look(ask)
        if turn == self.turn and not self.rows.is_deleted:
            self.cursor = cursor
            self.rows.renew(shown)
            self.tell(total)

    async def more(self) -> None:
        if self.cursor:
            turn, cursor = self.turn, self.cursor
            shown, after = await look(partial(list_queries.page, search=self.search, cursor=cursor))
            if (turn, cursor) == (self.turn, self.cursor):
                self.cursor, self.loaded = after, self.loaded + PAGE
                self.rows.more(shown)
            self.end.rearm()

    def tell(self, total: int) -> None:
        self.total = total
        self.count.set_text(f"{total:,} contact{'' if total == 1 else 's'}")
        self.sort.show(SORTS[self.search.sort], on=False)
        self.all.set_visibility(is_narrow(self.search))
        self.acts.show(total)
        self.nothing.clear()
        if not total:
            with self.nothing:
                empty_states.draw_nobody(self.clear if self.search.q or is_narrow(self.search) else None)

    async def clear(self) -> None:
        self.search = replace(self.search, q="")
        self.box.set_value("")
        await self.filters.pick(Search(sort=self.search.sort))

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        words = event.value or ""
        if words != self.search.q:
            self.filters.search = replace(self.search, q=words)
            self.filters.saved.show(self.filters.search)
            await self.narrowed(self.filters.search)

    async def narrowed(self, search: Search) -> None:
        """Another search: it stands in the address, and whoever was chosen with "all" is not any more."""
        self.search = search
        if (self.box.value or "") != search.q:
            self.box.set_value(search.q)
        if self.picked.all is not None:
            self.nobody()
        self.said()
        await self.again()

    def said(self) -> None:
        query = list_url.query(self.search, cards=self.cards)
        ui.navigate.history.replace("/contacts" + (f"?{query}" if query else ""))

    def lay_out(self) -> None:
        self.cards = not self.cards
        self.rows.props["cards"] = self.cards
        self.laid_out()
        self.said()

    def laid_out(self) -> None:
        self.layout.props["aria-pressed"] = "true" if self.cards else "false"
        self.layout.classes(add="on" if self.cards else "", remove="" if self.cards else "on")

    async def open(self, event: GenericEventArguments) -> None:
        await self.on_open(str(event.args) if event.args else None)
        self.rows.run_method("loaded")

    async def log(self, event: GenericEventArguments) -> None:
        await self.on_log(str(event.args))

    def begin(self) -> None:
        self.rows.run_method("begin")

    def pick(self, event: GenericEventArguments) -> None:
        self.picked.take(event.args["ids"], on=bool(event.args["on"]))
        self.acts.show(self.total)

    def everybody(self) -> None:
        self.picked.take_all(self.search)
        self.rows.run_method("pickAll")
        self.acts.show(self.total)

    def nobody(self) -> None:
        self.picked.clear()
        self.rows.run_method("unpick")
        self.acts.show(self.total)
