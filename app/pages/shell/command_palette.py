"""The command palette (Ctrl-K) over contacts, campaigns, saved searches and commands; and the sheet of keyboard shortcuts."""

import json
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app import calendar_days
from app.models import User
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import look
from app.pages.shell import navigation
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.campaigns import listing
from app.services.campaigns.listing import Wanted
from app.services.contacts import contact_search, saved_searches
from app.services.contacts.contact_search import Search

Entry = dict[str, Any]

# at most so many of each kind are shown
CONTACTS_SHOWN = 7
CAMPAIGNS_SHOWN = 4
SEARCHES_SHOWN = 3
MAX_QUERY_LENGTH = 100

EXPORTS = {"csv": "CSV", "xlsx": "Excel", "vcf": "vCard"}

KEYS = (
    ("Ctrl K", "Go to anything: people, campaigns, commands"),
    ("/", "Search contacts"),
    ("n", "New contact"),
    ("j  k", "Next and previous contact; the arrow keys too"),
    ("Enter", "Open the contact"),
    ("l", "Log activity with the contact"),
    ("1  2  3", "The answers of the log sheet, in their order"),
    ("x", "Choose the contact, with Shift all between"),
    ("Esc", "Clear selection, close the contact, leave a field"),
    ("?", "These keys"),
)


class Palette(Element, component=theme.COMPONENTS / "palette.js"):
    """The palette element of a page; the browser asks for matches with the event `ask`, `show` answers."""

    def __init__(self, *, golden: bool) -> None:
        super().__init__()
        # a text, not a list: NiceGUI wraps every nested dict
        self.props["commands"] = json.dumps(commands(golden=golden))
        self.props["icons"] = {"search": theme.icon("search")}
        self.turn = 0
        self.on("ask", self.show_matches)

    async def show_matches(self, event: GenericEventArguments) -> None:
        query = str(event.args)[:MAX_QUERY_LENGTH]
        self.turn += 1
        turn = self.turn
        found = await look(lambda session, me: find_matches(session, me, query))
        # of two answers that overtake each other, the newer one is shown
        if turn == self.turn and not self.is_deleted:
            self.run_method("show", query, found)


def find_matches(session: Session, me: User, query: str) -> list[Entry]:
    """Contacts, campaigns and saved searches whose name is like the query, as palette.js wants them."""
    contacts = contact_search.contacts(session, me, Search(q=query), limit=CONTACTS_SHOWN).items
    found = listing.listed(session, me, Wanted(q=query), calendar_days.today(me.timezone), CAMPAIGNS_SHOWN).items
    views = [view for view in saved_searches.views(session, me) if query.lower() in view.name.lower()][:SEARCHES_SHOWN]
    return [
        *(
            {**_entry(f"/contacts/{one.id}", one.name, contact_rows.subtitle(one), "user"), "contact": str(one.id)}
            for one in contacts
        ),
        *(_entry(f"/campaigns/{each.campaign.id}", each.campaign.name, "Campaign", "target") for each in found),
        *(_entry(f"/contacts?{view.query}", view.name, "Saved search", "bookmark") for view in views),
    ]


def commands(*, golden: bool) -> list[Entry]:
    """What can be done on every screen, and every screen that one can go to."""
    add = {"id": "add", "n": "Add a contact", "also": "new person", "icon": theme.icon("user-plus")}
    keys = {"id": "keys", "n": "Show the keys", "also": "keyboard shortcuts help", "icon": theme.icon("keyboard")}
    sign_out = {"id": "out", "n": "Sign out", "also": "log out leave", "icon": theme.icon("log-out"), "out": True}
    return [
        add | {"emit": "add_contact", "key": "n"},
        *(_entry(path, f"Go to {label}", "", icon) for path, label, icon in navigation.everywhere(golden)),
        _entry("/notices", "Go to Notifications", "", "bell"),
        *(_export_entry(ending, name) for ending, name in EXPORTS.items()),
        keys | {"emit": "show_keys", "key": "?"},
        sign_out,
    ]


def _export_entry(ending: str, name: str) -> Entry:
    address = f"/api/contacts/export.{ending}"
    return _entry(address, f"Export all contacts as {name}", "", "download") | {"id": ending, "file": True}


def _entry(href: str, name: str, hint: str, icon: str) -> Entry:
    return {"id": href, "href": href, "n": name, "s": hint, "icon": theme.icon(icon)}


class KeySheet:
    """A sheet with the keyboard shortcuts."""

    def __init__(self) -> None:
        self.sheet = Sheet("Keys")

    def open(self) -> None:
        with self.sheet.fresh():
            basic.line("Keys", "h2", "pd-h1")
            with ui.element("dl").classes("pd-keys"):
                for key, meaning in KEYS:
                    with ui.element("dt"):
                        for each in key.split("  "):
                            with ui.element("kbd"):
                                ui.label(each)
                    with ui.element("dd"):
                        ui.label(meaning)
        self.sheet.open()
