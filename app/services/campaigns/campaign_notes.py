"""Words on the time line of a campaign: what happened on a day that its charts shall tell."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.errors import Conflict, NotFound
from app.models import CampaignNote, CampaignNoteDraft, User
from app.services.campaigns import campaigns
from app.signals import Topic, announce

MOST = 100
FULL = f"A campaign has {MOST} notes at most. Remove one first."


def listed(session: Session, who: User, campaign_id: UUID) -> Sequence[CampaignNote]:
    """By day, for everybody who sees the campaign. Raises NotFound."""
    campaigns.seen(session, who, campaign_id)
    notes = select(CampaignNote).where(CampaignNote.campaign_id == campaign_id)
    return session.exec(notes.order_by(col(CampaignNote.day), col(CampaignNote.id))).all()


def add(session: Session, who: User, campaign_id: UUID, draft: CampaignNoteDraft) -> CampaignNote:
    """For whoever leads the campaign. Raises NotFound, Forbidden, and Conflict beyond 100."""
    campaign = campaigns.managed(session, who, campaign_id)
    held = select(func.count()).select_from(CampaignNote).where(CampaignNote.campaign_id == campaign.id)
    if session.exec(held).one() >= MOST:
        raise Conflict(FULL)
    note = CampaignNote.model_validate(draft, update={"campaign_id": campaign.id, "user_id": who.id})
    session.add(note)
    session.flush()
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    return note


def remove(session: Session, who: User, note_id: UUID) -> CampaignNote:
    """Take a note away. Raises NotFound and Forbidden."""
    note = session.get(CampaignNote, note_id)
    if note is None:
        raise NotFound
    campaign = campaigns.managed(session, who, note.campaign_id)
    session.delete(note)
    announce(session, Topic.CAMPAIGN, campaign.id, campaign.owner_id)
    return note
