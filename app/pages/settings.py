"""My settings: who I am, my Pipedrive key, my password, and where I am signed in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import CalendarFeed, NoticeChoice, PushDevice, User, UserSession
from app.pages import border, design
from app.pages.calendar_settings import my_calendar
from app.pages.frame import Shell
from app.pages.my_key import my_key
from app.pages.notice_settings import my_notices
from app.pages.parts import basic
from app.pages.ring_settings import my_devices
from app.pages.screen import screen
from app.pages.second_step import second_step
from app.pages.tap import look, tap
from app.services import account, calendar, notices, queues, ringing, second_factor, sign_in, workspace
from app.services.queues import Queue
from app.services.second_factor import Standing
from app.settings import timezones

Seen = tuple[
    User, Queue, list[UserSession], dict[str, Any], CalendarFeed | None, NoticeChoice, Sequence[PushDevice], Standing
]


@screen("Settings")
async def settings_page(shell: Shell) -> None:
    def ask(session: Session, me: User) -> Seen:
        queue, firm = queues.mine(session, me), workspace.choices(session)
        kept, wanted = calendar.kept_feed(session, me), notices.choices(session, me)
        rings, step = ringing.mine(session, me), second_factor.standing(session, me)
        return me, queue, sign_in.devices(session, me), firm, kept, wanted, rings, step

    @ui.refreshable
    def content(seen: Seen) -> None:
        me, queue, devices, firm, kept, wanted, rings, step = seen
        with ui.element("div").classes("pd-two"):
            with ui.element("section"):
                my_key(me, queue, firm, again)
                profile(me)
            with ui.element("section"):
                password()
                second_step(step, again)
                where(devices, again)
                my_calendar(me, kept, again)
                my_notices(wanted)
                bells(rings)
                my_templates()

    @ui.refreshable
    def bells(devices: Sequence[PushDevice]) -> None:
        my_devices(devices, ring_again)

    async def again() -> None:
        content.refresh(await look(ask))

    async def ring_again() -> None:
        bells.refresh(await look(ringing.mine))

    ui.on("rings_here", ring_again)
    basic.title("Settings").style("margin-bottom: 12px")
    content(await look(ask))


def my_templates() -> None:
    basic.heading("Your mails")
    with basic.link("/settings/templates", "pd-card pd-line"):
        basic.icon("mail")
        basic.text("Mail templates", "pd-strong pd-grow")
        basic.icon("chevron-right")


def profile(me: User) -> None:
    typed: dict[str, Any] = {"name": me.name, "timezone": me.timezone}

    @tap
    def save(session: Session, me: User) -> str:
        account.change_profile(session, me, typed["name"], typed["timezone"])
        return "Saved"

    basic.heading("You")
    with ui.element("div").classes("pd-card pd-stack"):
        ui.input("Name", value=me.name).props("outlined maxlength=120").classes("pd-field").bind_value_to(
            typed, "name", strict=False
        )
        zone = (
            ui.select(timezones(), value=me.timezone, label="Time zone", with_input=True)
            .props("outlined behavior=menu")
            .classes("pd-field")
        )
        zone.props["dropdown-icon"] = design.icon("chevron-down")
        zone.bind_value_to(typed, "timezone", strict=False)
        basic.button("Save", save)


def password() -> None:
    typed: dict[str, str] = {}
    # asked here: the verb runs in a thread, which knows no page
    here = border.session_id()

    @tap
    def save(session: Session, me: User) -> str:
        account.change_password(session, me, typed.get("old") or "", typed.get("new") or "", but=here)
        return "Password changed; other devices are signed out"

    basic.heading("Password")
    with ui.element("div").classes("pd-card pd-stack"):
        for name, label, hint in (
            ("old", "Current password", "current-password"),
            ("new", "New password", "new-password"),
        ):
            box = ui.input(label, password=True).props("outlined").classes("pd-field")
            box.props["autocomplete"] = hint
            box.bind_value_to(typed, name, strict=False)
        basic.button("Change password", save)


def where(devices: list[UserSession], refresh: Any) -> None:
    @tap
    def end(session: Session, me: User, session_id: UUID) -> str:
        sign_in.close_session(session, me, session_id)
        return "Signed out there"

    async def leave(session_id: UUID) -> None:
        if await end(session_id):
            await refresh()

    basic.heading("Signed in on")
    with ui.element("div").classes("pd-card flush"):
        for device in devices:
            with ui.element("div").classes("pd-row"), ui.element("div").classes("pd-row-main"):
                here = device.id == border.session_id()
                with ui.element("span").classes("pd-row-text"):
                    basic.text(design.browser_word(device.browser), "pd-row-name")
                    basic.text("This device" if here else f"Last seen: {design.ago(device.seen_at)}", "pd-row-sub")
                if not here:
                    basic.icon_button("log-out", "Sign out there", lambda device=device: leave(device.id))
