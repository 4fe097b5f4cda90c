"""Which notifications reach me, when, and on which devices."""

from nicegui import ui
from sqlmodel import Session

from app.models import NotificationSettings, PushDevice, User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.settings.notifications_part import draw_notification_settings
from app.pages.settings.push_devices_part import draw_push_devices
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic
from app.services.notifications import inbox, push_devices

Known = tuple[NotificationSettings, list[PushDevice]]


def load(session: Session, me: User) -> Known:
    return inbox.settings_of(session, me), list(push_devices.of_user(session, me))


@screen("Notification settings")
async def notification_settings_page(shell: Shell) -> None:
    @ui.refreshable
    def devices(known: list[PushDevice]) -> None:
        draw_push_devices(known, shell.me.timezone, refresh)

    async def refresh() -> None:
        devices.refresh(list(await look(push_devices.of_user)))

    ui.on("rings_here", refresh)
    with settings_frame(shell, "/settings/notifications"):
        basic.title("Notification settings")
        settings, known = await look(load)
        draw_notification_settings(settings)
        devices(known)
