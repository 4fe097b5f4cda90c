"""Activities: what was done, newest first, and what is planned; new ones wait under a pill."""

from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from app.models import WORDS, ActivityType
from app.pages import live
from app.pages.frame import Shell
from app.pages.parts import basic, lists, touches
from app.pages.screen import screen
from app.pages.tap import look
from app.services import story
from app.services.story import Filter
from app.signals import Topic

PAGE = 40

CHOICES: dict[str, str] = {"all": "All", "planned": "Planned", **{kind.value: word for kind, word in WORDS.items()}}


@screen("Activities")
async def activities_page(shell: Shell, show: str = "all") -> None:
    feed = Feed(shell, show if show in CHOICES else "all")
    await feed.draw()
    live.on(Topic.OUTREACH, feed.news)


class Feed:
    """The list, where one stands in it, and how many new touches wait above."""

    def __init__(self, shell: Shell, show: str) -> None:
        self.me, self.show = shell.me, show
        self.cursor: str | None = None
        self.day: str | None = None
        self.waiting = 0

    async def draw(self) -> None:
        shown = await self.page()
        basic.text("Activities", "pd-h1")
        with ui.element("div").classes("pd-find"):
            self.chips = basic.chips(CHOICES, self.show, self.choose)
        with ui.element("div").classes("pd-pill"):
            self.pill = ui.button("", on_click=self.to_top, color=None).props("no-caps unelevated")
            self.pill.set_visibility(False)
        with ui.element("div").classes("pd-card flush"):
            self.rows = lists.Rows(shown).mark("feed").on("open", self.open_contact)
            with ui.element("div") as self.nothing:
                basic.empty("activity", "Nothing yet", "Every touch that you log appears here, newest first.")
        self.nothing.set_visibility(not shown)
        self.end = lists.Sentinel(self.more)

    def wanted(self) -> Filter:
        if self.show == "planned":
            return Filter(planned=True)
        return Filter(type=None if self.show == "all" else ActivityType(self.show), planned=False)

    async def page(self) -> list[dict[str, Any]]:
        found = await look(lambda session, who: story.feed(session, who, self.wanted(), self.cursor, PAGE))
        drawn, self.day = touches.rows(found.items, self.me.timezone, self.me.name, self.day)
        self.cursor = found.next_cursor
        return drawn

    async def again(self) -> None:
        self.cursor = self.day = None
        self.waiting = 0
        shown = await self.page()
        self.rows.show(shown)
        self.nothing.set_visibility(not shown)
        self.pill.set_visibility(False)
        self.end.rearm()

    async def more(self) -> None:
        if self.cursor:
            self.rows.more(await self.page())
            self.end.rearm()

    async def choose(self, show: str) -> None:
        self.show = show
        basic.mark_chip(self.chips, show)
        ui.navigate.history.replace("/activities" if show == "all" else f"/activities?show={show}")
        await self.again()

    async def news(self) -> None:
        """Show it at once at the top of the page; further down it waits under the pill, and nothing moves."""
        self.waiting += 1
        self.pill.set_text(f"{self.waiting} new")
        if await ui.run_javascript("window.scrollY < 120", timeout=2):
            await self.again()
        else:
            self.pill.set_visibility(True)

    async def to_top(self) -> None:
        ui.run_javascript("window.scrollTo({top: 0})")
        await self.again()

    def open_contact(self, event: GenericEventArguments) -> None:
        ui.navigate.to(f"/contacts/{event.args}")
