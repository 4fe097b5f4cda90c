"""The bulk actions of the contact list: each is one transaction, says its result in a sentence and can be undone."""

import io
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import ACTIVITY_LABELS, ActivityDraft, ActivityType, Outcome, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns import assign_result
from app.pages.campaigns.campaign_actions import undo_of
from app.pages.contacts.list import list_queries
from app.pages.contacts.list.bulk_sheets import BulkAssignSheet, BulkLogSheet, BulkTagSheet, ExportSheet
from app.pages.contacts.list.selection import Selection
from app.pages.contacts.list.selection_bar import BarButton, SelectionBar
from app.pages.core.tap import Confirmation, look, tap
from app.services.activities import bulk_log
from app.services.campaigns import board, bulk_moves, undo_dispatch
from app.services.campaigns.board_assignments import Assigned
from app.services.contacts import bulk_actions
from app.services.contacts.bulk_actions import Chosen, Done
from app.services.contacts.contact_search import Search
from app.services.exports import exporter
from app.services.exports.exporter import Wish
from app.services.push_queue import push_jobs

MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "vcf": "text/vcard",
    "pipedrive": "text/csv",
}
NAMES = {"pipedrive": "contacts-for-pipedrive.csv"}
WARNED = 20

Merge = Callable[[UUID, UUID, Callable[[UUID], Any]], Awaitable[None]]
Work = Callable[[Session, User, Chosen], Confirmation | str | None]


