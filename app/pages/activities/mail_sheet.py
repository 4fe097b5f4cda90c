"""The sheet in which an empty mail or one of my templates is chosen; the phone’s mail program opens it."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from app.errors import Refusal
from app.models import ActivityType, Contact
from app.pages.contacts.parts import reach_links
from app.pages.core.tap import look
from app.pages.ui import basic, toast
from app.pages.ui.bottom_sheet import Sheet
from app.services.activities import email_templates
from app.services.activities.email_templates import Mail

HINT = 70


class MailSheet:
    """One sheet per page; each choice is a real link, so that the phone's own mail program opens."""

    def __init__(self, on_reach: Callable[[Contact, ActivityType], Awaitable[None]]) -> None:
        self.sheet = Sheet("Write a mail")
        self.on_reach = on_reach

    async def open(self, contact: Contact, address: str) -> None:
        try:
            found = await look(lambda session, me: email_templates.choices(session, me, contact.id, address))
        except Refusal as refusal:
            toast.show(ui.context.client, str(refusal), "no")
            return
        with self.sheet.fresh():
            basic.text(f"To {address}", "pd-muted pd-small pd-clip")
            basic.line(f"Write to {contact.name}", "h2", "pd-h1 pd-clip")
            with ui.element("div").classes("pd-picks one"):
                self.choice(contact, "Empty mail", "Nothing but the address", reach_links.mailto_link(address))
                for name, mail in found:
                    self.choice(contact, name, _hint(mail), mail.link)
            with basic.link("/settings/templates", "pd-soft-link").on("click", self.sheet.close):
                basic.icon("pencil")
                basic.text("My templates")
        self.sheet.open()

    def choice(self, contact: Contact, name: str, hint: str, address: str) -> None:
        async def taken() -> None:
            self.sheet.close()
            await self.on_reach(contact, ActivityType.EMAIL)

        with basic.link(address, "pd-choice").on("click", taken, []).mark("mail-choice"):
            with ui.element("span").classes("pd-row-text"):
                basic.text(name, "pd-row-name")
                basic.text(hint, "pd-row-sub")
            basic.icon("send")


def _hint(mail: Mail) -> str:
    return mail.subject or " ".join(mail.body.split())[:HINT] or "No words yet"
