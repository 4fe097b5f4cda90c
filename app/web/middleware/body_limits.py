"""How much one request may carry, counted while it arrives: with a Content-Length, without one, and with a false one."""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge
from app.web.http import error_responses

BODY = 1024 * 1024
FILE = 5 * 1024 * 1024
ENVELOPE = 64 * 1024

# what a browser still sends is thrown away up to here, so that it gets to read the answer
PATIENCE = 32 * 1024 * 1024
SECONDS = 10


class BodyLimits:
    def __init__(self, app: ASGIApp, uploads: tuple[str, ...]) -> None:
        self.app = app
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = FILE + ENVELOPE if scope["path"].startswith(self.uploads) else BODY
        if _declared(scope) > most:
            return await _refuse(scope, receive, send)
        seen, over, answered, more = 0, False, False, True

        async def counted() -> Message:
            nonlocal seen, over, more
            message = await receive()
            seen, more = seen + len(message.get("body", b"")), message.get("more_body", False)
            if seen > most:
                over = True
                raise HTTPException(413)
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            if not over or answered:
                answered = True
                await send(message)

        try:
            await self.app(scope, counted, watched)
        except Exception:
            if not over or answered:
                raise
        if over and not answered:
            await _refuse(scope, receive, send, more=more)
        return None


def _declared(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "0")
    return int(length) if length.isdecimal() and len(length) < 20 else 10**20


async def _refuse(scope: Scope, receive: Receive, send: Send, *, more: bool = True) -> None:
    if more:
        await _drain(receive)
    await error_responses.refused(scope, TooLarge())(scope, receive, send)


async def _drain(receive: Receive) -> None:
    seen = 0
    try:
        async with asyncio.timeout(SECONDS):
            while seen < PATIENCE:
                message = await receive()
                seen += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return
