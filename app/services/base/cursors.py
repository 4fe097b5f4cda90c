"""Cursors: where a list goes on, as opaque text. A cursor holds the sort value and the id of the last row."""

import base64
import json
from datetime import datetime
from uuid import UUID

from app.errors import Invalid

STRANGE = "This page mark is not one of ours."


def write(value: datetime | str | float | None, row: UUID) -> str:
    """The mark behind a row: the value that the list is sorted by, and the row's id."""
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([shown, str(row)]).encode()).decode()


def moment(mark: str) -> tuple[datetime, UUID]:
    """What a mark in a list by time says. Raises Invalid for a made-up one."""
    try:
        value, row = _read(mark)
        when = datetime.fromisoformat(str(value))
        return when.astimezone() if when.tzinfo is None else when, row
    except (ValueError, OverflowError):
        raise Invalid(STRANGE, {"cursor": STRANGE}) from None


def moment_or_none(mark: str) -> tuple[datetime | None, UUID]:
    """The same for a list in which the time may be missing."""
    value, row = _read(mark)
    return (None, row) if value is None else moment(mark)


def name(mark: str) -> tuple[str, UUID]:
    value, row = _read(mark)
    # PostgreSQL takes neither NUL nor half a character
    if not isinstance(value, str) or any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise Invalid(STRANGE, {"cursor": STRANGE})
    return value, row


def number(mark: str) -> tuple[float | None, UUID]:
    value, row = _read(mark)
    if not (value is None or isinstance(value, float | int)) or value != value:  # noqa: PLR0124 - only NaN differs from itself
        raise Invalid(STRANGE, {"cursor": STRANGE})
    return value, row


def _read(mark: str) -> tuple[object, UUID]:
    try:
        value, row = json.loads(base64.urlsafe_b64decode(mark))
        return value, UUID(str(row))
    except (ValueError, TypeError, RecursionError):
        raise Invalid(STRANGE, {"cursor": STRANGE}) from None
