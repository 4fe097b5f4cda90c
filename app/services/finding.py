"""Finding people in a bank: words, filters, orders, and a place to go on from."""

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, true
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, select

from app.errors import Invalid
from app.models import CampaignContact, Contact, Organisation, PipedriveSync, SyncStatus, User, now, organisation_key
from app.models.base import Prose, fold

Sort = Literal["name", "-warmness", "last_contacted", "-last_contacted", "-created"]

ORDERS: dict[str, tuple[Any, bool]] = {
    "name": (col(Contact.sort_name), False),
    "-warmness": (col(Contact.warmness_score), True),
    "last_contacted": (col(Contact.last_contacted), False),
    "-last_contacted": (col(Contact.last_contacted), True),
    "-created": (col(Contact.created_at), True),
}

CLEAN = TypeAdapter(Annotated[str, Prose(400)])


@dataclass(frozen=True)
class Search:
    """What somebody is looking for; every part is optional."""

    q: str = ""
    warmness_min: int | None = None
    not_contacted_days: int | None = None
    campaign_id: UUID | None = None
    organisation: str | None = None
    tag: str | None = None
    sync: SyncStatus | Literal["NONE"] | None = None
    trash: bool = False
    sort: Sort = "name"


@dataclass(frozen=True)
class Page:
    items: list[Contact]
    next_cursor: str | None


def contacts(session: Session, who: User, search: Search, cursor: str | None = None, limit: int = 50) -> Page:
    """One page of this person's bank, in a stable order.

    When no row holds the words as typed, those that resemble them are shown.
    """
    exact = _wanted(who, search)
    page = _page(session, exact, search, cursor, limit)
    if page.items or cursor or not search.q.strip():
        return page
    return _page(session, _resembling(who, search), search, cursor, limit)


def count(session: Session, who: User, search: Search) -> int:
    """How many rows `contacts` would show in all."""
    total = _count(session, _wanted(who, search))
    return total or (_count(session, _resembling(who, search)) if search.q.strip() else 0)


def _count(session: Session, conditions: list[ColumnElement[bool]]) -> int:
    return session.exec(select(func.count()).select_from(Contact).where(*conditions)).one()


def _page(
    session: Session, conditions: list[ColumnElement[bool]], search: Search, cursor: str | None, limit: int
) -> Page:
    key, down = ORDERS[search.sort]
    query = select(Contact).options(joinedload(Contact.organisation)).where(*conditions)  # type: ignore[arg-type]
    if cursor:
        query = query.where(_after(key, down, *_read(cursor, search.sort)))
    rows = list(session.exec(_ordered(query, key, down).limit(limit + 1)))
    more = len(rows) > limit
    return Page(rows[:limit], _write(rows[limit - 1], search.sort) if more else None)


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


def _wanted(who: User, search: Search) -> list[ColumnElement[bool]]:
    """The WHERE of a search over one person's bank."""
    mine = [col(Contact.user_id) == who.id, col(Contact.deleted_at).is_not(None) if search.trash else col(Contact.deleted_at).is_(None)]  # fmt: skip
    words = [col(Contact.search_text).contains(word, autoescape=True) for word in needles(search.q)]
    return [*mine, *words, *_filters(search)]


def _resembling(who: User, search: Search) -> list[ColumnElement[bool]]:
    typed = fold(search.q)
    close = col(Contact.search_text).op("%>")(typed) if re.search(r"[^\W\d]{3}", typed) else ~true()
    return [*_wanted(who, replace(search, q="")), close]


def needles(typed: str) -> list[str]:
    """The pieces that a row must hold: words, or the digits of a phone number however it was spaced."""
    digits = re.sub(r"\D", "", typed)
    if len(digits) >= 3 and not re.search(r"[^\d\s()+/.-]", typed):
        return [digits.removeprefix("00").lstrip("0") or digits]
    return fold(typed).split()[:8]


def _filters(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.warmness_min is not None:
        found.append(col(Contact.warmness_score) >= search.warmness_min)
    if search.not_contacted_days is not None:
        since = now() - timedelta(days=search.not_contacted_days)
        found.append(or_(col(Contact.last_contacted).is_(None), col(Contact.last_contacted) < since))
    if search.campaign_id:
        inside = exists().where(
            col(CampaignContact.contact_id) == col(Contact.id), col(CampaignContact.campaign_id) == search.campaign_id
        )
        found.append(inside)
    if search.organisation:
        same = select(Organisation.id).where(Organisation.key == organisation_key(search.organisation))
        found.append(col(Contact.organisation_id).in_(same))
    if search.tag:
        found.append(col(Contact.tags).bool_op("@>")([search.tag.lower()]))
    if search.sync:
        found.append(_sync_is(search.sync))
    return found


def _sync_is(status: SyncStatus | Literal["NONE"]) -> ColumnElement[bool]:
    latest: Select[Any] = (
        select(PipedriveSync.status)
        .where(col(PipedriveSync.contact_id) == col(Contact.id))
        .order_by(col(PipedriveSync.created_at).desc())
        .limit(1)
    )
    newest = latest.correlate(Contact).scalar_subquery()
    return newest.is_(None) if status == "NONE" else newest == status


def _write(row: Contact, sort: Sort) -> str:
    name = {"name": "sort_name", "-warmness": "warmness_score", "-created": "created_at"}.get(sort, "last_contacted")
    value = getattr(row, name)
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([shown, str(row.id)]).encode()).decode()


def _read(cursor: str, sort: Sort) -> tuple[Any, UUID]:
    try:
        value, last_id = json.loads(base64.urlsafe_b64decode(cursor))
        return _comparable(value, sort), UUID(str(last_id))
    except (ValueError, TypeError, IndexError, RecursionError):
        raise Invalid("This page mark is not one of ours.", {"cursor": "This page mark is not one of ours."}) from None


def _comparable(value: Any, sort: Sort) -> Any:
    """A value that the sorted column can be compared with; raises ValueError or TypeError for a made-up one."""
    if sort == "name":
        return CLEAN.validate_python(value)
    if sort == "-warmness":
        return range(11)[value]
    return None if value is None else datetime.fromisoformat(value)
