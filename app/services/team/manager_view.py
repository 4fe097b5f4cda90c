"""A colleague's contact, whole, for a golden ticket, as long as a living campaign holds it: to see, not to change.

The first look of each opening is audited; an open page that hears news asks again.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Campaign, CampaignContact, OwnerChange, User
from app.services.activities import timeline
from app.services.activities.timeline import Entry, Filter
from app.services.base import firm_settings, phone_numbers
from app.services.permissions import visibility
from app.services.permissions.visibility import Sight, View
from app.services.push_queue import push_status, record_urls
from app.services.push_queue.push_status import PushStatus

STORY = 50


@dataclass(frozen=True)
class Whole:
    """Everything that the owner sees of the contact, and who had it before; `open_in` takes touches and moves."""

    view: View
    phones: list[str]
    status: PushStatus
    address: str | None
    entries: list[Entry]
    more: bool
    open_in: list[Campaign]
    before: list[str]


def whole(session: Session, who: User, contact_id: UUID, *, noted: bool = True, limit: int = STORY) -> Whole:
    """Raises NotFound for everybody but a golden ticket who looks at a colleague's contact in a campaign."""
    view = visibility.look(session, who, contact_id, noted=noted)
    if view.sight is not Sight.GOLDEN:
        raise NotFound
    contact, country = view.contact, firm_settings.country(session)
    page = timeline.feed(session, who, Filter(contact_id=contact_id), limit=limit)
    return Whole(
        view=view,
        phones=[phone_numbers.shown(number, country) for number in contact.phones],
        status=push_status.status_of(session, contact),
        # where the owner's pushes go; nobody's key is needed to know it
        address=record_urls.person_address(session, view.owner, contact),
        entries=page.items,
        more=page.next_cursor is not None,
        open_in=_working(session, contact_id),
        before=_before(session, contact_id),
    )


def opens(session: Session, who: User, contact_id: UUID) -> bool:
    """Whether the contact has a page for this person: its owner, or a golden ticket."""
    try:
        may_open(session, who, contact_id)
    except NotFound:
        return False
    return True


def may_open(session: Session, who: User, contact_id: UUID) -> View:
    """Raise NotFound unless the contact has a page for this person."""
    view = visibility.look(session, who, contact_id, noted=False)
    if view.sight is Sight.CARD:
        raise NotFound
    return view


def _working(session: Session, contact_id: UUID) -> list[Campaign]:
    inside = select(CampaignContact.campaign_id).where(CampaignContact.contact_id == contact_id)
    query = select(Campaign).where(
        col(Campaign.id).in_(inside), col(Campaign.deleted_at).is_(None), col(Campaign.archived_at).is_(None)
    )
    return list(session.exec(query.order_by(col(Campaign.name), col(Campaign.id))))


def _before(session: Session, contact_id: UUID) -> list[str]:
    """The names of those whose contact it was, the latest first."""
    query = (
        select(User.name)
        .join(OwnerChange, col(OwnerChange.from_user_id) == col(User.id))
        .where(OwnerChange.contact_id == contact_id)
        .order_by(col(OwnerChange.created_at).desc(), col(OwnerChange.id).desc())
    )
    return list(session.exec(query))
