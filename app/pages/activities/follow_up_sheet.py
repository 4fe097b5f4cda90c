"""What is planned with one tap: the day of the next call, or of another activity."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.calendar_days import morning_of, today
from app.errors import Invalid
from app.models import ACTIVITY_LABELS, Activity, ActivityDraft, ActivityType, User
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.day_chips import DayChips
from app.services.activities import activity_log

DAYS = {1: "Tomorrow", 3: "In 3 days", 7: "In a week", 14: "In 2 weeks", 30: "In a month"}


@dataclass(frozen=True)
class Plan:
    """With whom something is planned, what, and for which campaign."""

    contact_id: UUID
    name: str
    campaign_id: UUID | None
    kind: ActivityType = ActivityType.CALL


def follow_up_days(zone: str) -> dict[date | None, str]:
    """The days that a follow-up is planned for, and what they are called."""
    return {today(zone) + timedelta(days=days): word for days, word in DAYS.items()}


def plan_follow_up(
    session: Session, me: User, contact_id: UUID, day: date, campaign_id: UUID | None, **facts: Any
) -> Activity:
    """The next call, planned for the morning of that day."""
    if day <= today(me.timezone):
        raise Invalid("Choose a day after today.")
    draft = ActivityDraft(
        campaign_id=campaign_id, due_date=morning_of(day, me.timezone), **{"type": ActivityType.CALL} | facts
    )
    return activity_log.log(session, me, contact_id, draft)


class FollowUpSheet:
    """One per page; a tap on a day plans and closes."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Follow up")
        self.zone = me.timezone

    def open(self, plan: Plan) -> None:
        typed: dict[str, Any] = {}
        with self.sheet.fresh(plan.contact_id):
            call = plan.kind is ActivityType.CALL
            basic.text(f"Follow up{'' if call else f', {ACTIVITY_LABELS[plan.kind]},'} with", "pd-muted pd-small")
            basic.text(plan.name, "pd-head-name pd-clip")
            note = ui.textarea("Note: what is it about?").props("outlined autogrow maxlength=5000").classes("pd-field")
            note.style("margin-top: 12px").bind_value_to(typed, "note", strict=False)
            basic.heading("When")
            DayChips(follow_up_days(self.zone), None, partial(self.save, plan, typed), confirm="Plan")
        self.sheet.open()

    async def save(self, plan: Plan, typed: dict[str, Any], day: date | None) -> None:
        if day and await add_plan(plan, (typed.get("note") or "").strip(), day):
            self.sheet.close()


@tap
def add_plan(session: Session, me: User, plan: Plan, note: str, day: date) -> Confirmation:
    planned = plan_follow_up(session, me, plan.contact_id, day, plan.campaign_id, note=note, type=plan.kind)
    assert planned.due_date

    def back(session: Session, who: User) -> str:
        activity_log.remove(session, who, planned.id)
        return "Undone"

    when = theme.mid_sentence(theme.day_word(planned.due_date, me.timezone))
    return Confirmation(f"{ACTIVITY_LABELS[planned.type]} planned for {when}", back)
