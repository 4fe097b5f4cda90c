"""The board of a campaign: its columns, and the cards that all its members see alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import lateral, true
from sqlmodel import Session, col, func, or_, select

from app.errors import NotFound
from app.models import Activity, ActivityType, CampaignContact, Contact, Organisation, Stage, User
from app.services import policy
from app.services.base import cursors
from app.services.campaigns import board_filter, campaigns
from app.services.campaigns.board_filter import Narrow
from app.services.permissions import visibility

EVERYTHING = Narrow()


@dataclass(frozen=True)
class BoardCard:
    """All that a member may see of a contact on the board; `can_open` where this person may see it whole.

    The last touch is the last one done for this campaign, `next_due` when the next one for it is planned.
    """

    contact_id: UUID
    name: str
    organisation: str | None
    owner_id: UUID
    owner_name: str
    warmness: int
    stage: Stage
    stage_at: datetime
    last_touch_at: datetime | None
    last_touch_type: ActivityType | None
    next_due: datetime | None
    next_type: ActivityType | None
    can_open: bool


@dataclass(frozen=True)
class Page:
    items: list[BoardCard]
    next_cursor: str | None


def counts(session: Session, who: User, campaign_id: UUID, narrow: Narrow = EVERYTHING) -> dict[Stage, int]:
    """How many cards stand in each column. Raises NotFound."""
    campaigns.seen(session, who, campaign_id)
    query = _narrowed(select(CampaignContact.stage, func.count()), who, campaign_id, narrow)
    counted = query.group_by(col(CampaignContact.stage))
    return dict.fromkeys(Stage, 0) | {Stage(stage): number for stage, number in session.exec(counted)}


def column(
    session: Session,
    who: User,
    campaign_id: UUID,
    stage: Stage | None,
    *,
    limit: int = 50,
    after: str | None = None,
    narrow: Narrow = EVERYTHING,
) -> Page:
    """One column (or, without a stage, the whole board), what came last on top, with a mark to go on from.

    `narrow` leaves out cards, and may order them otherwise. Raises NotFound, and Invalid for a mark that is not ours.
    """
    campaigns.seen(session, who, campaign_id)
    query, plan = _cards(campaign_id)
    query = query.where(*board_filter.conditions(who, narrow, plan))
    if stage:
        query = query.where(CampaignContact.stage == stage)
    query = query.add_columns(board_filter.key_of(narrow.sort, plan))
    rows = session.exec(board_filter.ordered(query, narrow, plan, after).limit(limit + 1)).all()
    shown = [_card(who, *row[:-1]) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(shown, cursors.write(last[-1], last[0].id) if last else None)


def everybody(session: Session, who: User, campaign_id: UUID, narrow: Narrow = EVERYTHING) -> list[UUID]:
    """All who stand on the board. Raises NotFound."""
    campaigns.seen(session, who, campaign_id)
    query = _narrowed(select(CampaignContact.contact_id), who, campaign_id, narrow)
    return list(session.exec(query.order_by(col(CampaignContact.contact_id))))


def _narrowed(query: Any, who: User, campaign_id: UUID, narrow: Narrow) -> Any:
    here = query.join(Contact, col(Contact.id) == col(CampaignContact.contact_id)).where(
        CampaignContact.campaign_id == campaign_id, col(Contact.deleted_at).is_(None)
    )
    if not narrow.narrows:
        return here
    plan = board_filter.next_plan(campaign_id)
    firm = col(Organisation.id) == col(Contact.organisation_id)
    joined = here.join(Organisation, firm, isouter=True).join(plan, true(), isouter=True)
    return joined.where(*board_filter.conditions(who, narrow, plan))


def card(session: Session, who: User, campaign_id: UUID, contact_id: UUID) -> BoardCard:
    """One card, for whoever may move it: a member, a golden ticket, or the contact's owner. Raises NotFound."""
    here = (CampaignContact.campaign_id == campaign_id, CampaignContact.contact_id == contact_id)
    open_to = or_(col(Contact.user_id) == who.id, visibility.sharing(who).where(*here).exists())
    query, _ = _cards(campaign_id)
    row = session.exec(query.where(CampaignContact.contact_id == contact_id, open_to)).one_or_none()
    if row is None:
        raise NotFound
    return _card(who, *row)


def _cards(campaign_id: UUID) -> tuple[Any, Any]:
    """The cards of a board, and what is planned next with each."""
    plan = board_filter.next_plan(campaign_id)
    moment = func.coalesce(col(Activity.happened_at), col(Activity.due_date))
    last = lateral(
        select(moment.label("at"), col(Activity.type).label("type"))
        .where(col(Activity.contact_id) == col(CampaignContact.contact_id), Activity.campaign_id == campaign_id)
        .where(col(Activity.done), col(Activity.deleted_at).is_(None))
        .order_by(moment.desc())
        .limit(1)
        .correlate(CampaignContact)
    )
    columns: Sequence[Any] = (CampaignContact, Contact.name, Organisation.name, Contact.user_id, User.name, Contact.warmness_score, last.c.at, last.c.type, plan.c.due, plan.c.type)  # fmt: skip
    query = (
        select(*columns)
        .join(Contact, col(Contact.id) == col(CampaignContact.contact_id))
        .join(User, col(User.id) == col(Contact.user_id))
        .join(Organisation, col(Organisation.id) == col(Contact.organisation_id), isouter=True)
        .join(last, true(), isouter=True)
        .join(plan, true(), isouter=True)
        .where(CampaignContact.campaign_id == campaign_id, col(Contact.deleted_at).is_(None))
    )
    return query, plan


def _card(  # noqa: PLR0917 - the columns of one row
    who: User,
    place: CampaignContact,
    name: str,
    organisation: str | None,
    owner_id: UUID,
    owner: str,
    warmness: int,
    at: datetime | None,
    kind: str | None,
    due: datetime | None,
    planned: str | None,
) -> BoardCard:
    return BoardCard(
        contact_id=place.contact_id,
        name=name,
        organisation=organisation,
        owner_id=owner_id,
        owner_name=owner,
        warmness=warmness,
        stage=place.stage,
        stage_at=place.stage_at,
        last_touch_at=at,
        last_touch_type=ActivityType(kind) if kind else None,
        next_due=due,
        next_type=ActivityType(planned) if planned else None,
        can_open=policy.may_open_contact(who, owner_id),
    )
