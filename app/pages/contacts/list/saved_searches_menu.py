"""Saved searches: the present one under a name, to come back to with two taps; renamed and removed in a sheet."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import SavedSearch, SavedSearchDraft, User
from app.pages.contacts.list import list_queries
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, form
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.chips import MenuChip
from app.services.contacts import saved_searches
from app.services.contacts.contact_search import Search

Known = list[tuple[SavedSearch, Search]]

KEEP, MANAGE, TRASH = "keep", "manage", "trash"


class SavedSearchesMenu:
    """The first chip of the row: it has the name of the search that is shown, when that one is saved."""

    def __init__(
        self, known: Known, present: Callable[[], Search], on_pick: Callable[[Search], Awaitable[None]]
    ) -> None:
        self.known = known
        self.present = present
        self.on_pick = on_pick
        self.chip = MenuChip(self.options, self.choose)
        self.chip.button.mark("saved-views")
        self.sheet = Sheet("Saved searches")

    def show(self, search: Search) -> None:
        name = next((view.name for view, found in self.known if found == search), None)
        self.chip.show(name or "Saved", on=name is not None)

    async def options(self) -> Mapping[Any, str]:
        self.known = await look(list_queries.saved_views)
        named: dict[Any, str] = {str(view.id): view.name for view, _ in self.known}
        fresh = all(found != self.present() for _, found in self.known) and self.present() != Search()
        return (
            named
            | ({KEEP: "Save this search …"} if fresh or not named else {})
            | ({MANAGE: "Rename or remove …"} if named else {})
            | {TRASH: "Trash"}
        )

    async def choose(self, value: str) -> None:
        if value == KEEP:
            self.ask_name()
        elif value == MANAGE:
            await self.manage()
        elif value == TRASH:
            ui.navigate.to("/trash")
        else:
            found = next((search for view, search in self.known if str(view.id) == value), None)
            if found:
                await self.on_pick(found)

    def ask_name(self, view: SavedSearch | None = None) -> None:
        """A name for the present search, or another one for a saved search."""
        typed: dict[str, Any] = {"name": view.name if view else ""}

        @tap
        def keep(session: Session, me: User) -> str:
            draft = SavedSearchDraft(name=typed["name"] or "", query=list_queries.query_of_search(self.present()))
            return f"“{saved_searches.save(session, me, draft).name}” is saved"

        @tap
        def rename(session: Session, me: User, one: SavedSearch) -> str:
            return f"Now called “{saved_searches.rename(session, me, one.id, typed['name'] or '').name}”"

        async def save() -> None:
            if await (rename(view) if view else keep()):
                await self.refresh()
                await self.manage() if view else self.sheet.close()

        with (
            self.sheet.fresh(view.id if view else "new"),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", save),
        ):
            basic.line("Another name" if view else "Save this search", "h2", "pd-h1")
            if not view:
                basic.text("The words, the filters and the order that are chosen now.", "pd-muted")
            form.field(typed, SavedSearchDraft, "name", "Name", props="autocomplete=off").props("autofocus")
            basic.button("Save", None, "main").props("type=submit").classes("full-width").mark("save-view")
        self.show_sheet()

    async def manage(self) -> None:
        await self.refresh()
        if not self.known:
            self.sheet.close()
            return
        with self.sheet.fresh():
            basic.line("Saved searches", "h2", "pd-h1")
            for view, _ in self.known:
                with ui.element("div").classes("pd-line pd-view"):
                    basic.text(view.name, "pd-strong pd-clip pd-grow")
                    basic.icon_button("pencil", f"Rename {view.name}", lambda view=view: self.ask_name(view))
                    basic.icon_button("trash-2", f"Remove {view.name}", lambda view=view: self.remove(view))
        self.show_sheet()

    def show_sheet(self) -> None:
        # opening it again would hush what was just said, and its Undo
        if not self.sheet.is_open:
            self.sheet.open()

    async def remove(self, view: SavedSearch) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            saved_searches.remove(session, me, view.id)
            return Confirmation(f"“{view.name}” is removed", back)

        def back(session: Session, me: User) -> str:
            saved_searches.save(session, me, SavedSearchDraft(name=view.name, query=view.query))
            return f"“{view.name}” is back"

        if await work():
            await self.manage()

    async def refresh(self) -> None:
        self.known = await look(list_queries.saved_views)
        self.show(self.present())
