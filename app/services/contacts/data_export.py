"""Everything that we hold about one contact, for whoever asks to see it (GDPR, article 15)."""

from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, select

from app.models import (
    Activity,
    Campaign,
    CampaignContact,
    CampaignMove,
    ContactChange,
    EntityType,
    OwnerChange,
    PipedriveDeal,
    PipedriveLink,
    PipedriveSync,
    SyncConflict,
    User,
    WarmnessChange,
    now,
)
from app.services.base import audit_log
from app.services.contacts import contact_bank
from app.services.permissions import earlier_owner

# kept for machines: they say nothing about the person
OURS = {"search_text", "search_more", "typo_keys", "profile_key", "sort_name", "version", "dedupe_key", "import_id"}


def export_contact(session: Session, who: User, contact_id: UUID) -> dict[str, Any]:
    """One of my contacts with every row that refers to it, fit for JSON; recorded in the audit log. Raises NotFound.

    What an earlier owner took away before the hand-over is not in it: such a touch is left out, such a change has no
    values and says `withheld`.
    """
    contact = contact_bank.owned(session, who, contact_id)
    firm = contact.organisation.name if contact.organisation else None
    audit_log.record(session, who, "contact.exported", contact.id)
    told = {
        "exported_at": now(),
        "contact": _facts(contact) | {"organisation": firm},
        "activities": _of(
            session, Activity, contact_id, col(Activity.deleted_at).is_(None) | earlier_owner.removed_under(who.id)
        ),
        "campaigns": _campaigns(session, contact_id),
        "stages": _of(session, CampaignMove, contact_id),
        "changes": _without(_of(session, ContactChange, contact_id), who, "before", "after"),
        "warmness": _of(session, WarmnessChange, contact_id),
        "owners": _of(session, OwnerChange, contact_id),
        "pushes": _of(session, PipedriveSync, contact_id),
        "conflicts": _without(_of(session, SyncConflict, contact_id), who, "ours", "theirs"),
        "in_pipedrive": [
            _facts(link)
            for link in session.exec(select(PipedriveLink).where(PipedriveLink.entity_key == str(contact_id)))
        ],
        "deals": _deals(session, contact_id),
    }
    found: dict[str, Any] = to_jsonable_python(told)
    return found


def _of(session: Session, table: Any, contact_id: UUID, *only: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = select(table).where(table.contact_id == contact_id, *only).order_by(table.created_at, table.id)
    return [_facts(row) for row in session.exec(query)]


def _without(rows: list[dict[str, Any]], who: User, *values: str) -> list[dict[str, Any]]:
    """The rows, without the values of those that were written while the contact was somebody else's."""
    return [row if row["user_id"] == who.id else row | dict.fromkeys(values) | {"withheld": True} for row in rows]


def _campaigns(session: Session, contact_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(CampaignContact, Campaign.name)
        .join(Campaign, col(Campaign.id) == col(CampaignContact.campaign_id))
        .where(CampaignContact.contact_id == contact_id, col(Campaign.deleted_at).is_(None))
        .order_by(col(CampaignContact.added_at), col(CampaignContact.id))
    )
    return [_facts(place) | {"campaign": name} for place, name in session.exec(query)]


def _deals(session: Session, contact_id: UUID) -> list[dict[str, Any]]:
    """What became of them in Pipedrive, as we read it."""
    same = (
        (col(PipedriveLink.account) == PipedriveDeal.account)
        & (col(PipedriveLink.remote_id) == PipedriveDeal.person_id)
        & (col(PipedriveLink.entity_type) == EntityType.PERSON)
    )
    query = select(PipedriveDeal).join(PipedriveLink, same).where(PipedriveLink.entity_key == str(contact_id))
    return [_facts(deal) for deal in session.exec(query.order_by(col(PipedriveDeal.remote_id)))]


def _facts(row: SQLModel) -> dict[str, Any]:
    return row.model_dump(exclude=OURS)
