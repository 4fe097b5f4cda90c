"""The campaigns that somebody may see, each with its figures: two questions for a page, however long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlmodel import Session, col, select

from app.models import Campaign, CampaignStatus, User, fold
from app.services.base import cursors
from app.services.campaigns.summary import Card, cards, figures
from app.services.permissions import visibility

Sort = Literal["name", "newest", "behind"]


@dataclass(frozen=True)
class Wanted:
    """Which campaigns; every part is optional. Without a status: all but the archived ones."""

    q: str = ""
    status: CampaignStatus | None = None
    sector: str | None = None
    theme: str | None = None
    mine: bool = False
    sort: Sort = "name"


@dataclass(frozen=True)
class Page:
    items: list[Card]
    next_cursor: str | None


class PickLists(NamedTuple):
    sectors: list[str]
    themes: list[str]


def listed(  # noqa: PLR0917 - the place to go on comes last
    session: Session, who: User, wanted: Wanted, today: date, limit: int = 50, cursor: str | None = None
) -> Page:
    """One page of the campaigns that this person may see; `today` is their day.

    `behind` begins with those furthest behind their pace, and ends with those that have none.
    """
    query = figures().where(*visibility.campaigns(who), *_conditions(who, wanted, today))
    if wanted.sort == "behind":
        rows, more = _by_pace(session, query, today, limit, cursor)
    else:
        rows = session.exec(_ordered(query, wanted.sort, cursor).limit(limit + 1)).all()
        rows, more = rows[:limit], len(rows) > limit
    shown = cards(session, rows, today)
    return Page(shown, _mark(shown[-1], wanted.sort) if more else None)


def pick_lists(session: Session, who: User) -> PickLists:
    """The sectors and themes in use where this person may look, by name."""

    def used(column: Any) -> list[str]:
        words = session.exec(select(column).where(*visibility.campaigns(who), col(column).is_not(None)).distinct())
        return sorted(words, key=fold)

    return PickLists(used(Campaign.sector), used(Campaign.theme))


def _conditions(who: User, wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found = [_standing(wanted.status, today)]
    if wanted.mine:
        found.append(visibility.is_member(who))
    for column, word in ((Campaign.sector, wanted.sector), (Campaign.theme, wanted.theme)):
        if word:
            found.append(func.lower(col(column)) == word.strip().lower())
    where = func.lower(func.concat_ws(" ", Campaign.name, Campaign.sector, Campaign.theme))
    return [*found, *(where.contains(word, autoescape=True) for word in wanted.q.lower().split()[:8])]


def _standing(status: CampaignStatus | None, today: date) -> ColumnElement[bool]:
    """The SQL of `Campaign.status`."""
    here, planned, ended = col(Campaign.archived_at).is_(None), col(Campaign.start_date) > today, col(Campaign.end_date) < today  # fmt: skip
    match status:
        case None:
            return here
        case CampaignStatus.ARCHIVED:
            return not_(here)
        case CampaignStatus.PLANNED:
            return and_(here, planned)
        case CampaignStatus.ENDED:
            return and_(here, ended)
    return and_(here, planned.is_not(True), ended.is_not(True))


def _ordered(query: Any, sort: Sort, cursor: str | None) -> Any:
    name, born, row = func.lower(col(Campaign.name)), col(Campaign.created_at), col(Campaign.id)
    if sort == "newest":
        if cursor:
            moment, last = cursors.moment(cursor)
            query = query.where(or_(born < moment, and_(born == moment, row < last)))
        return query.order_by(born.desc(), row.desc())
    if cursor:
        typed, last = cursors.name(cursor)
        word = func.lower(typed)
        query = query.where(or_(name > word, and_(name == word, row > last)))
    return query.order_by(name, row)


def _by_pace(session: Session, query: Any, today: date, limit: int, cursor: str | None) -> tuple[Sequence[Any], bool]:
    """Pace is worked out here, once: a firm has hundreds of campaigns, not thousands."""
    ranked = sorted((_rank(row[0].behind(row[3], row[4], today), row[0].id), row) for row in session.exec(query))
    if cursor:
        last = _rank(*cursors.number(cursor))
        ranked = [each for each in ranked if each[0] > last]
    return [row for _, row in ranked[:limit]], len(ranked) > limit


def _rank(pace: float | None, row: UUID) -> tuple[bool, float, UUID]:
    return pace is None, pace or 0.0, row


def _mark(last: Card, sort: Sort) -> str:
    value = {"newest": last.campaign.created_at, "behind": last.behind}.get(sort, last.campaign.name)
    return cursors.write(value, last.campaign.id)
