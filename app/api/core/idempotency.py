"""A POST with an Idempotency-Key is done once, whatever its route does; sent again, it gets the first answer.

The key is kept in the route's own transaction, so that after a crash both are
there or neither. A route without a transaction writes nothing here: its answer
is kept in one of its own.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import Response
from fastapi.routing import APIRoute
from sqlmodel import Session
from starlette.datastructures import UploadFile

from app import db
from app.api.core import dependencies
from app.api.core.request_rules import everything_asked
from app.api.core.schemas import ShownOnce
from app.errors import Invalid
from app.services.accounts import users
from app.services.base import idempotency
from app.services.base.idempotency import Answer

HEADER = "Idempotency-Key"
FORM = re.compile(r"[!-~]{1,200}")
STRANGE = "Use 1 to 200 visible ASCII characters."
REPEATED = ("etag", "location")
# signing in and out is not done as somebody, or not as the same person afterwards
OF_NOBODY = "auth"

Handler = Callable[[Request], Awaitable[Response]]


class Repeats:
    """How one route treats what is sent again."""

    def __init__(self, route: APIRoute) -> None:
        self.applies = route.methods == {"POST"} and OF_NOBODY not in route.tags
        self.is_shown_once = isinstance(route.response_model, type) and issubclass(route.response_model, ShownOnce)
        self.has_transaction = any(one.call is dependencies.transaction for one in everything_asked(route.dependant))

    async def handle(self, request: Request, plain: Handler) -> Response:
        key = request.headers.get(HEADER)
        if key is None or not self.applies or dependencies.user_id(request) is None:
            return await plain(request)
        if not FORM.fullmatch(key):
            raise Invalid(fields={HEADER: STRANGE})
        asked = await _asked(request)
        if not self.has_transaction:
            return await self._apart(request, plain, key, asked)
        async with contextmanager_in_threadpool(db.transaction()) as session:
            if known := await run_in_threadpool(_find, session, request, key, asked):
                return known
            request.state.session = session
            response = await plain(request)
            await run_in_threadpool(self._keep, session, request, key, asked, response)
        return response

    async def _apart(self, request: Request, plain: Handler, key: str, asked: str) -> Response:
        async with contextmanager_in_threadpool(db.transaction()) as session:
            if known := await run_in_threadpool(_find, session, request, key, asked):
                return known
        response = await plain(request)
        async with contextmanager_in_threadpool(db.transaction()) as session:
            if known := await run_in_threadpool(_find, session, request, key, asked):
                return known
            await run_in_threadpool(self._keep, session, request, key, asked, response)
        return response

    def _keep(self, session: Session, request: Request, key: str, asked: str, response: Response) -> None:
        body = None if self.is_shown_once else bytes(response.body).decode()
        headers = {name: response.headers[name] for name in REPEATED if name in response.headers}
        who = users.acting(session, dependencies.user_id(request))
        idempotency.keep_answer(session, who, key, asked, Answer(response.status_code, body, headers))


def _find(session: Session, request: Request, key: str, asked: str) -> Response | None:
    who = users.acting(session, dependencies.user_id(request))
    known = idempotency.find_answer(session, who, key, asked)
    return None if known is None else Response(known.body, known.status, known.headers, "application/json")


async def _asked(request: Request) -> str:
    """Everything that makes two requests the same one; JSON in another order, and a form with other seams, is the same."""
    kind = request.headers.get("content-type", "").lower()
    sent: Any
    if kind.startswith("multipart/"):
        sent = [[name, await _part(value)] for name, value in (await request.form()).multi_items()]
    else:
        sent = _read(await request.body())
    query = sorted(request.query_params.multi_items())
    return json.dumps([request.method, request.url.path, query, sent], sort_keys=True)


async def _part(value: UploadFile | str) -> list[str]:
    if isinstance(value, str):
        return [value]
    content = await value.read()
    await value.seek(0)
    return [value.filename or "", hashlib.sha256(content).hexdigest()]


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return hashlib.sha256(content).hexdigest()
