"""My key for Pipedrive."""

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.pipedrive.api_key_part import KeyState, draw_my_key
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic
from app.services.base import firm_settings
from app.services.pipedrive import queue_overview


def load(session: Session, me: User) -> KeyState:
    return KeyState(me, queue_overview.own_queue(session, me), firm_settings.get_all(session))


@screen("Pipedrive key")
async def pipedrive_key_page(shell: Shell) -> None:
    @ui.refreshable
    def content(known: KeyState) -> None:
        draw_my_key(known, refresh, shell.dependencies)

    async def refresh() -> None:
        content.refresh(await look(load))

    with settings_frame(shell, "/settings/key"):
        basic.title("Pipedrive key")
        content(await look(load))
