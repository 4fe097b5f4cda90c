"""My Pipedrive key: how to get one, and the check against Pipedrive before it is stored."""

import asyncio
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import User
from app.pages.core.dependencies import Dependencies
from app.pages.core.tap import look, tap
from app.pages.pipedrive.parts import push_rows
from app.pages.pipedrive.queue_banners import HOW_TO_GET_A_KEY
from app.pages.ui import basic, toast
from app.services.accounts import pipedrive_keys, user_profile
from app.services.accounts.pipedrive_keys import KeyOwner
from app.services.pipedrive import queue_overview
from app.services.pipedrive.queue_overview import Queue


@dataclass(frozen=True)
class KeyState:
    """Whose key, what waits for it, and the firm's settings."""

    me: User
    queue: Queue
    firm: dict[str, Any]


def draw_my_key(known: KeyState, refresh: Any, dependencies: Dependencies) -> None:
    me, queue = known.me, known.queue

    @tap
    def disconnect(session: Session, me: User) -> str:
        user_profile.delete_pipedrive_key(session, me)
        return "Key forgotten; pushes wait until there is a new one"

    async def forget() -> None:
        await asyncio.to_thread(dependencies.let_go, me)
        if await disconnect():
            await refresh()

    with ui.element("div").classes("pd-card pd-stack"):
        if known.firm["practice_pipedrive"]:
            basic.text("Connected to the practice Pipedrive. Nothing to do.", "pd-strong")
            basic.text("Nothing leaves this machine.", "pd-muted pd-small")
            with basic.link("/practice", "pd-line", away=True):
                basic.text("Open practice Pipedrive", "pd-strong")
                basic.icon("external-link")
        if me.pipedrive_key:
            draw_kept_key(me, queue)
            if queue.stuck:
                draw_new_key(queue, refresh, dependencies)
            else:
                with basic.expansion("Use another key"):
                    draw_new_key(queue, refresh, dependencies)
            basic.button("Forget this key", forget, "bad")
        elif known.firm["practice_pipedrive"]:
            with basic.expansion("Use a key of your own"):
                draw_first_key(queue, refresh, dependencies)
        else:
            draw_first_key(queue, refresh, dependencies)


def draw_first_key(queue: Queue, refresh: Any, dependencies: Dependencies) -> None:
    if queue.open:
        basic.text(f"{push_rows.waiting_words(queue.open)} until there is a key.", "pd-strong")
    with ui.element("ol").classes("pd-steps"):
        for step in HOW_TO_GET_A_KEY:
            with ui.element("li"):
                basic.text(step.replace(" in Settings here", " below"))
    draw_new_key(queue, refresh, dependencies)


def draw_kept_key(me: User, queue: Queue) -> None:
    basic.text(f"{me.pipedrive_user_name} at {me.pipedrive_company}", "pd-strong")
    basic.text(f"Key ending in {me.pipedrive_last4}", "pd-muted pd-small")
    if queue.stuck:
        basic.text(f"{queue.reason} What waits goes over by itself once your key is accepted.", "pd-card pd-notice bad")


def draw_new_key(queue: Queue, refresh: Any, dependencies: Dependencies) -> None:
    typed: dict[str, str] = {}

    async def connect() -> None:
        page, key = ui.context.client, (typed.get("key") or "").strip()
        try:
            known = await look(
                lambda session, me: pipedrive_keys.owner_during_pause(session, me, key, dependencies.unseal)
            )
            # Pipedrive is asked while no transaction is open
            owner: KeyOwner = known if known is not None else await asyncio.to_thread(dependencies.check_key, key)
        except Refusal as refusal:
            toast.show(page, str(refusal), "no")
            return

        @tap
        def keep(session: Session, me: User) -> str:
            pipedrive_keys.save_key(session, me, key, owner, dependencies.seal)
            if shared := pipedrive_keys.shared_with(session, me):
                return shared
            said = f"Connected as {owner.user_name} at {owner.company_domain}"
            waits = queue_overview.own_queue(session, me).open
            return (
                f"{said}; {push_rows.waiting_words(waits)} and {'goes' if waits == 1 else 'go'} over now"
                if waits
                else said
            )

        if await keep():
            await refresh()

    box = ui.input("Personal API key", password=True).props("outlined autocomplete=off").classes("pd-field").mark("key")
    box.bind_value_to(typed, "key", strict=False)
    basic.button("Connect", connect, "main", "key-round")
    if queue.stuck:
        basic.text("Making a new key in Pipedrive ends the old one at once.", "pd-muted pd-small")
