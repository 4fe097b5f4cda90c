"""Today: whom to call now, what was promised, and which outcomes are still to be answered."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import PendingOutcome, User, now
from app.models.contact import Contact
from app.pages.activities.introductions_inbox import introductions_inbox
from app.pages.activities.parts import touch_rows
from app.pages.contacts.parts import contact_rows
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.pages.ui.action_list import ActionList, ActionRow
from app.pages.ui.redraw import Draw, Memo, more_button
from app.services.activities import pending_outcomes, timeline
from app.services.contacts import suggestion_reasons, suggestions
from app.signals import Topic

Refresh = Callable[[], Awaitable[None]]

# what was promised comes first, and leaves room for whom to call next; all of it keeps the first visit light
SUGGESTIONS_SHOWN = 5
PROMISES_SHOWN = 2
QUESTIONS_SHOWN = 3
# how many planned touches are looked through for promises
MOST_PLANNED = 200
# below a list of which nothing is left out
ALL: tuple[object, Draw] = ("all", lambda: None)


@dataclass(frozen=True)
class Promise:
    """What is planned next with somebody, how much more there is with the same person, and why they are in turn."""

    entry: timeline.Entry
    more: int
    why: str


@dataclass(frozen=True)
class Day:
    """What Today shows, nobody twice; of suggestions one more than is shown, which tells whether there are more.

    `asked_at` is the time of `time.monotonic` from which news is not in it; `promised` is to how many people something is.
    """

    asked_at: float
    suggestions: list[suggestions.Suggestion]
    promises: list[Promise]
    promised: int
    questions: list[tuple[PendingOutcome, Contact]]


def ask_day(session: Session, me: User, suggested: int = SUGGESTIONS_SHOWN, limit: int = PROMISES_SHOWN) -> Day:
    asked_at = monotonic()
    questions = pending_outcomes.open_questions(session, me, QUESTIONS_SHOWN)
    asked = [contact.id for _, contact in questions]
    picks = suggestions.suggest(session, me, suggested + 1, mix=True, promised=False, without=asked)
    return Day(asked_at, picks, *ask_promises(session, me, asked, limit), questions)


def ask_promises(session: Session, me: User, without: Sequence[UUID], limit: int) -> tuple[list[Promise], int]:
    """Whom something was promised, each once, a meeting that is over first, then whoever is due first; and how many there are."""
    planned: dict[UUID | None, list[timeline.Entry]] = {}
    entries = timeline.planned(session, me, limit=MOST_PLANNED)
    for entry in sorted(entries, key=lambda one: not touch_rows.is_over(one.activity)):
        if entry.activity.contact_id not in without:
            planned.setdefault(entry.activity.contact_id, []).append(entry)
    shown = list(planned.items())[:limit]
    reasons = suggestion_reasons.reasons(session, me, [contact_id for contact_id, _ in shown if contact_id])
    promises = [
        Promise(first, len(rest), reasons.get(contact_id, "") if contact_id else "")
        for contact_id, (first, *rest) in shown
    ]
    return promises, len(planned)


@screen("Today")
async def today(shell: Shell, loaded: list[Day]) -> None:
    """`loaded` holds the answer that the page came with, once: whoever comes back to Today asks anew."""

    async def refresh() -> None:
        show(await look(lambda session, me: ask_day(session, me, picks.shown, promises.shown)))

    def show(day: Day) -> None:
        if not picks.list.is_deleted:
            picks.show(day)
            promises.show(day)

    with ui.element("div").classes("pd-today"):
        with ui.element("section").classes("pd-due"):
            promises = Promises(shell, refresh)
        with ui.element("section").classes("pd-upnext"):
            picks = Picks(shell, refresh)
        with ui.element("section").classes("pd-rest"):
            await introductions_inbox(shell)
            with basic.link("/campaigns", "pd-card pd-line"):
                basic.icon("target")
                basic.text("Campaigns", "pd-strong pd-grow")
                basic.icon("chevron-right")
    day = loaded.pop() if loaded else await look(ask_day)
    show(day)
    live_updates.on(refresh, Topic.OUTREACH, Topic.CONTACT, owner=shell.me.id, since=day.asked_at)


class Picks:
    """The suggestions."""

    def __init__(self, shell: Shell, refresh: Refresh) -> None:
        self.shell = shell
        self.refresh = refresh
        self.shown = SUGGESTIONS_SHOWN
        with ui.element("div").classes("pd-title"):
            basic.title("Up next")
            basic.text(theme.date_word(now(), shell.me.timezone), "pd-muted pd-small pd-date")
        with ui.element("div").classes("pd-card flush"):
            self.list = ActionList(cards=True)
            self.below = Memo()

    def show(self, day: Day) -> None:
        self.list.show(suggestion_cards(self.shell, day, self.shown))
        more = more_button(f"Show {SUGGESTIONS_SHOWN} more", self.more) if len(day.suggestions) > self.shown else ALL
        self.below.show(*(more if day.suggestions else ("nothing", draw_nobody)))

    async def more(self) -> None:
        self.shown += SUGGESTIONS_SHOWN
        await self.refresh()


def suggestion_cards(shell: Shell, day: Day, shown: int) -> list[ActionRow]:
    return [
        contact_rows.suggestion_line(
            one, shell.reach, shell.log, shell.meet, on_edit=shell.edit_contact, on_write=shell.writes
        )
        for one in day.suggestions[:shown]
    ]


class Promises:
    """Outcomes that are still to be answered, and what was promised: overdue, or for the next days."""

    def __init__(self, shell: Shell, refresh: Refresh) -> None:
        self.shell = shell
        self.refresh = refresh
        self.shown = PROMISES_SHOWN
        self.questions = Memo()
        with ui.element("div").classes("pd-promises"):
            with ui.element("div").classes("pd-title"):
                basic.heading("Follow-ups", "pd-h2")
                self.rest = Memo()
            with ui.element("div").classes("pd-card flush"):
                self.list = ActionList()
                self.below = Memo()

    def show(self, day: Day) -> None:
        shell, count = self.shell, day.promised
        self.questions.show(
            [question.id for question, _ in day.questions], lambda: draw_questions(shell, day.questions)
        )
        self.list.show(promise_lines(shell, day))
        self.below.show(*(ALL if day.promises else ("nothing", draw_no_promise)))
        words = f"Show all ({count:,})" if count > len(day.promises) else ""
        self.rest.show(words, lambda: draw_show_all(words, self.show_all))

    async def show_all(self) -> None:
        self.shown = MOST_PLANNED
        await self.refresh()


def promise_lines(shell: Shell, day: Day) -> list[ActionRow]:
    return [promise_line(shell, one) for one in day.promises]


def draw_show_all(words: str, on_click: Draw) -> None:
    if words:
        basic.button(words, on_click, "plain").classes("pd-show-all")


def draw_nobody() -> None:
    basic.empty(
        "users",
        "Nobody to suggest yet",
        "Add the people you know, or import your contacts.",
        "Import contacts",
        lambda: ui.navigate.to("/import"),
    )


def draw_questions(shell: Shell, questions: list[tuple[PendingOutcome, Contact]]) -> None:
    """A button for each outcome that is still to be answered; they survive a phone that went dark."""
    for question, contact in questions:
        with (
            ui.element("button")
            .props("type=button")
            .classes("pd-card pd-line pd-ask")
            .on("click", lambda c=contact, q=question: shell.log_touch(c.id, c.name, q.type, asked=True), [])
        ):
            basic.icon("circle-help")
            basic.text(f"{contact.name}: did it happen?", "pd-strong pd-clip pd-grow")
            basic.icon("chevron-right")


def promise_line(shell: Shell, promise: Promise) -> ActionRow:
    touch, name = promise.entry.activity, promise.entry.contact or "Somebody"

    async def done() -> None:
        if touch.contact_id:
            await shell.answer(touch.contact_id, name, touch)

    row = touch_rows.planned_line(promise.entry, shell.me.timezone, done, lambda: shell.move_meeting(touch, name))
    said = [f"{promise.more} more planned" if promise.more else "", promise.why]
    if words := " · ".join(filter(None, said)):
        row.shown["said"].append(("pd-row-sub pd-clip", words))
    return row


def draw_no_promise() -> None:
    basic.empty("calendar-check", "No follow-ups", "Follow-ups that you set while logging an activity appear here.")
