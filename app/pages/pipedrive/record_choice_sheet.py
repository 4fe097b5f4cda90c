"""Which record in Pipedrive is meant: chosen among those that may be, or named by its number or address."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from app.models import EntityType
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet

Choose = Callable[[str], Awaitable[bool]]
Create = Callable[[], Awaitable[bool]]


class LinkSheet:
    """Made once per page; `open` fills it for one push or contact."""

    def __init__(self) -> None:
        self.sheet = Sheet("Link to existing")

    def open(
        self,
        name: str,
        kind: EntityType,
        on_choose: Choose,
        candidates: Sequence[dict[str, Any]] = (),
        on_create: Create | None = None,
    ) -> None:
        """`candidates` are described as the engine keeps them: id, name, organization, email, url."""
        self.on_choose, self.on_create = on_choose, on_create
        self.typed: dict[str, str] = {}
        with self.sheet.fresh():
            basic.text(f"Which {kind} in Pipedrive is it?", "pd-muted pd-small")
            basic.text(name, "pd-head-name")
            if candidates:
                with ui.element("div").classes("pd-picks").style("margin-top: 14px"):
                    for one in candidates:
                        self.candidate(one)
            basic.heading("Another one" if candidates else "By number or address")
            box = ui.input("Number or address").props("outlined maxlength=300 autocomplete=off").classes("pd-field")
            box.bind_value_to(self.typed, "it", strict=False)
            basic.text(
                f"Paste the address of the {kind}’s page in Pipedrive, or type the number at its end.",
                "pd-muted pd-small",
            ).style("margin: 6px 2px 12px")
            with ui.element("div").classes("pd-foot pd-stack"):
                basic.button("Link", self.link, "soft" if candidates else "main", "link").classes("full-width")
                if on_create:
                    basic.button("None of these: create a new one", self.create, "plain", "plus").classes("full-width")
        self.sheet.open()

    def candidate(self, one: dict[str, Any]) -> None:
        about = " · ".join(filter(None, (one.get("organization"), one.get("email"))))
        with ui.element("div").classes("pd-candidate"):
            with (
                ui.element("button")
                .props("type=button")
                .classes("pd-choice")
                .on("click", partial(self.choose, str(one["id"])), []),
                ui.element("span").classes("pd-row-text"),
            ):
                basic.text(one["name"], "pd-row-name")
                basic.text(about or "No organization, no e-mail address", "pd-row-sub")
                basic.text(f"Number {one['id']}", "pd-row-sub")
            if one.get("url"):
                with basic.link(one["url"], "pd-act", label=f"Open {one['name']} ({one['id']})", away=True):
                    basic.icon("external-link")

    async def link(self) -> None:
        await self.choose(self.typed.get("it") or "")

    async def choose(self, typed: str) -> None:
        if await self.on_choose(typed):
            self.sheet.close()

    async def create(self) -> None:
        if self.on_create and await self.on_create():
            self.sheet.close()
