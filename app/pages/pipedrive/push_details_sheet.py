"""One push, opened from the list: everything about it, and what can be done."""

from uuid import UUID

from sqlmodel import Session

from app.errors import NotFound
from app.models import EntityType, User
from app.pages.core.tap import look
from app.pages.pipedrive import push_actions
from app.pages.pipedrive.parts import push_rows
from app.pages.pipedrive.record_choice_sheet import RecordChoiceSheet
from app.pages.ui.bottom_sheet import Sheet
from app.services.pipedrive import push_history, record_choice
from app.services.pipedrive.push_history import Item
from app.services.push_queue import record_urls
from app.services.push_queue.record_urls import Home

Seen = tuple[Item, Home]


class PushActions:
    """What the buttons of a push do; the way to a candidate goes through one more sheet."""

    def __init__(self) -> None:
        self.record_choice = RecordChoiceSheet()
        self.all = push_rows.PushCardActions(
            retry=lambda item: push_actions.retry_push(item.sync.id),
            link=self.link,
            create=self.choose_none,
            skip=lambda item: push_actions.skip_push(item.sync.id),
            undo=lambda item: push_actions.undo_push(item.sync.id),
        )

    def link(self, item: Item) -> None:
        sync, there = item.sync, item.sync.candidates or []
        kind = EntityType(there[0]["kind"]) if there else EntityType.PERSON
        self.record_choice.open(
            push_rows.push_title(item),
            kind,
            lambda typed: push_actions.link_record(sync.id, kind, typed),
            there,
            (lambda: self.choose_none(item)) if there else None,
            keeps_link=record_choice.keeps_link(sync),
        )

    async def choose_none(self, item: Item) -> bool:
        return await push_actions.choose_none(item.sync.id, record_choice.keeps_link(item.sync))


class PushDetailsSheet:
    """Made once per page; it stays up to date while it is open. It may share another's sheet."""

    def __init__(self, zone: str, actions: PushActions, sheet: Sheet | None = None) -> None:
        self.sheet = sheet or Sheet("Push to Pipedrive")
        self.zone = zone
        self.actions = actions
        self.sync_id: UUID | None = None
        self.shown: object = None

    def ask(self, session: Session, me: User) -> Seen | None:
        if self.sync_id is None:
            return None
        try:
            return push_history.item(session, me, self.sync_id), record_urls.home(session, me)
        except NotFound:
            return None

    async def open(self, sync_id: UUID) -> None:
        self.sync_id, self.shown = sync_id, None
        if self.show(await self.load()):
            self.sheet.open()
            # what settled while we looked
            await self.refresh()

    def close(self) -> None:
        self.sync_id = None
        self.sheet.close()

    async def refresh(self) -> None:
        """News while it is open."""
        if self.sync_id and self.sheet.is_open and not self.show(await self.load()):
            self.sheet.close()

    async def load(self) -> Seen | None:
        """Asked from a place that stays: the button that opened this may be gone by now."""
        with self.sheet.around:
            return await look(self.ask)

    def show(self, seen: Seen | None) -> bool:
        if seen and (facts := push_rows.facts_shown(seen[0])) != self.shown:
            self.shown = facts
            with self.sheet.fresh():
                push_rows.draw_card(seen[0], self.zone, seen[1], self.actions.all)
        return seen is not None
