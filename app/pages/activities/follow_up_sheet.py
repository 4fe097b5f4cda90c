"""What comes after an answer: the day of the next call with one tap, and a note."""

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
from app.pages.activities.campaign_choice import only_campaign
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.day_chips import DayChips
from app.services.activities import activity_log

DAYS = {1: "Tomorrow", 3: "In 3 days", 7: "In a week", 14: "In 2 weeks", 30: "In a month"}


@dataclass(frozen=True)
class Logged:
    """The touch that was logged a moment ago, if there was one, and with whom."""

    touch: Activity | None
    contact_id: UUID
    name: str


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

    def open(self, logged: Logged) -> None:
        typed: dict[str, Any] = {}
        with self.sheet.fresh(logged.touch.id if logged.touch else logged.contact_id):
            basic.text("Follow up with", "pd-muted pd-small")
            basic.text(logged.name, "pd-head-name pd-clip")
            note = (
                ui.textarea("Note: what did you agree on?" if logged.touch else "Note: what is it about?")
                .props("outlined autogrow maxlength=5000")
                .classes("pd-field")
            )
            note.style("margin-top: 12px").bind_value_to(typed, "note", strict=False)
            basic.heading("When")
            DayChips(follow_up_days(self.zone), None, partial(self.plan, logged, typed), confirm="Plan")
            if logged.touch:
                save = basic.button("Save note", lambda: self.plan(logged, typed, None), "main").classes("full-width")
                save.style("margin-top: 12px").set_visibility(False)
                note.on_value_change(lambda event: save.set_visibility(bool((event.value or "").strip())))
        self.sheet.open()

    async def plan(self, logged: Logged, typed: dict[str, Any], day: date | None) -> None:
        if await add_follow_up(logged, (typed.get("note") or "").strip(), day):
            self.sheet.close()


@tap
def add_follow_up(session: Session, me: User, logged: Logged, note: str, day: date | None) -> Confirmation | None:
    """Add the note to what was logged, and plan the next call for `day`; both go with one Undo."""
    touch = logged.touch
    before = touch.note if touch else ""
    if note and touch:
        activity_log.change(session, me, touch.id, {"note": "\n".join(filter(None, (before, note)))})
    campaign_id = touch.campaign_id if touch else only_campaign(session, me, logged.contact_id)
    # without a touch the note says what is to be done
    facts = {} if touch else {"note": note}
    planned = plan_follow_up(session, me, logged.contact_id, day, campaign_id, **facts) if day else None

    def back(session: Session, who: User) -> str:
        if note and touch:
            activity_log.change(session, who, touch.id, {"note": before})
        if planned:
            activity_log.remove(session, who, planned.id)
        return "Undone"

    if planned and planned.due_date:
        when = theme.mid_sentence(theme.day_word(planned.due_date, me.timezone))
        return Confirmation(f"{ACTIVITY_LABELS[planned.type]} planned for {when}", back)
    return Confirmation("Note saved", back) if note else None
