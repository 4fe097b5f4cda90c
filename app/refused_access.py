"""Whoever asks for a row that is a colleague's alone is written into the audit log, whichever door they tried.

What they named is looked for in every spelling that is read as an id. It is written after the answer.
"""

import logging
import re
from collections.abc import Collection, Mapping
from urllib.parse import unquote
from uuid import UUID

from app import db
from app.services.accounts import users
from app.services.permissions import refused_access

log = logging.getLogger(__name__)

# with hyphens or without, and as it stands in braces or in a URN
ID = re.compile(
    r"(?<![0-9a-fA-F])[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1[0-9a-fA-F]{4}\1[0-9a-fA-F]{12}(?![0-9a-fA-F])"
)
LONGEST = 100


def ids_in(named: object) -> set[UUID]:
    """Every id in a text, or in whatever holds texts."""
    found: set[UUID] = set()
    waiting = [named]
    while waiting:
        one = waiting.pop()
        if isinstance(one, UUID):
            found.add(one)
        elif isinstance(one, str):
            found |= {UUID(match[0]) for match in ID.finditer(unquote(one))} | _whole(one)
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple | set | frozenset):
            waiting.extend(one)
    return found


def record(user_id: UUID, ids: Collection[UUID]) -> None:
    """Write down which of these are rows of somebody else; nothing happens where that fails."""
    try:
        with db.transaction() as session:
            refused_access.record(session, users.acting(session, user_id), ids)
    except Exception:
        log.exception("a refused access could not be written down")


def _whole(text: str) -> set[UUID]:
    """Python reads hyphens anywhere."""
    try:
        return {UUID(text)} if len(text) <= LONGEST else set()
    except ValueError:
        return set()
