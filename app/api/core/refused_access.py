"""Whoever asks a route for something that is a colleague's alone is written into the audit log, after the answer."""

import logging
import re
from uuid import UUID

from fastapi import Request
from starlette.background import BackgroundTask

from app import db
from app.api.core import dependencies
from app.services.accounts import users
from app.services.permissions import refused_access

log = logging.getLogger(__name__)

ID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def task(request: Request) -> BackgroundTask | None:
    """What is to be done after the answer about everything that this request named, if it named anything."""
    user_id = dependencies.user_id(request)
    named = str(request.url).encode()
    if request.headers.get("content-type", "").startswith("application/json"):
        named += b" " + await request.body()
    ids = {UUID(found.decode()) for found in ID.findall(named)}
    return BackgroundTask(_record, user_id, ids) if user_id and ids else None


def _record(user_id: UUID, ids: set[UUID]) -> None:
    try:
        with db.transaction() as session:
            refused_access.record(session, users.acting(session, user_id), ids)
    except Exception:
        log.exception("a refused access could not be written down")
