"""Who may go where, and how often. People without a session reach a handful of plain pages and never NiceGUI."""

from dataclasses import dataclass
from urllib.parse import quote

import nicegui
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Forbidden, NotFound, Refusal, SecondStepNeeded, SignedOut, TooManyTries
from app.services.accounts.login_throttle import address_key
from app.services.accounts.passkey_ceremony import Site
from app.setting_values import LOOPBACK
from app.settings import Settings
from app.web.auth.identity import Identity, IdentityCache
from app.web.auth.session_cookie import Cookie
from app.web.http import csrf, error_responses
from app.web.http.refusals import WrongMethod
from app.web.middleware import token_scopes
from app.web.middleware.rate_limit import RateLimit, RateLimits
from app.web.nicegui_adapter.asset_cache import is_asset, is_canonical
from app.web.nicegui_adapter.socket_access import SOCKETS, UPLOADS, SocketAccess, is_page_of

PLAIN = frozenset({"/manifest.webmanifest", "/sw.js", "/favicon.ico", "/healthz", "/readyz"})
LOGIN = "/api/auth/login"
# where the firm's identity provider says, itself, that somebody signed out over there
LOGOUT_CHANNEL = "/login/provider/logout"
OPEN = frozenset(
    {
        "/login",
        "/login/code",
        "/login/provider",
        "/login/provider/back",
        "/login/passkey",
        LOGOUT_CHANNEL,
        "/forgot",
        "/setup",
        LOGIN,
    }
)
SECOND_STEP = "/second-step"
# what is open to a person whose second step is missing; the last ones only where it is to be set up
MISSING = frozenset({SECOND_STEP, "/logout", "/login/passkey", "/api/auth/logout", "/api/auth/session"})
SET_UP = ("/second-step/", "/api/me/second-factor", "/api/me/passkeys")
HOOKS = "/pipedrive/hook/"
LINKS = ("/invite/", "/reset/", "/r/", "/calendar/", "/reply/", HOOKS)
CLOSED = ("/docs", "/redoc", "/openapi.json")
METRICS = "/metrics"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# whose deed it is, where it waited in a browser while somebody else may have signed in
MEANT_FOR = "x-meant-for"
FILES, READ = "/static/", ("GET", "HEAD")
NOTHING = "There is nothing at this address."
LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Unasked:
    """A token that nobody looked up, because its address asked too often; `wait` is for how long."""

    wait: int


