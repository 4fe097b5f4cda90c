"""What the bulk actions ask first: which campaign, which tag, which outcome, which file format.

A sheet closes at the tap; the bar below it shows how the work goes on.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import ACTIVITY_LABELS, ActivityDraft, ActivityType, Outcome, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns import assign_result
from app.pages.contacts.list import list_queries
from app.pages.core.tap import look
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.services.contacts import tags
from app.services.contacts.bulk_actions import Chosen
from app.services.exports import exporter

OFFERED = 12
# a meeting has one place and one hour: it is booked with each
KINDS: dict[ActivityType, str] = {
    kind: word for kind, word in ACTIVITY_LABELS.items() if kind is not ActivityType.MEETING
}
FILES: dict[exporter.Kind, tuple[str, str]] = {
    "xlsx": ("Excel", "For a spreadsheet, dates as dates"),
    "csv": ("CSV", "For any other tool; the import reads it back"),
    "vcf": ("vCard", "For an address book on a phone or a computer"),
    "pipedrive": ("For Pipedrive", "Under the headings of Pipedrive’s own import"),
}


class BulkAssignSheet:
    """Which campaign; one tap assigns."""

    def __init__(self, on_choose: Callable[[UUID], Awaitable[None]]) -> None:
        self.sheet, self.on_choose = Sheet("Assign to a campaign"), on_choose

    async def open(self) -> None:
        found = await look(list_queries.my_campaigns)
        with self.sheet.fresh():
            basic.line("Assign to a campaign", "h2", "pd-h1").style("margin-bottom: 8px")
            for campaign_id, name in found.items():
                pickers.draw_choice(name, "", "target", partial(self.on_choose, campaign_id))
            if not found:
                basic.empty(
                    "target",
                    "You are in no campaign yet",
                    "Start one, then bring them in.",
                    "Campaigns",
                    lambda: ui.navigate.to("/campaigns"),
                )
        self.sheet.open()


class BulkTagSheet:
    """One tag more, typed or tapped; or one less, of those that they have."""

    def __init__(self, on_add: Callable[[str], Awaitable[bool]], on_remove: Callable[[str], Awaitable[bool]]) -> None:
        self.sheet = Sheet("Tags")
        self.on_add = on_add
        self.on_remove = on_remove

    async def open(self, count: int, whom: Callable[[Session, User], Chosen]) -> None:
        mine = await look(lambda session, me: tags.known(session, me, limit=OFFERED))
        theirs = await look(lambda session, me: tags.known(session, me, whom(session, me), OFFERED))
        typed: dict[str, Any] = {"tag": ""}

        async def add() -> None:
            await self.run(self.on_add, typed["tag"] or "")

        with self.sheet.fresh("many"):
            with ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", add):
                basic.line(f"Tag {assign_result.people(count)}", "h2", "pd-h1")
                box = ui.input("New tag").props("outlined autocomplete=off maxlength=40").classes("pd-field")
                box.bind_value_to(typed, "tag", strict=False).mark("tag")
                basic.button("Add tag", None, "main").props("type=submit").classes("full-width")
            self.choices("Or one that you use", dict(mine), self.on_add, "Add")
            self.choices("Remove", dict(theirs), self.on_remove, "Remove")
        self.sheet.open()

    def choices(
        self, title: str, words: dict[str, int], on_choose: Callable[[str], Awaitable[bool]], verb: str
    ) -> None:
        if words:
            basic.heading(title)
            with ui.element("div").classes("pd-chips wrap"):
                for word in words:
                    chip = ui.button(word, on_click=partial(self.run, on_choose, word), color=None)
                    chip.props("flat no-caps").props["aria-label"] = f"{verb} {word}"

    async def run(self, action: Callable[[str], Awaitable[bool]], word: str) -> None:
        if word.strip():
            self.sheet.put_away()
            if await action(word):
                self.sheet.forget()


class BulkLogSheet:
    """The same touch with each of them; the tap on the outcome saves."""

    def __init__(self, me: User, on_log: Callable[[ActivityDraft], Awaitable[bool]]) -> None:
        self.sheet = Sheet("Log activity")
        self.me = me
        self.on_log = on_log

    def open(self, count: int) -> None:
        usual = ActivityType(self.me.default_type)
        with self.sheet.fresh("many"):
            BulkLogForm(self.sheet, usual if usual in KINDS else ActivityType.CALL, count, self.on_log)
        self.sheet.open()


class BulkLogForm:
    """Kind, outcome and note for all of them, drawn where it is made."""

    def __init__(
        self, sheet: Sheet, kind: ActivityType, count: int, on_log: Callable[[ActivityDraft], Awaitable[bool]]
    ) -> None:
        self.sheet = sheet
        self.kind = kind
        self.on_log = on_log
        self.typed: dict[str, Any] = {"note": ""}
        basic.text("How did it go?", "pd-muted pd-small")
        basic.line(f"With {assign_result.people(count)}", "h2", "pd-h1")
        self.outcomes = ui.element("div").style("margin-top: 16px")
        basic.heading("Type")
        self.kinds = basic.chips(KINDS, kind, self.choose_kind)
        note = ui.textarea("Note for all of them").props("outlined autogrow maxlength=5000").classes("pd-field")
        note.style("margin-top: 16px").bind_value_to(self.typed, "note", strict=False)
        self.choose_kind(kind)

    def choose_kind(self, kind: ActivityType) -> None:
        self.kind = kind
        basic.mark_chip(self.kinds, kind)
        self.outcomes.clear()
        with self.outcomes:
            touch_rows.draw_outcomes(kind, self.answer)

    async def answer(self, outcome: Outcome) -> None:
        self.sheet.put_away()
        if await self.on_log(ActivityDraft(type=self.kind, outcome=outcome, note=self.typed.get("note") or "")):
            self.sheet.forget()


class ExportSheet:
    """Which kind of file; it holds those who are chosen and nobody else."""

    def __init__(self, on_choose: Callable[[exporter.Kind], Awaitable[bool]]) -> None:
        self.sheet, self.on_choose = Sheet("Export"), on_choose

    def open(self, count: int) -> None:
        with self.sheet.fresh():
            basic.line(f"Export {assign_result.people(count)}", "h2", "pd-h1").style("margin-bottom: 8px")
            for kind, (name, hint) in FILES.items():
                pickers.draw_choice(name, hint, "download", partial(self.choose, kind))
        self.sheet.open()

    async def choose(self, kind: exporter.Kind) -> None:
        self.sheet.close()
        await self.on_choose(kind)
