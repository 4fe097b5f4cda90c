"""The webhook that Pipedrive calls when something changed there: no session, two secrets, a quick answer."""

import asyncio
import base64
import binascii
import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from app import db
from app.errors import Invalid, SignedOut, TooLarge
from app.services.pipedrive import webhook_inbox
from app.web.http.error_responses import answers_refusals

MOST = 256 * 1024


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.post(f"{webhook_inbox.PATH}{{secret}}")(_receive)
    return router


@answers_refusals
async def _receive(request: Request, secret: str) -> Response:
    user, password = _shown(request.headers.get("authorization", ""))
    await asyncio.to_thread(_believe, secret, user, password)
    content = _read(await _body(request))
    await asyncio.to_thread(_note, secret, user, password, content)
    return Response(status_code=200)


def _believe(secret: str, user: str, password: str) -> None:
    with db.reading() as session:
        webhook_inbox.authenticate(session, secret, user, password)


def _note(secret: str, user: str, password: str, content: dict[str, Any]) -> None:
    with db.transaction() as session:
        webhook_inbox.record_note(session, webhook_inbox.authenticate(session, secret, user, password), content)


async def _body(request: Request) -> bytes:
    """No more than a record can be long, counted while it arrives."""
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > MOST:
            raise TooLarge
    return bytes(chunks)


def _read(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("This is not JSON.") from None
    if not isinstance(content, dict):
        raise Invalid("This is not a webhook of Pipedrive's.")
    return content


def _shown(header: str) -> tuple[str, str]:
    kind, _, coded = header.partition(" ")
    try:
        user, colon, password = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = colon = password = ""
    if kind.lower() != "basic" or not colon:
        raise SignedOut
    return user, password
