"""Host names that we answer to, proxies whose X-Forwarded-For we believe, and the HTTP methods that exist."""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.setting_values import LOOPBACK
from app.settings import Settings

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORWARDED = (b"x-forwarded-", b"x-http-method", b"x-method-override", b"x-original-", b"x-rewrite-", b"x-real-ip")
HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+)(:\d{1,5})?")
UNKNOWN_HOST = "This server does not answer to that name. Set BASE_URL to the address that people use."


class TrustedHosts:
    """Lets in only requests for one of our names, and takes off what a client must not say about itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.names = {name.lower() for name in (urlsplit(settings.address).hostname, *LOOPBACK) if name}
        self.proxies = [ip_network(part.strip()) for part in settings.trusted_proxies.split(",") if part.strip()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_ours(Headers(scope=scope).getlist("host")):
            return await _refuse(scope, receive, send, 400, UNKNOWN_HOST)
        if scope.get("method", "GET") not in METHODS:
            return await _refuse(scope, receive, send, 405, "This method does not exist here.")
        caller = self._caller(scope)
        headers = [(name, value) for name, value in scope["headers"] if not _claims(name)]
        # somebody is in between: the peer may be this machine, and whoever asks is somewhere else
        state = {**scope.get("state", {}), "is_direct": len(headers) == len(scope["headers"])}
        await self.app(dict(scope, headers=headers, client=caller, state=state), receive, send)
        return None

    def _is_ours(self, hosts: list[str]) -> bool:
        named = HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        return named is not None and named["name"].strip("[]").lower() in self.names

    def _caller(self, scope: Scope) -> tuple[str, int]:
        """Who asks: the peer, or what a trusted proxy says, read from the right until somebody untrusted."""
        address, port = scope.get("client") or ("", 0)
        claimed = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
        while self._trusts(address) and claimed and _is_address(claimed[-1].strip()):
            address, port = claimed.pop().strip(), 0
        return address, port

    def _trusts(self, address: str) -> bool:
        return _is_address(address) and any(ip_address(address) in network for network in self.proxies)


def _claims(name: bytes) -> bool:
    return name == b"forwarded" or name.startswith(FORWARDED)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, sentence: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
    else:
        await PlainTextResponse(sentence, status)(scope, receive, send)
