"""The devices on which my notifications appear as web push, and what they may show there."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import PushDevice, User
from app.pages.core.tap import session_id, tap
from app.pages.ui import basic, theme
from app.services.notifications import push_devices, web_push_outbox


def draw_push_devices(devices: Sequence[PushDevice], zone: str, refresh: Callable[[], Awaitable[None]]) -> None:
    """The list of subscribed browsers. static/push.js asks for the permission and subscribes this one at the button."""
    here = session_id()
    basic.heading("Push notifications")
    with ui.element("div").classes("pd-card pd-stack"):
        if not devices:
            basic.text("Reminders reach this phone or computer while Pipedriven is closed.", "pd-muted pd-small")
        for device in devices:
            draw_device(device, device.session_id == here, zone, refresh)
        if all(device.session_id != here for device in devices):
            basic.button("Notify me on this device", None, icon_name="bell").classes("pd-ring-here")
        ui.element("div").classes("pd-ring-said pd-small pd-muted").props("role=status")


def draw_device(device: PushDevice, is_here: bool, zone: str, refresh: Callable[[], Awaitable[None]]) -> None:
    @tap
    def show_names(session: Session, me: User, device_id: UUID, shown: bool) -> str:
        push_devices.show_names(session, me, device_id, names=shown)
        return "Names are shown" if shown else "Names are hidden"

    @tap
    def send_test(session: Session, me: User, device_id: UUID) -> str:
        web_push_outbox.enqueue_test(session, me, device_id)
        return "It rings within fifteen seconds"

    @tap
    def remove(session: Session, me: User, device_id: UUID) -> str:
        push_devices.remove(session, me, device_id)
        return "No notifications there any more"

    async def unsubscribe() -> None:
        if await remove(device.id):
            await refresh()

    word = theme.browser_word(device.browser)
    with ui.element("div").classes("pd-ring"):
        with ui.element("div").classes("pd-line"):
            basic.icon("bell")
            with ui.element("span").classes("pd-row-text"):
                basic.text(word, "pd-row-name")
                basic.text("This device" if is_here else last_push(device, zone), "pd-row-sub")
            gone = basic.icon_button("x", f"No notifications on {word}", unsubscribe)
            gone.classes("pd-ring-end" if is_here else "")
        shown = ui.switch("Show names of people there", value=device.names)
        shown.on_value_change(lambda event: show_names(device.id, bool(event.value)))
        basic.button("Ring it once", lambda: send_test(device.id), "plain")


def last_push(device: PushDevice, zone: str) -> str:
    return f"Last rung: {theme.ago(device.rung_at, zone)}" if device.rung_at else "Not rung yet"
