"""My settings: who I am, my Pipedrive key, my password, and where I am signed in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import CalendarFeed, NotificationSettings, PushDevice, User, UserSession
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, session_id, tap
from app.pages.pipedrive.api_key_part import my_key
from app.pages.settings.calendar_part import draw_calendar
from app.pages.settings.notifications_part import my_notices
from app.pages.settings.push_devices_part import my_devices
from app.pages.settings.two_factor_part import second_step
from app.pages.ui import basic, theme
from app.services.accounts import profile as account
from app.services.accounts import sessions, two_factor
from app.services.accounts.two_factor import Standing
from app.services.activities import calendar_feed
from app.services.base import firm_settings
from app.services.notifications import inbox, web_push_outbox
from app.services.pipedrive import queue_overview
from app.services.pipedrive.queue_overview import Queue
from app.settings import timezones

Seen = tuple[
    User,
    Queue,
    list[UserSession],
    dict[str, Any],
    CalendarFeed | None,
    NotificationSettings,
    Sequence[PushDevice],
    Standing,
]


@screen("Settings")
async def settings_page(shell: Shell) -> None:
    def ask(session: Session, me: User) -> Seen:
        queue, firm = queue_overview.mine(session, me), firm_settings.choices(session)
        kept, wanted = calendar_feed.kept_feed(session, me), inbox.choices(session, me)
        rings, step = web_push_outbox.mine(session, me), two_factor.standing(session, me)
        return me, queue, sessions.devices(session, me), firm, kept, wanted, rings, step

    @ui.refreshable
    def content(seen: Seen) -> None:
        me, queue, devices, firm, kept, wanted, rings, step = seen
        with ui.element("div").classes("pd-two"):
            with ui.element("section"):
                my_key(me, queue, firm, again, shell.dependencies)
                profile(me)
            with ui.element("section"):
                password()
                second_step(step, again, shell.dependencies)
                where(devices, again)
                draw_calendar(me, kept, again, shell.dependencies.address)
                my_notices(wanted)
                bells(rings)
                my_templates()

    @ui.refreshable
    def bells(devices: Sequence[PushDevice]) -> None:
        my_devices(devices, ring_again)

    async def again() -> None:
        content.refresh(await look(ask))

    async def ring_again() -> None:
        bells.refresh(await look(web_push_outbox.mine))

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
        zone.props["dropdown-icon"] = theme.icon("chevron-down")
        zone.bind_value_to(typed, "timezone", strict=False)
        basic.button("Save", save)


def password() -> None:
    typed: dict[str, str] = {}
    # asked here: the verb runs in a thread, which knows no page
    here = session_id()

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
    def end(session: Session, me: User, device_id: UUID) -> str:
        sessions.close_session(session, me, device_id)
        return "Signed out there"

    async def leave(device_id: UUID) -> None:
        if await end(device_id):
            await refresh()

    basic.heading("Signed in on")
    with ui.element("div").classes("pd-card flush"):
        for device in devices:
            with ui.element("div").classes("pd-row"), ui.element("div").classes("pd-row-main"):
                here = device.id == session_id()
                with ui.element("span").classes("pd-row-text"):
                    basic.text(theme.browser_word(device.browser), "pd-row-name")
                    basic.text("This device" if here else f"Last seen: {theme.ago(device.seen_at)}", "pd-row-sub")
                if not here:
                    basic.icon_button("log-out", "Sign out there", lambda device=device: leave(device.id))
