"""The calendar feed: a secret address under which Outlook, Google or the phone reads my meetings."""

from collections.abc import Awaitable, Callable

from nicegui import ui
from sqlmodel import Session

from app.models import CalendarFeed, User
from app.pages.core.tap import tap
from app.pages.settings.confirmation import Confirmation
from app.pages.ui import basic, theme
from app.services.activities import calendar_feed


def draw_calendar(
    me: User,
    feed: CalendarFeed | None,
    refresh: Callable[[], Awaitable[None]],
    address: str,
    confirmation: Confirmation,
) -> None:
    """`feed` is the one that is open; its whole address is shown once, when it is made. `address` is this server's."""
    made: list[str] = []

    @tap
    def open_feed(session: Session, me: User) -> str:
        made[:] = [calendar_feed.address(address, calendar_feed.open_feed(session, me))]
        return "Calendar address made"

    @tap
    def close_feed(session: Session, me: User) -> str:
        calendar_feed.close_feed(session, me)
        return "The calendar address does not work any more"

    async def make() -> None:
        if await open_feed():
            content.refresh()

    async def begin() -> None:
        await confirmation.then(make)

    async def end() -> None:
        if await close_feed():
            await refresh()

    @ui.refreshable
    def content() -> None:
        if made:
            basic.text("Subscribe to this address in your calendar. It is shown only now; treat it like a password.")
            box = ui.input("Calendar address", value=made[0]).props("outlined readonly").classes("pd-field")
            box.on("focus", js_handler="(event) => event.target.select()")
        elif feed:
            read = (
                f"last read {theme.mid_sentence(theme.time_word(feed.read_at, me.timezone))}"
                if feed.read_at
                else "not read yet"
            )
            basic.text(f"Your calendar reads your meetings, {read}.", "pd-muted pd-small")
            basic.button("Make a new address", begin, icon_name="refresh-cw")
            basic.button("End it", end, "bad")
        else:
            basic.text(
                "See meetings and follow-ups in Outlook, Google or on the phone, by a private address.",
                "pd-muted pd-small",
            )
            basic.button("Make a calendar address", begin, icon_name="calendar-plus")

    basic.heading("Your calendar")
    with ui.element("div").classes("pd-card pd-stack"):
        content()
