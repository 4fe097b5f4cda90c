"""My organisations: one spelling each, how many contacts work there, and two that are one made one."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.models import User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import KeyedList, Memo, more_button
from app.services.campaigns import undo_dispatch
from app.services.contacts import organisations
from app.services.contacts.organisations import Firm
from app.signals import Topic

PAGE = 50
PICKED = 30


@screen("Organisations")
async def organisations_page(shell: Shell, q: str = "") -> None:
    basic.title("Organisations")
    basic.text("Rename one, or merge two that are the same.", "pd-muted pd-under-title")
    listed = OrganisationList(q)
    await listed.refresh()
    live_updates.on(listed.refresh, Topic.CONTACT, owner=shell.me.id)


class OrganisationList:
    """The list as somebody searches it, and the sheet in which one of them is changed."""

    def __init__(self, q: str) -> None:
        self.q = q
        self.limit = PAGE
        self.turn = 0
        self.sheet = OrganisationSheet()
        pickers.page_search_box("Search organisations", self.typed, q).style("margin-bottom: 12px")
        with ui.element("div").classes("pd-card flush") as self.card:
            self.rows = KeyedList("pd-row")
        self.empty = Memo()

    async def refresh(self) -> None:
        self.turn += 1
        turn, limit = self.turn, self.limit
        found = await look(lambda session, me: organisations.pick(session, me, self.q, limit + 1))
        if turn == self.turn and not self.card.is_deleted:
            self.show(found[:limit], len(found) > limit)

    def show(self, found: list[Firm], more: bool) -> None:
        rest = more_button("Show more", self.load_more) if more else None
        self.rows.show({str(one.id): one for one in found}, [partial(self.row, one) for one in found], rest)
        self.card.set_visibility(bool(found))
        self.empty.show((bool(found), self.q), lambda: None if found else draw_nothing(self.q))

    def row(self, firm: Firm) -> None:
        with basic.link(f"/organisations/{firm.id}", "pd-row-main"):
            with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
                basic.icon("building-2")
            with ui.element("span").classes("pd-row-text"):
                basic.text(firm.name, "pd-row-name")
                basic.text(count_contacts(firm), "pd-row-sub")
        with basic.icon_button("ellipsis", f"Actions for {firm.name}", None), ui.menu().props("auto-close"):
            ui.menu_item("Rename", lambda: self.sheet.rename(firm))
            ui.menu_item("Merge with …", lambda: self.sheet.choose(firm))

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q, self.limit = event.value or "", PAGE
        await self.refresh()

    async def load_more(self) -> None:
        self.limit += PAGE
        await self.refresh()


class OrganisationSheet:
    """Renaming one organisation, or choosing the one that it goes into."""

    def __init__(self) -> None:
        self.sheet = Sheet("Organisation")

    def rename(self, firm: Firm) -> None:
        typed: dict[str, Any] = {"name": firm.name}

        async def save() -> None:
            if await rename_organisation(firm.id, typed.get("name") or ""):
                self.sheet.close()

        with (
            self.sheet.fresh(firm.id),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save),
        ):
            basic.line("Rename", "h2", "pd-h1")
            basic.text(f"{count_contacts(firm)}. Contacts and search follow, and Pipedrive hears of it.", "pd-muted")
            box = ui.input("Name", value=firm.name).props("outlined maxlength=200 autocomplete=off autofocus")
            box.classes("pd-field").mark("firm-name", "name").bind_value_to(typed, "name", strict=False)
            with ui.element("div").classes("pd-foot"):
                basic.button("Save", None, "main").props("type=submit").classes("full-width")
        self.sheet.open()

    async def choose(self, firm: Firm) -> None:
        # those that begin alike are the likely ones
        q = firm.name.split()[0]
        others = await find_others(firm, q) or await find_others(firm, "")
        with self.sheet.fresh():
            basic.line(f"Merge {firm.name}", "h2", "pd-h1")
            basic.text(f"Into which one? {count_contacts(firm)} will work there.", "pd-muted").style(
                "margin: 4px 0 10px"
            )
            OrganisationSearch(self.sheet, firm, others, q)
        self.sheet.open()


class OrganisationSearch:
    """A search box and the organisations that `firm` can be merged into; `found` are those that match `q`."""

    def __init__(self, sheet: Sheet, firm: Firm, found: list[Firm], q: str) -> None:
        self.sheet = sheet
        self.firm = firm
        self.turn = 0
        box = pickers.search_box("Search organisations to merge into", self.search, hint="Search organisations")
        box.mark("firm-search")
        self.matches = pickers.matches("My organisations", "one")
        self.show(found, q)

    async def search(self, event: ValueChangeEventArguments[Any]) -> None:
        self.turn += 1
        turn, q = self.turn, event.value or ""
        found = await find_others(self.firm, q)
        if turn == self.turn:
            self.show(found, q)

    def show(self, found: list[Firm], q: str) -> None:
        nobody = None if found else (q, lambda: draw_nothing(q))
        self.matches.show({str(one.id): one for one in found}, [partial(self.row, one) for one in found], nobody)

    def row(self, one: Firm) -> None:
        row = pickers.choice(one.name, count_contacts(one), False, partial(self.merge, one))
        row.props(remove="role aria-checked")

    async def merge(self, keep: Firm) -> None:
        if await merge_organisations(keep.id, self.firm.id):
            self.sheet.close()


async def find_others(firm: Firm, q: str) -> list[Firm]:
    """Other organisations than `firm` that match `q`."""
    found = await look(lambda session, me: organisations.pick(session, me, q, PICKED + 1))
    return [one for one in found if one.id != firm.id][:PICKED]


def count_contacts(firm: Firm) -> str:
    return f"{firm.used:,} contact{'' if firm.used == 1 else 's'}" if firm.used else "Nobody"


def draw_nothing(q: str) -> None:
    if q:
        basic.empty("search", "No such organisation", "Try fewer letters.")
    else:
        basic.empty("building-2", "No organisations yet", "They come with your contacts.")


@tap
def rename_organisation(session: Session, me: User, organisation_id: UUID, name: str) -> Confirmation:
    firm, undo_id = organisations.rename(session, me, organisation_id, name)
    return Confirmation(f"It is {firm.name} now", partial(_as_before, undo_id))


@tap
def merge_organisations(session: Session, me: User, keep_id: UUID, drop_id: UUID) -> Confirmation:
    firm, undo_id = organisations.merge(session, me, keep_id, drop_id)
    return Confirmation(f"All of them work at {firm.name} now", partial(_as_before, undo_id))


def _as_before(undo_id: UUID, session: Session, who: User) -> str:
    return undo_dispatch.undo(session, who, undo_id).sentence
