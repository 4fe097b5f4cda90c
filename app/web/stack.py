"""The ASGI application that uvicorn serves: the middleware around NiceGUI and FastAPI, in order."""

import asyncio
from contextlib import suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.auth.identity import IdentityCache
from app.web.http.compression import Compress
from app.web.http.error_responses import ErrorResponses
from app.web.http.request_id import RequestIds
from app.web.middleware.access_control import AccessControl
from app.web.middleware.body_limits import BodyLimits
from app.web.middleware.metrics import RequestMetrics
from app.web.middleware.security_headers import SecurityHeaders
from app.web.middleware.trusted_hosts import TrustedHosts
from app.web.nicegui_adapter import socket_guard
from app.web.nicegui_adapter.asset_cache import AssetCache
from app.web.nicegui_adapter.precompressed_store import PrecompressedStore
from app.web.nicegui_adapter.socket_access import UPLOADS

IMPORTS = "/api/contacts/import"


class Stack:
    """Outermost first: request ids, metrics, compression, security headers, error responses, trusted hosts, body limits,
    access control, static files, and then the application.

    `app` stays readable, because NiceGUI looks for its parent there.
    """

    def __init__(
        self,
        app: FastAPI,
        settings: Settings,
        identities: IdentityCache,
        *,
        warm: bool = True,
        shelf: Path | None = None,
    ) -> None:
        socket_guard.install(identities)
        self.app = app
        self.assets = AssetCache(app, PrecompressedStore(shelf))
        self._warm = warm
        access = AccessControl(self.assets, app, settings, identities)
        self.limits = access.limits
        inner: ASGIApp = ErrorResponses(TrustedHosts(BodyLimits(access, (IMPORTS, UPLOADS)), settings))
        self._layers = RequestIds(RequestMetrics(Compress(SecurityHeaders(inner, settings))))

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
