"""What narrows a board, and in which order its cards stand."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, any_, lateral, tuple_
from sqlmodel import Session, and_, col, func, literal, or_, select

from app.models import Activity, Campaign, CampaignContact, Contact, Organisation, User, fold, now
from app.services import policy
from app.services.base import cursors
from app.services.permissions import visibility

Sort = Literal["recent", "waiting", "name", "warmness", "due"]
LATER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Narrow:
    """Words of the name or the firm, whose work, how warm at least, overdue alone, a tag, and the order.

    `recent` begins with what moved last, `waiting` with what has stood longest, `due` with what is planned next.
    """

    q: str = ""
    person: UUID | None = None
    warmness_min: int | None = None
    overdue: bool = False
    tag: str | None = None
    sort: Sort = "recent"

    @property
    def narrows(self) -> bool:
        return bool(self.q.strip() or self.person or self.warmness_min or self.overdue or self.tag)


def next_plan(campaign_id: UUID) -> Any:
    """What is planned next with a contact for the campaign, as every member may see it."""
    return lateral(
        select(col(Activity.due_date).label("due"), col(Activity.type).label("type"))
        .where(col(Activity.contact_id) == col(CampaignContact.contact_id), Activity.campaign_id == campaign_id)
        .where(col(Activity.done).is_(False), col(Activity.deleted_at).is_(None))
        .order_by(col(Activity.due_date), col(Activity.id))
        .limit(1)
        .correlate(CampaignContact)
    )


def conditions(who: User, narrow: Narrow, plan: Any) -> list[ColumnElement[bool]]:
    """For a query that joins contact, firm and plan. Tags are the owner's: they narrow what this person may open."""
    found: list[ColumnElement[bool]] = []
    for word in fold(narrow.q).split()[:8]:
        name, firm = col(Contact.sort_name), func.coalesce(Organisation.key, "")
        found.append(or_(name.contains(word, autoescape=True), firm.contains(word, autoescape=True)))
    if narrow.person:
        found.append(func.coalesce(CampaignContact.assigned_user_id, Contact.user_id) == narrow.person)
    if narrow.warmness_min:
        found.append(col(Contact.warmness_score) >= narrow.warmness_min)
    if narrow.overdue:
        found.append(plan.c.due < now())
    if narrow.tag:
        mine = col(Contact.user_id) == who.id
        opens = literal(True) if policy.sees_every_campaign(who) else mine
        found.append(and_(opens, literal(narrow.tag) == any_(col(Contact.tags))))
    return found


def ordered(query: Any, narrow: Narrow, plan: Any, after: str | None) -> Any:
    """The query in its order, behind the mark `after`; rows of equal value by id."""
    value, row = key_of(narrow.sort, plan), col(CampaignContact.id)
    down = narrow.sort in {"recent", "warmness"}
    if after:
        mark = tuple_(*_mark(narrow.sort, after))
        query = query.where(tuple_(value, row) < mark if down else tuple_(value, row) > mark)
    return query.order_by(value.desc(), row.desc()) if down else query.order_by(value, row)


def key_of(sort: Sort, plan: Any) -> Any:
    keys = {
        "name": col(Contact.sort_name),
        "warmness": col(Contact.warmness_score),
        "due": func.coalesce(plan.c.due, literal(LATER)),
    }
    return keys.get(sort, col(CampaignContact.stage_at))


def _mark(sort: Sort, after: str) -> tuple[Any, UUID]:
    if sort == "name":
        return cursors.name(after)
    if sort == "warmness":
        number, row = cursors.number(after)
        return int(min(max(number or 0, 0), 10)), row
    return cursors.moment(after)


def tags(session: Session, who: User, campaign_id: UUID) -> list[str]:
    """The tags of the contacts on the board that this person may open; none of a campaign that they may not see."""
    seen = select(Campaign.id).where(Campaign.id == campaign_id, *visibility.campaigns(who))
    query = (
        select(func.unnest(Contact.tags))
        .join(CampaignContact, col(CampaignContact.contact_id) == col(Contact.id))
        .where(col(CampaignContact.campaign_id).in_(seen), col(Contact.deleted_at).is_(None))
    )
    if not policy.sees_every_campaign(who):
        query = query.where(Contact.user_id == who.id)
    return sorted(set(session.exec(query)), key=fold)
