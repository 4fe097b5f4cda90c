"""A touch that happened answers what was planned: open plans of the same kind with the same person, due by the end of today.

They are done with it and count once, as the touch. A touch that is said to have
happened before today answers only what had been planned by then.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from app.calendar_days import start_in_days
from app.models import Activity, User, now
from app.services.undo.row_snapshots import Step, expire_rows

SETTLE = text("""
update activities plan set done = true, happened_at = touch.happened_at, settled_by = touch.id,
       version = plan.version + 1, updated_at = :now
from activities touch
where touch.id = any(:touches) and touch.done and plan.contact_id = touch.contact_id and plan.type = touch.type
  and plan.id <> touch.id and plan.user_id = :who and not plan.done and plan.deleted_at is null
  and plan.due_date < :tomorrow and (touch.happened_at >= :today or plan.created_at <= touch.happened_at)
returning plan.id, plan.contact_id, touch.id, touch.happened_at, plan.due_date
""")
REOPEN = text("""
update activities plan set done = false, happened_at = null, settled_by = null, version = plan.version + 1, updated_at = :now
where plan.settled_by = :touch
""")


def settle(session: Session, who: User, touches: Sequence[UUID]) -> Step:
    """Close what these touches, which this person has just made, answer, the oldest first; the step opens it again."""
    days = {"today": start_in_days(0, who.timezone), "tomorrow": start_in_days(1, who.timezone)}
    session.flush()
    rows = session.execute(SETTLE, {"touches": list(touches), "who": who.id, "now": now(), **days}).all()
    rows = sorted(rows, key=lambda row: (row[4], row[0]))
    if rows:
        expire_rows(session, Activity)
    open_: Mapping[str, object] = {"done": False, "happened_at": None, "settled_by": None}
    before = [{"id": plan, "contact_id": contact, **open_} for plan, contact, *_ in rows]
    after = [
        {"id": plan, "contact_id": contact, "done": True, "happened_at": moment, "settled_by": touch}
        for plan, contact, touch, moment, _ in rows
    ]
    return Step("activities", before, after)


def reopen(session: Session, who: User, touch: Activity) -> None:
    """The touch was taken back, or has not happened after all: what it answered is planned again."""
    del who
    session.flush()
    if session.execute(REOPEN, {"touch": touch.id, "now": now()}).rowcount:  # type: ignore[attr-defined]
        expire_rows(session, Activity)


def settled_by(session: Session, who: User, touch: Activity) -> list[Activity]:
    """The plans that this touch answered, the oldest first."""
    del who
    plans = select(Activity).where(Activity.settled_by == touch.id, col(Activity.deleted_at).is_(None))
    return list(session.exec(plans.order_by(col(Activity.due_date), col(Activity.id))))
