"""A touch in the timeline of a contact, with its referral and what can be done with it from there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nicegui import ui

from app.models import ACTIVITY_LABELS, OUTCOMES, Activity, ActivityType, Outcome, auto_subject
from app.pages.activities.parts import touch_rows
from app.pages.ui import basic
from app.services.activities.timeline import Entry


@dataclass(frozen=True)
class TimelineActions:
    """What the buttons of a touch in a timeline do."""

    done: Callable[[Activity], Any]
    edit: Callable[[Entry], Any]
    move: Callable[[Activity], Any]
    answer: Callable[[Activity, Outcome], Awaitable[Any]]


def draw_step(entry: Entry, of: UUID, zone: str, me: str, verbs: TimelineActions) -> None:
    """One touch in the timeline of the contact `of`."""
    touch = entry.activity
    with ui.element("div").classes("pd-step").mark("step"):
        touch_rows.draw_mark(touch)
        with ui.element("div").classes("pd-step-text"):
            basic.text(title(touch, entry.contact), "pd-strong")
            by = "" if entry.by == me else f" · {entry.by}"
            late = touch.is_overdue and not touch_rows.is_over(touch)
            basic.text(touch_rows.when_word(touch, zone) + by, "pd-small pd-late" if late else "pd-muted pd-small")
            if touch.location:
                draw_place(touch.location)
            draw_referral(entry, of)
            if touch.note:
                basic.text(touch.note, "pd-pre pd-small")
            if not touch.done:
                draw_actions(touch, verbs, mine=entry.by == me)
        basic.icon_button("pencil", f"Edit: {touch.subject}", lambda: verbs.edit(entry))


def title(touch: Activity, name: str | None) -> str:
    """`Call, no answer`: beside the person's own name a subject that says no more than that is not repeated."""
    if not name or touch.subject != auto_subject(touch.type, name, touch.outcome):
        return touch.subject
    said = ACTIVITY_LABELS[touch.type]
    return f"{said}, {touch_rows.outcome_word(touch.outcome, touch.type).lower()}" if touch.outcome else said


def draw_actions(touch: Activity, verbs: TimelineActions, *, mine: bool) -> None:
    """What is planned can be answered, moved, and put into one's own calendar, from where it stands."""
    with ui.element("div").classes("pd-next").classes("four" if touch_rows.is_over(touch) else ""):
        if touch_rows.is_over(touch):
            for outcome in OUTCOMES[touch.type]:
                tell = verbs.move if outcome is Outcome.MOVED else lambda touch, one=outcome: verbs.answer(touch, one)
                basic.button(
                    touch_rows.outcome_word(outcome),
                    lambda tell=tell: tell(touch),
                    icon_name=touch_rows.OUTCOME_ICONS[outcome],
                )
            return
        basic.button("Log", lambda: verbs.done(touch), icon_name="check").props["aria-label"] = f"Log: {touch.subject}"
        basic.button("Move", lambda: verbs.move(touch), "plain", icon_name="clock")
        # a calendar takes only what its owner promised
        if touch.type is ActivityType.MEETING and mine:
            with basic.link(f"/meetings/{touch.id}.ics", "pd-soft-link", away=True):
                basic.icon("calendar-plus")
                basic.text("Calendar")


def draw_place(where: str) -> None:
    """Where one meets; a link opens."""
    if where.startswith(("https://", "http://")):
        with basic.link(where, "pd-place pd-small pd-clip", away=True):
            basic.text(where.partition("://")[2])
    else:
        basic.text(where, "pd-muted pd-small pd-clip")


def draw_referral(entry: Entry, of: UUID) -> None:
    """Who brought whom, with a way to the other one."""
    touch = entry.activity
    if touch.contact_id and touch.contact_id != of:
        said, other, name = "Came through", touch.contact_id, entry.contact
    elif touch.referred_contact_id and entry.whom:
        said, other, name = "Brought", touch.referred_contact_id, entry.whom
    else:
        return
    with basic.link(f"/contacts/{other}", "pd-place pd-small"):
        basic.text(f"{said} {name or 'somebody'}")
