"""The guard inside NiceGUI's socket: every press is checked against the session that got the page.

NiceGUI ties an event to a page by an id in the message and asks nothing else. We
put our own handlers before its handlers: the socket must be the one that the
page was opened with, its cookie the one that got the page, and the session must
hold at this moment. This replaces internals, so it refuses to start on a NiceGUI
that it does not know.
"""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import nicegui
from nicegui import Client
from nicegui.nicegui import sio
from socketio.exceptions import ConnectionRefusedError as HandshakeRefused  # type: ignore[import-untyped]

from app import presses
from app.presses import Press
from app.web.auth import identity
from app.web.auth.identity import Identity, IdentityCache
from app.web.nicegui_adapter import tab_eviction
from app.web.nicegui_adapter.socket_access import is_page_of

Message = dict[str, Any]
Handler = Callable[..., Any]

KNOWN = {"connect", "handshake", "disconnect", "event", "javascript_response", "ack", "log"}
VERSION = "3.18."
MOST_SOCKETS = 20

FINGERS = {"click", "submit", "keydown"}
# a browser that does not say what it has seen is believed
UNKNOWN = 2**62

# the browser reloads when it reads exactly this
RELOAD = "Implicit handshake failed"

log = logging.getLogger(__name__)


def install(identities: IdentityCache) -> None:
    """Put a guard before NiceGUI's handlers, in the place of one that is there. Raises RuntimeError on another NiceGUI."""
    handlers = sio.handlers["/"]
    before = getattr(handlers.get("connect"), "__self__", None)
    originals = before.originals if isinstance(before, SocketGuard) else dict(handlers)
    if set(originals) != KNOWN or not nicegui.__version__.startswith(VERSION):
        raise RuntimeError(f"The socket guard does not know NiceGUI {nicegui.__version__}; check it before upgrading.")
    handlers.update(SocketGuard(originals, identities).handlers())


class SocketGuard:
    """Stands before `originals`, NiceGUI's own handlers by event, and counts the open sockets of each user."""

    def __init__(self, originals: dict[str, Handler], identities: IdentityCache) -> None:
        self.originals = originals
        self._identities = identities
        # by user, oldest first
        self._sockets: defaultdict[UUID, dict[str, None]] = defaultdict(dict)

    def handlers(self) -> dict[str, Handler]:
        """What takes the place of NiceGUI's handlers."""
        return {
            "connect": self._connect,
            "handshake": self._handshake,
            "disconnect": self._disconnect,
            "log": self._log,
            **{name: self._guarded(name, is_shaped) for name, is_shaped in SHAPES.items()},
        }

    async def _connect(self, sid: str, environ: Message, auth: object = None) -> object:
        query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        who = identity.of(environ["asgi.scope"])
        if who is None or not is_page_of(query.get("client_id", ""), who) or not _is_handshake(query):
            raise HandshakeRefused(RELOAD)
        await self._open(sid, who)
        try:
            return await self.originals["connect"](sid, environ, auth)
        except HandshakeRefused:
            self._close(sid)
            raise

    async def _handshake(self, sid: str, query: object = None) -> bool:
        who = _who(sid)
        if not (isinstance(query, dict) and _is_handshake(query) and who and is_page_of(query["client_id"], who)):
            return False
        return bool(await self._identities.still_holds(who) and await self.originals["handshake"](sid, query))

    def _disconnect(self, sid: str, *_: object) -> None:
        self._close(sid)
        self.originals["disconnect"](sid)

    async def _log(self, sid: str, message: object = None) -> None:
        """What a browser wants to see in our log: one line, short, and only when somebody is looking for it."""
        if await self._page(sid, message) and isinstance(message, dict):
            log.debug("a browser says %.300r", message.get("message"))

    def _guarded(self, name: str, is_shaped: Callable[[Message], bool]) -> Callable[..., Awaitable[object]]:
        async def handle(sid: str, message: object = None, *_: object) -> object:
            page = await self._page(sid, message)
            if page is None or not isinstance(message, dict):
                return None
            if not is_shaped(message):
                return await sio.disconnect(sid)
            presses.current.set(_press(page, message) if name == "event" else None)
            answer = self.originals[name](sid, message)
            return await answer if isawaitable(answer) else answer

        return handle

    async def _page(self, sid: str, message: object) -> Client | None:
        """The page that this message is for, if it came over the page's own socket from a session that holds."""
        client_id = message.get("client_id") if isinstance(message, dict) else None
        page = Client.instances.get(client_id) if isinstance(client_id, str) else None
        who = _who(sid)
        if page is None and isinstance(client_id, str):
            return None
        if page is None or who is None or page.id not in sio.rooms(sid) or not is_page_of(page.id, who):
            log.warning("cut a socket that spoke for a page of somebody else")
            await sio.disconnect(sid)
            return None
        try:
            holds = await self._identities.still_holds(who)
        except Exception as away:  # noqa: BLE001 - whatever keeps us from knowing, nothing runs unchecked
            log.warning("dropped an event, its session could not be checked: %s", type(away).__name__)
            return None
        if not holds:
            tab_eviction.send_away(page)
        return page if holds else None

    async def _open(self, sid: str, who: Identity) -> None:
        sockets = self._sockets[who.user_id]
        sockets[sid] = None
        if len(sockets) > MOST_SOCKETS:
            oldest = next(iter(sockets))
            del sockets[oldest]
            tab_eviction.pause(oldest)

    def _close(self, sid: str) -> None:
        for user_id, sockets in list(self._sockets.items()):
            sockets.pop(sid, None)
            if not sockets:
                del self._sockets[user_id]


def _who(sid: str) -> Identity | None:
    environ = sio.get_environ(sid) or {}
    return identity.of(environ.get("asgi.scope", {}))


def _is_handshake(query: Message) -> bool:
    texts = all(isinstance(query.get(key), str) for key in ("client_id", "tab_id", "document_id"))
    return texts and str(query.get("next_message_id", "0")).isdecimal()


def _is_event(message: Message) -> bool:
    arguments = message.get("args", [])
    return (
        isinstance(message.get("id"), int)
        and isinstance(message.get("seen", 0), int)
        and isinstance(message.get("listener_id"), str)
        and isinstance(arguments, list)
        and all(isinstance(one, str | None) for one in arguments)
    )


def _press(page: Client, message: Message) -> Press | None:
    """What a finger did; None where something was typed or chosen, which may come as often as it likes."""
    element = page.elements.get(message["id"])
    listener = element._event_listeners.get(message["listener_id"]) if element else None  # noqa: SLF001 - told by no other way
    if listener is None or listener.type.startswith("update:"):
        return None
    # where the finger fell is another place each time
    said = "" if listener.type.partition(".")[0] in FINGERS else repr(message.get("args"))
    return Press((message["id"], message["listener_id"], said), message.get("seen", UNKNOWN))


SHAPES: dict[str, Callable[[Message], bool]] = {
    "event": _is_event,
    "javascript_response": lambda message: isinstance(message.get("request_id"), str),
    "ack": lambda message: isinstance(message.get("next_message_id"), int),
}
