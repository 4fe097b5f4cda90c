"""Today: whom to call now, what was promised, and which outcomes are still to be answered."""

from nicegui import ui

from app.models import now
from app.pages.activities.introductions_inbox import introductions_inbox
from app.pages.contacts.parts import contact_rows
from app.pages.contacts.sheets import row_acts
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.today.day import ALL, SUGGESTIONS_SHOWN, Day, Refresh, ask_day
from app.pages.today.first_day_part import draw_first_day
from app.pages.today.promises_part import Promises
from app.pages.ui import basic, theme
from app.pages.ui.action_list import ActionList, ActionRow
from app.pages.ui.redraw import Memo, more_button
from app.signals import Topic


@screen("Today")
async def today(shell: Shell, loaded: list[Day]) -> None:
    """`loaded` holds the answer that the page came with, once: whoever comes back to Today asks anew."""

    async def refresh() -> None:
        show(await look(lambda session, me: ask_day(session, me, picks.shown, promises.shown)))

    def show(day: Day) -> None:
        if not picks.list.is_deleted:
            picks.show(day)
            promises.show(day)

    acts = row_acts.with_sheets(shell)
    with ui.element("div").classes("pd-title pd-screen-title"):
        basic.title("Today")
        basic.text(theme.date_word(now(), shell.me.timezone), "pd-muted pd-small pd-date")
    with ui.element("div").classes("pd-today"):
        with ui.element("section").classes("pd-due"):
            promises = Promises(shell, acts, refresh)
        with ui.element("section").classes("pd-upnext"):
            picks = Picks(acts, refresh)
        with ui.element("section").classes("pd-rest"):
            first_day = ui.element("div")
            await introductions_inbox(shell)
            with basic.link("/campaigns", "pd-card pd-line"):
                basic.icon("target")
                basic.text("Campaigns", "pd-strong pd-grow")
                basic.icon("chevron-right")
    day = loaded.pop() if loaded else await look(ask_day)
    show(day)
    # last: it may ask the browser
    with first_day:
        await draw_first_day(shell)
    live_updates.on(refresh, Topic.OUTREACH, Topic.CONTACT, owner=shell.me.id, since=day.asked_at)


class Picks:
    """The suggestions."""

    def __init__(self, acts: contact_rows.RowActs, refresh: Refresh) -> None:
        self.acts = acts
        self.refresh = refresh
        self.shown = SUGGESTIONS_SHOWN
        with ui.element("div").classes("pd-title"):
            basic.heading("Up next", "pd-h2")
        with ui.element("div").classes("pd-card flush"):
            self.list = ActionList()
            self.below = Memo()

    def show(self, day: Day) -> None:
        self.list.show(suggestion_lines(self.acts, day, self.shown))
        more = more_button(f"Show {SUGGESTIONS_SHOWN} more", self.more) if len(day.suggestions) > self.shown else ALL
        self.below.show(*(more if day.suggestions else ("nothing", draw_nobody)))

    async def more(self) -> None:
        self.shown += SUGGESTIONS_SHOWN
        await self.refresh()


def suggestion_lines(acts: contact_rows.RowActs, day: Day, shown: int) -> list[ActionRow]:
    return [contact_rows.suggestion_line(one, acts) for one in day.suggestions[:shown]]


def draw_nobody() -> None:
    basic.empty(
        "users",
        "Nobody to suggest yet",
        "Add the people you know, or import your contacts.",
        "Import contacts",
        lambda: ui.navigate.to("/import"),
    )
