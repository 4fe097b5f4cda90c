"""What all pages of the settings share: the list of them, beside the page on a desk, on the first page on a phone."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.element import Element

from app.pages.core.shell import Shell
from app.pages.ui import basic
from app.services import policy

PAGES = (
    ("/settings", "You", "user"),
    ("/settings/key", "Pipedrive", "cloud"),
    ("/settings/security", "Security", "shield"),
    ("/settings/notifications", "Notifications", "bell"),
    ("/settings/calendar", "Calendar", "calendar"),
    ("/settings/templates", "Mail templates", "mail"),
    ("/settings/tokens", "Tokens for scripts", "key-round"),
)
FIRM = (("/settings/pipedrive", "Pipedrive for the firm", "square-check"),)


@contextmanager
def settings_frame(shell: Shell, here: str) -> Iterator[Element]:
    """The place for the page at the address `here`; its title stands above it."""
    pages = (*PAGES, *(FIRM if policy.may_change_firm_settings(shell.me) else ()))
    with ui.element("div").classes("pd-settings"):
        with ui.element("nav").classes("pd-settings-nav").props("aria-label=Settings") as listed:
            for address, words, icon in pages:
                with basic.link(address, "pd-settings-link") as link:
                    basic.icon(icon)
                    ui.label(words)
                if address == here:
                    link.classes("on").props("aria-current=page")
        # a phone shows the list on its own page alone
        if here == PAGES[0][0]:
            listed.classes("index")
        with ui.element("div").classes("pd-settings-page") as page:
            yield page
