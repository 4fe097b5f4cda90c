"""The contact bank: the list, and one contact beside it (or over it, on a phone)."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nicegui import PageArguments, ui

from app.errors import NotFound
from app.pages.contacts.detail import manager_view_panel
from app.pages.contacts.detail.contact_panel import ContactView, contact_panel
from app.pages.contacts.list import empty_states, list_queries
from app.pages.contacts.list.contact_list import ContactList
from app.pages.core import live_updates, refused_access
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic
from app.services.contacts import contact_bank
from app.services.team.manager_view import Whole as Seen
from app.signals import Topic


@screen("Contacts")
async def contacts_page(shell: Shell, args: PageArguments, cid: str | None = None) -> None:
    said = str(args.query_parameters)
    first = await look(lambda session, me: list_queries.load_first(session, me, said))
    cards = list_queries.is_cards(said)
    with ui.element("div").classes("pd-with-detail").classes("cards" if cards else "") as place:
        section = ui.element("section")
        side = SidePanel(shell)
        with section:
            listed = ContactList(shell, first, side.open, side.log, cards=cards)
    listed.layout.on_click(
        lambda: place.classes(add="cards" if listed.cards else "", remove="" if listed.cards else "cards")
    )
    await side.open(cid)
    live_updates.on(listed.refresh, Topic.CONTACT, Topic.OUTREACH, Topic.SYNC, owner=shell.me.id)


class SidePanel:
    """The panel beside the list (over it, on a phone) that shows the contact that is open."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.chosen: str | None = None
        with ui.element("aside").classes("pd-detail").props('aria-label="Contact"'):
            empty_states.draw_back_button()
            self.panel = ui.element("div").classes("pd-detail-body")
            empty_states.draw_skeleton()

    async def open(self, chosen: str | None) -> None:
        """Ask first, then draw: a slow answer for one contact never lands on the next one."""
        self.chosen = chosen
        found = await manager_view_panel.open_contact(chosen)
        if self.chosen == chosen:
            self.panel.clear()
            with self.panel:
                draw_opened(self.shell, chosen, found, partial(self.open, chosen))

    async def log(self, contact_id: str | None) -> None:
        """A colleague's contact is logged for a campaign, in its own panel."""
        try:
            contact = await look(lambda session, me: contact_bank.owned(session, me, UUID(contact_id)))
        except NotFound:
            return
        await self.shell.log(contact)


def draw_opened(
    shell: Shell, chosen: str | None, found: ContactView | Seen | None, again: Callable[[], Awaitable[None]]
) -> None:
    """The chosen contact, or a friendly nothing."""
    if isinstance(found, Seen):
        manager_view_panel.manager_view_panel(shell, found, again)
    elif found:
        contact_panel(shell, found, again)
    elif chosen:
        basic.entitle("Not found", "Contacts")
        refused_access.note(shell.me.id, [chosen])
        basic.empty("circle-help", str(NotFound()), "It was deleted, or you don’t have access.")
    else:
        basic.entitle("Contacts")
        with ui.element("div").classes("pd-nobody"):
            basic.empty("user", "Select a contact", "Their timeline, warmness and Pipedrive state appear here.")
