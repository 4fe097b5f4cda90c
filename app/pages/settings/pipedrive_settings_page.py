"""How the firm's words map to its Pipedrive company: one page for golden tickets, each choice explained."""

from dataclasses import dataclass
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.errors import Invalid
from app.models import ACTIVITY_LABELS, ActivityType, User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.settings.settings_frame import settings_frame
from app.pages.ui import basic, theme
from app.services.base import firm_settings
from app.services.push_queue import company_mapping
from app.services.push_queue.company_mapping import KnownType

OWNERS = {"key_user": "The person who pushes it", "none": "Pipedrive’s own default"}
SEEN_BY = {
    0: "The company’s own default",
    1: "Owner and followers",
    3: "Owner’s group (on smaller plans everybody)",
    5: "Owner’s group and those below it",
    7: "Everybody",
}
EARNS = {"nothing": "Nothing more", "lead": "A lead", "deal": "A deal"}
HANDED_OVER = {"ask": "Ask the new owner, once", "move": "Move to the new owner", "leave": "Stay with the old owner"}
CALLED_OFF = {"mark": "Keep it there, marked as called off", "delete": "Delete it there"}
USUAL = ""


@dataclass(frozen=True)
class PipedriveSettings:
    """What is known of the firm's company in Pipedrive, and how we hear of changes there."""

    account: str
    types: list[KnownType]
    labels: dict[int, str]
    news: str


@screen("Pipedrive for the firm")
async def pipedrive_settings_page(shell: Shell) -> None:
    def ask(session: Session, me: User) -> PipedriveSettings:
        return PipedriveSettings(
            company_mapping.account_of(session, me),
            company_mapping.activity_types(session, me),
            company_mapping.labels(session, me),
            company_mapping.news(session, me),
        )

    firm, there = await look(lambda session, _: firm_settings.get_all(session)), await look(ask)
    typed: dict[str, Any] = {}

    @tap
    def save(session: Session, me: User) -> str:
        firm_settings.change(session, me, **chosen(typed))
        return "Saved; it holds for every push from now on"

    with settings_frame(shell, "/settings/pipedrive"):
        with ui.element("div").classes("pd-title"):
            basic.title("Pipedrive for the firm")
        ours = there.account and not there.account.startswith("(")
        hint = f"For {there.account}.pipedrive.com. " if ours else ""
        basic.text(
            f"{hint}What holds for everybody’s pushes. Records that are there already stay as they are.", "pd-muted"
        )
        with ui.element("div").classes("pd-two"):
            with ui.element("section"):
                when(typed, firm, there.news)
                meetings(typed, firm)
            with ui.element("section"):
                types(typed, firm, there.types)
                records(typed, firm, there.labels)
        with ui.element("div").classes("pd-save"):
            basic.button("Save", save, "main", "check").classes("full-width")


def when(typed: dict[str, Any], firm: dict[str, Any], news: str) -> None:
    basic.heading("What goes over, and when")
    with ui.element("div").classes("pd-card pd-stack"):
        number(typed, firm, "warm_threshold", "A contact is warm from", 10)
        basic.text("Crossing this hands a contact to Pipedrive, once. Nobody goes over twice.", "pd-muted pd-small")
        number(typed, firm, "pipedrive_poll_minutes", "Check Pipedrive for changes every … minutes", 1440)
        basic.text(
            "What colleagues change in Pipedrive comes back this often. A look costs about 30 tokens of the day’s budget.",
            "pd-muted pd-small",
        )
        basic.text(news, "pd-small")
        switch(typed, firm, "pipedrive_deals", "Reports say what became of people")
        basic.text(
            "From the deals of people who went over: open, won, lost and their value. For whoever leads a campaign.",
            "pd-muted pd-small",
        )


def meetings(typed: dict[str, Any], firm: dict[str, Any]) -> None:
    basic.heading("Meetings")
    with ui.element("div").classes("pd-card pd-stack"):
        choose(typed, "pipedrive_on_meeting", "A booked meeting also makes", EARNS, firm["pipedrive_on_meeting"])
        basic.text("One for each contact: a second meeting makes no second one.", "pd-muted pd-small")
        choose(typed, "deleted_meetings", "A meeting that is called off", CALLED_OFF, firm["deleted_meetings"])
        basic.text("Only meetings that we made there; what others made is never deleted.", "pd-muted pd-small")


