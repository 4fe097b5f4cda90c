"""Answers made for one person, squeezed on their way out: pages, JSON, tables. Files are the business of `assets`."""

import asyncio
import zlib
from typing import Protocol

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORTH = 600
BIG = 128 * 1024
TEXTS = ("text/", "application/json", "application/javascript", "application/manifest+json", "image/svg+xml")


class Compress:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = encoding_for(scope) if scope["type"] == "http" else None
        if encoding is None:
            return await self.app(scope, receive, send)
        return await self.app(scope, receive, _Squeezed(send, encoding).send)


def encoding_for(scope: Scope) -> str | None:
    """The best encoding that the client reads."""
    read = {part.split(";")[0].strip() for part in Headers(scope=scope).get("accept-encoding", "").lower().split(",")}
    return next((name for name in ("br", "gzip") if name in read), None)


class Machine(Protocol):
    def add(self, data: bytes) -> bytes: ...
    def end(self) -> bytes: ...


class Brotli:
    def __init__(self, quality: int = 5) -> None:
        self._inner = brotli.Compressor(quality=quality)

    def add(self, data: bytes) -> bytes:
        return bytes(self._inner.process(data) + self._inner.flush())

    def end(self) -> bytes:
        return bytes(self._inner.finish())


class Gzip:
    def __init__(self, level: int = 5) -> None:
        self._inner = zlib.compressobj(level, wbits=31)

    def add(self, data: bytes) -> bytes:
        return self._inner.compress(data) + self._inner.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._inner.flush()


class _Squeezed:
    """Holds the head of an answer back until its first piece says whether squeezing is worth it."""

    def __init__(self, send: Send, encoding: str) -> None:
        self._send = send
        self._encoding = encoding
        self._start: Message | None = None
        self._machine: Machine | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            await self._body(message)
        else:
            await self._send(message)

    async def _body(self, message: Message) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            start, self._start = self._start, None
            if _is_text(start) and (more or len(body) >= WORTH):
                self._machine = Brotli() if self._encoding == "br" else Gzip()
                body = await self._squeeze(body, more=more)
                _relabel(start, self._encoding, None if more else len(body))
            await self._send(start)
        elif self._machine is not None:
            body = await self._squeeze(body, more=more)
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _squeeze(self, body: bytes, *, more: bool) -> bytes:
        machine = self._machine
        assert machine is not None

        def work() -> bytes:
            return machine.add(body) + (b"" if more else machine.end())

        return await asyncio.to_thread(work) if len(body) > BIG else work()


def _is_text(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return "content-encoding" not in headers and headers.get("content-type", "").startswith(TEXTS)


def _relabel(start: Message, encoding: str, length: int | None) -> None:
    headers = MutableHeaders(scope=start)
    headers["content-encoding"] = encoding
    headers.add_vary_header("Accept-Encoding")
    if "etag" in headers and not headers["etag"].startswith("W/"):
        headers["etag"] = "W/" + headers["etag"]
    del headers["content-length"]
    if length is not None:
        headers["content-length"] = str(length)
