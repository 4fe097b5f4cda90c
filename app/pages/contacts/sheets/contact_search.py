"""A search box over my own contacts with the matches below it, for sheets in which one contact is chosen."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import look
from app.pages.ui import pickers
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search

PAGE = 30
LABEL = "Search my contacts"


async def find_contacts(q: str, but_not: UUID | None = None, limit: int = PAGE) -> list[Contact]:
    """Those of my contacts that match `q`, all of them when it is empty; never the contact `but_not`."""

    def ask(session: Session, me: User) -> list[Contact]:
        # one more than is shown, in case `but_not` is among them
        found = contact_search.contacts(session, me, Search(q=q), limit=limit + 1).items
        return [contact for contact in found if contact.id != but_not][:limit]

    return await look(ask)


class ContactSearch:
    """Draws the box and the matches where it is made; `on_pick` gets the contact whose row was tapped.

    `first` are the matches of `q`. `draw_nobody` says that nothing was found. Without `shows_all` an empty box finds nobody.
    """

    def __init__(
        self,
        on_pick: Callable[[Contact], Any],
        draw_nobody: Callable[[], object],
        *,
        q: str = "",
        first: Sequence[Contact] = (),
        but_not: UUID | None = None,
        limit: int = PAGE,
        label: str = LABEL,
        hint: str = "",
        shows_all: bool = True,
    ) -> None:
        self.on_pick = on_pick
        self.draw_nobody = draw_nobody
        self.but_not = but_not
        self.limit = limit
        self.shows_all = shows_all
        self.turn = 0
        self.box = pickers.search_box(label, self.search, q, hint)
        self.matches = pickers.matches("My contacts", "one")
        if first or shows_all:
            self.show(first, q)

    async def search(self, event: ValueChangeEventArguments[Any]) -> None:
        q = (event.value or "").strip()
        self.turn += 1
        turn = self.turn
        found = await find_contacts(q, self.but_not, self.limit) if q or self.shows_all else []
        if turn == self.turn:
            self.show(found, q)

    def show(self, found: Sequence[Contact], q: str) -> None:
        facts: dict[str, object] = {str(one.id): (one.name, contact_rows.subtitle(one)) for one in found}
        nobody = ("", self.draw_nobody) if not found and (q or self.shows_all) else None
        self.matches.show(facts, [partial(self.row, one) for one in found], nobody)

    def row(self, contact: Contact) -> None:
        row = pickers.choice(contact.name, contact_rows.subtitle(contact), False, partial(self.on_pick, contact))
        row.props(remove="role aria-checked")
