"""Handing contacts over from one colleague to another, with their timeline, planned touches and open pushes.

A golden ticket hands over what it may see: contacts in a living campaign. The
bank of somebody who is disabled is handed over whole, so that nothing is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app.errors import Conflict, Forbidden, NotFound
from app.models import Activity, CampaignContact, Contact, OwnerChange, PipedriveSync, SyncLane, User, fold, now
from app.models.base import new_id
from app.models.pipedrive_sync import OPEN
from app.services import policy
from app.services.base import audit_log
from app.services.permissions import visibility
from app.services.push_queue import handovers
from app.services.undo.row_snapshots import expire_rows, insert_rows
from app.signals import Topic, announce

NOBODY = "There is no such colleague."
NOT_THERE = "One of these contacts is not there to be handed over."
NOT_ACTIVE = "Choose a colleague who is active."

FIRMS = text("""
with theirs as (
    select distinct o.id, o.name, o.key from contacts c join organisations o on o.id = c.organisation_id where c.id = any(:ids)
), fresh as (
    insert into organisations (id, created_at, updated_at, user_id, name, key)
    select gen_random_uuid(), :now, :now, :to, name, key from theirs
    on conflict on constraint organisations_once do nothing returning id, key
), here as (
    select id, key from fresh union select id, key from organisations where user_id = :to
)
update contacts c set organisation_id = here.id from theirs join here using (key)
where c.id = any(:ids) and c.organisation_id = theirs.id
""")
# what the new owner does from now on; what was done stays with who did it
FOLLOW = [
    text("update contacts set user_id = :to, version = version + 1, updated_at = :now where id = any(:ids)"),
    text("update activities set user_id = :to, booked_by = coalesce(booked_by, user_id), updated_at = :now where contact_id = any(:ids) and user_id = :of and not done"),
    text("update campaign_contacts set assigned_user_id = :to, updated_at = :now where contact_id = any(:ids) and assigned_user_id = :of"),
    text("update pipedrive_syncs set user_id = :to, updated_at = :now where contact_id = any(:ids) and status <> 'SUCCESS'"),
    text("update sync_conflicts set user_id = :to, updated_at = :now where contact_id = any(:ids) and resolved_at is null"),
    text("update owed_answers set answered_at = :now, updated_at = :now where contact_id = any(:ids) and user_id = :of and answered_at is null"),
]  # fmt: skip
# what is to be taken back in Pipedrive of contacts that were erased meanwhile
LEFT_BEHIND = text("""
update pipedrive_syncs set user_id = :to, updated_at = :now where contact_id is null and user_id = :of and status <> 'SUCCESS'
""")


@dataclass(frozen=True)
class Offer:
    """What may be handed over of one colleague: all of it, those of them in campaigns, and what goes with them."""

    total: int
    shared: int
    planned: int
    pushes: int


def transfer_contacts(
    session: Session, who: User, from_user: UUID, to_user: UUID, contact_ids: Sequence[UUID] | None = None
) -> int:
    """Give contacts of one colleague to another: the named ones, or all that may be handed over; says how many.

    Open pushes go over with the new owner's key. Raises Forbidden, NotFound, and Conflict when nobody could work there.
    """
    if not policy.may_transfer_contacts(who):
        raise Forbidden
    giver, taker = _pair(session, from_user, to_user)
    ids = _locked(session, giver, contact_ids)
    binds: dict[str, Any] = {"ids": ids, "of": giver.id, "to": taker.id, "now": now()}
    session.exec(insert(SyncLane).values(**SyncLane(user_id=taker.id).model_dump()).on_conflict_do_nothing())
    if contact_ids is None and not giver.active:
        session.execute(LEFT_BEHIND, binds)
    if not ids:
        return 0
    session.execute(FIRMS, binds)
    for statement in FOLLOW:
        session.execute(statement, binds)
    _remember(session, who, giver, taker, ids)
    expire_rows(session)
    handovers.start(session, who, giver, taker, ids)
    return len(ids)


def preview_transfer(session: Session, who: User, from_user: UUID, contact_ids: Sequence[UUID] | None = None) -> Offer:
    """The figures for these contacts, or for all that may go. Raises Forbidden for anybody but a golden ticket."""
    giver = _giver(session, who, from_user)
    ids = _transferable(giver, contact_ids)
    total = session.exec(select(func.count()).select_from(ids.subquery())).one()
    inside = ids.where(_shared(), col(Contact.deleted_at).is_(None))
    planned = select(func.count()).where(
        col(Activity.contact_id).in_(ids),
        Activity.user_id == giver.id,
        col(Activity.done).is_(False),
        col(Activity.deleted_at).is_(None),
    )
    pushes = select(func.count()).where(col(PipedriveSync.contact_id).in_(ids), col(PipedriveSync.status).in_(OPEN))
    shared = session.exec(select(func.count()).select_from(inside.subquery())).one()
    return Offer(total, shared, session.exec(planned).one(), session.exec(pushes).one())


def search_transferable(
    session: Session, who: User, from_user: UUID, q: str = "", limit: int = 50
) -> Sequence[Contact]:
    """Contacts of a colleague that are in a campaign and match what is typed."""
    giver = _giver(session, who, from_user)
    query = (
        select(Contact)
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(Contact.user_id == giver.id, col(Contact.deleted_at).is_(None), _shared())
    )
    for word in fold(q).split()[:8]:
        query = query.where(col(Contact.search_text).contains(word, autoescape=True))
    return session.exec(query.order_by(col(Contact.sort_name), col(Contact.id)).limit(limit)).all()


def transferable_ids(session: Session, who: User, from_user: UUID) -> list[UUID]:
    """The ids of all contacts that `transfer_contacts` would give away, so that the same ones can be given back."""
    giver = _giver(session, who, from_user)
    return list(session.exec(_transferable(giver, None).order_by(col(Contact.id))))


def history(session: Session, who: User, contact_id: UUID) -> Sequence[OwnerChange]:
    """Who had one of my contacts before me, the latest first."""
    mine = select(Contact.id).where(Contact.id == contact_id, Contact.user_id == who.id)
    query = select(OwnerChange).where(col(OwnerChange.contact_id).in_(mine))
    return session.exec(query.order_by(col(OwnerChange.created_at).desc(), col(OwnerChange.id).desc())).all()


def _giver(session: Session, who: User, from_user: UUID) -> User:
    if not policy.may_transfer_contacts(who):
        raise Forbidden
    giver = session.get(User, from_user)
    if giver is None:
        raise NotFound(NOBODY)
    return giver


def _pair(session: Session, from_user: UUID, to_user: UUID) -> tuple[User, User]:
    """Both colleagues, locked: whoever is being disabled at this moment is waited for."""
    query = select(User).where(col(User.id).in_([from_user, to_user])).order_by(col(User.id))
    found = {user.id: user for user in session.exec(query.with_for_update().execution_options(populate_existing=True))}
    giver, taker = found.get(from_user), found.get(to_user)
    if giver is None or taker is None:
        raise NotFound(NOBODY)
    if giver.id == taker.id:
        raise Conflict("Choose two different colleagues.")
    if not taker.active:
        raise Conflict(NOT_ACTIVE)
    return giver, taker


def _transferable(giver: User, contact_ids: Sequence[UUID] | None) -> Any:
    """The ids of what may be handed over: of somebody who is active only what a campaign shows anyway."""
    query = select(Contact.id).where(Contact.user_id == giver.id)
    if giver.active:
        query = query.where(col(Contact.deleted_at).is_(None), _shared())
    return query if contact_ids is None else query.where(col(Contact.id).in_(contact_ids))


def _shared() -> Any:
    return visibility.inside().where(col(CampaignContact.contact_id) == col(Contact.id)).exists()


def _locked(session: Session, giver: User, contact_ids: Sequence[UUID] | None) -> list[UUID]:
    ids = list(session.exec(_transferable(giver, contact_ids).order_by(col(Contact.id)).with_for_update()))
    if contact_ids is not None and len(ids) < len(set(contact_ids)):
        raise NotFound(NOT_THERE)
    return ids


def _remember(session: Session, who: User, giver: User, taker: User, ids: Sequence[UUID]) -> None:
    by = None if audit_log.is_operator(who) else who.id
    same = OwnerChange(contact_id=ids[0], from_user_id=giver.id, to_user_id=taker.id, by_user_id=by).model_dump()
    insert_rows(session, who, "owner_changes", [same | {"id": new_id(), "contact_id": one} for one in ids])
    audit_log.record(session, who, "contacts.handed_over", giver.id, to=str(taker.id), contacts=len(ids))
    for user in (giver, taker):
        announce(session, Topic.CONTACT, ids[0] if len(ids) == 1 else user.id, user.id)
        announce(session, Topic.SYNC, user.id, user.id)
    campaigns = select(CampaignContact.campaign_id).where(col(CampaignContact.contact_id).in_(ids)).distinct()
    for campaign_id in session.exec(campaigns).all():
        announce(session, Topic.CAMPAIGN, campaign_id, taker.id)
