"""Is it alive, can it serve, how is it doing: for the operator's eyes, without details for strangers."""

import asyncio
import time
from collections.abc import Callable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

# worth a warning, and no reason to send people away
ONLY_WARNINGS = frozenset({"backup"})

Checks = Callable[[], dict[str, bool]]

PATIENCE = 4.0
FRESH = 1.0


def routes(checks: Checks) -> APIRouter:
    """`checks` says of each part whether it works; it is asked in a thread, at most once a second."""
    pages = APIRouter(include_in_schema=False)
    known: list[tuple[float, dict[str, bool]]] = []

    @pages.get("/healthz")
    async def alive() -> Response:
        return JSONResponse({"status": "alive"})

    @pages.get("/readyz")
    async def ready() -> Response:
        if not known or time.monotonic() - known[0][0] > FRESH:
            known[:] = [(time.monotonic(), await _ask(checks))]
        state = known[0][1]
        wrong = {name for name, works in state.items() if not works}
        ok = wrong <= ONLY_WARNINGS
        headers = {} if ok else {"Retry-After": "5"}
        said = {"ready": ok, "checks": state, "warnings": sorted(wrong & ONLY_WARNINGS)}
        return JSONResponse(said, 200 if ok else 503, headers)

    @pages.get("/metrics")
    async def metrics() -> Response:
        return Response(await asyncio.to_thread(generate_latest), media_type=CONTENT_TYPE_LATEST)

    return pages


async def _ask(checks: Checks) -> dict[str, bool]:
    try:
        return await asyncio.wait_for(asyncio.to_thread(checks), PATIENCE)
    except TimeoutError:
        return {"answers_in_time": False}
