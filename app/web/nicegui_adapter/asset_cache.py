"""Static files: compressed once for all starts, held in memory, and cached by browsers for a year when their address changes with them.

Nobody who asks can make it hold more: a file has one spelling, what is held has an upper bound, a text that a client
wants uncompressed goes straight through, and an answer leaves in pieces, as fast as its reader takes them.
"""

import asyncio
import gzip
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import brotli
import nicegui
from nicegui.dependencies import esm_modules
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.http.compression import MINIMUM_SIZE
from app.web.nicegui_adapter.asset_slimming import LAYERS, SHEET, is_changed, replacement, slimmed
from app.web.nicegui_adapter.precompressed_store import BEST, PrecompressedStore

ASSETS = f"/_nicegui/{nicegui.__version__}/"
FOLDERS = (ASSETS, "/static/")
ONE_YEAR = b"public, max-age=31536000, immutable"
ONE_HOUR = b"public, max-age=3600"
QUICK, SMALL = 5, 64 * 1024
# all files of NiceGUI and ours take 15 MB when they are compressed both ways
MOST_BYTES = 24 * 1024 * 1024
LONGEST_PATH = 300
PIECE = 64 * 1024
TEXTS = ("text/", "application/json", "application/javascript", "application/manifest+json", "image/svg+xml")

# only what a request asks for may decide what it gets, and a file knows neither
IGNORED = {b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since", b"cookie"}
DROPPED = {b"cache-control", b"last-modified", b"etag", b"accept-ranges", b"vary"}
CHARTS = "nicegui-echart"
DEVELOPERS = ("sass", "tailwindcss", "unocss", "immutable")


@dataclass(frozen=True)
class CachedFile:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def is_asset(path: str) -> bool:
    return path.startswith(FOLDERS) and not path.startswith(ASSETS + "dynamic_resources/")


def is_canonical(path: str) -> bool:
    """Whether this is the one spelling of a file's path, without `//`, `/./`, `/../` or a slash at its end."""
    parts = path[1:].split("/")
    plain = path.isprintable() and "\\" not in path and len(path) <= LONGEST_PATH
    return plain and not any(part in {"", ".", ".."} for part in parts)


class AssetCache:
    """`most` is how many bytes of files it holds; what was asked for longest ago gives way."""

    def __init__(self, app: ASGIApp, shelf: PrecompressedStore, *, most: int = MOST_BYTES) -> None:
        self.app, self.shelf, self.most = app, shelf, most
        self.held = 0
        self._kept: OrderedDict[tuple[str, str], CachedFile] = OrderedDict()
        self._under_way: dict[tuple[str, str], asyncio.Task[CachedFile]] = {}
        # whoever asks for all files at once leaves the threads to the others
        self._turn = asyncio.Semaphore(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] != "http" or scope["method"] != "GET" or not is_asset(path):
            return await self.app(scope, receive, send)
        encoding = encoding_for(scope)
        if encoding is None and not is_changed(path):
            return await self._pass_on(scope, receive, send)
        found = await (self._compressed(scope, encoding) if encoding else self._read(scope))
        headers = found.headers
        if found.status == 200:
            headers = [*headers, (b"cache-control", _how_long(scope))]
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        for start in range(0, len(found.body), PIECE):
            piece = found.body[start : start + PIECE]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        return await send({"type": "http.response.body", "body": b""})

    async def warm(self) -> None:
        """Squeeze what every first visit needs as well as we can, in a thread, before anybody asks."""
        for path in first_visit():
            for encoding in ("br", "gzip"):
                await self._fetch(_request(path), encoding, BEST)
        await asyncio.to_thread(self.shelf.tidy)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The file as it is, read while it is sent."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = [(name, value) for name, value in message["headers"] if name not in DROPPED]
                message = dict(message, headers=[*headers, (b"cache-control", _how_long(scope))])
            await send(message)

        await self.app(_plain(scope), receive, marked)

    async def _compressed(self, scope: Scope, encoding: str) -> CachedFile:
        """From what is held, or made now; who asks for the same file meanwhile waits for it."""
        key = (scope["path"], encoding)
        if found := self._kept.get(key):
            self._kept.move_to_end(key)
            return found
        if (task := self._under_way.get(key)) is None:
            task = self._under_way[key] = asyncio.create_task(self._fetch(scope, encoding, QUICK))
            task.add_done_callback(lambda _: self._under_way.pop(key))
        return await asyncio.shield(task)

    async def _fetch(self, scope: Scope, encoding: str, quality: int) -> CachedFile:
        async with self._turn:
            plain = await self._read(scope)
            if plain.status != 200:
                return plain
            quality = BEST if len(plain.body) < SMALL else quality
            found = await asyncio.to_thread(_squeezed, plain, encoding, quality, self.shelf)
        self._keep((scope["path"], encoding), found)
        return found

    def _keep(self, key: tuple[str, str], found: CachedFile) -> None:
        before = self._kept.pop(key, None)
        self._kept[key] = found
        self.held += len(found.body) - (len(before.body) if before else 0)
        while self.held > self.most:
            self.held -= len(self._kept.popitem(last=False)[1].body)

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

        await self.app(_plain(scope), nothing, caught)
        return CachedFile(start["status"], list(start["headers"]), slimmed(scope["path"], b"".join(body)))


def _plain(scope: Scope) -> Scope:
    return dict(scope, headers=[(name, value) for name, value in scope["headers"] if name not in IGNORED])


def _squeezed(plain: CachedFile, encoding: str, quality: int, shelf: PrecompressedStore) -> CachedFile:
    body, kind = plain.body, Headers(raw=plain.headers).get("content-type", "")
    headers = [(name, value) for name, value in plain.headers if name not in DROPPED | {b"content-length"}]
    if len(body) >= MINIMUM_SIZE and kind.startswith(TEXTS):
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
