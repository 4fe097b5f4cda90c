"""The router of every resource: what holds for all routes is done here, below them, once."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.api.core import etags, refused_access
from app.api.core.idempotency import Repeats
from app.api.core.request_rules import RequestRules
from app.errors import Forbidden, NotFound

REFUSED = (NotFound, Forbidden)


class Route(APIRoute):
    """A route that refuses what it does not know, does nothing twice, tags what it answers, and notes whom it refused what."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()
        rules, repeats = RequestRules(self), Repeats(self)

        async def handle(request: Request) -> Response:
            await rules.check(request)
            try:
                answer = etags.tagged(request, await repeats.handle(request, plain))
            except REFUSED:
                request.state.after = await refused_access.task(request)
                raise
            if rules.takes_many:
                # those that are not one's own are passed over
                answer.background = await refused_access.task(request)
            return answer

        return handle


class Router(APIRouter):
    """`APIRouter` whose routes are such ones."""

    def __init__(self, **given: Any) -> None:
        super().__init__(route_class=Route, **given)
