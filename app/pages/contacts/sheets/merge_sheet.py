"""Merging two contacts: both side by side, a choice per field, and a preview of the result."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import Contact, User
from app.models.undo import KEPT_DAYS
from app.pages.contacts.parts import contact_rows, fact_labels
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, toast
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.redraw import Memo
from app.pages.ui.side_by_side import Side, SideBySide
from app.services.campaigns import undo_dispatch
from app.services.contacts import contact_merge, merge_choices
from app.services.contacts.contact_merge import MergePlan
from app.services.contacts.merge_choices import FieldChoice

UNDECIDED = "Say first which person in Pipedrive this contact stays."
COUNTED = {"touches": ("touch", "touches"), "campaigns": ("campaign", "campaigns"), "pushes": ("push", "pushes")}

Done = Callable[[UUID], Any] | None


class MergeSheet:
    """One per page: `open` shows two contacts by their ids, whichever screen they were chosen on."""

    def __init__(self) -> None:
        self.sheet = Sheet("Merge two contacts")

    async def open(self, keep_id: UUID, drop_id: UUID, on_done: Done = None) -> None:
        """`on_done` is told the id of the contact that both are from then on."""
        if await self.show(keep_id, drop_id, on_done):
            self.sheet.open()

    async def show(self, keep_id: UUID, drop_id: UUID, on_done: Done) -> bool:
        """Draw the merge of the two; False when it is refused, which is said."""
        try:
            plan = await look(lambda session, me: contact_merge.plan(session, me, keep_id, drop_id))
        except Refusal as refusal:
            toast.show(ui.context.client, str(refusal), "no")
            return False
        with self.sheet.fresh():
            MergeForm(self, plan, on_done)
        return True


class MergeForm:
    """What both say, field by field, and what the contact will be; drawn where it is made."""

    def __init__(self, host: MergeSheet, plan: MergePlan, on_done: Done) -> None:
        self.host = host
        self.plan = plan
        self.on_done = on_done
        self.chosen = {one.field: one.choice for one in plan.fields}
        basic.line("Merge two contacts", "h2", "pd-h1")
        with ui.element("div").classes("pd-two-heads"):
            draw_head("Stays", plan.keep)
            draw_head("Goes into it", plan.drop)
        basic.button("Swap them", self.swap, "plain", "refresh-cw").classes("full-width")
        if plan.warning:
            basic.text(plan.warning, "pd-troubles")
        apart = [one for one in plan.fields if one.keep and one.drop]
        for one in apart:
            self.field(one)
        if alone := [one for one in plan.fields if one not in apart]:
            with basic.expansion(f"Said by one of them only: {len(alone)}"):
                for one in alone:
                    self.field(one)
        if not plan.fields:
            basic.text("Both say the same.", "pd-muted").style("margin-top: 12px")
        basic.heading("What it will be")
        self.preview = Memo("pd-merged")
        self.show_preview()
        basic.text(describe_moves(plan.moves), "pd-muted pd-small")
        with ui.element("div").classes("pd-foot"):
            basic.button("Merge", self.merge, "main").classes("full-width").mark("merge")

    def field(self, one: FieldChoice) -> None:
        SideBySide(
            fact_labels.LABELS[one.field],
            choices_of(one, self.plan),
            self.chosen[one.field],
            partial(self.choose, one.field),
        )

    def choose(self, field: str, which: str) -> None:
        self.chosen[field] = which
        self.show_preview()

    def show_preview(self) -> None:
        """The contact as it will be: what both say anyway, and what is chosen for the rest."""
        differing = {one.field: one for one in self.plan.fields}
        lines = []
        for name, label in fact_labels.LABELS.items():
            one = differing.get(name)
            value = merged_value(one, self.chosen[name]) if one else merge_choices.value(self.plan.keep, name)
            if words := fact_labels.fact_words(name, value):
                lines.append((label, words))
        self.preview.show(lines, lambda: draw_preview(lines))

    async def swap(self) -> None:
        # until the other way round is here, there is nothing to tap that would mean this way round
        with self.host.sheet.fresh():
            basic.text("Swapping …", "pd-muted")
        await self.host.show(self.plan.drop.id, self.plan.keep.id, self.on_done)

    async def merge(self) -> None:
        plan, chosen = self.plan, {name: which for name, which in self.chosen.items() if which}
        if len(chosen) < len(plan.fields):
            toast.show(ui.context.client, UNDECIDED, "no")
            return

        @tap
        def work(session: Session, me: User) -> Confirmation:
            kept, undo_id = contact_merge.merge(session, me, plan.keep.id, plan.drop.id, chosen)
            return Confirmation(f"{kept.name}: two contacts are one now", partial(_apart, undo_id))

        if await work():
            self.host.sheet.close()
            await self.report(plan.keep.id)

    async def report(self, kept_id: UUID) -> None:
        told = self.on_done(kept_id) if self.on_done else None
        if isinstance(told, Awaitable):
            await told


def merged_value(one: FieldChoice, which: str | None) -> Any:
    return merge_choices.preview_choice(one, which) if which else None


def choices_of(one: FieldChoice, plan: MergePlan) -> list[Side]:
    """The ways to say a field, each with whose it is."""
    same = plan.drop.name == plan.keep.name
    whose = (
        {"keep": "The one that stays", "drop": "The other one"}
        if same
        else {"keep": plan.keep.name, "drop": plan.drop.name}
    )
    whose["both"] = "Both"
    return [
        Side(key, whose[key], fact_labels.fact_words(one.field, merge_choices.preview_choice(one, key)))
        for key in one.choices
    ]


def draw_head(role: str, contact: Contact) -> None:
    with ui.element("div").classes("pd-line"):
        basic.avatar(contact.name, contact.warmness_score)
        with ui.element("div").classes("pd-row-text"):
            basic.text(role, "pd-muted pd-small")
            basic.text(contact.name, "pd-strong pd-whole")
            basic.text(contact_rows.subtitle(contact), "pd-muted pd-small pd-whole")


def draw_preview(lines: list[tuple[str, str]]) -> None:
    with ui.element("dl").classes("pd-facts-list"):
        for label, words in lines:
            with ui.element("dt"):
                ui.label(label)
            with ui.element("dd").classes("pd-pre"):
                ui.label(words)


def describe_moves(moves: dict[str, int]) -> str:
    """`3 touches and 1 campaign move over.`; the way back is for thirty days."""
    told = [f"{count:,} {COUNTED[kind][count != 1]}" for kind, count in moves.items() if count]
    listed = " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))
    verb = "moves" if len(told) == 1 and sum(moves.values()) == 1 else "move"
    undo = f"Undo for {KEPT_DAYS} days."
    return f"{listed} {verb} over. {undo}" if told else undo


def _apart(undo_id: UUID, session: Session, who: User) -> str:
    undo_dispatch.undo(session, who, undo_id)
    return "They are two contacts again"
