"""Ctrl-K: contacts, campaigns, saved searches and commands in one field; and the list of all keys."""

import json
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import User
from app.pages.campaigns.parts import campaign_cards
from app.pages.contacts.parts import contact_rows
from app.pages.core.tap import look
from app.pages.shell import navigation
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.campaigns import listing
from app.services.campaigns.listing import Wanted
from app.services.contacts import saved_searches, search
from app.services.contacts.search import Search

Line = dict[str, Any]

PEOPLE, CAMPAIGNS, VIEWS = 7, 4, 3
LONGEST = 100

KEYS = (
    ("Ctrl K", "Go to anything: people, campaigns, commands"),
    ("/", "Search contacts"),
    ("n", "New contact"),
    ("j  k", "Next and previous contact; the arrow keys too"),
    ("Enter", "Open the contact"),
    ("l", "Log a touch with the contact"),
    ("x", "Choose the contact, with Shift all between"),
    ("Esc", "Choose nobody, close the contact, leave a field"),
    ("?", "These keys"),
)


class Palette(Element, component=theme.COMPONENTS / "palette.js"):
    """Once per page; it costs nothing until somebody calls it."""

    def __init__(self, *, golden: bool) -> None:
        super().__init__()
        # a text, not a list: NiceGUI wraps every nested dict
        self.props["commands"] = json.dumps(commands(golden=golden))
        self.props["icons"] = {"search": theme.icon("search")}
        self.turn = 0
        self.on("ask", self.answer)

    async def answer(self, event: GenericEventArguments) -> None:
        words = str(event.args)[:LONGEST]
        self.turn += 1
        turn = self.turn
        found = await look(lambda session, me: find(session, me, words))
        # of two answers that overtake each other, the newer one is shown
        if turn == self.turn and not self.is_deleted:
            self.run_method("show", words, found)


def find(session: Session, me: User, words: str) -> list[Line]:
    """Who and what is called like that, typed well or not, as the palette wants it."""
    who = search.contacts(session, me, Search(q=words), limit=PEOPLE).items
    work = listing.listed(session, me, Wanted(q=words), campaign_cards.today(me.timezone), CAMPAIGNS).items
    kept = [view for view in saved_searches.views(session, me) if words.lower() in view.name.lower()][:VIEWS]
    return [
        *(
            {**_line(f"/contacts/{one.id}", one.name, contact_rows.subtitle(one), "user"), "contact": str(one.id)}
            for one in who
        ),
        *(_line(f"/campaigns/{each.campaign.id}", each.campaign.name, "Campaign", "target") for each in work),
        *(_line(f"/contacts?{view.query}", view.name, "Saved search", "bookmark") for view in kept),
    ]


def commands(*, golden: bool) -> list[Line]:
    """What can be done from everywhere, and every room."""
    export = _line("/api/contacts/export", "Export contacts", "", "download")
    return [
        {"id": "add", "n": "Add a contact", "also": "new person", "icon": theme.icon("user-plus"), "emit": "add_contact", "key": "n"},
        *(_line(path, f"Go to {word}", "", icon) for path, word, icon in navigation.rail_of(golden)),
        _line("/notices", "Go to Notices", "", "bell"),
        *(export | {"id": kind, "href": f"/api/contacts/export.{kind}", "n": f"Export all contacts as {name}", "file": True} for kind, name in (("csv", "CSV"), ("xlsx", "Excel"), ("vcf", "vCard"))),
        {"id": "keys", "n": "Show the keys", "also": "keyboard shortcuts help", "icon": theme.icon("keyboard"), "emit": "show_keys", "key": "?"},
        {"id": "out", "n": "Sign out", "also": "log out leave", "icon": theme.icon("log-out"), "out": True},
    ]  # fmt: skip


def _line(href: str, name: str, hint: str, icon: str) -> Line:
    return {"id": href, "href": href, "n": name, "s": hint, "icon": theme.icon(icon)}


class KeySheet:
    """What each key does."""

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
