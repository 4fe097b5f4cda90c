"""When a contact is due by itself: the cadence, and the snooze."""

from datetime import datetime, timedelta

from nicegui import ui

from app.calendar_days import days_since, local_day, start_of_day
from app.models import Contact, now
from app.pages.contacts.parts import fact_labels
from app.pages.contacts.sheets.snooze_sheet import wake_contact
from app.pages.ui import basic, theme


def facts_shown(contact: Contact) -> tuple[object, ...]:
    """What this part shows; days are part of it, so that it is drawn anew after midnight."""
    return contact.cadence_days, contact.last_contacted, contact.snoozed_until, now().date()


def due_by_cadence(contact: Contact, zone: str) -> datetime | None:
    """The start of the day on which the next contact is due; whoever was reached starts the days anew."""
    if not contact.cadence_days or not contact.last_contacted:
        return None
    return start_of_day(local_day(contact.last_contacted, zone) + timedelta(days=contact.cadence_days), zone)


def draw(contact: Contact, zone: str) -> None:
    if contact.cadence_days:
        draw_line("clock", f"{fact_labels.cadence_words(contact.cadence_days)} · {describe_cadence(contact, zone)}")
    if contact.snoozed_until and contact.snoozed_until > now():
        with ui.element("div").classes("pd-fact").mark("snoozed"):
            basic.icon("bell-off")
            basic.text(f"Snoozed until {_day(contact.snoozed_until, zone)}", "pd-grow")
            basic.button("Wake", lambda: wake_contact(contact.id), "soft")


def describe_cadence(contact: Contact, zone: str) -> str:
    due = due_by_cadence(contact, zone)
    if due is None:
        return "not contacted yet, so due now"
    overdue = days_since(due, zone) > 0
    return f"overdue since {_day(due, zone)}" if overdue else f"due {_day(due, zone)}"


def draw_line(icon: str, words: str) -> None:
    with ui.element("div").classes("pd-fact").mark("when"):
        basic.icon(icon)
        basic.text(words)


def _day(moment: datetime, zone: str) -> str:
    return theme.mid_sentence(theme.day_word(moment, zone))
