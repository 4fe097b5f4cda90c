"""Open tabs of people who are no longer signed in: told to go to the sign-in page, then cut off."""

import asyncio
import logging
from uuid import UUID

from nicegui import Client, background_tasks
from nicegui.nicegui import sio

from app.web.auth import identity
from app.web.auth.identity import IdentityCache

TO_SIGN_IN = "location.href = '/login?next=' + encodeURIComponent(location.pathname + location.search) + '&ended'"
# says so on the tab, and loads it anew as soon as somebody looks at it (app.js)
TO_PAUSE = "window.pausedByTabs && pausedByTabs()"
A_MOMENT = 1.0

log = logging.getLogger(__name__)


async def end_tabs(identities: IdentityCache, user_id: UUID | None) -> None:
    """Send away every tab of this person (None: of anybody) whose session has ended; call it on news about people."""
    for client in list(Client.instances.values()):
        who = identity.of_page(client)
        if who is None or user_id not in {None, who.user_id}:
            continue
        try:
            holds = await identities.still_holds(who)
        except Exception as away:  # noqa: BLE001 - the guard checks every event anyway
            log.warning("could not check a tab: %s", type(away).__name__)
            continue
        if not holds:
            send_away(client)


def send_away(client: Client) -> None:
    """Tell the browser where to go; after a moment it hears nothing more."""
    if not client.is_deleted:
        client.run_javascript(TO_SIGN_IN)
        background_tasks.create(_cut(client.id), name="cut a tab that was sent away")


def pause(sid: str) -> None:
    """Take the connection of a tab that stands behind too many others; it says so and comes back when it is looked at."""
    for room in sio.rooms(sid):
        client = Client.instances.get(room)
        if client and not client.is_deleted:
            client.run_javascript(TO_PAUSE)
    background_tasks.create(_end(sid), name="pause a tab")


async def _end(sid: str) -> None:
    await asyncio.sleep(A_MOMENT)
    await sio.disconnect(sid)


async def _cut(client_id: str) -> None:
    await asyncio.sleep(A_MOMENT)
    for sid, _ in list(sio.manager.get_participants("/", client_id)):
        await sio.disconnect(sid)
