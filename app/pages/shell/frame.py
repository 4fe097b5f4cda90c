"""The frame around every screen, and the sheets that every screen may open."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Activity, ActivityType, Contact, Outcome, User
from app.pages.activities.campaign_choice import only_campaign
from app.pages.activities.follow_up_sheet import Plan
from app.pages.activities.log_sheet import LogSheet
from app.pages.activities.mail_sheet import MailSheet
from app.pages.activities.meeting_sheet import MeetingSheet
from app.pages.activities.touch_sheet import TouchSheet
from app.pages.contacts.form import form_state
from app.pages.contacts.form.contact_sheet import ContactSheet
from app.pages.contacts.parts import reach_links
from app.pages.contacts.sheets.merge_sheet import MergeSheet
from app.pages.core.dependencies import Dependencies
from app.pages.core.shell import Purpose
from app.pages.core.tap import look, tap
from app.pages.shell import navigation
from app.pages.shell.command_palette import KeySheet, Palette
from app.pages.shell.notification_bell import draw_bell
from app.pages.ui import basic, drafts, theme, toast
from app.services import policy
from app.services.activities import pending_outcomes
from app.services.activities.timeline import Entry
from app.services.contacts.capture import text_parser

# how long the server keeps a page whose phone went to sleep, and how long a first answer may take, in seconds
PAGE_KEPT = 600.0
FIRST_ANSWER = 1.5


class Frame:
    """The frame of one page: `Shell` for its screens, and the sheets that any of them may open."""

    def __init__(self, me: User, dependencies: Dependencies, *, templates: bool) -> None:
        self.me = me
        self.dependencies = dependencies
        self.templates = templates
        self.meeting_sheet = MeetingSheet(me)
        self.log_sheet = LogSheet(me, self.book_meeting, self.move_meeting)
        self.touch_sheet = TouchSheet(me)
        self.mail_sheet = MailSheet(self.reach)
        self.merge_sheet = MergeSheet()
        self.contact_sheet = ContactSheet(self.merge_sheet)
        self.key_sheet = KeySheet()
        self.palette = Palette(golden=policy.may_manage_users(me))

    async def log(self, contact: Contact) -> None:
        kind = reach_links.likely_kind(contact, ActivityType(self.me.default_type))
        await self.log_touch(contact.id, contact.name, kind)

    async def log_touch(
        self,
        contact_id: UUID,
        name: str,
        kind: ActivityType | None = None,
        *,
        planned: Activity | None = None,
        asked: bool = False,
        purpose: Purpose | None = None,
    ) -> None:
        await self.log_sheet.open(contact_id, name, kind, planned=planned, asked=asked, purpose=purpose)

    async def meet(self, contact: Contact) -> None:
        await self.book_meeting(contact.id, contact.name)

    async def book_meeting(self, contact_id: UUID, name: str, purpose: Purpose | None = None) -> None:
        self.log_sheet.sheet.put_away()
        await self.meeting_sheet.open(contact_id, name, purpose=purpose)

    def move_meeting(self, meeting: Activity, name: str) -> None:
        self.meeting_sheet.move(meeting, name)

    async def answer(self, contact_id: UUID, name: str, planned: Activity) -> None:
        await self.log_touch(contact_id, name, planned.type, planned=planned)

    async def answer_asked(self, contact: Contact, kind: ActivityType, outcome: Outcome) -> None:
        await self.log_sheet.answer_asked(contact, kind, outcome)

    async def plan(self, contact: Contact) -> None:
        campaign_id = await look(lambda session, me: only_campaign(session, me, contact.id))
        self.log_sheet.follow_up.open(Plan(contact.id, contact.name, campaign_id))

    async def edit_touch(self, entry: Entry) -> None:
        await self.touch_sheet.open(entry)

    async def reach(self, contact: Contact, kind: ActivityType) -> None:
        @tap
        def remember(session: Session, me: User) -> None:
            pending_outcomes.ask_outcome(session, me, contact.id, kind)

        await remember()

    @property
    def writes(self) -> Callable[..., Awaitable[None]] | None:
        return self.write if self.templates else None

    async def write(self, contact: Contact, address: str | None = None) -> None:
        if to := address or next(iter(contact.good_emails), None):
            await self.mail_sheet.open(contact, to)

    async def add(self) -> None:
        await self.contact_sheet.open()

    async def add_named(self, name: str) -> None:
        await self.contact_sheet.open(name=name)

    async def add_introduced(self, introduction_id: UUID, facts: dict[str, Any], then: Callable[..., Any]) -> None:
        known = form_state.empty_form() | form_state.with_kinds(facts)
        await self.contact_sheet.open(begun=form_state.UnsavedEdit(known, then=then, key=introduction_id))

    async def edit_contact(self, contact: Contact) -> None:
        await self.contact_sheet.open(contact)

    async def merge(self, keep_id: UUID, drop_id: UUID, on_done: Callable[[UUID], Any] | None = None) -> None:
        await self.merge_sheet.open(keep_id, drop_id, on_done)

    async def add_shared(self, event: GenericEventArguments) -> None:
        """What the phone's share sheet handed over: a text that stands in the contact sheet."""
        await self.contact_sheet.open(text=str(event.args)[: text_parser.MOST_BYTES])

    async def ask_outcome(self) -> None:
        """The page is looked at again, perhaps after a call: did it happen?"""
        if any(one.sheet.is_open for one in (self.log_sheet, self.meeting_sheet, self.touch_sheet, self.mail_sheet)):
            return
        questions = await look(lambda session, me: pending_outcomes.open_questions(session, me, 1))
        for question, contact in questions:
            await self.log_touch(contact.id, contact.name, question.type, asked=True)


