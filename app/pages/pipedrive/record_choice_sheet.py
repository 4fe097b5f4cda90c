"""Choosing the record in Pipedrive: among candidates, or by its number or address."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from app.models import EntityType
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet

Choose = Callable[[str], Awaitable[bool]]
Create = Callable[[], Awaitable[bool]]


class RecordChoiceSheet:
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
        *,
        keeps_link: bool = False,
    ) -> None:
        """`candidates` are dicts with id, name, organization, email and url, as PipedriveSync.candidates holds them.

        `on_choose` gets the number or address of the record, as it was typed. `on_create` is for none of them; with
        `keeps_link` no record is made then, and the linked one gets the address that was asked about.
        """
        typed: dict[str, str] = {}

        async def choose(record: str) -> None:
            if await on_choose(record):
                self.sheet.close()

        async def link() -> None:
            await choose(typed.get("it") or "")

        async def create() -> None:
            if on_create and await on_create():
                self.sheet.close()

        with self.sheet.fresh():
            basic.text(f"Which {kind} in Pipedrive is it?", "pd-muted pd-small")
            basic.text(name, "pd-head-name")
            if candidates:
                with ui.element("div").classes("pd-picks").style("margin-top: 14px"):
                    for one in candidates:
                        draw_candidate(one, partial(choose, str(one["id"])))
            basic.heading("Another one" if candidates else "By number or address")
            box = ui.input("Number or address").props("outlined maxlength=300 autocomplete=off").classes("pd-field")
            box.bind_value_to(typed, "it", strict=False)
            basic.text(
                f"Paste the address of the {kind}’s page in Pipedrive, or type the number at its end.",
                "pd-muted pd-small",
            ).style("margin: 6px 2px 12px")
            with ui.element("div").classes("pd-foot pd-stack"):
                basic.button("Link", link, "soft" if candidates else "main", "link").classes("full-width")
                if on_create:
                    other = "add the address" if keeps_link else "create a new one"
                    basic.button(f"None of these: {other}", create, "plain", "plus").classes("full-width")
        self.sheet.open()


def draw_candidate(one: dict[str, Any], on_click: Callable[[], Any]) -> None:
    about = " · ".join(filter(None, (one.get("organization"), one.get("email"))))
    with ui.element("div").classes("pd-candidate"):
        choice = ui.element("button").props("type=button").classes("pd-choice").on("click", on_click, [])
        with choice, ui.element("span").classes("pd-row-text"):
            basic.text(one["name"], "pd-row-name")
            basic.text(about or "No organization, no e-mail address", "pd-row-sub")
            basic.text(f"Number {one['id']}", "pd-row-sub")
        if one.get("url"):
            with basic.link(one["url"], "pd-act", label=f"Open {one['name']} ({one['id']})", away=True):
                basic.icon("external-link")
