"""A sheet in which one contact of my own is chosen, by typing a little of the name."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from app.models import Contact
from app.pages.contacts.sheets.contact_search import ContactSearch, find_contacts
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet


class ContactPicker:
    """One sheet per page; `open` asks a question that one contact answers."""

    def __init__(self) -> None:
        self.sheet = Sheet("Choose a contact")

    async def open(self, title: str, hint: str, q: str, but_not: UUID, on_pick: Callable[[Contact], Any]) -> None:
        """Begin with the matches of `q`, or with everybody when it has none. `on_pick` is called once the sheet is closed."""
        found = await find_contacts(q, but_not)
        if not found:
            q = ""
            found = await find_contacts(q, but_not)

        def pick(contact: Contact) -> Any:
            self.sheet.close()
            return on_pick(contact)

        with self.sheet.fresh():
            basic.line(title, "h2", "pd-h1")
            basic.text(hint, "pd-muted").style("margin: 4px 0 10px")
            ContactSearch(pick, draw_nobody, q=q, first=found, but_not=but_not).box.mark("pick-search")
        self.sheet.open()


def draw_nobody() -> None:
    basic.empty("search", "No matches", "Try fewer letters.")
