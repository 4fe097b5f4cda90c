"""Static files: compressed once for all starts, held in memory, and cached by browsers for a year when their address changes with them."""

import asyncio
import gzip
from dataclasses import dataclass
from pathlib import Path

import brotli
import nicegui
from nicegui.dependencies import esm_modules
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.http.compression import MINIMUM_SIZE
from app.web.nicegui_adapter.asset_slimming import LAYERS, SHEET, replacement, slimmed
from app.web.nicegui_adapter.precompressed_store import BEST, PrecompressedStore

ASSETS = f"/_nicegui/{nicegui.__version__}/"
FOLDERS = (ASSETS, "/static/")
ONE_YEAR = b"public, max-age=31536000, immutable"
ONE_HOUR = b"public, max-age=3600"
QUICK, SMALL = 5, 64 * 1024
TEXTS = ("text/", "application/json", "application/javascript", "application/manifest+json", "image/svg+xml")

# only what a request asks for may decide what it gets, and a file knows neither
IGNORED = {b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since", b"cookie"}
CHARTS = "nicegui-echart"
DEVELOPERS = ("sass", "tailwindcss", "unocss", "immutable")


@dataclass(frozen=True)
class CachedFile:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def is_asset(path: str) -> bool:
    return path.startswith(FOLDERS) and not path.startswith(ASSETS + "dynamic_resources/")


class AssetCache:
    def __init__(self, app: ASGIApp, shelf: PrecompressedStore) -> None:
        self.app, self.shelf = app, shelf
        self._kept: dict[tuple[str, str | None], CachedFile] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not is_asset(scope["path"]):
            return await self.app(scope, receive, send)
        encoding = encoding_for(scope)
        found = self._kept.get((scope["path"], encoding)) or await self._fetch(scope, encoding, QUICK)
        headers = found.headers
        if found.status == 200:
            headers = [*headers, (b"cache-control", _how_long(scope))]
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        return await send({"type": "http.response.body", "body": found.body})

    async def warm(self) -> None:
        """Squeeze what every first visit needs as well as we can, in a thread, before anybody asks."""
        for path in first_visit():
            for encoding in ("br", "gzip"):
                await self._fetch(_request(path), encoding, BEST)
        await asyncio.to_thread(self.shelf.tidy)

    async def _fetch(self, scope: Scope, encoding: str | None, quality: int) -> CachedFile:
        plain = await self._read(scope)
        if plain.status != 200:
            return plain
        quality = BEST if len(plain.body) < SMALL else quality
        found = await asyncio.to_thread(_squeezed, plain, encoding, quality, self.shelf)
        self._kept[scope["path"], encoding] = found
        return found

    async def _read(self, scope: Scope) -> CachedFile:
        if own := await asyncio.to_thread(replacement, scope["path"]):
            return CachedFile(200, [(b"content-type", own[0]), (b"content-length", b"%d" % len(own[1]))], own[1])
        start: Message = {}
        body: list[bytes] = []

        async def caught(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.append(message.get("body", b""))

        asked = asyncio.Event()

        async def nothing() -> Message:
            """An empty body once; after that this caller neither sends more nor goes away."""
            if asked.is_set():
                await asyncio.Future()
            asked.set()
            return {"type": "http.request", "body": b"", "more_body": False}

        headers = [(name, value) for name, value in scope["headers"] if name not in IGNORED]
        await self.app(dict(scope, headers=headers), nothing, caught)
        return CachedFile(start["status"], list(start["headers"]), slimmed(scope["path"], b"".join(body)))


def _squeezed(plain: CachedFile, encoding: str | None, quality: int, shelf: PrecompressedStore) -> CachedFile:
    body, kind = plain.body, Headers(raw=plain.headers).get("content-type", "")
    dropped = {b"content-length", b"cache-control", b"last-modified", b"etag", b"accept-ranges", b"vary"}
    headers = [(name, value) for name, value in plain.headers if name not in dropped]
    if encoding and len(body) >= MINIMUM_SIZE and kind.startswith(TEXTS):
        if encoding == "gzip":
            body = gzip.compress(body, compresslevel=min(quality, 9), mtime=0)
        elif quality == BEST:
            body = shelf.squeezed(body)
        else:
            body = brotli.compress(body, quality=quality)
        headers += [(b"content-encoding", encoding.encode()), (b"vary", b"Accept-Encoding")]
    headers.append((b"content-length", str(len(body)).encode()))
    return CachedFile(plain.status, headers, body)


def encoding_for(scope: Scope) -> str | None:
    """The best encoding that the client reads."""
    read = {part.split(";")[0].strip() for part in Headers(scope=scope).get("accept-encoding", "").lower().split(",")}
    return next((name for name in ("br", "gzip") if name in read), None)


def _how_long(scope: Scope) -> bytes:
    versioned = scope["path"].startswith(ASSETS) or scope["query_string"].startswith(b"v=")
    return ONE_YEAR if versioned else ONE_HOUR


def first_visit() -> list[str]:
    """The scripts and sheets that NiceGUI's page template names, without variants for developers, and the charts."""
    folder = Path(nicegui.__file__).parent / "static"
    names = {file.name for file in folder.iterdir() if file.suffix in {".js", ".mjs", ".css"}}
    wanted = {name for name in names if not name.startswith(DEVELOPERS) and _for_use(name) not in names - {name}}
    charts = [
        f"{ASSETS}esm/{key}/{file.name}"
        for key, module in esm_modules.items()
        if module.name == CHARTS
        for file in sorted(module.path.glob("*.js"))
    ]
    return [SHEET, *(f"{ASSETS}static/{name}" for name in sorted(wanted - {*LAYERS.values(), "fonts.css"})), *charts]


def _for_use(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.prod{dot}{suffix}"


def _request(path: str) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
    }
