"""Activities: what was done, newest first, and what is planned; new ones wait under a pill."""

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

PAGE = 40

CHOICES: dict[str, str] = {"all": "All", "planned": "Planned", **{kind.value: word for kind, word in WORDS.items()}}


@screen("Activities")
async def activities_page(shell: Shell, show: str = "all") -> None:
    state: dict[str, Any] = {"show": show if show in CHOICES else "all", "cursor": None, "day": None, "new": 0}
    me = shell.me

    def wanted() -> Filter:
        if state["show"] == "planned":
            return Filter(planned=True)
        kind = None if state["show"] == "all" else ActivityType(state["show"])
        return Filter(type=kind, planned=False)

    async def page() -> list[dict[str, Any]]:
        def ask(session: Session, who: User) -> story.Page:
            return story.feed(session, who, wanted(), state["cursor"], PAGE)

        found = await look(ask)
        drawn, state["day"] = touches.rows(found.items, me.timezone, me.name, state["day"])
        state["cursor"] = found.next_cursor
        return drawn

    async def again() -> None:
        state.update(cursor=None, day=None, new=0)
        shown = await page()
        rows.show(shown)
        nothing.set_visibility(not shown)
        pill.set_visibility(False)
        end.rearm()

    async def more() -> None:
        if state["cursor"]:
            rows.more(await page())
            end.rearm()

    async def choose(value: str) -> None:
        state["show"] = value
        basic.mark_chip(chips, value)
        ui.navigate.history.replace("/activities" if value == "all" else f"/activities?show={value}")
        await again()

    async def news() -> None:
        """Show it at once where nothing is being read; else let it wait under the pill."""
        state["new"] += 1
        pill.set_text(f"{state['new']} new")
        if await ui.run_javascript("window.scrollY < 120", timeout=2):
            await again()
        else:
            pill.set_visibility(True)

    async def to_top() -> None:
        ui.run_javascript("window.scrollTo({top: 0})")
        await again()

    def open_contact(event: GenericEventArguments) -> None:
        ui.navigate.to(f"/contacts/{event.args}")

    shown = await page()
    basic.text("Activities", "pd-h1")
    with ui.element("div").classes("pd-find"):
        chips = basic.chips(CHOICES, state["show"], choose)
    with ui.element("div").classes("pd-pill"):
        pill = ui.button("", on_click=to_top, color=None).props("no-caps unelevated")
        pill.set_visibility(False)
    with ui.element("div").classes("pd-card flush"):
        rows = lists.Rows(shown).mark("feed")
        with ui.element("div") as nothing:
            basic.empty("activity", "Nothing yet", "Every touch that you log appears here, newest first.")
        nothing.set_visibility(not shown)
    end = lists.Sentinel(more)
    rows.on("open", open_contact)
    live.on(Topic.OUTREACH, news)
