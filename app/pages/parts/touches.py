"""How a touch looks: in a contact's story, in the feed, on the day's list."""

from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import Any

from nicegui import ui

from app.models import OUTCOMES, WORDS, Activity, ActivityType, Outcome
from app.pages import design
from app.pages.parts import basic
from app.services.story import Entry

OUTCOME_ICONS = {
    Outcome.REACHED: "circle-check",
    Outcome.VOICEMAIL: "voicemail",
    Outcome.NO_ANSWER: "phone-missed",
    Outcome.WRONG_NUMBER: "phone-off",
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

TYPE_TONES = {ActivityType.MEETING: "good", ActivityType.REFERRAL: "warm"}


def word(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ").capitalize()


def outcomes(kind: ActivityType, on_choose: Callable[[Outcome], Awaitable[Any]]) -> None:
    """The answers to a kind of touch, big enough for a thumb; the tap is the log."""
    with ui.element("div").classes("pd-outcomes"):
        for outcome in OUTCOMES[kind]:
            basic.button(word(outcome), lambda outcome=outcome: on_choose(outcome), icon_name=OUTCOME_ICONS[outcome])


def when(activity: Activity, zone: str) -> str:
    if not activity.done and activity.due_date:
        if activity.is_overdue:
            return f"Overdue since {design.inside(design.day_word(activity.due_date, zone))}"
        return f"Planned for {design.inside(design.time_word(activity.due_date, zone))}"
    return design.time_word(activity.moment, zone)


def step(
    entry: Entry, zone: str, me: str, on_done: Callable[[Activity], Any], on_remove: Callable[[Activity], Any]
) -> None:
    """One touch in a contact's story."""
    touch = entry.activity
    with ui.element("div").classes("pd-step"):
        with ui.element("span").classes("pd-avatar").classes("brandy" if touch.done else "none pd-chip"):
            basic.icon(design.TYPE_ICONS[touch.type])
        with ui.element("div").classes("pd-step-text"):
            basic.text(touch.subject, "pd-strong")
            by = "" if entry.by == me else f" · {entry.by}"
            basic.text(when(touch, zone) + by, "pd-muted pd-small")
            if touch.location:
                basic.text(touch.location, "pd-muted pd-small pd-clip")
            if touch.note:
                basic.text(touch.note, "pd-pre pd-small")
        if not touch.done:
            if touch.type is ActivityType.MEETING:
                with basic.link(f"/meetings/{touch.id}.ics", "pd-act", label="Put it into my calendar", away=True):
                    basic.icon("calendar-plus")
            basic.icon_button("check", f"Log: {touch.subject}", lambda: on_done(touch))
        basic.icon_button("trash-2", f"Remove: {touch.subject}", lambda: on_remove(touch))


def told(entry: Entry, zone: str, me: str) -> None:
    """One touch as somebody reads it who may not change it."""
    touch = entry.activity
    with ui.element("div").classes("pd-step"):
        with ui.element("span").classes("pd-avatar").classes("brandy" if touch.done else "none pd-chip"):
            basic.icon(design.TYPE_ICONS[touch.type])
        with ui.element("div").classes("pd-step-text"):
            basic.text(touch.subject, "pd-strong")
            by = "" if entry.by == me else f" · {entry.by}"
            basic.text(when(touch, zone) + by, "pd-muted pd-small")
            if touch.location:
                basic.text(touch.location, "pd-muted pd-small pd-clip")
            if touch.note:
                basic.text(touch.note, "pd-pre pd-small")


def due(entry: Entry, zone: str, on_done: Callable[[Entry], Any]) -> None:
    """One planned touch on the day's list."""
    touch = entry.activity
    with ui.element("div").classes("pd-row"):
        with basic.link(f"/contacts/{touch.contact_id}", "pd-row-main"):
            with ui.element("span").classes("pd-avatar").classes("bad pd-chip" if touch.is_overdue else "brandy"):
                basic.icon(design.TYPE_ICONS[touch.type])
            with ui.element("span").classes("pd-row-text"):
                basic.text(entry.contact or "Somebody", "pd-row-name")
                basic.text(when(touch, zone), "pd-row-sub")
        basic.icon_button("check", f"Log: {touch.subject}", lambda: on_done(entry))


def rows(
    entries: list[Entry], zone: str, me: str, last_day: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """The feed as the list component wants it: a heading per day, then its touches."""
    found: list[dict[str, Any]] = []
    for day, of_day in groupby(entries, lambda e: design.day_word(e.activity.moment, zone)):
        if day != last_day:
            found.append({"id": f"day-{day}", "h": day})
        found += [_feed_row(entry, zone, me) for entry in of_day]
        last_day = day
    return found, last_day


def _feed_row(entry: Entry, zone: str, me: str) -> dict[str, Any]:
    touch = entry.activity
    said = word(touch.outcome) if touch.outcome else None
    by = None if entry.by == me else entry.by
    note = touch.note.replace("\n", " ")[:90] or None
    board = f"/campaigns/{touch.campaign_id}" if touch.campaign_id else "/campaigns"
    return {
        "id": str(touch.id),
        "contact": str(touch.contact_id),
        "href": f"/contacts/{touch.contact_id}" if entry.mine else board,
        "away": not entry.mine,
        "c": entry.campaign,
        "icon": design.icon(design.TYPE_ICONS[touch.type]),
        "t": TYPE_TONES.get(touch.type, "brandy"),
        "n": entry.contact or "Somebody",
        "s": " · ".join(filter(None, (WORDS[touch.type], said, note, by))),
        "d": f"{design.local(touch.moment, zone):%H:%M}",
        "b": "overdue" if touch.is_overdue else "planned" if not touch.done else None,
        "bt": "bad" if touch.is_overdue else "wait",
    }
