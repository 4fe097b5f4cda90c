"""What was named in an address or handed to a tap that was refused: looked up after the answer."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from nicegui import background_tasks

from app import refused_access


def note(user_id: UUID | None, named: Iterable[object]) -> None:
    """Of what was named, the ids."""
    ids = refused_access.ids_in(list(named))
    if ids and user_id:
        background_tasks.create(asyncio.to_thread(refused_access.record, user_id, ids), name="refused access")
