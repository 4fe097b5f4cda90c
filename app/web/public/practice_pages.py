"""The practice company, to look into: what came from one's own bank, and for a golden ticket how many others there are."""

import asyncio
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app import db
from app.errors import NotFound
from app.services import policy
from app.services.accounts import users
from app.services.pipedrive import practice_records
from app.web.auth import identity
from app.web.http.error_responses import answers_refusals

# draws a kind, or one record of it, from these records alone, and says how many more there are where asked to
Draw = Callable[[str, int | None, Mapping[str, frozenset[int]], bool], str]


def routes(draw: Draw) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @answers_refusals
    async def show(request: Request, kind: str = "person", record: int | None = None) -> Response:
        seen, counts = await asyncio.to_thread(_seen, request)
        try:
            return HTMLResponse(draw(kind, record, seen, counts))
        except KeyError:
            raise NotFound(practice_records.OFF) from None

    for path in ("/practice", "/practice/{kind}", "/practice/{kind}/{record}"):
        pages.get(path)(show)
    return pages


def _seen(request: Request) -> tuple[Mapping[str, frozenset[int]], bool]:
    with db.reading() as session:
        who = users.acting(session, identity.signed_in_id(request))
        return practice_records.of_own_bank(session, who), policy.sees_every_campaign(who)
