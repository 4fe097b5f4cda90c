"""My settings: who I am, my Pipedrive key, my password, and where I am signed in."""

import asyncio
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import User, UserSession
from app.pages import border, design
from app.pages.frame import Shell
from app.pages.parts import basic, toast
from app.pages.screen import screen
from app.pages.tap import look, tap
from app.services import account, keys, sign_in, workspace
from app.settings import timezones


@screen("Settings")
async def settings_page(shell: Shell) -> None:
    def ask(session: Session, me: User) -> tuple[User, list[UserSession], dict[str, Any]]:
        return me, sign_in.devices(session, me), workspace.choices(session)

    @ui.refreshable
    def content(seen: tuple[User, list[UserSession], dict[str, Any]]) -> None:
        me, devices, firm = seen
        with ui.element("div").classes("pd-two"):
            with ui.element("section"):
                pipedrive(me, firm, again)
                profile(me)
            with ui.element("section"):
                password()
                where(devices, again)
                if me.is_golden:
                    workspace_choices(firm)

    async def again() -> None:
        content.refresh(await look(ask))

    basic.title("Settings").style("margin-bottom: 12px")
    content(await look(ask))


def pipedrive(me: User, firm: dict[str, Any], refresh: Any) -> None:
    typed: dict[str, str] = {}

    async def connect() -> None:
        key = (typed.get("key") or "").strip()
        try:
            owner = await asyncio.to_thread(border.check_key, key)
        except Refusal as refusal:
            toast.show(ui.context.client, str(refusal), "no")
            return

        @tap
        def keep(session: Session, me: User) -> str:
            keys.keep(session, me, key, owner, border.seal)
            return f"Connected as {owner.user_name} at {owner.company_domain}"

        if await keep():
            await refresh()

    @tap
    def disconnect(session: Session, me: User) -> str:
        account.drop_pipedrive_key(session, me)
        return "Key forgotten; pushes wait until there is a new one"

    async def forget() -> None:
        if await disconnect():
            await refresh()

    with basic.heading("Pipedrive"):
        pass
    with ui.element("div").classes("pd-card pd-stack"):
        if firm["practice_pipedrive"]:
            basic.text("You work with the practice Pipedrive: nothing leaves this machine.", "pd-muted")
            with basic.link("/practice", "pd-line", away=True):
                basic.text("Look into it", "pd-strong")
                basic.icon("external-link")
        if me.pipedrive_key:
            basic.text(f"{me.pipedrive_user_name} at {me.pipedrive_company}", "pd-strong")
            basic.text(f"Key ending in {me.pipedrive_last4}", "pd-muted pd-small")
            basic.button("Forget this key", forget, "bad")
            return
        basic.text(
            "Paste your personal API key: Pipedrive, your name, Company settings, Personal preferences, API.",
            "pd-muted pd-small",
        )
        box = (
            ui.input("Personal API key", password=True)
            .props("outlined autocomplete=off")
            .classes("pd-field")
            .mark("key")
        )
        box.bind_value_to(typed, "key", strict=False)
        basic.button("Connect", connect, "main", "key-round")


def profile(me: User) -> None:
    typed: dict[str, Any] = {"name": me.name, "timezone": me.timezone}

    @tap
    def save(session: Session, me: User) -> str:
        account.change_profile(session, me, typed["name"], typed["timezone"])
        return "Saved"

    basic.heading("You")
    with ui.element("div").classes("pd-card pd-stack"):
        ui.input("Name", value=me.name).props("outlined maxlength=120").classes("pd-field").bind_value_to(
            typed, "name", strict=False
        )
        zone = (
            ui.select(timezones(), value=me.timezone, label="Time zone", with_input=True)
            .props("outlined behavior=menu")
            .classes("pd-field")
        )
        zone.props["dropdown-icon"] = design.icon("chevron-down")
        zone.bind_value_to(typed, "timezone", strict=False)
        basic.button("Save", save)


def password() -> None:
    typed: dict[str, str] = {}
    # asked here: the verb runs in a thread, which knows no page
    here = border.session_id()

    @tap
    def save(session: Session, me: User) -> str:
        account.change_password(session, me, typed.get("old") or "", typed.get("new") or "", but=here)
        return "Password changed; other devices are signed out"

    basic.heading("Password")
    with ui.element("div").classes("pd-card pd-stack"):
        for name, label, hint in (
            ("old", "Current password", "current-password"),
            ("new", "New password", "new-password"),
        ):
            box = ui.input(label, password=True).props("outlined").classes("pd-field")
            box.props["autocomplete"] = hint
            box.bind_value_to(typed, name, strict=False)
        basic.button("Change password", save)


def where(devices: list[UserSession], refresh: Any) -> None:
    @tap
    def end(session: Session, me: User, session_id: UUID) -> str:
        sign_in.close_session(session, me, session_id)
        return "Signed out there"

    async def leave(session_id: UUID) -> None:
        if await end(session_id):
            await refresh()

    basic.heading("Signed in on")
    with ui.element("div").classes("pd-card flush"):
        for device in devices:
            with ui.element("div").classes("pd-row"), ui.element("div").classes("pd-row-main"):
                here = device.id == border.session_id()
                with ui.element("span").classes("pd-row-text"):
                    basic.text(design.browser_word(device.browser), "pd-row-name")
                    basic.text("This device" if here else f"Last seen: {design.ago(device.seen_at)}", "pd-row-sub")
                if not here:
                    basic.icon_button("log-out", "Sign out there", lambda device=device: leave(device.id))


def workspace_choices(firm: dict[str, Any]) -> None:
    typed: dict[str, Any] = {"warm_threshold": firm["warm_threshold"]}

    @tap
    def save(session: Session, me: User) -> str:
        workspace.choose(session, me, warm_threshold=int(typed["warm_threshold"] or 0))
        return "Saved"

    basic.heading("The firm")
    with ui.element("div").classes("pd-card pd-stack"):
        box = (
            ui.number("A contact is warm from", value=firm["warm_threshold"], min=1, max=10, precision=0)
            .props("outlined")
            .classes("pd-field")
        )
        box.bind_value_to(typed, "warm_threshold", strict=False)
        basic.text("Crossing this hands a contact to Pipedrive, once.", "pd-muted pd-small")
        basic.button("Save", save)
