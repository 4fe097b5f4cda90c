"""What the sync centre says above its lists: no key, a paused or waiting queue, and the tokens spent today."""

from dataclasses import dataclass

from nicegui import ui
from sqlmodel import Session

from app.models import PRACTICE, User
from app.pages.pipedrive.parts import push_rows
from app.pages.ui import basic, theme
from app.services import policy
from app.services.base import firm_settings
from app.services.pipedrive import queue_overview
from app.services.pipedrive.queue_overview import Budget, Queue

HOW_TO_GET_A_KEY = (
    "In Pipedrive, open the menu under your name.",
    "Choose Personal preferences, then API.",
    "Copy your personal API token and paste it in Settings here.",
)
KINDS = {
    "search": "Looking for who is there",
    "read": "Reading",
    "create": "Creating",
    "change": "Updating",
    "delete": "Deleting",
    "listen": "Listening for changes",
    "deals": "What became of people",
    "set-up": "Set-up",
}


@dataclass(frozen=True)
class Notices:
    """My own queue, the company's day, the operator's stop, and everybody's queues for a golden ticket."""

    mine: Queue
    budget: Budget | None
    stopped: str | None
    everybody: tuple[Queue, ...]


def load_notices(session: Session, me: User) -> Notices:
    everybody = queue_overview.all_queues(session, me) if policy.may_manage_every_push(me) else []
    return Notices(
        queue_overview.own_queue(session, me),
        queue_overview.budget(session, me),
        firm_settings.sync_paused(session),
        tuple(everybody),
    )


def draw_notices(seen: Notices, zone: str, *, mine: bool = True) -> None:
    """`mine` says that the lists below are one's own."""
    if seen.stopped:
        draw_notice(
            "wait",
            "clock",
            "Pushes are paused for everybody",
            f"{sentence_of(seen.stopped)} Nothing that waits is lost.",
        )
    if not seen.mine.has_line:
        draw_no_key(seen.mine)
    elif seen.mine.stuck:
        with draw_notice("bad", "key-round", "Pipedrive does not accept your key", seen.mine.reason or ""):
            basic.text("What waits goes over by itself once your key is accepted.", "pd-muted pd-small")
            basic.button("Open Settings", lambda: ui.navigate.to("/settings/key"), "main")
    elif seen.budget and seen.budget.until:
        draw_parked(seen.budget, zone)
    elif seen.mine.until:
        when = theme.mid_sentence(theme.time_word(seen.mine.until, zone))
        draw_notice(
            "wait",
            "clock",
            "Your queue rests",
            f"{cause_of(seen.mine.reason)}. It goes on {when} ({push_rows.until_words(seen.mine.until)}).",
        )
    elif seen.mine.open and not seen.stopped and mine:
        word = "push is" if seen.mine.open == 1 else "pushes are"
        basic.text(f"{seen.mine.open:,} {word} on the way. There is nothing to do.", "pd-muted pd-small pd-on-the-way")


def draw_no_key(mine: Queue) -> None:
    verb = "goes" if mine.open == 1 else "go"
    waiting = f"{push_rows.waiting_words(mine.open)} and {verb} over once there is one. " if mine.open else ""
    hint = f"{waiting}Until there is a key, everything else works and nothing is lost."
    with draw_notice("wait", "key-round", "No Pipedrive key yet", hint):
        with ui.element("ol").classes("pd-steps"):
            for step in HOW_TO_GET_A_KEY:
                with ui.element("li"):
                    basic.text(step)
        basic.button("Add your key", lambda: ui.navigate.to("/settings/key"), "main", "key-round")


def draw_parked(budget: Budget, zone: str) -> None:
    assert budget.until
    when = theme.mid_sentence(theme.time_word(budget.until, zone))
    draw_notice(
        "wait", "clock", "Your firm’s Pipedrive rests", f"{cause_of(budget.reason)}. Everybody’s pushes go on {when}."
    )


def cause_of(reason: str | None) -> str:
    """The reason without when we try again: that is said as a time of day."""
    return (reason or "").partition(";")[0].rstrip(".")


def sentence_of(typed: str) -> str:
    return f"{typed[:1].upper()}{typed[1:].rstrip('.')}."


def draw_notice(tone: str, icon_name: str, title: str, hint: str) -> ui.element:
    """A card that wants to be read; more may be put into it."""
    card = ui.element("div").classes("pd-card pd-notice").classes(tone).mark("notice")
    with card:
        with ui.element("div").classes("pd-line"):
            basic.icon(icon_name)
            basic.text(title, "pd-strong")
        if hint:
            basic.text(hint)
    return card


def draw_budget(budget: Budget | None) -> None:
    """Tokens: what Pipedrive charges for every call, from one purse for the whole company."""
    if budget is None:
        return
    whole = budget.spent + (budget.left or 0)
    with ui.element("div").classes("pd-card pd-budget").mark("budget"):
        with ui.element("div").classes("pd-goal-line"):
            where = "the practice company" if budget.account == PRACTICE else budget.account
            basic.text(f"Today, {where}", "pd-strong")
            said = f"{budget.spent:,} tokens"
            basic.text(said if budget.left is None else f"{said} · {budget.left:,} left")
        if budget.left is not None and whole:
            with ui.element("div").classes("pd-goal-bar").props("aria-hidden=true"):
                ui.element("i").style(replace="").props["style"] = f"width: {min(100, 100 * budget.spent // whole)}%"
        with basic.expansion("API usage"):
            if budget.pushes_an_hour is not None:
                basic.text(f"Safe pace until midnight UTC: {budget.pushes_an_hour:,} new contacts an hour.")
            for kind, tokens, calls in budget.kinds:
                with ui.element("div").classes("pd-goal-line"):
                    basic.text(f"{KINDS.get(kind, kind.capitalize())} ({calls:,})")
                    basic.text(f"{tokens:,}")
            if not budget.kinds:
                basic.text("Nothing yet today.", "pd-muted")
            basic.text(
                "Pipedrive gives a company so many tokens a day, for all its users and tools together. "
                "What is left is what Pipedrive last told us.",
                "pd-muted pd-small",
            )


def draw_queues(found: tuple[Queue, ...]) -> None:
    """Who has how much in their queue, for a golden ticket; of a key at most the last four characters."""
    troubled = sum(queue.stuck or not queue.has_line for queue in found)
    words = f"All queues ({len(found):,})" + (f", {troubled:,} cannot move" if troubled else "")
    with ui.element("div").classes("pd-card pd-queues").mark("queues"), basic.expansion(words):
        for queue in found:
            with basic.link(f"/sync?whose={queue.user_id}", "pd-queue"):
                with ui.element("span").classes("pd-row-text"):
                    basic.text(queue.name, "pd-row-name")
                    key = f"Key ending in {queue.last4}" if queue.last4 else "No key of their own"
                    basic.text(_why(queue) or key, "pd-row-sub pd-whole")
                for status, number in queue.counts.items():
                    if number and status in {"PENDING", "RETRY", "FAILED"}:
                        basic.text(f"{number:,} {status}", "pd-chip small").classes(push_rows.TONES[status])
                basic.icon("chevron-right")


def _why(queue: Queue) -> str | None:
    """Why a colleague's queue does not move, in the third person; None when it moves."""
    if not queue.active:
        return queue.reason
    if not queue.has_line:
        return "No Pipedrive key yet"
    return f"Key ending in {queue.last4} is not accepted" if queue.stuck else queue.reason
