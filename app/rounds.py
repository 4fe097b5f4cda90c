"""One turn of something that is done every so often: each item is settled by itself.

An item that breaks is put aside with a reason and tried again later, ever more
rarely; the others go on. Only a database that is away ends the whole turn, and
what the caller names in `whole`.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import db
from app.models import now
from app.services.operations import broken_items

T = TypeVar("T")
Errors = tuple[type[BaseException], ...]

log = logging.getLogger(__name__)


def settle_each(
    name: str, items: Iterable[tuple[str, T]], settle: Callable[[T], int | None], *, whole: Errors = ()
) -> int:
    """Settle every item that is not put aside, by its key; returns the sum of what `settle` says."""
    waiting = list(items)
    if not waiting:
        return 0
    resting = _known(name)
    told = 0
    for key, item in waiting:
        if key in resting and resting[key] > now():
            continue
        try:
            told += settle(item) or 0
        except whole:
            raise
        except Exception as broken:
            if is_away(broken):
                raise
            _put_aside(name, key, broken)
        else:
            if key in resting:
                _take_back(name, key)
    return told


def settle_together(name: str, keys: Sequence[str], settle: Callable[[Sequence[str]], int | None]) -> int:
    """Settle all in one go; where that breaks, ever smaller parts, until the one that breaks stands alone."""
    if len(keys) <= 1:
        return settle_each(name, [(key, [key]) for key in keys], settle)
    try:
        return settle(keys) or 0
    except Exception as broken:
        if is_away(broken):
            raise
        log.warning("round %s: of %s items one breaks (%s)", name, len(keys), type(broken).__name__)
    middle = len(keys) // 2
    return sum(settle_together(name, part, settle) for part in (keys[:middle], keys[middle:]))


def resting(name: str) -> set[str]:
    """The items of this round that are put aside for now."""
    return {key for key, due in _known(name).items() if due > now()}


def is_away(broken: BaseException) -> bool:
    """Whether the database is away, which is no item's fault."""
    if isinstance(broken, DBAPIError):
        return broken.connection_invalidated or isinstance(broken, InterfaceError)
    return isinstance(broken, PoolTimeout)


def _known(name: str) -> dict[str, datetime]:
    with db.reading() as session:
        return broken_items.known(session, name)


def _put_aside(name: str, key: str, broken: Exception) -> None:
    log.error("round %s: %s is put aside", name, key, exc_info=broken)
    try:
        with db.transaction() as session:
            broken_items.put(session, name, key, f"Something broke on our side ({type(broken).__name__}).")
    except Exception as worse:
        if is_away(worse):
            raise
        log.exception("round %s: %s cannot even be put aside", name, key)


def _take_back(name: str, key: str) -> None:
    with db.transaction() as session:
        broken_items.take_back(session, name, key)
