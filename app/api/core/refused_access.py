"""What a request named that was refused: looked up after the answer."""

import json
from typing import Any

from fastapi import Request
from starlette.background import BackgroundTask

from app import refused_access
from app.api.core import dependencies


async def task(request: Request) -> BackgroundTask | None:
    """What is to be done after the answer about everything that this request named, if it named anything."""
    user_id = dependencies.user_id(request)
    ids = refused_access.ids_in([request.url.path, *request.query_params.values(), await _body(request)])
    return BackgroundTask(refused_access.record, user_id, ids) if user_id and ids else None


async def _body(request: Request) -> Any:
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        return None
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        return None
