"""Compresses answers made for one person on their way out: pages, JSON, tables. Static files are asset_cache's business."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

# bytes; a smaller answer would hardly shrink
MINIMUM_SIZE = 600
LEVEL = 5

add_compress_type("text/csv")


class Compress:
    """Brotli or gzip, whichever the client reads. No zstd: at a like speed its pages are larger than Brotli's."""

    def __init__(self, app: ASGIApp) -> None:
        self._compress = CompressMiddleware(
            app, minimum_size=MINIMUM_SIZE, zstd=False, brotli_quality=LEVEL, gzip_level=LEVEL
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def weaken_etag(message: Message) -> None:
            """A strong ETag promises equal bytes, which two encodings of one answer are not (RFC 9110, 8.8.1)."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if "content-encoding" in headers and headers.get("etag", "W/").startswith('"'):
                    headers["etag"] = "W/" + headers["etag"]
            await send(message)

        await self._compress(scope, receive, weaken_etag)
