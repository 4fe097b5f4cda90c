"""The whole outer wall, layer by layer; what uvicorn is given to serve."""

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web import guard
from app.web.assets import Assets
from app.web.compress import Compress
from app.web.doorway import Doorway
from app.web.gate import Gate
from app.web.headers import SecurityHeaders
from app.web.metrics import Measured
from app.web.shelf import Shelf
from app.web.sizes import Sizes
from app.web.sockets import UPLOADS
from app.web.trace import Trace
from app.web.trouble import Trouble

IMPORTS = "/api/contacts/import"


class Stack:
    """Outermost first: trace, measured, compress, headers, trouble, doorway, sizes, gate, assets, and then the application.

    `app` stays readable, because NiceGUI looks for its parent there.
    """

    def __init__(self, app: FastAPI, settings: Settings, *, warm: bool = True, shelf: Path | None = None) -> None:
        guard.install()
        self.app = app
        self.assets = Assets(app, Shelf(shelf))
        self._warm = warm
        gate = Gate(self.assets, app, settings)
        inner: ASGIApp = Trouble(Doorway(Sizes(gate, (IMPORTS, UPLOADS)), settings))
        self._layers = Trace(Measured(Compress(SecurityHeaders(inner, settings))))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        else:
            await self._layers(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        warming: asyncio.Task[None] | None = None

        async def started(message: Message) -> None:
            nonlocal warming
            if self._warm and message["type"] == "lifespan.startup.complete":
                warming = asyncio.create_task(self.assets.warm())
            await send(message)

        try:
            await self.app(scope, receive, started)
        finally:
            if warming is not None:
                warming.cancel()
                with suppress(asyncio.CancelledError):
                    await warming
