"""Adding contacts to a campaign: tick them, or take all that match."""

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
from app.pages.campaigns.assign_filters import AssignFilters, Narrowing
from app.pages.campaigns.campaign_actions import undo_of
from app.pages.campaigns.parts import campaign_cards
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import more_button
from app.services.campaigns import board, bulk_moves
from app.services.campaigns.board_assignments import Assigned
from app.services.contacts import contact_search
from app.services.contacts.contact_search import Search
from app.services.permissions import visibility
from app.services.permissions.visibility import Place

PAGE, WARNED = 40, 20
FILTERS: dict[str, tuple[str, Search]] = {
    "all": ("All", Search()),
    "warm": ("Warm", Search(warmness_min=7, sort="-warmness")),
    "quiet": ("Not contacted for 30 days", Search(not_contacted_days=30, sort="last_contacted")),
    "new": ("Newest", Search(sort="-created")),
}


@dataclass(frozen=True)
class AssignPage:
    """One page of my bank, where each contact stands already, and how many match in all."""

    shown: list[Contact]
    places: dict[UUID, list[Place]]
    more: bool
    total: int
    zone: str


class AssignSheet:
    """One sheet per campaign page."""

    def __init__(self, campaign_id: UUID, name: str) -> None:
        self.sheet = Sheet("Add contacts")
        self.campaign_id = campaign_id
        self.name = name

    async def open(self) -> None:
        found, narrowing = await look(
            lambda session, me: (find_page(session, me, FILTERS["all"][1], PAGE), Narrowing.known(session, me))
        )
        with self.sheet.fresh():
            basic.text("Add contacts", "pd-h1")
            basic.text(self.name, "pd-muted pd-clip").style("margin-bottom: 10px")
            AssignForm(self.sheet, self.campaign_id, found, narrowing)
        self.sheet.open()


def find_page(session: Session, me: User, search: Search, limit: int) -> AssignPage:
    page = contact_search.contacts(session, me, search, limit=limit)
    total = contact_search.count(session, me, search)
    return AssignPage(
        page.items, visibility.places(session, me, page.items), page.next_cursor is not None, total, me.timezone
    )


