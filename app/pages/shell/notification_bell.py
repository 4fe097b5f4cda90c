"""The bell in the frame's head, with the number of unread notifications."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from app.models import User
from app.pages.core import live_updates
from app.pages.core.tap import look
from app.pages.ui import basic
from app.services.notifications import inbox
from app.signals import Topic


def draw_bell(me: User) -> Callable[[], Awaitable[None]]:
    """Draw it; returns what asks how many are unread and shows the number, to be called once; news calls it again."""
    with basic.link("/notices", "pd-act pd-bell", label="Notifications") as anchor:
        basic.icon("bell")
        number = basic.text("", "pd-bell-n")
        number.set_visibility(False)

    async def count() -> None:
        unread = await look(inbox.count_unread)
        number.set_text("9+" if unread > 9 else str(unread))
        number.set_visibility(unread > 0)
        anchor.props["aria-label"] = f"Notifications, {unread} unread" if unread else "Notifications"
        anchor.update()

    with anchor, ui.element("span"):
        live_updates.on(count, Topic.NOTICE, owner=me.id)
    return count
