"""Where I am signed in, and signing out there."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User, UserSession
from app.pages.core.tap import session_id, tap
from app.pages.ui import basic, theme
from app.services.accounts import sessions


def draw_sessions(open_sessions: list[UserSession], zone: str, refresh: Callable[[], Awaitable[None]]) -> None:
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
