"""What is planned, moved to another day or dropped: one, or many at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.calendar_days import today
from app.errors import Invalid
from app.models import Activity, ActivityType, User
from app.services.activities import activity_log


def still_open(session: Session, who: User, ids: Iterable[UUID]) -> list[Activity]:
    """Those of them that are still planned, without meetings: a meeting has an hour that somebody else knows."""
    query = select(Activity).where(
        col(Activity.id).in_(list(ids)),
        Activity.user_id == who.id,
        col(Activity.done).is_(False),
        col(Activity.deleted_at).is_(None),
        Activity.type != ActivityType.MEETING,
    )
    return list(session.exec(query.order_by(col(Activity.due_date), col(Activity.id))))


def move(session: Session, who: User, plans: Sequence[Activity], day: date) -> None:
    """To the same hour of that day, as `who` counts days."""
    zone = ZoneInfo(who.timezone or "UTC")
    if day < today(who.timezone):
        raise Invalid("Choose today or a later day.")
    for plan in plans:
        assert plan.due_date
        due = datetime.combine(day, plan.due_date.astimezone(zone).time(), zone)
        activity_log.change(session, who, plan.id, {"due_date": due})


def skip(session: Session, who: User, plans: Sequence[Activity]) -> None:
    """Into the trash, from where each comes back."""
    for plan in plans:
        activity_log.remove(session, who, plan.id)
