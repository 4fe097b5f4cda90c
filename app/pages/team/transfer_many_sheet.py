"""Handing contacts of one colleague to another: all or chosen ones, to whom, and first what that means."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.element import Element
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.errors import Conflict
from app.models import Contact, User
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import KeyedList, Memo
from app.services.accounts import users
from app.services.team import transfer
from app.services.team.transfer import Offer

MOST_MATCHES = 50
WHICH = {True: "All", False: "Chosen ones"}
LAST = "They can no longer sign in, so this cannot be undone, only handed on."


class TransferManySheet:
    """One per Team page; `open` names whose contacts go."""

    def __init__(self) -> None:
        self.sheet = Sheet("Hand over contacts")

    async def open(self, giver: User) -> None:
        def ask(session: Session, me: User) -> tuple[Offer, list[User]]:
            others = [one for one in users.colleagues(session, me) if one.active and one.id != giver.id]
            return transfer.preview_transfer(session, me, giver.id), others

        offer, colleagues = await look(ask)
        with self.sheet.fresh():
            basic.line(f"Hand over contacts of {giver.name}", "h2", "pd-h1")
            basic.text(scope(giver, offer), "pd-muted").style("margin: 6px 0 4px")
            if offer.total:
                TransferForm(giver, offer, colleagues, self.sheet.close)
        self.sheet.open()


class TransferForm:
    """To whom, and which contacts; below it what would happen with what is chosen now."""

    def __init__(self, giver: User, offer: Offer, colleagues: list[User], on_done: Callable[[], None]) -> None:
        self.giver = giver
        self.on_done = on_done
        self.offer = offer
        self.taker: User | None = None
        self.everybody = True
        self.chosen: dict[UUID, str] = {}
        self.query = ""
        # of two answers that overtake each other, the newer one is shown
        self.search_turn = 0
        self.count_turn = 0
        self.matches: KeyedList | None = None
        basic.heading("To whom")
        with ui.element("div").classes("pd-picks pd-takers").props('role=group aria-label="To whom"'):
            self.takers = {
                user.id: pickers.choice(user.name, user.email, False, partial(self.choose_taker, user))
                for user in colleagues
            }
        self.which: dict[bool, ui.button] = {}
        if offer.shared:
            basic.heading("Which ones")
            self.which = basic.chips(WHICH, True, self.choose_which)
        self.list = ui.element("div")
        self.preview = Memo("pd-merged")
        self.preview.box.style("margin-top: 14px")
        with ui.element("div").classes("pd-foot"):
            basic.button("Hand over", self.submit, "main").classes("full-width").mark("hand-over")
        self.show_preview()

    def choose_taker(self, user: User) -> None:
        self.taker = user
        for user_id, row in self.takers.items():
            pickers.mark(row, user_id == user.id)
        self.show_preview()

    async def choose_which(self, everybody: bool) -> None:
        self.everybody = everybody
        basic.mark_chip(self.which, everybody)
        self.list.clear()
        self.matches = None
        if not everybody:
            with self.list:
                pickers.search_box("Search these contacts", self.type_query).style("margin-top: 10px")
                self.matches = pickers.matches("Contacts")
            await self.search()
        await self.count()

    async def type_query(self, event: ValueChangeEventArguments[Any]) -> None:
        self.query = event.value or ""
        await self.search()

    async def search(self) -> None:
        self.search_turn += 1
        turn, query = self.search_turn, self.query
        found = await look(
            lambda session, me: transfer.search_transferable(session, me, self.giver.id, query, MOST_MATCHES)
        )
        if turn != self.search_turn or self.matches is None:
            return
        facts: dict[str, object] = {str(one.id): (one.name, contact_rows.subtitle(one)) for one in found}
        nobody = None if found else ("", lambda: basic.empty("search", "No matches", "Try fewer letters."))
        self.matches.show(facts, [partial(self.draw_match, one) for one in found], nobody)

    def draw_match(self, contact: Contact) -> None:
        row = pickers.choice(
            contact.name, contact_rows.subtitle(contact), contact.id in self.chosen, lambda: self.toggle(contact, row)
        )

    async def toggle(self, contact: Contact, row: Element) -> None:
        if self.chosen.pop(contact.id, None) is None:
            self.chosen[contact.id] = contact.name
        pickers.mark(row, contact.id in self.chosen)
        await self.count()

    async def count(self) -> None:
        """Ask what would go with what is chosen now."""
        self.count_turn += 1
        turn, ids = self.count_turn, self.chosen_ids()
        offer = await look(lambda session, me: transfer.preview_transfer(session, me, self.giver.id, ids))
        if turn == self.count_turn:
            self.offer = offer
            self.show_preview()

    def chosen_ids(self) -> list[UUID] | None:
        """None for everybody."""
        return None if self.everybody else list(self.chosen)

    def show_preview(self) -> None:
        lines = preview(self.giver, self.taker, self.offer)
        self.preview.show(lines, lambda: [basic.text(line, "pd-small") for line in lines])

    async def submit(self) -> None:
        if await hand_over(self.giver, self.taker, self.chosen_ids()):
            self.on_done()


def preview(giver: User, taker: User | None, offer: Offer) -> list[str]:
    """What would happen, in sentences."""
    if not offer.total:
        return ["Nobody is chosen yet."]
    to = taker.name if taker else "a colleague"
    touches = counted(offer.planned, "follow-up", "follow-ups")
    lines = [
        f"{counted(offer.total, 'contact')} of {giver.name} will be {to}'s, with the whole timeline.",
        f"{touches} and {counted(offer.pushes, 'push', 'pushes')} that still wait go with them.",
        "What was done stays with who did it. Search, figures and Pipedrive follow the new owner.",
    ]
    return lines if giver.active else [*lines, LAST]


def scope(giver: User, offer: Offer) -> str:
    """How many contacts may be handed over, and why not more."""
    if giver.active:
        found = f"{counted(offer.total, 'contact')} in campaigns."
        return f"{found} What is in no campaign is only {giver.name}'s own as long as they work here."
    return f"{counted(offer.total, 'contact')}, the whole bank. By name you see the {offer.shared:,} in campaigns."


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


@tap
def hand_over(
    session: Session, me: User, giver: User, taker: User | None, chosen: list[UUID] | None
) -> Confirmation | str:
    if taker is None:
        raise Conflict("Choose first to whom.")
    ids = transfer.transferable_ids(session, me, giver.id) if chosen is None else chosen
    if not ids:
        raise Conflict("Choose at least one contact.")
    count = transfer.transfer_contacts(session, me, giver.id, taker.id, ids)
    words = f"{counted(count, 'contact')} handed over to {taker.name}"
    return Confirmation(words, partial(_hand_back, giver, taker, ids)) if giver.active else words


def _hand_back(giver: User, taker: User, ids: list[UUID], session: Session, who: User) -> str:
    count = transfer.transfer_contacts(session, who, taker.id, giver.id, ids)
    return f"{counted(count, 'contact')} back with {giver.name}"
