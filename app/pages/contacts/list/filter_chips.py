"""The filter chips above the contact list; together they narrow it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui

from app.models import SyncStatus
from app.pages.contacts.list import list_queries
from app.pages.contacts.list.saved_searches_menu import SavedSearchesMenu
from app.pages.core.tap import look
from app.pages.ui.chips import Chip, MenuChip
from app.services.contacts.contact_search import Search

Changed = Callable[[Search], Awaitable[None]]

QUIET = {days: f"Not contacted for {days} days" for days in (30, 60, 90, 180)}
SYNC = {
    "NONE": "Not pushed",
    SyncStatus.PENDING: "Waiting",
    SyncStatus.RETRY: "Trying again",
    SyncStatus.SUCCESS: "In Pipedrive",
    SyncStatus.FAILED: "Needs you",
}
SORTS = {
    "name": "Name",
    "-warmness": "Warmest",
    "last_contacted": "Longest without contact",
    "-last_contacted": "Last contacted",
    "-created": "Newest",
}


class FilterChips:
    """What the search narrows by; `show` draws another search, `on_change` hears what was tapped."""

    def __init__(self, search: Search, first: list_queries.FirstPage, on_change: Changed) -> None:
        self.search = search
        self.threshold = first.threshold
        self.on_change = on_change
        self.campaigns: dict[Any, str] = {search.campaign_id: first.campaign}
        with ui.element("div").classes("pd-chips pd-filters").props('role=group aria-label="Filters"'):
            self.saved = SavedSearchesMenu(first.views, lambda: self.search, self.pick)
            self.due = Chip("Due", partial(self.toggle, due=True))
            self.warm = Chip("Warm", partial(self.toggle, warmness_min=self.threshold))
            self.never = Chip("Never contacted", partial(self.toggle, never=True))
            self.quiet = MenuChip(_fixed(QUIET, "Any time"), partial(self.choose, "not_contacted_days"))
            self.campaign = MenuChip(self.mine, partial(self.choose, "campaign_id"), "You are in no campaign yet")
            self.tag = MenuChip(self.tags, partial(self.choose, "tag"), "No tags yet")
            self.sync = MenuChip(_fixed(SYNC, "Any Pipedrive state"), partial(self.choose, "sync"))
            self.firm = Chip("", partial(self.choose, "organisation", None))
        for chip, mark in ((self.quiet, "quiet"), (self.campaign, "campaign"), (self.tag, "tag"), (self.sync, "sync")):
            chip.button.mark(f"{mark}-filter")
        self.show(search)

    def show(self, search: Search) -> None:
        self.search = search
        least, days = search.warmness_min, search.not_contacted_days
        self.due.show(on=search.due)
        self.warm.show(on=bool(least), label=f"Warmness {least}+" if least and least != self.threshold else "Warm")
        self.never.show(on=search.never)
        self.quiet.show(f"Not contacted for {days} days" if days else "Not contacted for", on=bool(days))
        self.campaign.show(self.campaigns.get(search.campaign_id) or "Campaign", on=bool(search.campaign_id))
        self.tag.show(search.tag or "Tag", on=bool(search.tag))
        self.sync.show(SYNC[search.sync] if search.sync else "Pipedrive", on=bool(search.sync))
        self.firm.show(on=True, label=search.organisation or "")
        self.firm.button.set_visibility(bool(search.organisation))
        self.saved.show(search)

    async def toggle(self, **facts: Any) -> None:
        (name, value), usual = next(iter(facts.items())), Search()
        on = bool(getattr(self.search, name))
        await self.change(**{name: getattr(usual, name) if on else value})

    async def choose(self, name: str, value: Any) -> None:
        await self.change(**{name: value})

    async def change(self, **facts: Any) -> None:
        await self.pick(replace(self.search, **facts))

    async def pick(self, search: Search) -> None:
        if search.campaign_id and search.campaign_id not in self.campaigns:
            self.campaigns[search.campaign_id] = await look(
                lambda session, me: list_queries.campaign_name(session, me, search)
            )
        self.show(search)
        await self.on_change(search)

    async def clear(self) -> None:
        """Every filter off; what is typed and the order stay."""
        await self.pick(Search(q=self.search.q, sort=self.search.sort))

    async def mine(self) -> Mapping[Any, str]:
        found = await look(list_queries.my_campaigns)
        self.campaigns |= found
        return {None: "In any campaign or none", **found} if found else {}

    async def tags(self) -> Mapping[Any, str]:
        found = await look(list_queries.my_tags)
        return {None: "Any tag", **found} if found else {}


def is_narrow(search: Search) -> bool:
    """Whether anything but words and an order is asked for."""
    return search != Search(q=search.q, sort=search.sort)


def _fixed(options: Mapping[Any, str], whatever: str) -> Callable[[], Awaitable[Mapping[Any, str]]]:
    async def ask() -> Mapping[Any, str]:
        return {None: whatever, **options}

    return ask
