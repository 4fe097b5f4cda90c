"""Is it alive, can it serve, how is it doing: for the operator's eyes, without details for strangers."""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from app import db, migrate
from app.services.operations import backup_status

# worth a warning, and no reason to send people away
ONLY_WARNINGS = frozenset({"backup", "copy"})

PATIENCE = 4.0
FRESH = 1.0
LEAST_DISK = 0.05
HEARTBEAT = 60.0


@dataclass
class Health:
    """`checks` says of each part whether it works; `ages` are in seconds, None for what never was."""

    checks: dict[str, bool]
    ages: dict[str, int | None] = field(default_factory=dict)


def routes(look: Callable[[], Health]) -> APIRouter:
    """`look` is asked in a thread, at most once a second."""
    pages = APIRouter(include_in_schema=False)
    known: list[tuple[float, Health]] = []

    @pages.get("/healthz")
    async def alive() -> Response:
        return JSONResponse({"status": "alive"})

    @pages.get("/readyz")
    async def ready() -> Response:
        if not known or time.monotonic() - known[0][0] > FRESH:
            known[:] = [(time.monotonic(), await _ask(look))]
        health = known[0][1]
        wrong = {name for name, works in health.checks.items() if not works}
        ok = wrong <= ONLY_WARNINGS
        headers = {} if ok else {"Retry-After": "5"}
        said = {"ready": ok, "checks": health.checks, "warnings": sorted(wrong & ONLY_WARNINGS)}
        return JSONResponse(said | health.ages, 200 if ok else 503, headers)

    @pages.get("/metrics")
    async def metrics() -> Response:
        return Response(await asyncio.to_thread(generate_latest), media_type=CONTENT_TYPE_LATEST)

    return pages


def look(data_dir: Path, heartbeat: float) -> Health:
    """What has to work for people to work; `heartbeat` is the clock's last sign of life, in monotonic seconds."""
    disk = shutil.disk_usage(data_dir)
    state = {"database": True, "migrations": True, "disk": disk.free / disk.total > LEAST_DISK}
    state["drainer"] = time.monotonic() - heartbeat < HEARTBEAT
    health = Health(state)
    try:
        with db.reading() as session:
            state["migrations"] = migrate.current(session.connection()) == migrate.head()
            kept = backup_status.of_backups(session)
            state["backup"] = kept is None or kept.is_fine
            health.ages["backup_age_seconds"] = _seconds(kept.age if kept else None)
            if kept and kept.copies:
                state["copy"] = kept.copies.is_fine
                health.ages["copy_age_seconds"] = _seconds(kept.copies.age)
    except Exception:  # noqa: BLE001 - whatever it is, we cannot serve
        state["database"] = False
    return health


def _seconds(age: timedelta | None) -> int | None:
    return None if age is None else round(age.total_seconds())


async def _ask(look: Callable[[], Health]) -> Health:
    try:
        return await asyncio.wait_for(asyncio.to_thread(look), PATIENCE)
    except TimeoutError:
        return Health({"answers_in_time": False})
