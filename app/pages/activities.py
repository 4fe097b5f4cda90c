"""Activities: what was done, newest first, and what is planned; news takes its place without moving the page."""

from datetime import timedelta
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import WORDS, ActivityType, User
from app.pages import live
from app.pages.frame import Shell
from app.pages.parts import basic, lists, touches
from app.pages.screen import screen
from app.pages.tap import look
from app.services import story
from app.services.story import Filter
from app.signals import Topic

Page = tuple[list[dict[str, Any]], str | None, str | None]

PAGE = 40
# what is planned is short: all of it, the oldest promise first
AHEAD, FAR = timedelta(days=3650), 500
EMPTY = {
    "all": ("Nothing here yet", "Every touch that you log appears here, newest first."),
    "planned": ("Nothing planned", "Follow-ups and meetings that are still to come appear here, the next one first."),
}

CHOICES: dict[str, str] = {"all": "All", "planned": "Planned", **{kind.value: word for kind, word in WORDS.items()}}


@screen("Activities")
async def activities_page(shell: Shell, show: str = "all") -> None:
    feed = Feed(shell, show if show in CHOICES else "all")
    await feed.draw()
    live.on(feed.news, Topic.OUTREACH, Topic.CONTACT)


class Feed:
    """The list, where one stands in it, and how many new touches wait above."""

    def __init__(self, shell: Shell, show: str) -> None:
        self.me, self.show = shell.me, show
        self.cursor: str | None = None
        self.day: str | None = None
        self.turn, self.loaded = 0, PAGE

    async def draw(self) -> None:
        shown, self.cursor, self.day = await look(self.top)
        basic.title("Activities")
        with ui.element("div").classes("pd-find"):
            self.chips = basic.chips(CHOICES, self.show, self.choose)
        with ui.element("div").classes("pd-pill"):
            self.pill = ui.button("", on_click=self.to_top, color=None).props("no-caps unelevated")
            self.pill.set_visibility(False)
        with ui.element("div").classes("pd-card flush"):
            self.rows = lists.Rows(shown).mark("feed").on("open", self.open_contact)
            self.nothing = ui.element("div")
        self.tell(shown)
        self.end = lists.Sentinel(self.more)

    def tell(self, shown: list[dict[str, Any]]) -> None:
        self.nothing.clear()
        if not shown:
            with self.nothing:
                basic.empty("activity", *EMPTY.get(self.show, EMPTY["all"]))

    def page(self, session: Session, me: User, cursor: str | None, day: str | None, limit: int = PAGE) -> Page:
        if self.show == "planned":
            entries, after = story.planned(session, me, AHEAD, FAR), None
        else:
            kind = None if self.show == "all" else ActivityType(self.show)
            found = story.feed(session, me, Filter(type=kind, planned=False), cursor, limit)
            entries, after = found.items, found.next_cursor
        drawn, last_day = touches.rows(entries, self.me.timezone, self.me.name, day)
        return drawn, after, last_day

    def top(self, session: Session, me: User, limit: int = PAGE) -> Page:
        return self.page(session, me, None, None, limit)

    async def again(self) -> None:
        self.turn, self.cursor, self.loaded = self.turn + 1, None, PAGE
        turn = self.turn
        shown, cursor, day = await look(self.top)
        if turn == self.turn:
            self.cursor, self.day = cursor, day
            self.rows.show(shown)
            self.tell(shown)
            self.pill.set_visibility(False)
            self.end.rearm()

    async def more(self) -> None:
        if self.cursor:
            turn, cursor = self.turn, self.cursor
            shown, after, day = await look(partial(self.page, cursor=cursor, day=self.day))
            if (turn, cursor) == (self.turn, self.cursor):
                self.cursor, self.day, self.loaded = after, day, self.loaded + PAGE
                self.rows.more(shown)
            self.end.rearm()

    async def choose(self, show: str) -> None:
        self.show = show
        basic.mark_chip(self.chips, show)
        ui.navigate.history.replace("/activities" if show == "all" else f"/activities?show={show}")
        await self.again()

    async def news(self) -> None:
        """Put it in its place without moving what is being read; further down, a pill tells of it."""
        turn, loaded = self.turn, 0
        while loaded != self.loaded and turn == self.turn:
            loaded = self.loaded
            shown, cursor, day = await look(partial(self.top, limit=loaded))
        if turn != self.turn or self.rows.is_deleted:
            return
        fresh = sum(row["id"] not in self.rows.known for row in shown if "h" not in row)
        self.cursor, self.day = cursor, day
        self.rows.renew(shown)
        self.tell(shown)
        if fresh and not await ui.run_javascript("window.scrollY < 120", timeout=2):
            self.pill.set_text(f"{fresh} new")
            self.pill.set_visibility(True)

    def to_top(self) -> None:
        self.pill.set_visibility(False)
        ui.run_javascript("window.scrollTo({top: 0, behavior: 'smooth'})")

    def open_contact(self, event: GenericEventArguments) -> None:
        ui.navigate.to(f"/contacts/{event.args}")
