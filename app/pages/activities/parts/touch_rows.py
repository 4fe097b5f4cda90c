"""How a touch looks: in a timeline, in the feed, on the day’s list."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from nicegui import ui

from app.models import ACTIVITY_LABELS, OUTCOMES, Activity, ActivityType, Outcome, now
from app.models.activity import USUAL_MEETING
from app.pages.ui import basic, theme
from app.services.activities.timeline import Entry

TYPE_ICONS = {
    ActivityType.CALL: "phone",
    ActivityType.EMAIL: "mail",
    ActivityType.MEETING: "calendar",
    ActivityType.LINKEDIN: "linkedin",
    ActivityType.REFERRAL: "handshake",
    ActivityType.CONFERENCE: "mic",
}

OUTCOME_ICONS = {
    Outcome.REACHED: "circle-check",
    Outcome.VOICEMAIL: "voicemail",
    Outcome.NO_ANSWER: "phone-missed",
    Outcome.WRONG_NUMBER: "phone-off",
    Outcome.REQUESTED: "user-plus",
    Outcome.SENT: "send",
    Outcome.REPLIED: "reply",
    Outcome.DECLINED: "ban",
    Outcome.BOUNCED: "triangle-alert",
    Outcome.HELD: "calendar-check",
    Outcome.NO_SHOW: "ban",
    Outcome.MOVED: "clock",
    Outcome.CANCELLED: "x",
    Outcome.INTRODUCED: "handshake",
    Outcome.MET: "circle-check",
}

ITS_WORDS = {
    (ActivityType.LINKEDIN, Outcome.REQUESTED): "Request sent",
    (ActivityType.LINKEDIN, Outcome.SENT): "Message sent",
}


def outcome_word(outcome: Outcome, kind: ActivityType | None = None) -> str:
    usual = outcome.value.replace("_", " ").capitalize()
    return ITS_WORDS.get((kind, outcome), usual) if kind else usual


def draw_kinds(chosen: ActivityType, on_choose: Callable[[ActivityType], Any]) -> dict[Any, ui.button]:
    """The kinds of touches side by side, one of them on; the caller marks the next one with `mark_chip`."""
    with ui.element("div").classes("pd-kinds").props("role=group aria-label=Type"):
        row: dict[Any, ui.button] = {
            kind: ui.button(
                label, icon=theme.icon(TYPE_ICONS[kind]), on_click=lambda kind=kind: on_choose(kind), color=None
            ).props("flat no-caps stack")
            for kind, label in ACTIVITY_LABELS.items()
        }
    basic.mark_chip(row, chosen)
    return row


def draw_outcomes(kind: ActivityType, on_choose: Callable[[Outcome], Awaitable[Any]]) -> None:
    """The answers to a kind of touch, big enough for a thumb; the tap is the log."""
    with ui.element("div").classes("pd-outcomes"):
        for number, outcome in enumerate(OUTCOMES[kind], 1):
            answer = basic.button(
                outcome_word(outcome, kind),
                lambda outcome=outcome: on_choose(outcome),
                icon_name=OUTCOME_ICONS[outcome],
            )
            answer.props["aria-keyshortcuts"] = str(number)


def is_over(touch: Activity) -> bool:
    """A meeting whose end is past and of which nobody said how it went."""
    if touch.type is not ActivityType.MEETING or touch.done or touch.due_date is None:
        return False
    length = timedelta(minutes=touch.duration_minutes) if touch.duration_minutes else USUAL_MEETING
    return touch.due_date + length <= now()


def plan_word(plan: Activity, zone: str) -> str:
    """`Call, overdue since Tue 24 Nov`."""
    kind, when = ACTIVITY_LABELS[plan.type], when_word(plan, zone)
    return f"{kind} {when[0].lower()}{when[1:]}" if is_over(plan) else f"{kind}, {when[0].lower()}{when[1:]}"


def when_word(activity: Activity, zone: str) -> str:
    if is_over(activity):
        return f"Was {theme.mid_sentence(theme.time_word(activity.moment, zone))}. How did it go?"
    if not activity.done and activity.due_date:
        if activity.is_overdue:
            return f"Overdue since {theme.mid_sentence(theme.day_word(activity.due_date, zone))}"
        return f"Planned for {theme.mid_sentence(theme.time_word(activity.due_date, zone))}"
    return theme.time_word(activity.moment, zone)


def draw_mark(touch: Activity, classes: str = "") -> None:
    """The round mark of a touch: its kind's own icon, hollow while it is planned."""
    drawn = ui.element("span").classes("pd-avatar").classes(classes)
    with drawn.classes("" if touch.done else "pd-planned").props("aria-hidden=true"):
        basic.icon(TYPE_ICONS[touch.type])


def draw_touch(entry: Entry, zone: str, me: str) -> None:
    """One touch as somebody reads it who may not change it."""
    touch = entry.activity
    with ui.element("div").classes("pd-step"):
        draw_mark(touch)
        with ui.element("div").classes("pd-step-text"):
            basic.text(touch.subject, "pd-strong")
            by = "" if entry.by == me else f" · {entry.by}"
            basic.text(when_word(touch, zone) + by, "pd-muted pd-small")
            if touch.location:
                basic.text(touch.location, "pd-muted pd-small pd-clip")
            if touch.note:
                basic.text(touch.note, "pd-pre pd-small")


def rows_by_day(
    entries: list[Entry], zone: str, me: str, last_day: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """The feed as the list component wants it: a heading per day, then its touches."""
    found: list[dict[str, Any]] = []
    for day, of_day in groupby(entries, lambda e: theme.day_word(e.activity.moment, zone)):
        if day != last_day:
            found.append({"id": f"day-{day}", "h": day})
        found += [_feed_row(entry, zone, me) for entry in of_day]
        last_day = day
    return found, last_day


def _feed_row(entry: Entry, zone: str, me: str) -> dict[str, Any]:
    touch = entry.activity
    said = outcome_word(touch.outcome, touch.type) if touch.outcome else None
    by = None if entry.by == me else entry.by
    note = touch.note.replace("\n", " ")[:90] or None
    board = f"/campaigns/{touch.campaign_id}" if touch.campaign_id else "/campaigns"
    return {
        "id": str(touch.id),
        "contact": str(touch.contact_id),
        "href": f"/contacts/{touch.contact_id}" if entry.mine else board,
        "away": not entry.mine,
        "c": entry.campaign,
        "icon": theme.icon(TYPE_ICONS[touch.type]),
        "n": entry.contact or "Somebody",
        "s": " · ".join(filter(None, (ACTIVITY_LABELS[touch.type], said, note, by))),
        "d": f"{theme.local(touch.moment, zone):%H:%M}",
        "b": "overdue" if touch.is_overdue else "planned" if not touch.done else None,
        "bt": "bad" if touch.is_overdue else "wait",
    }


def settled_words(plans: Sequence[Activity], zone: str) -> str:
    """`. Also done: what was planned for Tue 24 Nov`; nothing where a touch answered no plan."""
    days = dict.fromkeys(theme.date_word(plan.due_date, zone) for plan in plans if plan.due_date)
    return f". Also done: what was planned for {' and '.join(days)}" if days else ""
