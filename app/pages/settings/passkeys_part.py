"""My passkeys: those that there are, and a new one for this device. static/passkey.js asks the browser for it."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Passkey, User
from app.pages.core.tap import tap
from app.pages.ui import basic, theme
from app.services.accounts import passkeys
from app.services.accounts.passkey_ceremony import Site

Refresh = Callable[[], Awaitable[None]]

HINT = "Sign in by one tap with your finger, your face or the PIN of your device. It stands for both steps."


def draw_passkeys(kept: list[Passkey], zone: str, site: Site, refresh: Refresh, *, password: bool) -> None:
    """`password` asks for it before one is made."""

    async def end(passkey_id: UUID) -> None:
        if await remove(passkey_id):
            await refresh()

    basic.heading("Passkeys")
    with ui.element("div").classes("pd-card pd-stack pd-passkeys"):
        if site.why_not:
            basic.text(site.why_not, "pd-muted")
        elif not kept:
            basic.text(HINT, "pd-muted")
        for one in kept:
            draw_passkey(one, zone, end)
        if not site.why_not:
            draw_new(password)


def draw_passkey(one: Passkey, zone: str, end: Callable[[UUID], Awaitable[None]]) -> None:
    copies = "On all your devices" if one.is_synced else "On one device"
    used = f"last used {theme.mid_sentence(theme.ago(one.used_at, zone))}" if one.used_at else "not used yet"
    with ui.element("div").classes("pd-line").mark("passkey"):
        basic.icon("key-round")
        with ui.element("span").classes("pd-row-text pd-grow"):
            basic.text(one.name, "pd-row-name")
            basic.text(f"{copies}, {used}", "pd-row-sub")
        basic.icon_button("trash-2", f"Remove the passkey {one.name}", partial(end, one.id))


def draw_new(password: bool) -> None:
    name = ui.input("Name, for example My phone").props("outlined autocomplete=off maxlength=80")
    name.classes("pd-field pd-passkey-name")
    if password:
        box = ui.input("Current password", password=True).props("outlined autocomplete=current-password")
        box.classes("pd-field pd-passkey-proof")
    basic.button("Add a passkey", None, icon_name="key-round").classes("pd-passkey-add")
    ui.element("div").classes("pd-passkey-said pd-small pd-muted").props("role=status")


@tap
def remove(session: Session, me: User, passkey_id: UUID) -> str:
    passkeys.remove(session, me, passkey_id)
    return "The passkey does not work here any more"
