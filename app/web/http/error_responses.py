"""Error responses: every failure becomes one plain sentence and the request's id; the traceback stays in the log.

A refusal keeps its sentence. A database that is away is a 503 to try again. All
else is a bug. What an inner application says about its own 500 is never shown.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from typing import Any

import psycopg
import sqlalchemy.exc
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import refused_access
from app.errors import Forbidden, NotFound, Refusal, TooManyTries
from app.web.auth import identity
from app.web.html import page
from app.web.http.refusals import WrongMethod
from app.web.http.request_id import request_id

BROKEN = "Something broke on our side. Nothing was saved."
AWAY = "The database does not answer right now. Please try again in a moment."
FULL = "The server's disk is full. Nothing was saved; please tell whoever runs it."
TITLES = {400: "That did not work", 401: "Please sign in", 403: "Not allowed", 404: "Nothing here", 405: "Not allowed",
          413: "Too large", 429: "Slow down, please", 500: "That broke", 503: "Back in a moment"}  # fmt: skip
GONE = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError, sqlalchemy.exc.TimeoutError, psycopg.OperationalError)  # fmt: skip

log = logging.getLogger(__name__)


class ErrorResponses:
    """Answers for an application that raised, and for one that admits a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._line(scope, receive, send)
        started, admitted = False, False

        async def held(message: Message) -> None:
            nonlocal started, admitted
            if message["type"] == "http.response.start":
                admitted = message["status"] == 500
            if not admitted:
                started = True
                await send(message)

        try:
            await self.app(scope, receive, held)
        except ClientDisconnect:
            # nobody is there to be answered, and it is no failure of ours
            return None
        except Exception as broken:
            if started:
                raise
            return await _answer_for(scope, broken)(scope, receive, send)
        if admitted:
            log.error("%s %s admitted a 500", scope["method"], path_for_log(scope["path"]))
            await reply(scope, 500, "Broken", BROKEN)(scope, receive, send)
        return None

    async def _line(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket that cannot be checked now is told to come back, without a word in the log for each tab."""
        try:
            await self.app(scope, receive, send)
        except GONE as away:
            log.info("a socket has to wait, no database: %s", type(away).__name__)
            await send({"type": "websocket.close", "code": 1013})


def refused(scope: Scope, no: Refusal) -> Response:
    """The refusal's sentence, as JSON for machines and as a page for people."""
    headers = {"Retry-After": str(no.retry_after)} if isinstance(no, TooManyTries) else {}
    if isinstance(no, WrongMethod):
        headers["Allow"] = ", ".join(no.allowed)
    fields = getattr(no, "fields", None)
    return reply(scope, no.status, type(no).__name__, str(no), headers=headers, fields=fields)


def answers_refusals(route: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """A route whose refusals are answered here, in words."""

    @wraps(route)
    async def answer(request: Request, **given: Any) -> Response:
        try:
            return await route(request, **given)
        except Refusal as no:
            response = refused(request.scope, no)
            user_id = identity.signed_in_id(request)
            if user_id and isinstance(no, NotFound | Forbidden) and (ids := refused_access.ids_in(request.url.path)):
                response.background = BackgroundTask(refused_access.record, user_id, ids)
            return response

    return answer


def reply(
    scope: Scope,
    status: int,
    error: str,
    sentence: str,
    *,
    headers: dict[str, str] | None = None,
    fields: dict[str, str] | None = None,
) -> Response:
    if scope["path"].startswith(("/api/", "/_nicegui")):
        said = {"error": error, "detail": sentence, "request_id": request_id.get()}
        return JSONResponse(said | ({"fields": fields} if fields else {}), status, headers)
    return page.error(
        TITLES.get(status, TITLES[400]), sentence, status=status, request_id=request_id.get(), headers=headers
    )


def path_for_log(path: str) -> str:
    """A path as it may stand in the log: without the token of an invitation."""
    head = path.split("/", 2)[1:2]
    return f"/{head[0]}/…" if head and head[0] in {"invite", "reset", "r", "calendar", "reply"} else path


def _answer_for(scope: Scope, broken: Exception) -> Response:
    if isinstance(broken, Refusal):
        return refused(scope, broken)
    if away := next((cause for cause in _causes(broken) if isinstance(cause, GONE)), None):
        log.warning("%s %s: no database: %s", scope["method"], path_for_log(scope["path"]), type(away).__name__)
        full = isinstance(getattr(away, "orig", away), psycopg.errors.DiskFull)
        return reply(scope, 503, "Unavailable", FULL if full else AWAY, headers={"Retry-After": "5"})
    log.error("%s %s broke", scope["method"], path_for_log(scope["path"]), exc_info=broken)
    return reply(scope, 500, "Broken", BROKEN)


def _causes(broken: BaseException | None) -> Iterator[BaseException]:
    while broken is not None:
        yield broken
        if isinstance(broken, BaseExceptionGroup):
            yield from broken.exceptions
        broken = broken.__cause__
