"""How a contact looks: as a suggestion, as a row, at the head of its own page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from nicegui import ui
from nicegui.element import Element

from app.models import ActivityType, Contact
from app.models.contact_fields import ON_SCREEN, Input
from app.pages.contacts.parts import fact_labels, reach_links
from app.pages.ui import basic, theme
from app.pages.ui.action_list import Action, ActionRow
from app.services.contacts import phone_entries
from app.services.contacts.suggestions import Suggestion
from app.services.push_queue.push_status import Badge, PushStatus

Verb = Callable[..., Awaitable[Any]]

BADGE_ICONS = {
    Badge.NOT_PUSHED: "cloud-off",
    Badge.WAITING: "clock",
    Badge.IN_PIPEDRIVE: "cloud-check",
    Badge.NEEDS_YOU: "triangle-alert",
}

BADGE_TONES = {Badge.NOT_PUSHED: "none", Badge.WAITING: "wait", Badge.IN_PIPEDRIVE: "good", Badge.NEEDS_YOU: "bad"}

ADD_NUMBER = "plus"

# in a row there is no room for more
SHORT = {Badge.IN_PIPEDRIVE: "pushed"}


def subtitle(contact: Contact) -> str:
    firm = contact.organisation.name if contact.organisation else None
    return " · ".join(filter(None, (firm, contact.job_title))) or contact.email or contact.phone or ""


@dataclass(frozen=True)
class RowActs:
    """What can be done about a person from a row.

    `on_write` asks which mail it shall be; without it the mail program opens at once. `on_rest` leaves the person
    alone until tomorrow, `on_snooze` asks for how long.
    """

    on_reach: Verb
    on_log: Verb
    on_meet: Verb
    on_edit: Verb
    on_rest: Verb
    on_snooze: Verb
    on_write: Verb | None = None


def suggestion_line(pick: Suggestion, acts: RowActs) -> ActionRow:
    """Whom to contact and why."""
    return person_line(pick.contact, pick.reason, acts)


def person_line(contact: Contact, why: str, acts: RowActs) -> ActionRow:
    """A person, with the best way to reach them and *Log* in one tap, the rest behind the dots."""
    name = contact.name
    ways = reaching(contact, acts)
    # where a number is to be added, the row has no room for more
    log = "Log activity" if ways[0].icon == ADD_NUMBER else ""
    meet = partial(acts.on_meet, contact)
    return ActionRow(
        str(contact.id),
        {
            **face(contact),
            "said": [("pd-row-name", name, ""), ("pd-row-sub", subtitle(contact), ""), ("pd-row-why", why, "")],
        },
        [
            *ways,
            Action(
                "check",
                f"Log activity with {name}",
                partial(acts.on_log, contact),
                word=log,
                place="menu" if log else "",
            ),
            Action("calendar-plus", f"Book a meeting with {name}", meet, word="Book a meeting", place="menu"),
            Action("clock", f"Not today: {name}", partial(acts.on_rest, contact), word="Not today", place="menu"),
            Action("alarm-clock", f"Snooze {name}", partial(acts.on_snooze, contact), word="Snooze…", place="menu"),
        ],
        later="clock",
    )


def face(contact: Contact) -> dict[str, Any]:
    """Whom a row is about: where it leads, the initials and the warmness on them."""
    return {
        "href": f"/contacts/{contact.id}",
        "i": theme.initials(contact.name),
        "w": contact.warmness_score,
        "t": theme.tone(contact.warmness_score),
    }


def reaching(contact: Contact, acts: RowActs, first: ActivityType | None = None) -> list[Action]:
    """The ways to reach somebody: the best of them as the row's main act, by `first` where there is one; else *Add a number*.

    That also where a call was promised and there is no number to call.
    """
    ways = [way for way in reach_links.ways_to_reach(contact) if way[-1]]
    ways.sort(key=lambda way: way[3] is not first)
    add = Action(ADD_NUMBER, f"Add a number of {contact.name}", partial(acts.on_edit, contact), word="Add a number")
    if not ways:
        return [add]
    if first is ActivityType.CALL and ways[0][3] is not first:
        # a call was promised: the row says how it can be kept, and the other ways stand behind its dots
        return [add, *(_way(contact, way, acts, "menu") for way in ways)]
    return [_way(contact, way, acts, "menu" if at else "main") for at, way in enumerate(ways)]


def _way(contact: Contact, way: reach_links.Way, acts: RowActs, place: Literal["main", "menu"]) -> Action:
    name, word, label, kind, address = way
    said = word if place == "menu" else ""
    if kind is ActivityType.EMAIL and acts.on_write:
        return Action(name, label, partial(acts.on_write, contact), word=said, place=place)
    return Action(name, label, partial(acts.on_reach, contact, kind), href=address, word=said, place=place)


def draw_quick_actions(contact: Contact, acts: RowActs) -> None:
    """The ways to reach somebody, as far as there are any, and what is done most: on a phone in reach of the thumb."""
    with ui.element("div").classes("pd-reach"):
        with ui.element("div").classes("pd-quick"):
            for name, word, label, kind, address in reach_links.ways_to_reach(contact):
                if address is None:
                    continue
                if kind is ActivityType.EMAIL and acts.on_write:
                    draw_big_button(name, word, partial(acts.on_write, contact)).props["aria-label"] = label
                    continue
                with basic.link(address, label=label, away=address.startswith("http")) as anchor:
                    basic.icon(name)
                    basic.text(word)
                anchor.on("click", lambda kind=kind: acts.on_reach(contact, kind), [])
            if not contact.good_phones:
                draw_big_button("phone", "Add a number", partial(acts.on_edit, contact))
        with ui.element("div").classes("pd-deeds"):
            basic.button("Meeting", partial(acts.on_meet, contact), "plain", "calendar-plus")
            basic.button("Log", partial(acts.on_log, contact), "main", "check")


def draw_big_button(name: str, word: str, on_click: Callable[[], Any]) -> Element:
    made = ui.element("button").props("type=button").on("click", on_click, [])
    with made:
        basic.icon(name)
        basic.text(word)
    return made


def list_row(contact: Contact, zone: str, status: PushStatus | None = None) -> dict[str, Any]:
    """A contact as the list component wants it."""
    shown = status is not None and status.badge is not Badge.NOT_PUSHED
    return {
        "id": str(contact.id),
        **face(contact),
        "n": contact.name,
        "s": subtitle(contact),
        "d": theme.ago(contact.last_contacted, zone),
        "b": SHORT.get(status.badge, status.badge.value) if status and shown else None,
        "bt": BADGE_TONES[status.badge] if status and shown else None,
        "log": True,
    }


def draw_facts(contact: Contact, phones: list[str], on_write: Verb | None = None) -> None:
    """What is known, each line a way to use it; what has failed comes last of its kind, and says so."""
    failed = contact.failed_addresses
    numbers = list(zip(contact.phones, phones, strict=True))
    lines: list[tuple[str, str, str | None]] = [
        *(
            (
                "phone",
                _number_words(contact, number, shown),
                reach_links.tel_link(number, phone_entries.extension_of(contact, number)),
            )
            for number, shown in numbers
            if number not in failed
        ),
        *(("phone-off", f"{shown} · wrong number", None) for number, shown in numbers if number in failed),
        *(
            ("phone-off", f"{one['number']} · {fact_labels.PHONE_TYPES[one['type']]}", None)
            for one in _uncalled(contact)
        ),
        *(("mail", address, reach_links.mailto_link(address)) for address in contact.good_emails),
        *(("triangle-alert", f"{mail} · mail came back", None) for mail in contact.emails if mail in failed),
    ]
    for field in ON_SCREEN:
        if field.icon and (said := fact_labels.fact_words(field.name, field.value(contact))):
            link = reach_links.profile_link(said) if field.input is Input.LINK else None
            lines.append((field.icon, said.partition("://")[2] if link else said, link))
    for name, words, address in lines:
        if name == "mail" and on_write:
            line = ui.element("button").props("type=button").classes("pd-fact pd-bare")
            line.on("click", partial(on_write, contact, words), [])
        else:
            line = basic.link(address, "pd-fact") if address else ui.element("div").classes("pd-fact")
        with line:
            basic.icon(name)
            basic.text(words)
    if contact.notes:
        basic.text(contact.notes, "pd-pre pd-facts-notes")


def _number_words(contact: Contact, number: str, shown: str) -> str:
    """`030 1234567 · work · ext. 12`."""
    detail = next((one for one in contact.phone_details if one["number"] == number), {})
    kind, behind = fact_labels.PHONE_TYPES.get(detail.get("type") or ""), detail.get("extension")
    return " · ".join(filter(None, (shown, kind, f"ext. {behind}" if behind else None)))


def _uncalled(contact: Contact) -> list[dict[str, Any]]:
    """Faxes and pagers."""
    return [one for one in contact.phone_details if one["number"] not in contact.phones]
