"""Assigning contacts to a board and taking them off it, each with a line in the campaign's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, false, literal, or_, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, func, select

from app.errors import Forbidden, NotFound
from app.models import Campaign, CampaignContact, CampaignMove, Contact, Stage, User, now
from app.models.base import Instant
from app.services import policy
from app.services.base import audit_log
from app.services.campaigns import campaigns, collision_warnings
from app.services.permissions import visibility
from app.signals import Topic, announce

# written in bulk, by column
PLACE: Any = CampaignContact
STEP: Any = CampaignMove

NOT_YOURS = "Only the owner of a contact, the owner of the campaign or a golden ticket takes a contact out of it."


@dataclass(frozen=True)
class Assigned:
    """What became of one contact; `warning` is a sentence for whoever assigned it."""

    contact_id: UUID
    status: Literal["assigned", "already", "not_found"]
    warning: str | None = None


def assign(session: Session, who: User, campaign_id: UUID, contact_ids: Sequence[UUID]) -> list[Assigned]:
    """Put one's own contacts on the board, a golden ticket also those that they see; twice does nothing more.

    Raises NotFound for the campaign, and Conflict when it is archived.
    """
    campaign = visibility.working(campaigns.seen(session, who, campaign_id))
    wanted = list(dict.fromkeys(contact_ids))
    known = select(Contact.id).where(col(Contact.id).in_(wanted), *_assignable(who))
    there = set(session.exec(known))
    fresh = _join(session, who, campaign, known)
    warned = collision_warnings.warnings(session, who, campaign.id, fresh)

    def became(contact_id: UUID) -> Assigned:
        if contact_id in fresh:
            return Assigned(contact_id, "assigned", warned.get(contact_id))
        return Assigned(contact_id, "already" if contact_id in there else "not_found")

    return [became(contact_id) for contact_id in wanted]


def unassign(session: Session, who: User, campaign_id: UUID, contact_ids: Sequence[UUID]) -> int:
    """Take contacts off the board, also of an archived campaign; what was done with them stays. Says how many left.

    Raises Forbidden for a member who owns neither the contacts nor the campaign, and NotFound for everybody else.
    """
    campaign = session.exec(select(Campaign).where(Campaign.id == campaign_id, col(Campaign.deleted_at).is_(None))).one_or_none()  # fmt: skip
    if campaign is None:
        raise NotFound(campaigns.MISSING)
    here = (CampaignContact.campaign_id == campaign_id, col(CampaignContact.contact_id).in_(contact_ids))
    theirs = true() if policy.may_manage_campaign(who, campaign) else false()
    own = col(CampaignContact.contact_id).in_(select(Contact.id).where(Contact.user_id == who.id))
    left = _leave(session, who, or_(own, theirs), *here)
    if not left:
        campaigns.seen(session, who, campaign_id)
        if session.exec(select(CampaignContact.id).where(*here)).first():
            raise Forbidden(NOT_YOURS)
        return 0
    _tell(session, campaign, left)
    return len(left)


def rejoin(session: Session, who: User, campaign: Campaign, rows: Sequence[dict[str, Any]]) -> int:
    """Put places back as they were when they were taken out, but for those whose contact is there again; how many.

    The caller has checked the right to it. The history says that they came back, and where to.
    """
    moment = now()
    places = [
        CampaignContact(**CampaignContact.model_validate(row).model_dump() | {"updated_at": moment}).model_dump()
        for row in rows
    ]
    if not places:
        return 0
    again = insert(PLACE).values(places).on_conflict_do_nothing().returning(PLACE.contact_id, PLACE.stage)
    came = {row.contact_id: row.stage for row in session.execute(again)}
    if came:
        steps = [
            CampaignMove(campaign_id=campaign.id, contact_id=one, user_id=who.id, to_stage=stage, moved_at=moment)
            for one, stage in came.items()
        ]
        session.execute(insert(STEP), [step.model_dump() for step in steps])
        audit_log.record(session, who, "campaign.rejoined", campaign.id, contacts=len(came))
        _tell(session, campaign, set(came))
    return len(came)


def _assignable(who: User) -> list[ColumnElement[bool]]:
    mine = col(Contact.user_id) == who.id
    shared = visibility.sharing(who).where(col(CampaignContact.contact_id) == col(Contact.id)).exists()
    return [col(Contact.deleted_at).is_(None), or_(mine, shared) if policy.may_assign_shared_contacts(who) else mine]


def _join(session: Session, who: User, campaign: Campaign, known: Any) -> set[UUID]:
    """Those of the known contacts that were not on the board yet; two who assign the same take turns at the index."""
    moment, chosen = literal(now(), Instant), known.order_by(col(Contact.id)).subquery()
    born = _born(moment) | {"campaign_id": literal(campaign.id)}
    place = born | {"contact_id": chosen.c.id, "stage": literal(Stage.TO_CONTACT.value), "added_at": moment, "stage_at": moment}  # fmt: skip
    fresh = (
        insert(PLACE)
        .from_select(list(place), select(*place.values()))
        .on_conflict_do_nothing(index_elements=["campaign_id", "contact_id"])
        .returning(PLACE.contact_id)
        .cte("fresh")
    )
    step = born | {"contact_id": fresh.c.contact_id, "user_id": literal(who.id), "to_stage": literal(Stage.TO_CONTACT.value), "moved_at": moment}  # fmt: skip
    ids = _kept(session, step)
    if ids:
        audit_log.record(session, who, "campaign.assigned", campaign.id, contacts=len(ids))
        _tell(session, campaign, ids)
    return ids


def _leave(session: Session, who: User, *conditions: Any) -> set[UUID]:
    moment = literal(now(), Instant)
    gone = delete(PLACE).where(*conditions).returning(PLACE.campaign_id, PLACE.contact_id, PLACE.stage).cte("gone")
    columns = {"campaign_id": gone.c.campaign_id, "contact_id": gone.c.contact_id, "from_stage": gone.c.stage}
    return _kept(session, _born(moment) | columns | {"user_id": literal(who.id), "moved_at": moment})


def _born(moment: Any) -> dict[str, Any]:
    return {"id": func.gen_random_uuid(), "created_at": moment, "updated_at": moment}


def _kept(session: Session, step: dict[str, Any]) -> set[UUID]:
    """Write the steps into the history, in the same statement that makes them; whose they were."""
    return set(session.scalars(insert(STEP).from_select(list(step), select(*step.values())).returning(STEP.contact_id)))


def _tell(session: Session, campaign: Campaign, contact_ids: set[UUID]) -> None:
    """The campaign's pages hear of it, and one signal a bank: about the contact, or the campaign when there are many."""
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    owners = session.exec(select(Contact.user_id).where(col(Contact.id).in_(contact_ids)).distinct()).all()
    for owner in owners:
        announce(session, Topic.CONTACT, next(iter(contact_ids)) if len(contact_ids) == 1 else campaign.id, owner)
