"""Whose site is asking: our own, or another one that a signed-in browser happens to visit."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign(scope: Scope, address: str) -> bool:
    """Whether another site's page sent this; a missing Origin is not foreign by itself."""
    headers = Headers(scope=scope)
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None:
        return not is_own(origin, headers.get("host", ""), address)
    return site not in {None, "same-origin", "none"}


def is_proved_own(scope: Scope, address: str) -> bool:
    """Whether the browser itself says that our own page sent this."""
    headers = Headers(scope=scope)
    if "origin" in headers:
        return is_own(headers["origin"], headers.get("host", ""), address)
    return headers.get("sec-fetch-site") == "same-origin"


def has_no_say(scope: Scope) -> bool:
    """No browser of today leaves both headers out when it writes; scripts do."""
    headers = Headers(scope=scope)
    return "origin" not in headers and "sec-fetch-site" not in headers


def is_own(origin: str, host: str, address: str) -> bool:
    """`address` is where people reach us. The Host, which was checked before, may name us too, except that
    the plain http page of a site that lives on https is somebody in between."""
    try:
        here, there = urlsplit(address), urlsplit(origin)
    except ValueError:
        return False
    if (there.scheme, there.netloc.lower()) == (here.scheme, here.netloc):
        return True
    named = there.netloc.lower() == host.lower() != ""
    return named and there.scheme == "http" and (here.scheme == "http" or host.lower() != here.netloc)


def safe_path(wanted: str | None) -> str:
    """Where to go after sign-in: a path of ours, never another site."""
    if not wanted or not wanted.startswith("/") or wanted[1:2] in {"/", "\\"}:
        return "/"
    if "\\" in wanted or any(not 0x20 < ord(c) < 0x7F for c in wanted) or len(wanted) > 1000:
        return "/"
    return "/" if wanted.startswith(("/login", "/logout", "/api/")) else wanted
