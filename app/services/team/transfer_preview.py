"""Before contacts are handed over: how many that would be, what goes with them, and whom a golden ticket may see by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import joinedload
from sqlmodel import Session, col, func, select

from app.errors import Forbidden, NotFound
from app.models import Activity, CampaignContact, Contact, PipedriveSync, User
from app.models.base import fold
from app.models.pipedrive_sync import OPEN
from app.services import policy
from app.services.permissions import visibility
from app.services.team.transfer import NOBODY


@dataclass(frozen=True)
class Offer:
    """What may be handed over of one colleague: all of it, those of them in campaigns, and what goes with them."""

    total: int
    shared: int
    planned: int
    pushes: int


def preview_transfer(session: Session, who: User, from_user: UUID, contact_ids: Sequence[UUID] | None = None) -> Offer:
    """The figures for these contacts, or for all that may go. Raises Forbidden for anybody but a golden ticket."""
    giver = _giver(session, who, from_user)
    ids = _ids(giver, contact_ids)
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
    """Those that a golden ticket sees anyway, in a campaign, and whose facts hold what is typed."""
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
    """Everybody who may be handed over, so that the same can be handed back."""
    return list(session.exec(_ids(_giver(session, who, from_user), None).order_by(col(Contact.id))))


def _giver(session: Session, who: User, from_user: UUID) -> User:
    if not policy.may_transfer_contacts(who):
        raise Forbidden
    giver = session.get(User, from_user)
    if giver is None:
        raise NotFound(NOBODY)
    return giver


def _ids(giver: User, contact_ids: Sequence[UUID] | None) -> Any:
    """The rule of the hand-over itself: of somebody active only what a campaign shows anyway."""
    query = select(Contact.id).where(Contact.user_id == giver.id)
    if giver.active:
        query = query.where(col(Contact.deleted_at).is_(None), _shared())
    return query if contact_ids is None else query.where(col(Contact.id).in_(contact_ids))


def _shared() -> Any:
    return visibility.inside().where(col(CampaignContact.contact_id) == col(Contact.id)).exists()
