"""What can be done to a touch with one tap, each with its undo."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.calendar_days import today
from app.models import ACTIVITY_LABELS, Activity, Outcome, User
from app.pages.activities.parts import touch_rows
from app.pages.core.tap import Confirmation, tap
from app.services.activities import activity_log, promises

FATE = {"outcome", "note", "campaign_id", "done", "happened_at", "due_date"}


def finish_planned(session: Session, me: User, planned: Activity, outcome: Outcome | None, **facts: Any) -> Activity:
    """What was planned is done."""
    return activity_log.change(session, me, planned.id, facts | {"outcome": outcome, "done": True})


def plan_again(session: Session, me: User, planned: Activity) -> None:
    """As it was before: `planned` holds the values from then."""
    activity_log.change(session, me, planned.id, planned.model_dump(include=FATE))


@tap
def answer_planned(session: Session, me: User, planned: Activity, outcome: Outcome) -> Confirmation:
    finish_planned(session, me, planned, outcome)

    def back(session: Session, me: User) -> str:
        plan_again(session, me, planned)
        return "Planned again"

    return Confirmation(
        f"{ACTIVITY_LABELS[planned.type]} logged: {touch_rows.outcome_word(outcome, planned.type).lower()}", back
    )


@tap
def put_off(session: Session, me: User, planned: Activity) -> Confirmation:
    promises.move(session, me, [planned], today(me.timezone) + timedelta(days=1))

    def back(session: Session, who: User) -> str:
        plan_again(session, who, planned)
        return "Due as before"

    return Confirmation(f"{ACTIVITY_LABELS[planned.type]} moved to tomorrow", back)


@tap
def remove_touch(session: Session, me: User, touch: Activity) -> Confirmation:
    activity_log.remove(session, me, touch.id)

    def back(session: Session, me: User) -> str:
        activity_log.put_back(session, me, touch.id)
        return "Activity is back"

    return Confirmation("Activity removed", back)
