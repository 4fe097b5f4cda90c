"""What was done for a campaign, newest first, and what is planned apart from it; narrowed by person and kind."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import ACTIVITY_LABELS, Campaign, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns.campaign_tabs import PAGE, ListPage, PagedList, Refresh
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.services.activities import timeline
from app.services.activities.timeline import Filter

STATES = {"done": "Done", "planned": "Planned"}


async def activity_tab(campaign: Campaign, people: dict[UUID, str]) -> Refresh:
    """Draw it where the caller stands; returns what brings it up to date."""
    return await ActivityTab(campaign, people).begin()


class ActivityTab:
    """What is chosen, and the list of that."""

    def __init__(self, campaign: Campaign, people: dict[UUID, str]) -> None:
        self.wanted = Filter(campaign_id=campaign.id, planned=False)
        self.list: PagedList | None = None
        with ui.element("div").classes("pd-board-filter"):
            self.states = basic.chips(STATES, "done", self.choose_state)
            self.pick("Person", "user_id", {None: "Everybody", **people})
            self.pick("Kind", "type", {None: "Every kind", **ACTIVITY_LABELS})

    def pick(self, label: str, name: str, options: dict[Any, str]) -> None:
        box = ui.select(options, value=None).classes("pd-field").mark(f"activity-{name}")
        box.props("outlined dense behavior=menu")
        box.props["aria-label"] = label
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(**{name: event.value}))

    async def choose_state(self, state: str) -> None:
        basic.mark_chip(self.states, state)
        await self.choose(planned=state == "planned")

    async def choose(self, **said: Any) -> None:
        self.wanted = replace(self.wanted, **said)
        if self.list:
            self.list.loaded = PAGE
            await self.list.refresh()

    async def begin(self) -> Refresh:
        first = await look(partial(self.ask, cursor=None, last=None, limit=PAGE))
        self.list = PagedList(self.ask, self.draw_nothing, first)
        return self.list.refresh

    def ask(self, session: Session, me: User, cursor: str | None, last: str | None, limit: int) -> ListPage:
        """Every touch for this campaign that this person may see: done ones newest first, planned ones soonest first."""
        page = timeline.feed(session, me, self.wanted, cursor, limit, soonest=bool(self.wanted.planned))
        rows, day = touch_rows.rows_by_day(page.items, me.timezone, me.name, last)
        # which campaign it was for goes without saying here
        return [{**row, "c": None} for row in rows], page.next_cursor, day

    def draw_nothing(self) -> None:
        with ui.element("div").classes("pd-card flush"):
            if self.wanted.planned:
                basic.empty("calendar", "Nothing planned", "What is planned for this campaign appears here.")
            elif self.wanted.user_id or self.wanted.type:
                basic.empty("search", "No matches", "Try another filter.")
            else:
                hint = "Every touch that is logged for this campaign appears here."
                basic.empty("activity", "No activity yet", hint)
