"""The trash: deleted contacts with the days they can still be restored, and the undo log."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import ValueChangeEventArguments
from sqlmodel import Session

from app import calendar_days
from app.models import Contact, UndoEntry, User, now
from app.models.undo import KEPT, KEPT_DAYS
from app.pages.contacts.parts import contact_rows
from app.pages.contacts.sheets.erase_sheet import EraseSheet
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers, theme
from app.pages.ui.redraw import KeyedList, Memo, more_button
from app.services.campaigns import undo_dispatch
from app.services.contacts import contact_bank, likely_duplicates, trash
from app.services.undo import undo_log
from app.signals import Topic

PAGE = 50

Seen = tuple[Sequence[Contact], int, list[UndoEntry]]


@screen("Trash")
async def trash_page(shell: Shell, q: str = "") -> None:
    basic.title("Trash")
    basic.text(
        f"Each contact can come back for {KEPT_DAYS} days. Then it is deleted automatically.", "pd-muted pd-under-title"
    )
    room = TrashPage(shell, q)
    await room.again()
    live_updates.on(room.again, Topic.CONTACT, owner=shell.me.id)


class TrashPage:
    """The list as somebody searches it, and the undo log below it."""

    def __init__(self, shell: Shell, q: str) -> None:
        self.zone = shell.me.timezone
        self.q = q
        self.limit = PAGE
        self.turn = 0
        self.erasing = EraseSheet()
        pickers.page_search_box("Search the trash", self.typed, q)
        self.count = basic.text("", "pd-muted pd-small pd-told").props("aria-live=polite").mark("count")
        with ui.element("div").classes("pd-card flush") as self.card:
            self.rows = KeyedList("pd-row")
        self.empty = Memo()
        self.entries = Memo()

    def ask(self, session: Session, me: User) -> Seen:
        found = trash.listed(session, me, self.q, self.limit)
        return found, trash.count(session, me, self.q), undo_log.recent(session, me)

    async def again(self) -> None:
        self.turn += 1
        turn = self.turn
        seen = await look(self.ask)
        if turn == self.turn and not self.card.is_deleted:
            self.show(*seen)

    def show(self, found: Sequence[Contact], total: int, done: list[UndoEntry]) -> None:
        self.count.set_text(f"{total:,} contact{'' if total == 1 else 's'}" if total else "")
        facts: dict[str, object] = {
            str(one.id): (one.name, contact_rows.subtitle(one), days_left(one, self.zone)) for one in found
        }
        rest = more_button("Show more", self.more) if total > len(found) else None
        self.rows.show(facts, [partial(self.row, one) for one in found], rest)
        self.card.set_visibility(bool(found))
        self.empty.show((bool(found), self.q), lambda: None if found else draw_nothing(self.q))
        told = [(entry.id, theme.time_word(entry.created_at, self.zone)) for entry in done]
        self.entries.show(told, lambda: draw_undo_log(done, self.zone))

    def row(self, contact: Contact) -> None:
        with ui.element("div").classes("pd-row-main"):
            basic.avatar(contact.name, contact.warmness_score)
            with ui.element("span").classes("pd-row-text"):
                basic.text(contact.name, "pd-row-name")
                basic.text(
                    " · ".join(filter(None, (days_left(contact, self.zone), contact_rows.subtitle(contact)))),
                    "pd-row-sub",
                )
        back = basic.button("Restore", lambda: restore_contact(contact.id), "soft", "undo-2").classes("pd-narrow-btn")
        back.props["aria-label"] = f"Restore {contact.name}"
        basic.icon_button(
            "trash-2", f"Erase {contact.name} for good", lambda: self.erasing.open(contact.id, contact.name)
        )

    async def typed(self, event: ValueChangeEventArguments[Any]) -> None:
        self.q, self.limit = event.value or "", PAGE
        await self.again()

    async def more(self) -> None:
        self.limit += PAGE
        await self.again()


def days_left(contact: Contact, zone: str) -> str:
    """For how long this contact can still come back, in words, as somebody in that zone counts days."""
    days = calendar_days.days_since(now(), zone, (contact.deleted_at or now()) + KEPT)
    return "goes today" if days == 0 else f"{days} day{'' if days == 1 else 's'} left"


def draw_nothing(q: str) -> None:
    if q:
        basic.empty("search", "No matches", "Nobody in the trash is called like that.")
    else:
        basic.empty("trash-2", "The trash is empty", f"Deleted contacts stay here for {KEPT_DAYS} days.")


def draw_undo_log(done: list[UndoEntry], zone: str) -> None:
    if not done:
        return
    basic.heading("What you can take back")
    with ui.element("div").classes("pd-card flush"):
        for entry in done:
            with ui.element("div").classes("pd-row").mark("deed"):
                with ui.element("div").classes("pd-row-main"), ui.element("span").classes("pd-row-text"):
                    basic.text(entry.sentence, "pd-row-name pd-whole")
                    basic.text(theme.time_word(entry.created_at, zone), "pd-row-sub")
                back = basic.button("Undo", partial(undo_entry, entry.id), "soft", "undo-2").classes("pd-narrow-btn")
                back.props["aria-label"] = f"Undo: {entry.sentence}"


@tap
def undo_entry(session: Session, me: User, undo_id: UUID) -> str:
    return undo_dispatch.undo(session, me, undo_id).sentence


@tap
def restore_contact(session: Session, me: User, contact_id: UUID) -> Confirmation:
    contact = contact_bank.restore(session, me, contact_id)
    twins = likely_duplicates.of_restored(session, me, [contact])
    hint = f". {twins[0].one.name} may be the same person: merge them under Duplicates" if twins else ""
    return Confirmation(f"{contact.name} is back{hint}", lambda s, who: _away(s, who, contact_id))


def _away(session: Session, who: User, contact_id: UUID) -> str:
    return f"{contact_bank.trash(session, who, contact_id).name} moved to trash"
