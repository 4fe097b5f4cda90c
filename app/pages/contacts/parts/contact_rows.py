"""How a contact looks: as a suggestion, as a row, at the head of its own page."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

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

# in a row there is no room for more
SHORT = {Badge.IN_PIPEDRIVE: "pushed"}


def subtitle(contact: Contact) -> str:
    firm = contact.organisation.name if contact.organisation else None
    return " · ".join(filter(None, (firm, contact.job_title))) or contact.email or contact.phone or ""


def suggestion_line(
    pick: Suggestion, on_reach: Verb, on_log: Verb, on_meet: Verb, *, on_edit: Verb, on_write: Verb | None = None
) -> ActionRow:
    """Whom to contact, why, and every way to do it within one thumb's reach; where there is none, a way to add one.

    `on_write` asks which mail it shall be; without it the mail program opens at once.
    """
    contact = pick.contact
    name = contact.name
    ways = [_way(contact, way, on_reach, on_write) for way in reach_links.ways_to_reach(contact)]
    if all(way.verb is None for way in ways):
        ways = [Action("plus", "Add a number", partial(on_edit, contact), written=True)]
    return ActionRow(
        str(contact.id),
        {
            "href": f"/contacts/{contact.id}",
            "i": theme.initials(name),
            "t": theme.tone(contact.warmness_score),
            "said": [
                ("pd-pick-name pd-clip", name),
                ("pd-pick-sub pd-clip", subtitle(contact)),
                ("pd-pick-why", pick.reason),
            ],
        },
        [
            *ways,
            Action("calendar-plus", f"Book a meeting with {name}", partial(on_meet, contact)),
            Action("check", "Log", partial(on_log, contact), written=True),
        ],
    )


def _way(contact: Contact, way: reach_links.Way, on_reach: Verb, on_write: Verb | None) -> Action:
    name, _, label, kind, address = way
    if address is None:
        return Action(name, label, None)
    if kind is ActivityType.EMAIL and on_write:
        return Action(name, label, partial(on_write, contact))
    return Action(name, label, partial(on_reach, contact, kind), href=address)


def draw_quick_actions(
    contact: Contact, on_reach: Verb, on_log: Verb, on_meet: Verb, on_write: Verb | None = None
) -> None:
    """The big buttons at the head of a contact."""
    with ui.element("div").classes("pd-quick"):
        for name, word, label, kind, address in reach_links.ways_to_reach(contact):
            if address is None:
                continue
            if kind is ActivityType.EMAIL and on_write:
                draw_big_button(name, word, partial(on_write, contact)).props["aria-label"] = label
                continue
            with basic.link(address, label=label, away=address.startswith("http")) as anchor:
                basic.icon(name)
                basic.text(word)
            anchor.on("click", lambda kind=kind: on_reach(contact, kind), [])
        for name, word, verb in (("calendar-plus", "Meeting", on_meet), ("check", "Log", on_log)):
            draw_big_button(name, word, partial(verb, contact))


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
        "href": f"/contacts/{contact.id}",
        "i": theme.initials(contact.name),
        "t": theme.tone(contact.warmness_score),
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
