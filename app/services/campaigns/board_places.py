"""Where contacts stand on a board, for verbs that move them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import CampaignContact, Contact
from app.services.undo.row_snapshots import Step

NOBODY_ACTS = "rows are read for verbs that have checked the right of whoever acts"


def places(
    session: Session, campaign_id: UUID, contact_ids: Sequence[UUID], *, lock: bool = False
) -> Sequence[CampaignContact]:
    """The places of these contacts on that board, as they are now.

    To lock them, their contacts are locked first, in the order that logging a touch locks them.
    """
    if lock:
        ordered = select(Contact.id).where(col(Contact.id).in_(contact_ids)).order_by(col(Contact.id))
        session.exec(ordered.with_for_update()).all()
    query = (
        select(CampaignContact)
        .where(CampaignContact.campaign_id == campaign_id, col(CampaignContact.contact_id).in_(contact_ids))
        .order_by(col(CampaignContact.id))
        .execution_options(populate_existing=True)
    )
    return session.exec(query.with_for_update() if lock else query).all()


def placement_step(session: Session, campaign_id: UUID, contact_ids: Sequence[UUID]) -> Step:
    """What putting them on the board has just changed, for the undo log."""
    return Step("campaign_contacts", after=[one.trace() for one in places(session, campaign_id, contact_ids)])
