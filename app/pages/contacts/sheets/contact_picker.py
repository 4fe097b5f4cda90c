"""Choosing one contact of one's own bank, by typing a little of the name."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import look
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import search
from app.services.contacts.search import Search

PAGE = 30


class ContactPicker:
    """One sheet per page; `open` asks a question that one contact answers."""

    def __init__(self) -> None:
        self.sheet = Sheet("Choose a contact")
        self.turn = 0

    async def open(self, title: str, hint: str, q: str, but_not: UUID, on_pick: Callable[[Contact], Any]) -> None:
        """Begin with those like `q`, and with everybody when nobody is."""
        self.q, self.but_not, self.on_pick = q, but_not, on_pick
        shown = await look(self.ask)
        if not shown:
            self.q = ""
            shown = await look(self.ask)
        with self.sheet.fresh():
            basic.line(title, "h2", "pd-h1")
            basic.text(hint, "pd-muted").style("margin: 4px 0 10px")
            pickers.search_box("Search my contacts", self.typed, self.q).mark("pick-search")
            self.matches = pickers.matches("My contacts", "one")
        self.fill(shown)
        self.sheet.open()

    def ask(self, session: Session, me: User) -> list[Contact]:
        found = search.contacts(session, me, Search(q=self.q), limit=PAGE).items
        return [contact for contact in found if contact.id != self.but_not]

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q, self.turn = event.value or "", self.turn + 1
        turn = self.turn
        shown = await look(self.ask)
        if turn == self.turn:
            self.fill(shown)

    def fill(self, shown: list[Contact]) -> None:
        facts: dict[str, object] = {str(one.id): (one.name, contact_rows.subtitle(one)) for one in shown}
        nobody = None if shown else ("", lambda: basic.empty("search", "Nobody like this", "Try fewer letters."))
        self.matches.show(facts, [partial(self.row, one) for one in shown], nobody)

    def row(self, contact: Contact) -> None:
        row = pickers.choice(contact.name, contact_rows.subtitle(contact), False, partial(self.pick, contact))
        row.props(remove="role aria-checked")

    def pick(self, contact: Contact) -> Any:
        self.sheet.close()
        return self.on_pick(contact)
