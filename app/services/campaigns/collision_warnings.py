"""Warnings when somebody is assigned who is in another campaign, or whom a colleague was in touch with lately.

It says that, and never who, about what, or from where, unless the reader may know it anyway.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.calendar_days import days_since
from app.models import Campaign, CampaignContact, Contact, CourtesyLookup, User, now
from app.services.base import firm_settings
from app.services.permissions import visibility

# whoever guesses an address learns from a warning that a colleague has it: so many guesses a day
MOST_A_DAY = 1_000
NO_MORE = f"Whether a colleague was in touch is told of {MOST_A_DAY:,} people a day; from here on it was not looked up."


def warnings(session: Session, who: User, campaign_id: UUID, contact_ids: Collection[UUID]) -> dict[UUID, str]:
    """For each of the contacts that deserves one, a sentence or two; in two questions, however many there are."""
    said: defaultdict[UUID, list[str]] = defaultdict(list)
    for contact_id, names in _elsewhere(session, who, campaign_id, contact_ids).items():
        said[contact_id].append(f"Already in {_listed(names)}.")
    if days := firm_settings.get(session, "courtesy_days"):
        looked_up, left = _count_lookups(session, who, contact_ids)
        for contact_id, last in _colleagues(session, who, looked_up, days).items():
            said[contact_id].append(f"A colleague was in touch {_ago(last, who.timezone)}.")
        for contact_id in left[:1]:
            said[contact_id].append(NO_MORE)
    return {contact_id: " ".join(sentences) for contact_id, sentences in said.items()}


def _elsewhere(
    session: Session, who: User, campaign_id: UUID, contact_ids: Collection[UUID]
) -> dict[UUID, list[str | None]]:
    """The other live campaigns of each contact; None stands for one that this person may not see."""
    open_to: Any = select(Campaign.id).where(*visibility.campaigns(who))
    query = (
        select(CampaignContact.contact_id, Campaign.name, col(Campaign.id).in_(open_to))
        .join(Campaign, col(Campaign.id) == col(CampaignContact.campaign_id))
        .where(col(CampaignContact.contact_id).in_(contact_ids), CampaignContact.campaign_id != campaign_id)
        .where(col(Campaign.deleted_at).is_(None), col(Campaign.archived_at).is_(None))
        .order_by(col(CampaignContact.added_at), col(CampaignContact.id))
    )
    found: defaultdict[UUID, list[str | None]] = defaultdict(list)
    for contact_id, name, known in session.exec(query):
        found[contact_id].append(name if known else None)
    return found


def _count_lookups(session: Session, who: User, contact_ids: Collection[UUID]) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """Those of them with an address who may be looked up, which is counted, and those for whom it is too late today."""
    mailed = select(Contact.id).where(col(Contact.id).in_(contact_ids), func.cardinality(Contact.emails) > 0)
    ids = session.exec(mailed.order_by(col(Contact.id))).all()
    if not ids:
        return (), ()
    row = insert(CourtesyLookup).values(user_id=who.id, day=now().date(), people=len(ids))
    earlier = case((col(CourtesyLookup.day) == row.excluded.day, CourtesyLookup.people), else_=0)
    more = {"people": earlier + row.excluded.people, "day": row.excluded.day}
    counted = row.on_conflict_do_update(index_elements=["user_id"], set_=more).returning(col(CourtesyLookup.people))
    before = session.execute(counted).scalar_one() - len(ids)
    allowed = max(0, MOST_A_DAY - before)
    return ids[:allowed], ids[allowed:]


def _colleagues(session: Session, who: User, contact_ids: Collection[UUID], days: int) -> dict[UUID, datetime]:
    """When a colleague was last in touch with the same person, where that is less than the firm's courtesy ago."""
    twin = aliased(Contact)
    query = (
        select(Contact.id, func.max(twin.last_contacted))
        .join(twin, col(twin.emails).bool_op("&&")(col(Contact.emails)))
        .where(col(Contact.id).in_(contact_ids), func.cardinality(Contact.emails) > 0)
        .where(col(twin.user_id).not_in([who.id]), col(twin.user_id) != col(Contact.user_id))
        .where(col(twin.deleted_at).is_(None), col(twin.last_contacted) > now() - timedelta(days=days))
        .group_by(col(Contact.id))
    )
    return {contact_id: last for contact_id, last in session.exec(query) if last}


def _listed(names: list[str | None]) -> str:
    known = [name for name in names if name]
    return " and ".join([*known, *(["another campaign"] if len(known) < len(names) else [])])


def _ago(moment: datetime, zone: str) -> str:
    days = days_since(moment, zone)
    return ("today", "yesterday")[days] if days < 2 else f"{days} days ago"