class BulkMenu:
    """The bar with its actions; `on_none` is called when one was done and nobody is selected any more."""

    def __init__(
        self, me: User, selection: Selection, on_merge: Merge, on_all: Callable[[], Any], on_none: Callable[[], Any]
    ) -> None:
        self.selection = selection
        self.on_merge = on_merge
        self.on_none = on_none
        self.total = 0
        self.assign_sheet = BulkAssignSheet(self.assign)
        self.tag_sheet = BulkTagSheet(self.tag, self.untag)
        self.log_sheet = BulkLogSheet(me, self.log)
        self.export_sheet = ExportSheet(self.export)
        acts = [
            BarButton("Assign", "Assign to a campaign", "target", self.assign_sheet.open),
            BarButton("Tag", "Tag or untag", "tag", self.open_tags),
            BarButton("Log", "Log activity with all of them", "check", self.open_log),
            BarButton("Push", "Push to Pipedrive", "send", self.push),
            BarButton("Export", "Export as a file", "download", self.open_export),
            BarButton("Merge", "Merge the two", "merge", self.merge, two=True),
            BarButton("Delete", "Delete", "trash-2", self.trash),
        ]
        self.bar = SelectionBar(acts, on_all, on_none)

    @property
    def count(self) -> int:
        return self.selection.count(self.total)

    def show(self, total: int) -> None:
        self.total = total
        self.bar.show(self.count, total, everybody=self.selection.is_everybody)

    async def open_tags(self) -> None:
        await self.tag_sheet.open(self.count, self.selection.resolve)

    def open_log(self) -> None:
        self.log_sheet.open(self.count)

    def open_export(self) -> None:
        self.export_sheet.open(self.count)

    async def do(self, doing: str, work: Work, *, keep: bool = False) -> bool:
        """One transaction for all of them; afterwards nobody is chosen, unless `keep`."""

        @tap
        def go(session: Session, me: User) -> Confirmation | str | None:
            return work(session, me, self.selection.resolve(session, me))

        with self.bar.busy(doing, self.count):
            done = await go()
        if done and not keep:
            self.on_none()
        return done

    async def tag(self, word: str) -> bool:
        def work(session: Session, me: User, them: Chosen) -> Confirmation | str:
            done = bulk_actions.tag(session, me, them, word)
            return _sentence(done, f"tagged “{_tag(word)}”", "All of them have that tag already.")

        return await self.do("Tagging", work)

    async def untag(self, word: str) -> bool:
        def work(session: Session, me: User, them: Chosen) -> Confirmation | str:
            done = bulk_actions.untag(session, me, them, word)
            return _sentence(done, f"lost the tag “{_tag(word)}”", "None of them has that tag.")

        return await self.do("Untagging", work)

    async def log(self, draft: ActivityDraft) -> bool:
        kind, outcome = ActivityType(draft.type), draft.outcome
        said = f"{ACTIVITY_LABELS[kind]} logged" + (
            f": {touch_rows.outcome_word(Outcome(outcome), kind).lower()}" if outcome else ""
        )

        def work(session: Session, me: User, them: Chosen) -> Confirmation | str:
            done = bulk_log.log(session, me, them, draft)
            return _sentence(done, f"{said},", "Nothing was logged.", first=True)

        return await self.do("Logging an activity with", work)

    async def push(self) -> None:
        def work(session: Session, me: User, them: Chosen) -> Confirmation | str:
            done = bulk_actions.push(session, me, them)
            on_its_way = (
                "on the way to Pipedrive" if push_jobs.has_connection(session, me) else f"waiting. {push_jobs.NO_KEY}"
            )
            return _sentence(done, on_its_way, "All of them are on the way to Pipedrive already.")

        await self.do("Pushing", work)

    async def trash(self) -> None:
        def work(session: Session, me: User, them: Chosen) -> Confirmation | str:
            done = bulk_actions.trash(session, me, them)
            return _sentence(done, "moved to the trash", "They are in the trash already.")

        await self.do("Deleting", work)

    async def merge(self) -> None:
        """The sheet shows the two side by side; whoever was ticked first stays, unless they are swapped there."""
        two = await look(
            lambda session, me: list_queries.first_ids(session, me, self.selection.resolve(session, me), 2)
        )
        if len(two) == 2:
            await self.on_merge(two[0], two[1], lambda _kept: self.on_none())

    async def assign(self, campaign_id: UUID) -> None:
        done: list[Assigned] = []
        warned: list[tuple[str, str]] = []
        back: list[Callable[[Session, User], str] | None] = []

        def work(session: Session, me: User, them: Chosen) -> Confirmation | None:
            became, undo_id = bulk_moves.assign(session, me, campaign_id, bulk_actions.chosen(session, me, them))
            done.extend(became)
            back.append(undo_of(undo_id))
            worth = [each for each in done if each.warning][:WARNED]
            names = [board.card(session, me, campaign_id, each.contact_id).name for each in worth]
            warned.extend((name, each.warning or "") for name, each in zip(names, worth, strict=True))
            return None if warned else Confirmation(assign_result.assign_words(done), back[0])

        sheet = self.assign_sheet.sheet
        sheet.close()
        if await self.do("Assigning", work) and warned:
            assign_result.draw_warnings(sheet, done, warned, back[0])
            sheet.open()

    async def export(self, kind: exporter.Kind) -> bool:
        out = io.BytesIO()

        def work(session: Session, me: User, them: Chosen) -> str:
            whom = Wish(kind, them) if isinstance(them, Search) else Wish(kind, ids=tuple(them))
            return f"{assign_result.people(exporter.write_export(session, me, whom, out))} exported"

        done = await self.do("Exporting", work, keep=True)
        if done:
            ui.download.content(out.getvalue(), NAMES.get(kind, f"contacts.{kind}"), MEDIA[kind])
        return done


def _sentence(done: Done, became: str, nothing: str, *, first: bool = False) -> Confirmation | str:
    """`12 contacts tagged “energy”`, with the way back; or why nobody changed."""
    if done.undo_id is None:
        return nothing
    people = assign_result.people(done.n)
    return Confirmation(f"{became} {people}" if first else f"{people} {became}", partial(_undo, done.undo_id))


def _undo(undo_id: UUID, session: Session, who: User) -> str:
    return undo_dispatch.undo(session, who, undo_id).sentence


def _tag(word: str) -> str:
    return word.strip().lower()
