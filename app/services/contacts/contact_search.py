"""Finding people in a bank: words, filters, orders, and a place to go on from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import Contact, User
from app.services.base import cursors
from app.services.contacts import search_filters, word_search
from app.services.contacts.word_search import Part

Search = search_filters.Search
Sort = search_filters.Sort

ORDERS: dict[str, tuple[Any, bool]] = {
    "name": (col(Contact.sort_name), False),
    "-warmness": (col(Contact.warmness_score), True),
    "last_contacted": (col(Contact.last_contacted), False),
    "-last_contacted": (col(Contact.last_contacted), True),
    "-created": (col(Contact.created_at), True),
}


@dataclass(frozen=True)
class Page:
    items: list[Contact]
    next_cursor: str | None


def contacts(session: Session, who: User, search: Search, cursor: str | None = None, limit: int = 50) -> Page:
    """One page of this person's bank, in a stable order.

    By name, those whose name or firm holds the words come before those whose title, tags or notes do, and mistyped words come last.
    """
    asked = word_search.ask(session, who, search)
    if len(asked.parts) == 1 or search.sort != "name":
        return _page(session, Part(asked.whole), search, cursor, limit)
    return _in_parts(session, asked.parts, search, cursor, limit)


def count(session: Session, who: User, search: Search) -> int:
    """How many rows `contacts` would show in all."""
    whole = word_search.ask(session, who, search).whole
    return session.exec(select(func.count()).select_from(Contact).where(*whole)).one()


def ids(session: Session, who: User, search: Search) -> Any:
    """The ids of all rows that `contacts` would show, as a question to put inside a larger one."""
    return select(Contact.id).where(*word_search.ask(session, who, search).whole)


def _in_parts(session: Session, parts: Sequence[Part], search: Search, cursor: str | None, limit: int) -> Page:
    """One part behind the other; a cursor names its part first."""
    at, rest = _part_of(cursor, len(parts))
    items: list[Contact] = []
    for place in range(at, len(parts)):
        part = parts[place]
        page = _page(session, part, search, rest, limit - len(items))
        items += page.items
        if page.next_cursor:
            return Page(items, f"{place}.{page.next_cursor}")
        if len(items) >= limit and place + 1 < len(parts):
            return Page(items, f"{place + 1}.")
        rest = None
    return Page(items, None)


def _part_of(cursor: str | None, parts: int) -> tuple[int, str | None]:
    if not cursor:
        return 0, None
    place, dot, rest = cursor.partition(".")
    if not dot or not place.isdigit() or int(place) >= parts:
        raise Invalid(cursors.STRANGE, {"cursor": cursors.STRANGE})
    return int(place), rest or None


def _page(session: Session, part: Part, search: Search, cursor: str | None, limit: int) -> Page:
    """What has an order of its own stands on one page."""
    key, down = ORDERS[search.sort]
    query = select(Contact).options(joinedload(Contact.organisation)).where(*part.conditions)  # type: ignore[arg-type]
    if part.order:
        rows = sorted(session.exec(query), key=lambda row: part.order.index(row.id))
        return Page(rows[: max(limit, 0)], None)
    if cursor:
        query = query.where(_after(key, down, *_read(cursor, search.sort)))
    rows = list(session.exec(_ordered(query, key, down).limit(limit + 1)))
    more = len(rows) > limit
    return Page(rows[:limit], cursors.write(getattr(rows[limit - 1], key.key), rows[limit - 1].id) if more else None)


def _ordered(query: Any, key: Any, down: bool) -> Any:
    order = key.desc() if down else key.asc()
    # said only where a value can be missing: an index is read in order only when the words agree with its own
    if key.key == "last_contacted":
        order = order.nulls_last() if down else order.nulls_first()
    return query.order_by(order, col(Contact.id))


def _after(key: Any, down: bool, value: Any, last_id: UUID) -> ColumnElement[bool]:
    """Rows behind the one that the cursor names, with never-contacted first (or last when going down)."""
    later = col(Contact.id) > last_id
    if value is None:
        return and_(key.is_(None), later) if down else or_(and_(key.is_(None), later), key.is_not(None))
    if down:
        return or_(key < value, key.is_(None), and_(key == value, later))
    return or_(key > value, and_(key == value, later))


def _read(cursor: str, sort: Sort) -> tuple[Any, UUID]:
    """What the cursor says: a value that the sorted column can be compared with, and a row's id."""
    if sort == "name":
        return cursors.name(cursor)
    if sort == "-warmness":
        value, row = cursors.number(cursor)
        if value not in range(11):
            raise Invalid(cursors.STRANGE, {"cursor": cursors.STRANGE})
        return value, row
    return cursors.moment_or_none(cursor)
