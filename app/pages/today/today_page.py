"""Today: whom to call now, what was promised, and what still wants an answer."""

from collections.abc import Sequence

from nicegui import ui
from sqlmodel import Session

from app.models import PendingOutcome, User, now
from app.models.contact import Contact
from app.pages.activities.introductions_inbox import introductions_inbox
from app.pages.activities.parts import touch_rows
from app.pages.contacts.parts import contact_rows
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.tap import look
from app.pages.shell.frame import Shell
from app.pages.ui import basic, theme
from app.pages.ui.action_list import ActList, Line
from app.pages.ui.redraw import Draw, Kept, further
from app.services.activities import pending_outcomes, timeline
from app.services.contacts import suggestions
from app.signals import Topic

Day = tuple[list[suggestions.Suggestion], list[timeline.Entry], list[tuple[PendingOutcome, Contact]]]

# five fit on a phone without scrolling, and keep the first visit light; so do six promises below them
AT_ONCE, PROMISED = 5, 6


@screen("Today")
async def today(shell: Shell) -> None:
    my_day = MyDay(shell)
    with ui.element("div").classes("pd-two"):
        with ui.element("section"):
            my_day.draw_picks()
        with ui.element("section"):
            await introductions_inbox(shell)
            my_day.draw_promises()
            with basic.link("/campaigns", "pd-card pd-line"):
                basic.icon("target")
                basic.text("Campaigns", "pd-strong pd-grow")
                basic.icon("chevron-right")
    await my_day.again()
    live_updates.on(my_day.again, Topic.OUTREACH, Topic.CONTACT, owner=shell.me.id)


class MyDay:
    """What is shown of the suggestions and the promises, and how many of each."""

    def __init__(self, shell: Shell) -> None:
        self.shell, self.picked, self.promised = shell, AT_ONCE, PROMISED

    def draw_picks(self) -> None:
        self.questions = Kept()
        with ui.element("div").classes("pd-title"):
            basic.title("Whom to contact now")
            basic.text(theme.date_word(now(), self.shell.me.timezone), "pd-muted pd-small pd-date")
        with ui.element("div").classes("pd-card flush"):
            self.picks, self.below_picks = ActList(cards=True), Kept()

    def draw_promises(self) -> None:
        basic.heading("Planned and overdue")
        with ui.element("div").classes("pd-card flush"):
            self.promises, self.below_promises = ActList(), Kept()

    async def again(self) -> None:
        seen = await look(self.ask)
        if not self.picks.is_deleted:
            self.show(*seen)

    def ask(self, session: Session, me: User) -> Day:
        # one more than is shown tells whether there are more
        return (
            suggestions.suggest(session, me, self.picked + 1),
            timeline.planned(session, me, limit=self.promised + 1),
            pending_outcomes.open_questions(session, me, 3),
        )

    def show(
        self,
        picks: list[suggestions.Suggestion],
        planned: list[timeline.Entry],
        questions: list[tuple[PendingOutcome, Contact]],
    ) -> None:
        self.questions.show([question.id for question, _ in questions], lambda: asked(self.shell, questions))
        self.show_picks(picks)
        self.show_promises(planned)

    def show_picks(self, found: list[suggestions.Suggestion]) -> None:
        by = self.shell
        self.picks.show(
            [contact_rows.suggestion(one, by.reach, by.log, by.meet, by.writes) for one in found[: self.picked]]
        )
        self.below_picks.show(*ending(found, self.picked, "Five more", self.more, nobody))

    def show_promises(self, found: list[timeline.Entry]) -> None:
        self.promises.show([promised(self.shell, one) for one in found[: self.promised]])
        self.below_promises.show(*ending(found, self.promised, "More of them", self.further, no_promise))

    async def more(self) -> None:
        self.picked += AT_ONCE
        await self.again()

    async def further(self) -> None:
        self.promised += 2 * PROMISED
        await self.again()


def ending(found: Sequence[object], shown: int, word: str, more: Draw, nothing: Draw) -> tuple[object, Draw]:
    """What stands below a list, as a place that is kept: the way to the rest of it, or what to do as there is none."""
    if not found:
        return "nothing", nothing
    return further(word, more) if len(found) > shown else ("all", lambda: None)


def nobody() -> None:
    basic.empty(
        "users",
        "Nobody to suggest yet",
        "Add the people you know, or bring a list from where you keep them now.",
        "Import contacts",
        lambda: ui.navigate.to("/import"),
    )


def asked(shell: Shell, questions: list[tuple[PendingOutcome, Contact]]) -> None:
    """Answers that are still owed: they survive a phone that went dark."""
    for question, contact in questions:
        with (
            ui.element("button")
            .props("type=button")
            .classes("pd-card pd-line pd-ask")
            .on("click", lambda c=contact, q=question: shell.log_sheet.open(c.id, c.name, q.type, asked=True), [])
        ):
            basic.icon("circle-help")
            basic.text(f"{contact.name}: did it happen?", "pd-strong pd-clip pd-grow")
            basic.icon("chevron-right")


def promised(shell: Shell, entry: timeline.Entry) -> Line:
    touch, name = entry.activity, entry.contact or "Somebody"

    async def done() -> None:
        if touch.contact_id:
            await shell.answer(touch.contact_id, name, touch)

    return touch_rows.due(entry, shell.me.timezone, done, lambda: shell.meeting_sheet.move(touch, name))


def no_promise() -> None:
    basic.empty("calendar-check", "Nothing promised", "Follow-ups that you set while logging a touch appear here.")
