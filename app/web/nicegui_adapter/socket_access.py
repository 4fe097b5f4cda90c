"""The way into NiceGUI's sockets: own origin, a session that holds, and for everybody else a way out.

Refusing a tab whose session has ended would leave it at "Connection lost" for
ever. It gets a page id that does not exist instead: the handshake fails, the
browser reloads, and is sent to the sign-in page.
"""

import asyncio
import re

from nicegui import Client
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.auth import identity
from app.web.auth.identity import Identity
from app.web.http import csrf

SOCKETS = "/_nicegui_ws/"
UPLOADS = "/_nicegui/client/"

# long enough to be told to reload
STRANGERS_STAY = 10.0


class SocketAccess:
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.address = settings.address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if csrf.is_foreign(scope, self.address):
            return await _refuse(scope, receive, send, 403)
        if identity.of(scope) is None:
            if re.search(rb"(^|&)sid=", scope["query_string"]):
                return await _refuse(scope, receive, send, 400)
            query = re.sub(rb"(^|&)client_id=[^&]*", rb"\1client_id=expired", scope["query_string"])
            scope, receive = dict(scope, query_string=query), _for_a_while(receive)
        return await self.app(scope, receive, send)


def is_page_of(client_id: str, who: Identity | None) -> bool:
    """Whether the page was given to this very session."""
    page = Client.instances.get(client_id)
    return page is not None and who is not None and identity.of_page(page) == who


def _for_a_while(receive: Receive) -> Receive:
    """What the application hears when a stranger has stayed long enough: they are gone."""
    leave = asyncio.get_running_loop().time() + STRANGERS_STAY

    async def limited() -> Message:
        try:
            async with asyncio.timeout_at(leave):
                return await receive()
        except TimeoutError:
            return {"type": "websocket.disconnect", "code": 1008}

    return limited


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse("Not from here.", status)(scope, receive, send)
