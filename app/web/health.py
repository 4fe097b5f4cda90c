"""Is it alive, can it serve, how is it doing: for the operator's eyes, without details for strangers."""

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from app import db, migrate
from app.services.operations import backup_status

# worth a warning, and no reason to send people away
ONLY_WARNINGS = frozenset({"backup"})

Checks = Callable[[], dict[str, bool]]

PATIENCE = 4.0
FRESH = 1.0
LEAST_DISK = 0.05
HEARTBEAT = 60.0


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


def works(data_dir: Path, heartbeat: float) -> dict[str, bool]:
    """What has to work for people to work; `heartbeat` is the clock's last sign of life, in monotonic seconds."""
    disk = shutil.disk_usage(data_dir)
    state = {"database": True, "migrations": True, "disk": disk.free / disk.total > LEAST_DISK}
    state["drainer"] = time.monotonic() - heartbeat < HEARTBEAT
    try:
        with db.reading() as session:
            state["migrations"] = migrate.current(session.connection()) == migrate.head()
            kept = backup_status.of_backups(session)
            state["backup"] = kept is None or kept.is_fine
    except Exception:  # noqa: BLE001 - whatever it is, we cannot serve
        state["database"] = False
    return state


async def _ask(checks: Checks) -> dict[str, bool]:
    try:
        return await asyncio.wait_for(asyncio.to_thread(checks), PATIENCE)
    except TimeoutError:
        return {"answers_in_time": False}
