"""Confirm it's you: asked before what outlives a session is made in a browser that signed in a while ago."""

import time
from collections.abc import Awaitable, Callable

from nicegui import ui

from app import proofs
from app.pages.core.tap import before, look, session_id
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import passkeys, sessions
from app.services.accounts.passkey_ceremony import Site

Deed = Callable[[], Awaitable[None]]

TITLE = "Confirm it's you"
WHY = "You signed in here a while ago."
WITHOUT = "No password? Sign out and in again."


class Confirmation:
    """One per page; a password that was right holds for as long as a sign-in does.

    A passkey signs in anew, and the page comes back with a session that is fresh.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.here = session_id()
        self.sheet = Sheet(TITLE)
        self.proved_at: float | None = None

    async def then(self, deed: Deed) -> None:
        """Do it at once after a fresh sign-in or proof, else once the password was right."""
        if self._is_proved() or sessions.is_fresh(await look(sessions.devices), self.here):
            await deed()
        else:
            kept = await look(passkeys.of_user)
            self._ask(deed, passkey=any(one.host == self.site.host for one in kept))

    def _is_proved(self) -> bool:
        return self.proved_at is not None and time.monotonic() - self.proved_at < sessions.FRESH.total_seconds()

    def _ask(self, deed: Deed, *, passkey: bool) -> None:
        typed: dict[str, str] = {}

        async def confirm() -> None:
            password = typed.get("password") or ""
            if await before(lambda user_id: proofs.own_password(user_id, password)):
                self.proved_at = time.monotonic()
                self.sheet.close()
                await deed()

        with (
            self.sheet.fresh(),
            ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", confirm),
        ):
            basic.line(TITLE, "h2", "pd-h1")
            basic.text(WHY, "pd-muted")
            box = ui.input("Current password", password=True).props("outlined autofocus autocomplete=current-password")
            box.classes("pd-field").mark("confirm-password").bind_value_to(typed, "password", strict=False)
            if not passkey:
                basic.text(WITHOUT, "pd-muted pd-small")
            with ui.element("div").classes("pd-foot pd-stack"):
                basic.button("Confirm", None, "main").props("type=submit").classes("full-width")
                if passkey:
                    # asked for by app.js within the tap itself
                    again = basic.button("Use a passkey", None, "soft", "key-round").props("type=button")
                    again.classes("full-width pd-passkey-again")
                    ui.element("div").classes("pd-passkey-said pd-small pd-muted").props("role=status")
        self.sheet.open()
