"""The settings page: profile, Pipedrive key, password, two-factor sign-in, sessions, calendar, notifications, devices."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import proofs
from app.models import CalendarFeed, NotificationSettings, Passkey, PushDevice, User, UserSession
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import before, look, session_id, tap
from app.pages.pipedrive.api_key_part import draw_my_key
from app.pages.settings.calendar_part import draw_calendar
from app.pages.settings.confirmation import Confirmation
from app.pages.settings.notifications_part import draw_notification_settings
from app.pages.settings.passkeys_part import draw_passkeys
from app.pages.settings.push_devices_part import draw_push_devices
from app.pages.settings.two_factor_part import draw_two_factor
from app.pages.ui import basic, theme
from app.services.accounts import passkeys, sessions, two_factor, user_profile
from app.services.accounts.passkey_ceremony import Site
from app.services.accounts.two_factor import TwoFactorStatus
from app.services.activities import calendar_feed
from app.services.base import firm_settings
from app.services.notifications import inbox, push_devices
from app.services.pipedrive import queue_overview
from app.services.pipedrive.queue_overview import Queue
from app.settings import timezones

LINKS = (
    ("/settings/templates", "Mail templates", "mail"),
    ("/settings/tokens", "Tokens for scripts", "key-round"),
)

Refresh = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Known:
    """What the page shows, as one question found it."""

    me: User
    queue: Queue
    firm: dict[str, Any]
    sessions: list[UserSession]
    calendar: CalendarFeed | None
    notifications: NotificationSettings
    devices: Sequence[PushDevice]
    two_factor: TwoFactorStatus
    passkeys: list[Passkey]


def load_settings(session: Session, me: User) -> Known:
    return Known(
        me=me,
        queue=queue_overview.own_queue(session, me),
        firm=firm_settings.get_all(session),
        sessions=sessions.devices(session, me),
        calendar=calendar_feed.kept_feed(session, me),
        notifications=inbox.settings_of(session, me),
        devices=push_devices.of_user(session, me),
        two_factor=two_factor.status_of(session, me),
        passkeys=passkeys.of_user(session, me),
    )


@screen("Settings")
async def settings_page(shell: Shell) -> None:
    dependencies, confirmation = shell.dependencies, Confirmation()

    @ui.refreshable
    def content(known: Known) -> None:
        with ui.element("div").classes("pd-two"):
            with ui.element("section"):
                draw_my_key(known.me, known.queue, known.firm, refresh, dependencies)
                draw_profile(known.me)
            with ui.element("section"):
                draw_password()
                draw_two_factor(known.two_factor, refresh, dependencies, confirmation)
                is_fresh = sessions.is_fresh(known.sessions, session_id())
                draw_passkeys(
                    known.passkeys, known.me.timezone, Site.at(dependencies.address), refresh, password=not is_fresh
                )
                draw_sessions(known.sessions, known.me.timezone, refresh)
                draw_calendar(known.me, known.calendar, refresh, dependencies.address, confirmation)
                draw_notification_settings(known.notifications)
                devices(known.devices)
                draw_links()

    @ui.refreshable
    def devices(known: Sequence[PushDevice]) -> None:
        draw_push_devices(known, shell.me.timezone, refresh_devices)

    async def refresh() -> None:
        content.refresh(await look(load_settings))

    async def refresh_devices() -> None:
        devices.refresh(await look(push_devices.of_user))

    ui.on("rings_here", refresh_devices)
    ui.on("passkey_made", refresh)
    basic.title("Settings").style("margin-bottom: 12px")
    content(await look(load_settings))


def draw_links() -> None:
    basic.heading("More")
    with ui.element("div").classes("pd-card flush"):
        for address, words, icon in LINKS:
            with basic.link(address, "pd-row"), ui.element("span").classes("pd-row-main"):
                basic.icon(icon)
                basic.text(words, "pd-strong pd-grow")
                basic.icon("chevron-right")


def draw_profile(me: User) -> None:
    typed: dict[str, Any] = {"name": me.name, "timezone": me.timezone}

    @tap
    def save(session: Session, me: User) -> str:
        user_profile.change_profile(session, me, typed["name"], typed["timezone"])
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


def draw_password() -> None:
    typed: dict[str, str] = {}
    # asked here: the verb runs in a thread, which knows no page
    here = session_id()

    async def save() -> None:
        proved = await before(
            lambda user_id: proofs.new_password(user_id, typed.get("old") or "", typed.get("new") or "")
        )
        if proved is None:
            return

        @tap
        def work(session: Session, me: User) -> str:
            user_profile.change_password(session, me, *proved, but=here)
            return "Password changed; other devices are signed out, tokens and the calendar address ended"

        if await work():
            for box in boxes:
                box.set_value("")

    boxes: list[ui.input] = []
    basic.heading("Password")
    with ui.element("div").classes("pd-card pd-stack"):
        for name, label, hint in (
            ("old", "Current password", "current-password"),
            ("new", "New password", "new-password"),
        ):
            box = ui.input(label, password=True).props("outlined").classes("pd-field")
            boxes.append(box)
            box.props["autocomplete"] = hint
            box.bind_value_to(typed, name, strict=False)
        basic.button("Change password", save)


def draw_sessions(open_sessions: list[UserSession], zone: str, refresh: Refresh) -> None:
    @tap
    def end(session: Session, me: User, device_id: UUID) -> str:
        sessions.close_session(session, me, device_id)
        return "Signed out there"

    async def leave(device_id: UUID) -> None:
        if await end(device_id):
            await refresh()

    basic.heading("Active sessions")
    with ui.element("div").classes("pd-card flush"):
        for device in open_sessions:
            with ui.element("div").classes("pd-row"), ui.element("div").classes("pd-row-main"):
                here = device.id == session_id()
                with ui.element("span").classes("pd-row-text"):
                    basic.text(theme.browser_word(device.browser), "pd-row-name")
                    basic.text("This device" if here else f"Last seen: {theme.ago(device.seen_at, zone)}", "pd-row-sub")
                if not here:
                    basic.icon_button("log-out", "Sign out this device", lambda device=device: leave(device.id))
