"""The HTTP client for Pipedrive: one fixed host, no redirects, no proxies from the environment, and a real deadline.

httpx times single reads, so a server that drips a byte now and then is never
too slow for it. The network backend here cuts every wait down to what is left
of the deadline of the whole call.
"""

import ipaddress
import re
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
TIMEOUTS = httpx.Timeout(10.0, connect=3.0, pool=5.0)
CONNECTIONS = 20

_until: ContextVar[float] = ContextVar("_until", default=float("inf"))


def address(domain: str, override: str | None = None) -> str:
    """Return the base URL of a company; raise ValueError with a sentence where there is none.

    `override` is the operator's own choice (a proxy, a test server) and may be
    plain http only on this machine.
    """
    if override:
        return _checked(override)
    if not DOMAIN.fullmatch(domain):
        raise ValueError(
            "The Pipedrive company domain is only the part before .pipedrive.com, for example nordic-steel."
        )
    return f"https://{domain}.pipedrive.com"


def http_client(base_url: str, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Open the client; `transport` replaces the network, as the practice company does."""
    return httpx.Client(
        base_url=base_url,
        transport=transport or _Network(),
        timeout=TIMEOUTS,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "Pipedriven"},
    )


@contextmanager
def deadline(seconds: float) -> Iterator[float]:
    """Bound everything inside, whatever the server does; yields the moment it ends."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield _until.get()
    finally:
        _until.reset(token)


def _checked(override: str) -> str:
    try:
        url = httpx.URL(override)
    except httpx.InvalidURL:
        raise ValueError("PIPEDRIVE_BASE_URL is not a web address.") from None
    if url.scheme not in {"https", "http"} or not url.host or url.userinfo or url.query or url.fragment:
        raise ValueError("PIPEDRIVE_BASE_URL is not a plain web address.")
    if url.scheme == "http" and not _is_this_machine(url.host):
        raise ValueError("PIPEDRIVE_BASE_URL may use http only for this machine; use https.")
    return override.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _authorities() -> ssl.SSLContext:
    """Whom a connection trusts; to load them takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)


class _Network(httpx.HTTPTransport):
    def __init__(self) -> None:
        super().__init__(verify=_authorities(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_authorities(),
            max_connections=CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=_Backend(),
        )


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        wait = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, wait, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout, httpcore.ConnectTimeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(timeout: float | None, too_late: type[Exception]) -> float | None:
    remaining = _until.get() - time.monotonic()
    if remaining <= 0:
        raise too_late("the deadline of the whole call has passed")
    shorter = min(remaining, timeout if timeout is not None else remaining)
    return None if shorter == float("inf") else shorter
