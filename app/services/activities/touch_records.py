"""Writing touches: the same one with one contact or with thousands, and what each changes beside it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from app.models import Activity, ActivityDraft, ActivityType, User, auto_subject
from app.models.base import new_id
from app.services.activities import failed_addresses, pending_outcomes, settled_plans
from app.services.campaigns import board_stages
from app.services.contacts import derived_fields
from app.services.contacts.derived_fields import Beside
from app.services.undo import row_snapshots
from app.services.undo.row_snapshots import Step

FACTS = ("type", "campaign_id", "note", "due_date", "duration_minutes", "location", "outcome")


def record(
    session: Session, who: User, draft: ActivityDraft, names: Mapping[UUID, str], *, settle: bool = True
) -> tuple[list[dict[str, Any]], list[Step]]:
    """Write the same touch with each of these contacts, given with their names, and what it changes beside it.

    The caller has locked the contacts and checked the right to them. Returns the rows of the touches, and the steps to undo
    all of it.
    """
    # thousands of rows are plain dictionaries: as objects they would take a second longer
    touch = Activity(user_id=who.id, **facts(draft))
    same = touch.model_dump()
    rows = [
        same | {"id": new_id(), "contact_id": contact_id, "subject": subject(draft, name)}
        for contact_id, name in names.items()
    ]
    row_snapshots.insert_rows(session, who, "activities", rows)
    touch_ids = {row["contact_id"]: row["id"] for row in rows}
    moved = board_stages.follow_touches(session, who, touch, touch_ids) if draft.campaign_id else []
    if draft.is_done and settle:
        moved.append(settled_plans.settle(session, who, list(touch_ids.values())))
    failed_addresses.mark(session, who, list(touch_ids.values()), draft.outcome)
    derived_fields.update_touch_dates(session, list(names), _also_done(who, draft) if draft.is_done else None)
    made = Step("activities", after=[{"id": row["id"], "contact_id": row["contact_id"]} for row in rows])
    return rows, [made, *moved]


# what this person logged last is offered first the next time
REMEMBER = """remembered as (
    update users set default_type = :type, default_event = :event, updated_at = :now
    where id = :who and (default_type, default_event) is distinct from (:type, :event)
)"""


def _also_done(who: User, draft: ActivityDraft) -> Beside:
    """What was asked about these contacts is answered, and what this person chose is remembered."""
    event = draft.location if draft.type is ActivityType.CONFERENCE and draft.location else who.default_event
    set_committed_value(who, "default_type", draft.type.value)
    set_committed_value(who, "default_event", event)
    binds = {"who": who.id, "type": draft.type.value, "event": event}
    return Beside(f"with {pending_outcomes.RESOLVE}, {REMEMBER}", binds)


def facts(draft: ActivityDraft) -> dict[str, Any]:
    facts = {name: getattr(draft, name) for name in FACTS}
    return facts | {"happened_at": draft.moment(), "done": draft.is_done}


def subject(draft: ActivityDraft, name: str, before: Activity | None = None) -> str:
    """What was typed, or our own words; typed words that are our own for the touch `before` are made anew."""
    kind, outcome = (before.type, before.outcome) if before else (draft.type, None)
    typed = draft.subject if draft.subject != auto_subject(kind, name, outcome) else None
    return typed or auto_subject(draft.type, name, draft.outcome)
