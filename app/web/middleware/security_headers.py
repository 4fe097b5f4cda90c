"""What every answer tells the browser to refuse: foreign scripts, frames, guesses about types, and keeping private pages.

NiceGUI starts its pages with inline scripts, so each answer gets a fresh nonce
that is written into its `<script>` tags. Its compiler of templates needs
`unsafe-eval`; our plain pages do without. On the same way its page is put in the
order in which a phone wants it (sorted_page.py).
"""

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings
from app.web.nicegui_adapter.page_order import reordered

POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; script-src-attr 'none'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
ONE_YEAR = "max-age=31536000"
SCRIPT = re.compile(rb"<script(?=[\s>])")


class SecurityHeaders:
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.always = ALWAYS | ({"Strict-Transport-Security": ONE_YEAR} if settings.secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        nonce = secrets.token_urlsafe(16)
        start: Message | None = None
        page: list[bytes] = []

        async def dressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                self._dress(scope, message, nonce)
                start = message if _is_html(Headers(raw=message["headers"])) else None
                if start is None:
                    await send(message)
            elif start is None:
                await send(message)
            else:
                page.append(message.get("body", b""))
                if not message.get("more_body"):
                    await _send_page(start, b"".join(page), nonce, send)

        return await self.app(scope, receive, dressed)

    def _dress(self, scope: Scope, message: Message, nonce: str) -> None:
        message["headers"] = [(name.lower(), value) for name, value in message["headers"]]
        headers = MutableHeaders(scope=message)
        html, nicegui = _is_html(headers), "x-nicegui-content" in headers
        for name in {name for name in headers if name.startswith("access-control-")} | {"server", "x-powered-by"}:
            del headers[name]
        for name, value in self.always.items():
            headers[name] = value
        scripts = (f" 'nonce-{nonce}'" if html else "") + (" 'unsafe-eval'" if nicegui else "")
        headers["Content-Security-Policy"] = POLICY.format(scripts=scripts)
        if html or scope["path"].startswith("/api/") or "etag" not in headers:
            headers.setdefault("Cache-Control", "no-store")


def _is_html(headers: Headers) -> bool:
    return headers.get("content-type", "").startswith("text/html")


async def _send_page(start: Message, page: bytes, nonce: str, send: Send) -> None:
    page = reordered(SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', page))
    MutableHeaders(scope=start)["content-length"] = str(len(page))
    await send(start)
    await send({"type": "http.response.body", "body": page})
