"""Bringing contacts into a campaign: tick them, or take all that match; then what deserves a second look."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.models import Contact, User
from app.pages.campaigns import assign_result
from app.pages.campaigns.campaign_actions import taken_back
from app.pages.campaigns.parts import campaign_cards
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import Said, look, tap
from app.pages.ui import basic, pickers, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import further
from app.services.campaigns import board, bulk_moves
from app.services.campaigns.board import Assigned
from app.services.contacts import search as finding
from app.services.contacts.search import Search
from app.services.permissions import visibility
from app.services.permissions.visibility import Place

PAGE, WARNED = 40, 20
FILTERS: dict[str, tuple[str, Search]] = {
    "all": ("All", Search()),
    "warm": ("Warm", Search(warmness_min=7, sort="-warmness")),
    "quiet": ("Quiet 30 days", Search(not_contacted_days=30, sort="last_contacted")),
    "new": ("Newest", Search(sort="-created")),
}


@dataclass
class Found:
    """One page of my bank, where each contact stands already, and how many match in all."""

    shown: list[Contact]
    places: dict[UUID, list[Place]]
    more: bool
    total: int


class AssignSheet:
    """One sheet per campaign page."""

    def __init__(self, campaign_id: UUID, name: str) -> None:
        self.sheet = Sheet("Add contacts")
        self.id, self.name = campaign_id, name
        self.turn = 0

    async def open(self) -> None:
        self.q, self.filter, self.limit = "", "all", PAGE
        self.chosen: dict[UUID, str] = {}
        found = await look(self.ask)
        self.draw(found)
        self.sheet.open()

    def search(self) -> Search:
        return replace(FILTERS[self.filter][1], q=self.q)

    def ask(self, session: Session, me: User) -> Found:
        page = finding.contacts(session, me, self.search(), limit=self.limit)
        total = finding.count(session, me, self.search())
        return Found(page.items, visibility.places(session, me, page.items), page.next_cursor is not None, total)

    def draw(self, found: Found) -> None:
        with self.sheet.fresh():
            basic.text("Add contacts", "pd-h1")
            basic.text(self.name, "pd-muted pd-clip").style("margin-bottom: 10px")
            box = pickers.search_box("Search my contacts", self.typed).mark("assign-search")
            with box.add_slot("prepend"):
                basic.icon("search")
            with ui.element("div").style("margin-top: 8px"):
                filters = {name: each[0] for name, each in FILTERS.items()}
                self.chips = basic.chips(filters, self.filter, self.narrow)
            self.matches = pickers.matches("My contacts")
            with ui.element("div").classes("pd-foot pd-stack").style("margin-top: 8px"):
                # two buttons, each with its own meaning: what was aimed at one is never taken by the other
                self.these = basic.button("", self.add_chosen, "main").mark("add-chosen")
                self.all = basic.button("", self.add_matching, "soft").mark("add-matching")
        self.show(found)

    def show(self, found: Found) -> None:
        self.total = found.total
        facts: dict[str, object] = {}
        draws = []
        for contact in found.shown:
            places = found.places[contact.id]
            here = any(place.campaign_id == self.id for place in places)
            note = "on this board" if here else places[0].campaign if places else ""
            hint = " · ".join(filter(None, (contact_rows.subtitle(contact), theme.ago(contact.last_contacted))))
            facts[str(contact.id)] = (contact.name, hint, note, here)
            draws.append(partial(self.row, contact, hint, note, here))
        nobody = None if found.shown else (bool(self.q or self.filter != "all"), self.nobody)
        self.matches.show(facts, draws, further("Show more", self.more) if found.more else nobody)
        self.tell()

    def row(self, contact: Contact, hint: str, note: str, here: bool) -> None:
        ticked = here or contact.id in self.chosen
        row = pickers.choice(contact.name, hint, ticked, lambda: None if here else self.toggle(contact, row), note)
        # still reached by a keyboard: else a list of nobody but members could not be scrolled with one
        row.props("aria-disabled=true" if here else "")

    def nobody(self) -> None:
        if self.q or self.filter != "all":
            basic.empty("search", "Nobody like this", "Try fewer letters, or another filter.")
            return
        hint = "Only contacts of your own bank can be added."
        basic.empty("users", "Your bank is empty", hint, "Import contacts", lambda: ui.navigate.to("/import"))

    def tell(self) -> None:
        """What the buttons would do, in numbers."""
        count = len(self.chosen)
        self.these.set_visibility(bool(count))
        self.all.set_visibility(bool(self.total) and not count)
        self.these.set_text(f"Add {campaign_cards.people(count)}")
        self.all.set_text(f"Add all {self.total:,} that match")

    def toggle(self, contact: Contact, row: Any) -> None:
        if self.chosen.pop(contact.id, None) is None:
            self.chosen[contact.id] = contact.name
        pickers.mark(row, contact.id in self.chosen)
        self.tell()

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q = event.value or ""
        await self.again(PAGE)

    async def narrow(self, name: str) -> None:
        self.filter = name
        basic.mark_chip(self.chips, name)
        await self.again(PAGE)

    async def more(self) -> None:
        await self.again(self.limit + PAGE)

    async def again(self, limit: int) -> None:
        self.turn, self.limit = self.turn + 1, limit
        turn = self.turn
        found = await look(self.ask)
        if turn == self.turn:
            self.show(found)

    async def add_chosen(self) -> None:
        await self.add(lambda _session, _me: list(self.chosen))

    async def add_matching(self) -> None:
        search = self.search()
        # asked again in the same step: what matches now is what is added; Undo takes off those very places
        await self.add(lambda session, me: list(session.scalars(finding.ids(session, me, search))))

    async def add(self, whom: Callable[[Session, User], list[UUID]]) -> None:
        done: list[Assigned] = []
        warned: list[tuple[str, str]] = []
        back: list[Callable[[Session, User], str] | None] = []

        @tap
        def work(session: Session, me: User) -> Said | None:
            became, deed_id = bulk_moves.assign(session, me, self.id, whom(session, me))
            done.extend(became)
            back.append(taken_back(deed_id))
            worth = [each for each in done if each.warning]
            names = [board.card(session, me, self.id, each.contact_id).name for each in worth[:WARNED]]
            warned.extend((name, each.warning or "") for name, each in zip(names, worth, strict=False))
            return None if warned else Said(assign_result.words(done), back[0])

        if not await work():
            return
        if warned:
            assign_result.second_look(self.sheet, done, warned, back[0])
        else:
            self.sheet.close()