class AssignForm:
    """The search, the filters and who is ticked, drawn where it is made."""

    def __init__(self, sheet: Sheet, campaign_id: UUID, found: AssignPage, narrowing: Narrowing) -> None:
        self.sheet = sheet
        self.campaign_id = campaign_id
        self.q = ""
        self.filter = "all"
        self.limit = PAGE
        self.turn = 0
        self.total = found.total
        self.chosen: set[UUID] = set()
        box = pickers.search_box("Search my contacts", self.type_search).mark("assign-search")
        with box.add_slot("prepend"):
            basic.icon("search")
        with ui.element("div").style("margin-top: 8px"):
            labels = {name: label for name, (label, _) in FILTERS.items()}
            self.filter_chips = basic.chips(labels, self.filter, self.choose_filter)
        with basic.expansion("More filters"), ui.element("div").classes("pd-stack"):
            self.more = AssignFilters(narrowing, self.narrow)
        self.matches = pickers.matches("My contacts")
        with ui.element("div").classes("pd-foot pd-stack").style("margin-top: 8px"):
            # two buttons, each with its own meaning: what was aimed at one is never taken by the other
            self.add_chosen_button = basic.button("", self.add_chosen, "main").mark("add-chosen")
            self.add_matching_button = basic.button("", self.add_matching, "soft").mark("add-matching")
        self.show(found)

    def search(self) -> Search:
        chosen = self.more.chosen
        return replace(
            FILTERS[self.filter][1],
            q=self.q,
            tag=chosen["tag"] or None,
            role=chosen["role"] or "",
            sector=chosen["sector"] or None,
            outside_but=self.campaign_id if chosen["outside"] else None,
        )

    async def narrow(self) -> None:
        await self.load(PAGE)

    def show(self, found: AssignPage) -> None:
        self.total = found.total
        facts: dict[str, object] = {}
        draws = []
        for contact in found.shown:
            places = found.places[contact.id]
            here = any(place.campaign_id == self.campaign_id for place in places)
            note = "on this board" if here else places[0].campaign if places else ""
            hint = " · ".join(
                filter(None, (contact_rows.subtitle(contact), theme.ago(contact.last_contacted, found.zone)))
            )
            facts[str(contact.id)] = (contact.name, hint, note, here)
            draws.append(partial(self.row, contact, hint, note, here))
        nobody = None if found.shown else (self.is_narrowed, self.draw_nobody)
        self.matches.show(facts, draws, more_button("Show more", self.load_more) if found.more else nobody)
        self.show_counts()

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filter != "all" or any(self.more.chosen.values()))

    def row(self, contact: Contact, hint: str, note: str, here: bool) -> None:
        ticked = here or contact.id in self.chosen
        row = pickers.choice(contact.name, hint, ticked, lambda: None if here else self.toggle(contact, row), note)
        # still reached by a keyboard: else a list of nobody but members could not be scrolled with one
        row.props("aria-disabled=true" if here else "")

    def draw_nobody(self) -> None:
        if self.is_narrowed:
            basic.empty("search", "No matches", "Try fewer letters, or another filter.")
            return
        hint = "Only contacts of your own bank can be added."
        basic.empty("users", "Your bank is empty", hint, "Import contacts", lambda: ui.navigate.to("/import"))

    def show_counts(self) -> None:
        """What the buttons would do, in numbers."""
        count = len(self.chosen)
        self.add_chosen_button.set_visibility(bool(count))
        self.add_matching_button.set_visibility(bool(self.total) and not count)
        self.add_chosen_button.set_text(f"Add {campaign_cards.people_word(count)}")
        self.add_matching_button.set_text(f"Add all {self.total:,} that match")

    def toggle(self, contact: Contact, row: Any) -> None:
        self.chosen ^= {contact.id}
        pickers.mark(row, contact.id in self.chosen)
        self.show_counts()

    async def type_search(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q = event.value or ""
        await self.load(PAGE)

    async def choose_filter(self, name: str) -> None:
        self.filter = name
        basic.mark_chip(self.filter_chips, name)
        await self.load(PAGE)

    async def load_more(self) -> None:
        await self.load(self.limit + PAGE)

    async def load(self, limit: int) -> None:
        self.turn, self.limit = self.turn + 1, limit
        turn = self.turn
        search = self.search()
        found = await look(lambda session, me: find_page(session, me, search, limit))
        if turn == self.turn:
            self.show(found)

    async def add_chosen(self) -> None:
        await self.add(lambda _session, _me: list(self.chosen))

    async def add_matching(self) -> None:
        search = self.search()
        # asked again in the same step: what matches now is what is added; Undo takes off those very places
        await self.add(lambda session, me: list(session.scalars(contact_search.ids(session, me, search))))

    async def add(self, whom: Callable[[Session, User], list[UUID]]) -> None:
        done: list[Assigned] = []
        warned: list[tuple[str, str]] = []
        back: list[Callable[[Session, User], str] | None] = []

        @tap
        def work(session: Session, me: User) -> Confirmation | None:
            became, undo_id = bulk_moves.assign(session, me, self.campaign_id, whom(session, me))
            done.extend(became)
            back.append(undo_of(undo_id))
            worth = [each for each in done if each.warning]
            names = [board.card(session, me, self.campaign_id, each.contact_id).name for each in worth[:WARNED]]
            warned.extend((name, each.warning or "") for name, each in zip(names, worth, strict=False))
            return None if warned else Confirmation(assign_result.assign_words(done), back[0])

        if not await work():
            return
        if warned:
            assign_result.draw_warnings(self.sheet, done, warned, back[0])
        else:
            self.sheet.close()
