"""Pages of a list that is short enough to be read whole: by the row behind which the next page begins."""

from collections.abc import Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Depends

from app.api.core.dependencies import Cursor, Limit
from app.api.core.schemas import Answer, Listing
from app.services.base import cursors

A = TypeVar("A", bound=Answer)


class Page:
    """Which part of a list is asked for."""

    def __init__(self, limit: Limit = 50, cursor: Cursor = None) -> None:
        self.limit, self.cursor = limit, cursor

    def of(self, items: Sequence[A], key: str = "id") -> Listing[A]:
        """That part. A row that went meanwhile is no matter: its place in the list stands in the cursor too."""
        ids: list[UUID] = [getattr(item, key) for item in items]
        begin = _behind(ids, self.cursor) if self.cursor else 0
        end = begin + self.limit
        more = cursors.write(end, ids[end - 1]) if end < len(items) else None
        return Listing(items=items[begin:end], next_cursor=more)


Paged = Annotated[Page, Depends(Page)]


def _behind(ids: list[UUID], cursor: str) -> int:
    place, last = cursors.number(cursor)
    return ids.index(last) + 1 if last in ids else max(0, int(min(place or 0, len(ids))))
