"""Logging the same touch with many contacts, such as a talk or a mail to all of them."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from app.errors import Conflict, Invalid
from app.models import ActivityDraft, ActivityType, CampaignContact, Contact, UndoKind, User
from app.services.activities import touch_records
from app.services.base import audit_log
from app.services.campaigns import campaigns
from app.services.contacts.bulk_actions import Chosen, Done, chosen
from app.services.permissions import visibility
from app.services.undo import undo_log
from app.signals import Topic, announce

ONE_BY_ONE = "Book meetings one by one; everything else can be logged for many."


def log(session: Session, who: User, wanted: Chosen, draft: ActivityDraft) -> Done:
    """Record the same touch, past or planned, with each of them; their last touch, next date and stage follow.

    Raises Invalid for a meeting, and Conflict when the named campaign does not have them all.
    """
    if draft.type is ActivityType.MEETING:
        raise Invalid(ONE_BY_ONE, {"type": ONE_BY_ONE})
    ids = chosen(session, who, wanted)
    names = dict(session.exec(select(Contact.id, Contact.name).where(col(Contact.id).in_(ids))).all())
    if not ids:
        return Done(0, None)
    if draft.campaign_id:
        _all_on_board(session, who, draft.campaign_id, ids)
    _, steps = touch_records.record(session, who, draft, names)
    undo_id = undo_log.add_entry(session, who, UndoKind.LOG, f"{len(ids):,}: logged.", steps)
    audit_log.record(session, who, "contacts.log", undo_id, contacts=len(ids))
    announce(session, Topic.OUTREACH, undo_id, who.id)
    return Done(len(ids), undo_id)


def _all_on_board(session: Session, who: User, campaign_id: UUID, ids: list[UUID]) -> None:
    """Raise NotFound for the campaign, and Conflict when it is archived or does not have all of the contacts."""
    campaign = visibility.working(campaigns.seen(session, who, campaign_id))
    here = (CampaignContact.campaign_id == campaign.id, col(CampaignContact.contact_id).in_(ids))
    there = session.exec(select(func.count()).select_from(CampaignContact).where(*here)).one()
    if missing := len(ids) - there:
        raise Conflict(f"{missing:,} of these contacts {'is' if missing == 1 else 'are'} not in {campaign.name}.")
