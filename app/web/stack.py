"""The whole outer wall, layer by layer; what uvicorn is given to serve."""

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.http.compression import Compress
from app.web.http.error_responses import Trouble
from app.web.http.request_id import Trace
from app.web.middleware.access_control import Gate
from app.web.middleware.body_limits import Sizes
from app.web.middleware.metrics import Measured
from app.web.middleware.security_headers import SecurityHeaders
from app.web.middleware.trusted_hosts import Doorway
from app.web.nicegui_adapter import socket_guard
from app.web.nicegui_adapter.asset_cache import Assets
from app.web.nicegui_adapter.precompressed_store import Shelf
from app.web.nicegui_adapter.socket_access import UPLOADS

IMPORTS = "/api/contacts/import"


class Stack:
    """Outermost first: trace, measured, compress, headers, trouble, doorway, sizes, gate, assets, and then the application.

    `app` stays readable, because NiceGUI looks for its parent there.
    """

    def __init__(self, app: FastAPI, settings: Settings, *, warm: bool = True, shelf: Path | None = None) -> None:
        socket_guard.install()
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
