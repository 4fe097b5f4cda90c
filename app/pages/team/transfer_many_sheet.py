"""Handing contacts of one colleague to another: all or chosen ones, to whom, and first what that means."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.errors import Conflict
from app.models import Contact, User
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import Said, look, tap
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Kept
from app.services.accounts import users as staff
from app.services.team import transfer, transfer_preview
from app.services.team.transfer_preview import Offer

PAGE = 50
WHICH = {True: "All", False: "Chosen ones"}
LAST = "They can no longer sign in, so this cannot be taken back, only handed on."


class HandOverMany:
    """One per Team page; `open` names whose contacts go."""

    def __init__(self) -> None:
        self.sheet, self.turn, self.counting = Sheet("Hand over contacts"), 0, 0

    async def open(self, giver: User) -> None:
        self.giver, self.everybody = giver, True
        self.taker: User | None = None
        self.chosen: dict[UUID, str] = {}
        self.q = ""

        def ask(session: Session, me: User) -> tuple[Offer, list[User]]:
            others = [one for one in staff.colleagues(session, me) if one.active and one.id != giver.id]
            return transfer_preview.preview_transfer(session, me, giver.id), others

        self.offer, colleagues = await look(ask)
        with self.sheet.fresh():
            basic.line(f"Hand over contacts of {giver.name}", "h2", "pd-h1")
            basic.text(scope(giver, self.offer), "pd-muted").style("margin: 6px 0 4px")
            if self.offer.total:
                self.draw(colleagues)
        self.sheet.open()

    def draw(self, colleagues: list[User]) -> None:
        basic.heading("To whom")
        self.takers = {}
        with ui.element("div").classes("pd-picks pd-takers").props('role=group aria-label="To whom"'):
            for user in colleagues:
                row = pickers.choice(user.name, user.email, False, partial(self.give_to, user))
                self.takers[user.id] = row
        if self.offer.shared:
            basic.heading("Which ones")
            self.which = basic.chips(WHICH, True, self.narrow)
        self.list = ui.element("div")
        self.foreseen = Kept("pd-merged")
        self.foreseen.box.style("margin-top: 14px")
        with ui.element("div").classes("pd-foot"):
            basic.button("Hand over", self.hand_over, "main").classes("full-width").mark("hand-over")
        self.foresee(self.offer)

    def give_to(self, user: User) -> None:
        self.taker = user
        for user_id, row in self.takers.items():
            pickers.mark(row, user_id == user.id)
        self.foresee(self.offer)

    async def narrow(self, everybody: bool) -> None:
        self.everybody = everybody
        basic.mark_chip(self.which, everybody)
        self.list.clear()
        if not everybody:
            with self.list:
                pickers.search_box("Search these contacts", self.typed).style("margin-top: 10px")
                self.matches = pickers.matches("Contacts")
            await self.fill()
        await self.count()

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q = event.value or ""
        await self.fill()

    async def fill(self) -> None:
        self.turn += 1
        turn, q = self.turn, self.q
        found = await look(
            lambda session, me: transfer_preview.search_transferable(session, me, self.giver.id, q, PAGE)
        )
        if turn != self.turn:
            return
        facts: dict[str, object] = {str(one.id): (one.name, contact_rows.subtitle(one)) for one in found}
        nobody = None if found else ("", lambda: basic.empty("search", "Nobody like this", "Try fewer letters."))
        self.matches.show(facts, [partial(self.row, one) for one in found], nobody)

    def row(self, contact: Contact) -> None:
        row = pickers.choice(
            contact.name, contact_rows.subtitle(contact), contact.id in self.chosen, lambda: self.toggle(contact, row)
        )

    async def toggle(self, contact: Contact, row: Any) -> None:
        if self.chosen.pop(contact.id, None) is None:
            self.chosen[contact.id] = contact.name
        pickers.mark(row, contact.id in self.chosen)
        await self.count()

    async def count(self) -> None:
        """What would go, as it is chosen now."""
        self.counting += 1
        turn, ids = self.counting, None if self.everybody else list(self.chosen)
        offer = await look(lambda session, me: transfer_preview.preview_transfer(session, me, self.giver.id, ids))
        if turn == self.counting:
            self.foresee(offer)

    def foresee(self, offer: Offer) -> None:
        to = self.taker.name if self.taker else "a colleague"
        waits = f"{counted(offer.planned, 'planned touch', 'planned touches')} and {counted(offer.pushes, 'push', 'pushes')}"
        lines = [
            f"{counted(offer.total, 'contact')} of {self.giver.name} will be {to}'s, with the whole story.",
            f"{waits} that still wait go with them.",
            "What was done stays with who did it. Search, figures and Pipedrive follow the new owner.",
        ]
        if not self.giver.active:
            lines.append(LAST)
        if not offer.total:
            lines = ["Nobody is chosen yet."]
        self.foreseen.show(lines, lambda: [basic.text(line, "pd-small") for line in lines])

    async def hand_over(self) -> None:
        chosen = None if self.everybody else list(self.chosen)
        if await hand_over(self.giver, self.taker, chosen):
            self.sheet.close()


def scope(giver: User, offer: Offer) -> str:
    """What may go at all, and why not more."""
    if giver.active:
        found = f"{counted(offer.total, 'contact')} in campaigns."
        return f"{found} What is in no campaign is only {giver.name}'s own as long as they work here."
    return f"{counted(offer.total, 'contact')}, the whole bank. By name you see the {offer.shared:,} in campaigns."


def counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


@tap
def hand_over(session: Session, me: User, giver: User, taker: User | None, chosen: list[UUID] | None) -> Said | str:
    if taker is None:
        raise Conflict("Choose first to whom.")
    ids = transfer_preview.transferable_ids(session, me, giver.id) if chosen is None else chosen
    if not ids:
        raise Conflict("Choose at least one contact.")
    count = transfer.transfer_contacts(session, me, giver.id, taker.id, ids)
    words = f"{counted(count, 'contact')} handed over to {taker.name}"
    return Said(words, partial(_back, giver, taker, ids)) if giver.active else words


def _back(giver: User, taker: User, ids: list[UUID], session: Session, who: User) -> str:
    count = transfer.transfer_contacts(session, who, taker.id, giver.id, ids)
    return f"{counted(count, 'contact')} back with {giver.name}"
