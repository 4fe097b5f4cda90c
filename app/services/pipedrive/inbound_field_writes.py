"""Writing what stands in Pipedrive into our own field, because its owner decided so."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.errors import Conflict
from app.models import Activity, EntityType, Organisation, PipedriveLink, SyncConflict, User
from app.services.pipedrive import inbound_changes

UNKNOWN_FIRM = "We do not know the name of that organization yet. Try again in a few minutes."
OURS = {"due": "due_date", "minutes": "duration_minutes"}


def person(session: Session, who: User, row: SyncConflict) -> None:
    """Write one field of a contact. Raises Conflict where its firm has no name that we know."""
    name, value = row.field, row.theirs
    if row.field == "org":
        name, value = "organisation", firm_name(session, who, row.account, row.theirs) if row.theirs else None
        if row.theirs and not value:
            raise Conflict(UNKNOWN_FIRM)
    inbound_changes.person(session, who, row.contact_id, {name: value})


def meeting(session: Session, who: User, activity_id: UUID, field: str, theirs: Any) -> None:
    """Write one field of a meeting."""
    value = "" if theirs is None and field == "note" else theirs
    if field == "due" and theirs:
        activity = session.get_one(Activity, activity_id)
        value = _moment(theirs, activity.due_date)
    inbound_changes.meeting(session, who, activity_id, {OURS.get(field, field): value})


def firm_name(session: Session, who: User, account: str, firm: int | str) -> str | None:
    """The name of an organization by Pipedrive's number, or by our own key where it has none."""
    if isinstance(firm, str):
        own = select(Organisation.name).where(Organisation.user_id == who.id, Organisation.key == firm)
        return session.exec(own).first()
    links = select(PipedriveLink).where(
        PipedriveLink.account == account,
        PipedriveLink.entity_type == EntityType.ORGANIZATION,
        PipedriveLink.remote_id == firm,
    )
    link = session.exec(links.order_by(col(PipedriveLink.updated_at).desc())).first()
    if link is None:
        return None
    return str(link.agreed["theirs"]["name"]) if link.agreed else firm_name(session, who, account, link.entity_key)


def _moment(said: str, before: datetime | None) -> datetime:
    """Where only a day is set there, the time of the day stays as it was here."""
    if "T" in said:
        return datetime.fromisoformat(said)
    day, clock = date.fromisoformat(said), (before or datetime.now(UTC)).astimezone(UTC)
    return clock.replace(year=day.year, month=day.month, day=day.day)
