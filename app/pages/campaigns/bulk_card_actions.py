"""Bulk actions in a campaign’s contact list: move to a stage or remove, each in one step with one undo."""

from functools import partial
from uuid import UUID

from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Campaign, Stage, User
from app.pages.campaigns.campaign_actions import move_cards, remove_cards
from app.pages.campaigns.parts import campaign_cards
from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.contacts.list.selection import Selection
from app.pages.contacts.list.selection_bar import BarButton, SelectionBar
from app.pages.core.tap import look
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.virtual_list import VirtualList
from app.services.campaigns import board
from app.services.campaigns.board_filter import Narrow
from app.services.contacts.contact_search import Search


class BulkCardActions:
    """The bar below the list; `rows` is the list that it belongs to."""

    def __init__(self, campaign: Campaign, rows: VirtualList) -> None:
        self.campaign_id = campaign.id
        self.rows = rows
        self.total = 0
        # of whom all are chosen: those that the list shows
        self.narrow = Narrow()
        self.selection = Selection()
        self.sheet = Sheet("Move to")
        acts = [
            BarButton("Move", "Move to another stage", "square-kanban", self.open_move_sheet),
            BarButton("Remove", "Remove from campaign", "user-minus", self.take_out),
        ]
        self.bar = SelectionBar(acts, self.select_all, self.select_none)
        rows.on("picks", self.select).on("unpick", self.select_none, [])

    async def refresh_count(self) -> None:
        """How many stand on the board now."""
        counts = await look(lambda session, me: board.counts(session, me, self.campaign_id, self.narrow))
        self.total = sum(counts.values())
        self.show()

    def show(self) -> None:
        if not self.bar.words.is_deleted:
            self.bar.show(self.count, self.total, everybody=self.selection.is_everybody)

    @property
    def count(self) -> int:
        return self.selection.count(self.total)

    def begin_selecting(self) -> None:
        self.rows.run_method("begin")

    def select(self, event: GenericEventArguments) -> None:
        self.selection.set(event.args["ids"], on=bool(event.args["on"]))
        self.show()

    def select_all(self) -> None:
        self.selection.select_all(Search(campaign_id=self.campaign_id))
        self.rows.run_method("pickAll")
        self.show()

    def select_none(self) -> None:
        self.selection.clear()
        self.rows.run_method("unpick")
        self.show()

    def resolve(self, session: Session, me: User) -> list[UUID]:
        if self.selection.all is None:
            return list(self.selection.ids)
        everybody = board.everybody(session, me, self.campaign_id, self.narrow)
        return [one for one in everybody if one not in self.selection.but]

    def open_move_sheet(self) -> None:
        with self.sheet.fresh():
            basic.line(f"Move {campaign_cards.people_word(self.count)} to", "h2", "pd-h1")
            for stage, word in STAGES.items():
                pickers.draw_choice(word, "", "square-kanban", partial(self.move, stage))
        self.sheet.open()

    async def move(self, stage: Stage) -> None:
        self.sheet.close()
        with self.bar.busy("Moving", self.count):
            done = await move_cards(self.campaign_id, self.resolve, stage)
        self.after(done)

    async def take_out(self) -> None:
        with self.bar.busy("Removing", self.count):
            done = await remove_cards(self.campaign_id, self.resolve)
        self.after(done)

    def after(self, done: bool) -> None:
        if done and not self.bar.words.is_deleted:
            self.select_none()
