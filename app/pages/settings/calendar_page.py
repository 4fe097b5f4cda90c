"""My meetings and follow-ups in a calendar program."""

from nicegui import ui

from app.models import CalendarFeed
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.settings.calendar_part import draw_calendar
from app.pages.settings.confirmation import Confirmation
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic
from app.services.accounts.passkey_ceremony import Site
from app.services.activities import calendar_feed


@screen("Calendar")
async def calendar_page(shell: Shell) -> None:
    confirmation = Confirmation(Site.at(shell.dependencies.address))

    @ui.refreshable
    def content(known: CalendarFeed | None) -> None:
        draw_calendar(shell.me, known, refresh, shell.dependencies.address, confirmation)

    async def refresh() -> None:
        content.refresh(await look(calendar_feed.kept_feed))

    with settings_frame(shell, "/settings/calendar"):
        basic.title("Calendar")
        content(await look(calendar_feed.kept_feed))
