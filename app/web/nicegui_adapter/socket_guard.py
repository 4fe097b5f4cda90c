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

from app.web.auth import identity
from app.web.auth.identity import Identity
from app.web.nicegui_adapter import tab_eviction
from app.web.nicegui_adapter.socket_access import is_page_of

Message = dict[str, Any]
Handler = Callable[..., Any]

KNOWN = {"connect", "handshake", "disconnect", "event", "javascript_response", "ack", "log"}
VERSION = "3.18."
MOST_SOCKETS = 20

# the browser reloads when it reads exactly this
RELOAD = "Implicit handshake failed"

log = logging.getLogger(__name__)
# NiceGUI's own handlers, by event
_originals: dict[str, Handler] = {}
# open sockets of each user, oldest first
_sockets: defaultdict[UUID, dict[str, None]] = defaultdict(dict)


def install() -> None:
    """Stand before NiceGUI's handlers; once is enough."""
    handlers = sio.handlers["/"]
    if _originals:
        return
    if set(handlers) != KNOWN or not nicegui.__version__.startswith(VERSION):
        raise RuntimeError(f"The socket guard does not know NiceGUI {nicegui.__version__}; check it before upgrading.")
    _originals.update(handlers)
    handlers.update(connect=_connect, handshake=_handshake, disconnect=_disconnect, log=_log)
    handlers.update({name: _guarded(name, shape) for name, shape in SHAPES.items()})


async def _connect(sid: str, environ: Message, auth: object = None) -> object:
    query = {key: values[0] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    who = identity.of(environ["asgi.scope"])
    if who is None or not is_page_of(query.get("client_id", ""), who) or not _is_handshake(query):
        raise HandshakeRefused(RELOAD)
    await _open(sid, who)
    try:
        return await _originals["connect"](sid, environ, auth)
    except HandshakeRefused:
        _close(sid)
        raise


async def _handshake(sid: str, query: object = None) -> bool:
    who = _who(sid)
    if not (isinstance(query, dict) and _is_handshake(query) and who and is_page_of(query["client_id"], who)):
        return False
    return bool(await identity.still_holds(who) and await _originals["handshake"](sid, query))


def _disconnect(sid: str, *_: object) -> None:
    _close(sid)
    _originals["disconnect"](sid)


async def _log(sid: str, message: object = None) -> None:
    """What a browser wants to see in our log: one line, short, and only when somebody is looking for it."""
    if await _page(sid, message) and isinstance(message, dict):
        log.debug("a browser says %.300r", message.get("message"))


def _guarded(name: str, is_shaped: Callable[[Message], bool]) -> Callable[..., Awaitable[object]]:
    async def handle(sid: str, message: object = None, *_: object) -> object:
        if await _page(sid, message) is None or not isinstance(message, dict):
            return None
        if not is_shaped(message):
            return await sio.disconnect(sid)
        answer = _originals[name](sid, message)
        return await answer if isawaitable(answer) else answer

    return handle


async def _page(sid: str, message: object) -> Client | None:
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
        holds = await identity.still_holds(who)
    except Exception as away:  # noqa: BLE001 - whatever keeps us from knowing, nothing runs unchecked
        log.warning("dropped an event, its session could not be checked: %s", type(away).__name__)
        return None
    if not holds:
        tab_eviction.send_away(page)
    return page if holds else None


def _who(sid: str) -> Identity | None:
    environ = sio.get_environ(sid) or {}
    return identity.of(environ.get("asgi.scope", {}))


async def _open(sid: str, who: Identity) -> None:
    sockets = _sockets[who.user_id]
    sockets[sid] = None
    if len(sockets) > MOST_SOCKETS:
        oldest = next(iter(sockets))
        del sockets[oldest]
        await sio.disconnect(oldest)


def _close(sid: str) -> None:
    for user_id, sockets in list(_sockets.items()):
        sockets.pop(sid, None)
        if not sockets:
            del _sockets[user_id]


def _is_handshake(query: Message) -> bool:
    texts = all(isinstance(query.get(key), str) for key in ("client_id", "tab_id", "document_id"))
    return texts and str(query.get("next_message_id", "0")).isdecimal()


def _is_event(message: Message) -> bool:
    arguments = message.get("args", [])
    return (
        isinstance(message.get("id"), int)
        and isinstance(message.get("listener_id"), str)
        and isinstance(arguments, list)
        and all(isinstance(one, str | None) for one in arguments)
    )


SHAPES: dict[str, Callable[[Message], bool]] = {
    "event": _is_event,
    "javascript_response": lambda message: isinstance(message.get("request_id"), str),
    "ack": lambda message: isinstance(message.get("next_message_id"), int),
}
