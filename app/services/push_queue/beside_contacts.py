"""What stands beside each contact of a list: its campaigns and its badge, in one question."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam
from sqlmodel import Session

from app.models import Contact, User
from app.services import policy
from app.services.permissions import visibility
from app.services.permissions.visibility import Place
from app.services.push_queue import push_status
from app.services.push_queue.push_status import PushStatus

Beside = dict[UUID, tuple[list[Place], PushStatus]]


def beside(session: Session, who: User, shown: Sequence[Contact]) -> Beside:
    """The campaigns that this person may know of, and how it stands with Pipedrive, by contact."""
    if not shown:
        return {}
    told = {"viewer": who.id, **push_status.about(session, shown)}
    rows = session.execute(_question(sees_all=policy.sees_every_campaign(who)), told)
    return {row.contact_id: (visibility.read_places(row.places), push_status.read(row)) for row in rows}


@cache
def _question(*, sees_all: bool) -> Any:
    return push_status.facts(visibility.places_by(bindparam("viewer", type_=Uuid()), sees_all=sees_all).label("places"))
