"""Finding people in a bank: words, filters, orders, and a place to go on from."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import Contact, User
from app.models.base import fold
from app.services.base import cursors
from app.services.contacts import search_filters

Search = search_filters.Search
Sort = search_filters.Sort

ORDERS: dict[str, tuple[Any, bool]] = {
    "name": (col(Contact.sort_name), False),
    "-warmness": (col(Contact.warmness_score), True),
    "last_contacted": (col(Contact.last_contacted), False),
    "-last_contacted": (col(Contact.last_contacted), True),
    "-created": (col(Contact.created_at), True),
}

# the share of its trigrams that a mistyped word has in common with the one that was meant
ALIKE = 0.4


@dataclass(frozen=True)
class Page:
    items: list[Contact]
    next_cursor: str | None


def contacts(session: Session, who: User, search: Search, cursor: str | None = None, limit: int = 50) -> Page:
    """One page of this person's bank, in a stable order.

    When no row holds the words as typed, those that resemble them are shown.
    """
    return _page(session, _asked(session, who, search), search, cursor, limit)


def count(session: Session, who: User, search: Search) -> int:
    """How many rows `contacts` would show in all."""
    return session.exec(select(func.count()).select_from(Contact).where(*_asked(session, who, search))).one()


def ids(session: Session, who: User, search: Search) -> Any:
    """The ids of all rows that `contacts` would show, as a question to put inside a larger one."""
    return select(Contact.id).where(*_asked(session, who, search))


def _page(
    session: Session, conditions: list[ColumnElement[bool]], search: Search, cursor: str | None, limit: int
) -> Page:
    key, down = ORDERS[search.sort]
    query = select(Contact).options(joinedload(Contact.organisation)).where(*conditions)  # type: ignore[arg-type]
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


def _asked(session: Session, who: User, search: Search) -> list[ColumnElement[bool]]:
    """The WHERE of a search: the words as typed, or when no row holds them, words that resemble them."""
    rest, words = search_filters.conditions(who, search), needles(search.q)
    exact = [*rest, *map(_holds, words)]
    if not words or session.exec(select(Contact.id).where(*exact).limit(1)).first():
        return exact
    if not any(_may_be_mistyped(word) for word in words):
        return exact
    # how alike two words must be, for the rest of this transaction
    session.exec(select(func.set_config("pg_trgm.word_similarity_threshold", str(ALIKE), True)))
    return [*rest, *(_resembles(word) if _may_be_mistyped(word) else _holds(word) for word in words)]


def _holds(word: str) -> ColumnElement[bool]:
    return col(Contact.search_text).contains(word, autoescape=True)


def _resembles(word: str) -> ColumnElement[bool]:
    return or_(_holds(word), col(Contact.search_text).bool_op("%>")(word))


def _may_be_mistyped(word: str) -> bool:
    """Four letters or more; of fewer, too many words resemble each other."""
    return len(word) >= 4 and word.isalpha()


def needles(typed: str) -> list[str]:
    """The pieces that a row must hold: words, or the digits of a phone number however it was spaced."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) >= 3 and not re.search(r"[^\d\s()+/.-]", typed):
        return [digits.removeprefix("00").lstrip("0") or digits]
    return fold(typed).split()[:8]


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
