"""What stands beside each contact of a list: its campaigns and its badge, in one question."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from app.models import Contact, User
from app.services.permissions import visibility
from app.services.permissions.visibility import Place
from app.services.push_queue import push_status
from app.services.push_queue.push_status import PushStatus

Beside = dict[UUID, tuple[list[Place], PushStatus]]


def beside(session: Session, who: User, shown: Sequence[Contact]) -> Beside:
    """The campaigns that this person may know of, and how it stands with Pipedrive, by contact."""
    if not shown:
        return {}
    rows = session.execute(push_status.facts(session, shown, visibility.places_of(who).label("places")))
    return {row.contact_id: (visibility.read_places(row.places), push_status.read(row)) for row in rows}
