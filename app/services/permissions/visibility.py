"""Who may see a contact that is not their own, and how much of it: the permission table, as questions.

The owner sees everything. A contact in a campaign is also seen by golden
tickets (everything) and by the campaign's members (the card). Nobody else
learns that it exists. A deleted campaign shares nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload
from sqlmodel import Session, and_, col, or_, select

from app.errors import Conflict, NotFound
from app.models import Activity, Campaign, CampaignContact, CampaignUser, Contact, Stage, User
from app.services import policy
from app.services.base import audit_log

NOBODY_ACTS = {"viewers": "asks which of many people may look"}

# the contact of a touch, in the campaign that the touch was made for
THIS_TOUCH = (
    col(CampaignContact.contact_id) == col(Activity.contact_id),
    col(CampaignContact.campaign_id) == col(Activity.campaign_id),
)


class Sight(StrEnum):
    """How much of a contact somebody sees."""

    OWNER = "OWNER"
    GOLDEN = "GOLDEN"
    CARD = "CARD"


@dataclass(frozen=True)
class Place:
    """Where a contact stands in one campaign."""

    campaign_id: UUID
    campaign: str
    stage: Stage


@dataclass(frozen=True)
class View:
    """A contact as one person may see it, with its owner and the campaigns that this person may know of."""

    contact: Contact
    owner: User
    sight: Sight
    places: list[Place]


def look(session: Session, who: User, contact_id: UUID, *, noted: bool = True) -> View:
    """The contact as this person may see it; a golden ticket's look at a colleague's contact is audited.

    Not `noted` is for a page that shows it already, and for whether it may be opened. Raises NotFound.
    """
    query = (
        select(Contact, User, places_of(who))
        .join(User, col(User.id) == col(Contact.user_id))
        .options(joinedload(Contact.organisation))  # type: ignore[arg-type]
        .where(Contact.id == contact_id, col(Contact.deleted_at).is_(None))
    )
    row = session.exec(query).one_or_none()
    if row is None:
        raise NotFound
    contact, owner, known = row[0], row[1], read_places(row[2])
    if contact.user_id == who.id:
        return View(contact, owner, Sight.OWNER, known)
    if not known:
        raise NotFound
    if policy.sees_every_campaign(who):
        if noted:
            audit_log.record(session, who, "contact.seen", contact.id)
        return View(contact, owner, Sight.GOLDEN, known)
    return View(contact, owner, Sight.CARD, known)


def places(session: Session, who: User, shown: Sequence[Contact]) -> dict[UUID, list[Place]]:
    """The campaigns of a page of contacts, in one question.

    For one's own contacts and for a golden ticket all of them, else those that one is a member of.
    """
    query = select(Contact.id, places_of(who)).where(col(Contact.id).in_([contact.id for contact in shown]))
    return {contact_id: read_places(found) for contact_id, found in session.exec(query)} if shown else {}


def places_of(who: User) -> Any:
    """A column beside a contact, for `read_places`: the campaigns that this person may know of, in the order they came."""
    return places_by(who.id, sees_all=policy.sees_every_campaign(who))


def places_by(viewer: Any, *, sees_all: bool) -> Any:
    """The same for whoever has this id, in a question that is kept."""
    place = func.json_build_array(CampaignContact.campaign_id, Campaign.name, CampaignContact.stage)
    order = (col(CampaignContact.added_at), col(CampaignContact.id))
    query = (
        select(func.json_agg(aggregate_order_by(place, *order)))
        .select_from(CampaignContact)
        .join(Campaign, col(Campaign.id) == col(CampaignContact.campaign_id))
        .where(col(Campaign.deleted_at).is_(None), CampaignContact.contact_id == Contact.id)
    )
    if not sees_all:
        member = select(CampaignUser.campaign_id).where(CampaignUser.user_id == viewer)
        query = query.where((col(Contact.user_id) == viewer) | col(CampaignContact.campaign_id).in_(member))
    return query.correlate(Contact).scalar_subquery()


def read_places(found: list[Any] | None) -> list[Place]:
    return [Place(UUID(campaign_id), name, Stage(stage)) for campaign_id, name, stage in found or ()]


def reachable(session: Session, who: User, campaign_ids: Sequence[UUID]) -> set[UUID]:
    """Of these campaigns, the ones that this person may open."""
    return set(session.exec(select(Campaign.id).where(col(Campaign.id).in_(campaign_ids), *campaigns(who))))


def shared(session: Session, who: User, contact_id: UUID, campaign_id: UUID) -> Contact:
    """The contact as part of that campaign, locked, if it is mine or the campaign opens it to me, to work on it there.

    Raises NotFound, and Conflict when the campaign is archived.
    """
    place = (CampaignContact.campaign_id == campaign_id, CampaignContact.contact_id == contact_id)
    mine = and_(col(Contact.user_id) == who.id, inside().where(*place).exists())
    query = select(Contact).where(
        Contact.id == contact_id, col(Contact.deleted_at).is_(None), or_(mine, sharing(who).where(*place).exists())
    )
    contact = session.exec(query.with_for_update()).one_or_none()
    if contact is None:
        raise NotFound
    working(session.get_one(Campaign, campaign_id))
    return contact


def working(campaign: Campaign) -> Campaign:
    """Raise Conflict when the campaign is archived: it is read then, not worked on."""
    if campaign.archived_at:
        raise Conflict("This campaign is archived. Bring it back before you go on with it.")
    return campaign


def campaigns(who: User) -> list[ColumnElement[bool]]:
    """The WHERE of every question about campaigns: not in the trash, and open to this person."""
    alive = col(Campaign.deleted_at).is_(None)
    return [alive] if policy.sees_every_campaign(who) else [alive, is_member(who)]


def viewers(session: Session, campaign_id: UUID, user_ids: Iterable[UUID]) -> list[User]:
    """Those of these people who may see the campaign, as `campaigns` has it: active members and golden tickets.

    Nobody, once the campaign is in the trash.
    """
    in_it = CampaignUser.campaign_id == campaign_id
    member = select(CampaignUser.id).where(in_it, CampaignUser.user_id == User.id).exists()
    alive = select(Campaign.id).where(Campaign.id == campaign_id, col(Campaign.deleted_at).is_(None)).exists()
    query = select(User).where(
        col(User.id).in_(list(user_ids)),
        col(User.active),
        alive,
        or_(col(User.role).in_(policy.SEE_EVERY_CAMPAIGN), member),
    )
    return list(session.exec(query.order_by(col(User.id))).all())


def is_member(who: User) -> ColumnElement[bool]:
    """Whether a campaign has this person among its members."""
    return col(Campaign.id).in_(_memberships(who))


def inside() -> Any:
    """The contacts of live campaigns; the caller adds which contact and which campaign, and asks whether any exist."""
    return (
        select(CampaignContact.id)
        .join(Campaign, col(Campaign.id) == col(CampaignContact.campaign_id))
        .where(col(Campaign.deleted_at).is_(None))
    )


def sharing(who: User) -> Any:
    """Of `inside`, the places that open a contact to this person: as a member, or with a golden ticket."""
    if policy.sees_every_campaign(who):
        return inside()
    return inside().where(col(CampaignContact.campaign_id).in_(_memberships(who)))


def is_known(who: User, contact: Any) -> ColumnElement[bool]:
    """Whether this person may know of a contact, an alias of `Contact`: it is theirs, or a live campaign opens it."""
    opened = sharing(who).where(col(CampaignContact.contact_id) == contact.id).exists()
    return and_(contact.deleted_at.is_(None), or_(contact.user_id == who.id, opened))


def _memberships(who: User) -> Any:
    return select(CampaignUser.campaign_id).where(CampaignUser.user_id == who.id)
