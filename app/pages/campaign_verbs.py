"""What can be done to a campaign with one tap, each with its way back."""

from uuid import UUID

from sqlmodel import Session

from app.models import Stage, User
from app.pages.parts.cards import STAGES
from app.pages.tap import Said, tap
from app.services import boards, campaigns


@tap
def archive(session: Session, me: User, campaign_id: UUID) -> Said:
    name = campaigns.archive(session, me, campaign_id).name
    return Said(f"{name} is in the archive", lambda s, who: _unarchived(s, who, campaign_id))


@tap
def unarchive(session: Session, me: User, campaign_id: UUID) -> str:
    return _unarchived(session, me, campaign_id)


@tap
def remove(session: Session, me: User, campaign_id: UUID) -> Said:
    name = campaigns.remove(session, me, campaign_id).name
    return Said(f"{name} is deleted; its contacts and touches stay", lambda s, who: _put_back(s, who, campaign_id))


@tap
def move(session: Session, me: User, campaign_id: UUID, contact_id: UUID, stage: Stage) -> Said:
    before = boards.card(session, me, campaign_id, contact_id)
    boards.move(session, me, campaign_id, contact_id, stage)
    return Said(
        f"{before.name} moved to {STAGES[stage]}",
        lambda s, who: _moved_back(s, who, campaign_id, contact_id, before),
    )


@tap
def take_out(session: Session, me: User, campaign_id: UUID, contact_id: UUID) -> Said:
    before = boards.card(session, me, campaign_id, contact_id)
    boards.unassign(session, me, campaign_id, [contact_id])
    words = f"{before.name} is off the board; the touches stay"
    # a colleague's contact is out of sight from here on: only its owner can put it back
    if before.owner_id != me.id:
        return Said(words)
    return Said(words, lambda s, who: _back_on(s, who, campaign_id, contact_id, before))


def _unarchived(session: Session, who: User, campaign_id: UUID) -> str:
    return f"{campaigns.unarchive(session, who, campaign_id).name} is out of the archive"


def _put_back(session: Session, who: User, campaign_id: UUID) -> str:
    return f"{campaigns.put_back(session, who, campaign_id).name} is back"


def _moved_back(session: Session, who: User, campaign_id: UUID, contact_id: UUID, before: boards.BoardCard) -> str:
    boards.move(session, who, campaign_id, contact_id, before.stage)
    return f"{before.name} is in {STAGES[before.stage]} again"


def _back_on(session: Session, who: User, campaign_id: UUID, contact_id: UUID, before: boards.BoardCard) -> str:
    boards.assign(session, who, campaign_id, [contact_id])
    if before.stage is not Stage.TO_CONTACT:
        boards.move(session, who, campaign_id, contact_id, before.stage)
    return f"{before.name} is back on the board"