class AccessControl:
    """Knows every route of `inside` and of NiceGUI, so that a wrong address costs no NiceGUI page."""

    def __init__(self, app: ASGIApp, inside: FastAPI, settings: Settings, identities: IdentityCache) -> None:
        self.app = app
        self.inside = inside
        self.address = settings.address
        self.host = Site.at(settings.address).host
        self.identities = identities
        self.cookie = Cookie(settings)
        self.sockets = SocketAccess(app, settings)
        self.strangers = RateLimit(60, 60)
        self.colleagues = RateLimit(300, 10)
        self.bells = RateLimit(600, 60)
        self.limits = RateLimits(strangers=self.strangers, colleagues=self.colleagues, bells=self.bells)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        no: Refusal | Response | None
        path = scope["path"]
        if is_asset(path) or path in PLAIN:
            no = self._wrong_address(scope)
        else:
            who = await self._who(scope)
            no = self._too_fast(scope, who)
            who = None if isinstance(who, Unasked) else who
            scope = dict(scope, state=scope["state"] | _facts(who))
            no = no or self._second_step(scope, who)
            if no is None and path.startswith(SOCKETS):
                return await self.sockets(scope, receive, send)
            no = no or self._no_entry(scope, who) or _beyond_scope(scope, who)
        if no is None:
            return await self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        answer = error_responses.refused(scope, no) if isinstance(no, Refusal) else no
        return await answer(scope, receive, send)

    async def _who(self, scope: Scope) -> Identity | Unasked | None:
        """Whose token this is. One that never opened anything here counts as a stranger's before it is looked up."""
        token, script = self._token(scope)
        if not token or len(token) > LONGEST_TOKEN:
            return None
        if self.identities.knows(token, script=script):
            return await self.identities.identify(token, script=script)
        place = address_key(scope["client"][0])
        if wait := self.strangers.wait(place):
            return Unasked(wait)
        who = await self.identities.identify(token, script=script)
        # a stranger is counted once, by what follows
        self.strangers.take_back(place)
        return who

    def _token(self, scope: Scope) -> tuple[str, bool]:
        """A script shows its token to the API; everything else goes by the cookie alone."""
        if scope["path"].startswith(HOOKS):
            return "", False
        shown = Headers(scope=scope).get("authorization")
        if shown and (scope["path"].startswith("/api/") or scope["path"] == METRICS):
            kind, _, token = shown.partition(" ")
            return (token.strip() if kind.lower() == "bearer" else "", True)
        return self.cookie.read(scope) or "", False

    def _too_fast(self, scope: Scope, who: Identity | Unasked | None) -> Refusal | None:
        """Links and sign-in prove something: who is signed in may not try them more often than a stranger."""
        path = scope["path"]
        if isinstance(who, Unasked):
            wait = who.wait
        elif path.startswith(HOOKS):
            wait = self.bells.wait(address_key(scope["client"][0]))
        elif who is None:
            wait = self.strangers.wait(address_key(scope["client"][0]))
        elif path in OPEN or path.startswith(LINKS):
            wait = self.strangers.wait(str(who.user_id))
        else:
            wait = 0 if path.startswith(SOCKETS) else self.colleagues.wait(str(who.user_id))
        return TooManyTries(wait, "Too many requests. Please wait a moment.") if wait else None

    def _no_entry(self, scope: Scope, who: Identity | None) -> Refusal | Response | None:
        path = scope["path"]
        if path.startswith(CLOSED):
            return NotFound(NOTHING)
        if path == METRICS:
            return None if _may_measure(scope, who) else NotFound(NOTHING)
        if who is None and path not in OPEN and not path.startswith(LINKS):
            return _please_sign_in(scope, ended=bool(self.cookie.read(scope)))
        if said := self._not_meant(scope, who):
            return Forbidden(said)
        if path.startswith(UPLOADS) and not is_page_of(path.split("/")[3], who):
            return Forbidden("This page is not yours.")
        return self._wrong_address(scope)

    def _second_step(self, scope: Scope, who: Identity | None) -> Refusal | Response | None:
        """While it is missing one page is open, and what that page needs."""
        if who is None or who.missing is None:
            return None
        path = scope["path"]
        if path in MISSING or (self.host not in who.missing and path.startswith(SET_UP)):
            return None
        is_page = (
            scope["type"] == "http" and scope["method"] in csrf.SAFE and not path.startswith(("/api/", "/_nicegui"))
        )
        return RedirectResponse(SECOND_STEP, 303) if is_page else SecondStepNeeded()

    def _not_meant(self, scope: Scope, who: Identity | None) -> str | None:
        if not self._is_meant(scope, who):
            return "This request did not come from our own page."
        meant_for = Headers(scope=scope).get(MEANT_FOR)
        return "Somebody else is signed in here now." if who and meant_for not in {None, str(who.user_id)} else None

    def _is_meant(self, scope: Scope, who: Identity | None) -> bool:
        """A write is meant by the person when our own page sent it, or a script that shows its token."""
        if scope["type"] != "http" or scope["method"] in csrf.SAFE or (who and who.token_id):
            return True
        if (scope["path"] in {LOGIN, LOGOUT_CHANNEL} or scope["path"].startswith(HOOKS)) and csrf.has_no_say(scope):
            return True
        return csrf.is_proved_own(scope, self.address)

    def _wrong_address(self, scope: Scope) -> Refusal | None:
        if is_asset(scope["path"]) and not is_canonical(scope["path"]):
            return NotFound(NOTHING)
        if scope["type"] == "http" and scope["path"].startswith(FILES) and scope["method"] not in READ:
            return WrongMethod(READ)
        if self._has(scope):
            return None
        allowed = [method for method in METHODS if self._has(dict(scope, method=method))]
        return WrongMethod(allowed) if allowed else NotFound(NOTHING)

    def _has(self, scope: Scope) -> bool:
        return any(_match(route, scope) is Match.FULL for route in (*self.inside.routes, *nicegui.app.routes))


def _match(route: BaseRoute, scope: Scope) -> Match:
    is_nicegui_itself = isinstance(route, Mount) and route.path == ""
    return Match.NONE if is_nicegui_itself else route.matches(dict(scope))[0]


def _beyond_scope(scope: Scope, who: Identity | None) -> Refusal | None:
    return token_scopes.refusal(who.scope, scope.get("method", ""), scope["path"]) if who and who.token_id else None


def _facts(who: Identity | None) -> dict[str, object]:
    """What pages and routes read from `request.state`."""
    if who is None:
        return {"identity": None, "user_id": None, "session_id": None, "role": None}
    return {"identity": who, "user_id": who.user_id, "session_id": who.session_id, "role": who.role}


def _please_sign_in(scope: Scope, *, ended: bool) -> Refusal | Response:
    """`ended` is for who comes with the cookie of a session that is over."""
    path = scope["path"]
    if path.startswith("/api/") or scope["type"] != "http":
        return SignedOut()
    if path.startswith("/_nicegui"):
        return Forbidden("Please sign in.")
    if scope["method"] not in csrf.SAFE or path == "/":
        return RedirectResponse("/login?ended" if ended else "/login", 303)
    query = scope["query_string"].decode("latin-1")
    wanted = csrf.safe_path(quote(path) + (f"?{query}" if query else ""))
    return RedirectResponse(f"/login?next={quote(wanted, safe='')}{'&ended' if ended else ''}", 303)


def _may_measure(scope: Scope, who: Identity | None) -> bool:
    """From this machine, and not through a proxy on it that nobody told us of; or a script of somebody's."""
    here = scope["client"][0] in LOOPBACK and scope["state"].get("is_direct", False)
    return here or (who is not None and who.token_id is not None)
