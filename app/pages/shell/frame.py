"""The frame that every screen hangs in, and what every screen may call: log, meet, reach, add."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Activity, ActivityType, Contact, User
from app.pages.activities.campaign_choice import Purpose
from app.pages.activities.log_sheet import LogSheet
from app.pages.activities.mail_sheet import MailSheet
from app.pages.activities.meeting_sheet import MeetingSheet
from app.pages.activities.touch_sheet import TouchSheet
from app.pages.contacts.form.contact_sheet import ContactSheet
from app.pages.contacts.sheets.merge_sheet import MergeSheet
from app.pages.core.tap import look, tap
from app.pages.shell import navigation
from app.pages.shell.command_palette import KeySheet, Palette
from app.pages.shell.notification_bell import bell
from app.pages.ui import basic, theme, toast
from app.services.activities import pending_outcomes
from app.services.contacts.capture import text_parser

# how long the server keeps a page whose phone went to sleep, and how long a first answer may take
KEPT, FIRST = 600.0, 1.5


@dataclass
class Shell:
    """What a screen may ask of the frame. `me` holds values for words and times, never rights."""

    me: User
    # whether I keep mail templates, so that a tap on an address asks which mail it shall be
    templates: bool = False

    def __post_init__(self) -> None:
        self.meeting_sheet = MeetingSheet(self.me)
        self.log_sheet = LogSheet(self.me, self.meet_by_id, self.meeting_sheet.move)
        self.touch_sheet = TouchSheet(self.me)
        self.mail_sheet = MailSheet(self.reach)
        self.merge_sheet = MergeSheet()
        self.contact_sheet = ContactSheet(self.merge_sheet)
        self.key_sheet, self.palette = KeySheet(), Palette(golden=self.me.is_golden)

    async def log(self, contact: Contact) -> None:
        await self.log_sheet.open(contact.id, contact.name)

    async def meet(self, contact: Contact) -> None:
        await self.meeting_sheet.open(contact.id, contact.name)

    async def meet_by_id(self, contact_id: UUID, name: str, purpose: Purpose | None = None) -> None:
        self.log_sheet.sheet.close()
        await self.meeting_sheet.open(contact_id, name, purpose=purpose)

    async def merge(self, keep_id: UUID, drop_id: UUID, on_done: Callable[[UUID], Any] | None = None) -> None:
        """Two contacts of mine side by side, to be made one; `on_done` is told the id of the one that stays."""
        await self.merge_sheet.open(keep_id, drop_id, on_done)

    async def answer(self, contact_id: UUID, name: str, planned: Activity) -> None:
        await self.log_sheet.open(contact_id, name, planned.type, planned=planned)

    async def reach(self, contact: Contact, kind: ActivityType) -> None:
        """The phone's own app is opening; remember that an answer is owed."""

        @tap
        def remember(session: Session, me: User) -> None:
            pending_outcomes.ask_outcome(session, me, contact.id, kind)

        await remember()

    @property
    def writes(self) -> Callable[..., Awaitable[None]] | None:
        """What asks which mail it shall be, where there is a choice."""
        return self.write if self.templates else None

    async def write(self, contact: Contact, address: str | None = None) -> None:
        if to := address or contact.email:
            await self.mail_sheet.open(contact, to)

    async def came_back(self) -> None:
        """Back from the dialler: did it happen?"""
        if any(one.sheet.is_open for one in (self.log_sheet, self.meeting_sheet, self.touch_sheet, self.mail_sheet)):
            return
        questions = await look(lambda session, me: pending_outcomes.open_questions(session, me, 1))
        for question, contact in questions:
            await self.log_sheet.open(contact.id, contact.name, question.type, asked=True)

    async def add(self) -> None:
        await self.contact_sheet.open()

    async def add_shared(self, event: GenericEventArguments) -> None:
        """A page from the phone's share sheet."""
        await self.contact_sheet.open(text=str(event.args)[: text_parser.MOST_BYTES])


async def shell(
    screens: dict[str, Callable[..., Any]], me: User, loaded: list[Any], *, templates: bool = False
) -> None:
    """Draw the frame around the screen that the address names; screens change without a reload.

    `loaded` is given to the screens that take it: what the page has asked already for the first of them.
    """
    this = Shell(me, templates)
    with ui.element("header").classes("pd-top"):
        with basic.link("/", "pd-brand", label="Pipedriven, to Today"):
            ui.element("img").props('alt=""').props["src"] = theme.asset("icon.svg")
            basic.text("Pipedriven")
        ui.element("span").classes("pd-grow")
        with basic.link("/contacts", "pd-act pd-search", label="Search contacts"):
            basic.icon("search")
        count_notices = bell(me)
    nav = Nav(this)
    toast.tray()
    with ui.element("div").classes("pd-main"):
        pages = ui.sub_pages(screens, data={"shell": this, "loaded": loaded})
    router = ui.context.client.sub_pages_router
    router.on_path_changed(nav.stand_at)
    nav.stand_at(router.current_path)
    ui.on("came_back", this.came_back)
    ui.on("add_contact", this.add)
    ui.on("show_keys", this.key_sheet.open)
    ui.on("add_shared", this.add_shared)
    # the first answer carries its content: without this the page arrives empty and is filled over the socket
    if pages._active_tasks:  # noqa: SLF001 - NiceGUI offers no other way to wait for the first screen
        await asyncio.wait(set(pages._active_tasks), timeout=FIRST)  # noqa: SLF001 - same
    await count_notices()


class Nav(Element, component=theme.COMPONENTS / "nav.js"):
    """The ways through the house: a rail beside a wide screen, the phone's bar below a narrow one."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.ways = {"rail": navigation.rail_of(shell.me.is_golden), "bar": navigation.NAV}
        # a text, not a dict: NiceGUI wraps every nested one
        self.props["ways"] = json.dumps(
            {kind: [(path, word, theme.drawing(icon)) for path, word, icon in ways] for kind, ways in self.ways.items()}
        )
        self.props["icons"] = {
            "add": theme.drawing("plus"), "search": theme.icon("search"), "leave": theme.icon("log-out")
        }  # fmt: skip
        self.props["me"] = shell.me.name
        self.on("add", shell.add, [])
        self.on("jump", lambda: shell.palette.run_method("begin"), [])

    def stand_at(self, path: str) -> None:
        self.props["here"] = {kind: navigation.active(ways, path) for kind, ways in self.ways.items()}
