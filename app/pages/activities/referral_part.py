"""Who brought whom: a part of a sheet that finds the other one in my bank; it may stay open."""

from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app.models import Activity, Contact, Outcome, User
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import look
from app.pages.ui import basic, pickers
from app.services.activities import referrals
from app.services.contacts import search as finding
from app.services.contacts.search import Search

SHOWN = 4
WAYS = {True: "They brought somebody", False: "Somebody brought them"}


class Referred:
    """`contact_id` is whom the sheet is about; `gave` says whether they brought the other one or came through them."""

    def reset(self, contact_id: UUID, other: tuple[UUID, str] | None = None, *, both_ways: bool = True) -> None:
        self.contact_id, self.other, self.both_ways = contact_id, other, both_ways
        self.gave, self.q, self.turn = True, "", 0
        self.wishes: dict[str, Any] = {"thanks": True}

    def draw(self) -> None:
        basic.heading("Who brought whom")
        if self.both_ways:
            self.ways = basic.chips(WAYS, self.gave, self.choose)
        self.box = ui.element("div").classes("pd-referred").mark("referred")
        self.fill()
        if self.both_ways:
            thanks = ui.switch("Remind me to say thank you", value=True)
            thanks.bind_value_to(self.wishes, "thanks", strict=False)

    def choose(self, gave: bool) -> None:
        self.gave = gave
        basic.mark_chip(self.ways, gave)

    def fill(self) -> None:
        self.box.clear()
        with self.box:
            if self.other:
                with ui.element("div").classes("pd-line"):
                    basic.icon("handshake")
                    basic.text(self.other[1], "pd-strong pd-grow pd-clip")
                    basic.icon_button("x", f"Not {self.other[1]}", lambda: self.pick(None))
                return
            pickers.search_box("Who was it", self.search, hint="Search my contacts, or leave it open")
            self.matches = pickers.matches("My contacts", "one")

    def pick(self, other: tuple[UUID, str] | None) -> None:
        self.other = other
        self.fill()

    async def search(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q, self.turn = (event.value or "").strip(), self.turn + 1
        turn = self.turn
        found = await look(self.ask) if self.q else []
        if turn == self.turn and not self.matches.box.is_deleted:
            facts: dict[str, object] = {str(one.id): (one.name, contact_rows.subtitle(one)) for one in found}
            words = "Nobody like this. Log it open, and say later who it was."
            nobody = ("", lambda: basic.text(words, "pd-muted pd-small")) if self.q and not found else None
            self.matches.show(facts, [partial(self.row, one) for one in found], nobody)

    def row(self, contact: Contact) -> None:
        picked = partial(self.pick, (contact.id, contact.name))
        pickers.choice(contact.name, contact_rows.subtitle(contact), False, picked).props(remove="role aria-checked")

    def ask(self, session: Session, me: User) -> list[Contact]:
        found = finding.contacts(session, me, Search(q=self.q), limit=SHOWN + 1).items
        return [contact for contact in found if contact.id != self.contact_id][:SHOWN]

    @property
    def by_id(self) -> UUID:
        """With whom the referral is logged: whoever brought somebody."""
        return self.contact_id if self.gave or not self.other else self.other[0]

    def settle(self, session: Session, me: User, touch: Activity) -> Activity | None:
        """Link the two, and plan the thanks; hands back what was planned."""
        whom = None
        if self.other:
            whom = self.other[0] if self.gave else self.contact_id
            referrals.link(session, me, touch.id, whom)
        if touch.outcome is not Outcome.INTRODUCED or not self.wishes["thanks"]:
            return None
        return referrals.thank(session, me, self.by_id, whom)