async def draw_frame(frame: Frame, screens: dict[str, Callable[..., Any]], data: dict[str, Any]) -> None:
    """Draw the frame around the screen that the address names; screens change without a reload.

    A screen is given `shell` and what it takes of `data` by the names of its parameters.
    """
    skip = ui.element("button").props("type=button").classes("pd-skip")
    skip.on("click", js_handler="() => document.querySelector('#app .pd-main').focus()")
    with skip:
        ui.label("Skip to the content")
    with ui.element("header").classes("pd-top"):
        with basic.link("/", "pd-brand", label="Pipedriven, to Today"):
            ui.element("img").props('alt=""').props["src"] = theme.asset("icon.svg")
            basic.text("Pipedriven")
        with basic.link("/more", "pd-act pd-up", label="Back") as up:
            basic.icon("chevron-left")
        basic.title_bar("")
        ui.element("span").classes("pd-grow")
        with basic.link("/contacts", "pd-act pd-search", label="Search contacts"):
            basic.icon("search")
        count_notices = draw_bell(frame.me)
    navigation_bars = NavigationBars(frame, up)
    toast.tray()
    drafts.keep()
    with ui.element("div").classes("pd-main").props("tabindex=-1"):
        pages = ui.sub_pages(screens, data={"shell": frame, **data})
    router = ui.context.client.sub_pages_router
    router.on_path_changed(navigation_bars.mark_active)
    navigation_bars.mark_active(router.current_path)
    ui.on("came_back", frame.ask_outcome)
    ui.on("add_contact", frame.add)
    ui.on("show_keys", frame.key_sheet.open)
    ui.on("add_shared", frame.add_shared)
    # the first answer carries its content: without this the page arrives empty and is filled over the socket
    if pages._active_tasks:  # noqa: SLF001 - NiceGUI offers no other way to wait for the first screen
        await asyncio.wait(set(pages._active_tasks), timeout=FIRST_ANSWER)  # noqa: SLF001 - same
    await count_notices()


class NavigationBars(Element, component=theme.COMPONENTS / "nav.js"):
    """The side rail of a wide screen and the bottom bar of a narrow one."""

    def __init__(self, frame: Frame, up: Element) -> None:
        super().__init__()
        self.up = up
        entries = {
            "rail": navigation.PLACES,
            "apart": navigation.apart_of(policy.may_manage_users(frame.me)),
            "bar": navigation.NAV,
        }
        # a text, not a dict: NiceGUI wraps every nested one
        self.props["ways"] = json.dumps(
            {
                kind: [(path, label, theme.drawing(icon)) for path, label, icon in shown]
                for kind, shown in entries.items()
            }
        )
        self.props["icons"] = {
            "add": theme.drawing("plus"),
            "search": theme.icon("search"),
            "leave": theme.icon("log-out"),
        }
        self.props["me"] = frame.me.name
        self.on("add", frame.add, [])
        self.on("jump", lambda: frame.palette.run_method("begin"), [])

    def mark_active(self, path: str) -> None:
        self.props["here"] = {"rail": navigation.active_in_rail(path), "bar": navigation.active_in_bar(path)}
        above = navigation.above(path)
        self.up.set_visibility(above is not None)
        self.up.props["href"] = above or "/"