def types(typed: dict[str, Any], firm: dict[str, Any], known: list[KnownType]) -> None:
    kept, words = firm["pipedrive_activity_types"], {one.key: one.name for one in known}
    basic.heading("Activity types")
    with ui.element("div").classes("pd-card pd-stack"):
        basic.text(
            "Which of your company’s activity types each kind of activity becomes there."
            if known
            else "Your company’s list is not known yet; it comes with the first key. Until then type a type’s key, or leave it empty.",
            "pd-muted pd-small",
        )
        for kind in ActivityType:
            now_ = kept.get(kind.value, USUAL)
            if known:
                gone = {} if now_ in {USUAL, *words} else {now_: f"{now_} (not there any more)"}
                choose(
                    typed,
                    f"type {kind.value}",
                    ACTIVITY_LABELS[kind],
                    {USUAL: "Pipedrive’s default", **words, **gone},
                    now_,
                )
            else:
                text(typed, f"type {kind.value}", ACTIVITY_LABELS[kind], now_)


def records(typed: dict[str, Any], firm: dict[str, Any], known: dict[int, str]) -> None:
    basic.heading("New records")
    with ui.element("div").classes("pd-card pd-stack"):
        choose(typed, "pipedrive_owner", "Owner", OWNERS, firm["pipedrive_owner"])
        choose(typed, "pipedrive_handover", "When contacts are handed over", HANDED_OVER, firm["pipedrive_handover"])
        basic.text(
            "Only records and planned meetings that came from here; what others made is never moved.",
            "pd-muted pd-small",
        )
        choose(typed, "pipedrive_visible_to", "Visible to", SEEN_BY, firm["pipedrive_visible_to"] or 0)
        basic.text(
            "Records that only their owner sees are invisible to colleagues’ keys, and may be made twice.",
            "pd-muted pd-small",
        )
        labels(typed, firm["pipedrive_label_ids"], known)


def labels(typed: dict[str, Any], kept: list[int], known: dict[int, str]) -> None:
    """By name where the company's labels are known, by number where the key may not read them."""
    if known:
        gone = {one: f"{one} (not there any more)" for one in kept if one not in known}
        typed["labels"] = kept
        box = ui.select({**known, **gone}, value=kept, label="Labels of new people", multiple=True, clearable=True)
        box.props("outlined behavior=menu").classes("pd-field")
        box.props["dropdown-icon"], box.props["clear-icon"] = theme.icon("chevron-down"), theme.icon("x")
        box.bind_value_to(typed, "labels", strict=False)
        return
    text(typed, "labels", "Labels of new people, by number", ", ".join(str(one) for one in kept))
    basic.text(
        "Their names come with the first key that may read them. Until then type their numbers, with commas between.",
        "pd-muted pd-small",
    )


def chosen(typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the workspace keeps it. Raises Invalid."""
    kinds = {kind.value: str(typed[f"type {kind.value}"] or "").strip() for kind in ActivityType}
    plain = ("pipedrive_on_meeting", "deleted_meetings", "pipedrive_owner", "pipedrive_handover")
    return {
        **{name: typed[name] for name in plain},
        **{name: int(typed[name] or 0) for name in ("warm_threshold", "pipedrive_poll_minutes")},
        "pipedrive_deals": bool(typed["pipedrive_deals"]),
        "pipedrive_visible_to": typed["pipedrive_visible_to"] or None,
        "pipedrive_label_ids": _numbers(typed["labels"] or ""),
        "pipedrive_activity_types": {kind: key for kind, key in kinds.items() if key},
    }


def number(typed: dict[str, Any], firm: dict[str, Any], name: str, label: str, most: int) -> None:
    typed[name] = firm[name]
    box = ui.number(label, value=firm[name], min=1, max=most, precision=0).props("outlined").classes("pd-field")
    box.bind_value_to(typed, name, strict=False)


def switch(typed: dict[str, Any], firm: dict[str, Any], name: str, label: str) -> None:
    typed[name] = firm[name]
    ui.switch(label, value=firm[name]).bind_value_to(typed, name, strict=False).mark(name)


def choose(typed: dict[str, Any], name: str, label: str, options: dict[Any, str], value: Any) -> None:
    typed[name] = value
    box = ui.select(options, value=value, label=label).props("outlined behavior=menu").classes("pd-field")
    box.props["dropdown-icon"] = theme.icon("chevron-down")
    box.bind_value_to(typed, name, strict=False)


def text(typed: dict[str, Any], name: str, label: str, value: str) -> None:
    typed[name] = value
    box = ui.input(label, value=value).props("outlined maxlength=200 autocomplete=off").classes("pd-field")
    box.bind_value_to(typed, name, strict=False)


def _numbers(typed: str | list[int]) -> list[int]:
    if not isinstance(typed, str):
        return [int(one) for one in typed]
    words = typed.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() for word in words):
        raise Invalid("Type the numbers of labels, with commas between them.")
    return [int(word) for word in words]
