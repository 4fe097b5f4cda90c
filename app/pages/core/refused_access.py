"""Whoever asks a screen for something that is a colleague's alone is written into the audit log, after the answer."""

import asyncio
import logging
from collections.abc import Iterable
from uuid import UUID

from nicegui import background_tasks

from app import db
from app.services.accounts import users
from app.services.permissions import refused_access

log = logging.getLogger(__name__)


def note(user_id: UUID | None, named: Iterable[object]) -> None:
    """Of what was named, the ids: in an address, or handed to a tap."""
    ids = [one for one in map(_id, named) if one]
    if ids and user_id:
        background_tasks.create(asyncio.to_thread(record, user_id, ids), name="refused access")


def record(user_id: UUID, ids: list[UUID]) -> None:
    try:
        with db.transaction() as session:
            refused_access.record(session, users.acting(session, user_id), ids)
    except Exception:
        log.exception("a refused access could not be written down")


def _id(named: object) -> UUID | None:
    if isinstance(named, UUID):
        return named
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None
