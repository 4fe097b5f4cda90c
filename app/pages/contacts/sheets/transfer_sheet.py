"""Transferring a contact to a colleague, with undo."""

from functools import partial

from nicegui import ui
from sqlmodel import Session

from app.models import Contact, User
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import users
from app.services.team import transfer

HINT = "The timeline, the places in campaigns, and what is planned or waits for Pipedrive go over with it."


class TransferSheet:
    """One per panel; `open` says whose contact it is."""

    def __init__(self) -> None:
        self.sheet = Sheet("Hand over")

    async def open(self, contact: Contact, owner: User) -> None:
        able = [user for user in await look(users.colleagues) if user.active and user.id != owner.id]
        with self.sheet.fresh():
            basic.line(f"Hand over {contact.name}", "h2", "pd-h1")
            basic.text(f"Now with {owner.name}. {HINT}", "pd-muted").style("margin-bottom: 8px")
            with ui.element("div").classes("pd-picks one").props('role=group aria-label="Colleagues"'):
                for user in able:
                    verb = partial(self.give, contact, owner, user)
                    pickers.choice(user.name, user.email, False, verb).props(remove="role aria-checked")
            if not able:
                basic.empty("users", "Nobody to hand it to", "Invite a colleague first.")
        self.sheet.open()

    async def give(self, contact: Contact, owner: User, to: User) -> None:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            transfer.transfer_contacts(session, me, owner.id, to.id, [contact.id])
            return Confirmation(f"{contact.name} is {to.name}'s now", partial(_back, contact, owner, to))

        if await work():
            self.sheet.close()

    def close(self) -> None:
        if not self.sheet.is_gone:
            self.sheet.fresh()
            self.sheet.close()


def _back(contact: Contact, owner: User, to: User, session: Session, who: User) -> str:
    transfer.transfer_contacts(session, who, to.id, owner.id, [contact.id])
    return f"{contact.name} is {owner.name}'s again"
