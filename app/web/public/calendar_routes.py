"""What a calendar reads: one meeting as a file, and a person's feed behind its private address."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import db
from app.services.accounts import users
from app.services.activities import calendar_feed
from app.web.auth import identity
from app.web.http.error_responses import answers_refusals

TYPE = "text/calendar; charset=utf-8"


def routes() -> APIRouter:
    files = APIRouter(include_in_schema=False)
    files.get("/calendar/{token}.ics")(_feed)
    files.get("/meetings/{activity_id}.ics")(_meeting)
    return files


@answers_refusals
async def _feed(request: Request, token: str) -> Response:  # noqa: ARG001 - a polite route is given it
    def read() -> bytes:
        with db.transaction() as session:
            return calendar_feed.feed(session, token)

    return Response(await asyncio.to_thread(read), media_type=TYPE)


@answers_refusals
async def _meeting(request: Request, activity_id: UUID) -> Response:
    def read() -> bytes:
        with db.reading() as session:
            return calendar_feed.file(session, users.acting(session, identity.signed_in_id(request)), activity_id)

    named = {"content-disposition": 'attachment; filename="meeting.ics"'}
    return Response(await asyncio.to_thread(read), media_type=TYPE, headers=named)
