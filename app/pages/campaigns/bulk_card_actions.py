"""Choosing many in a campaign's list: moved to a stage or taken out in one step, which Undo takes back whole."""

from functools import partial
from uuid import UUID

from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Campaign, Stage, User
from app.pages.campaigns.campaign_actions import move_many, take_out_many
from app.pages.campaigns.parts import campaign_cards
from app.pages.campaigns.parts.board_cards import STAGES
from app.pages.contacts.list.bulk_sheets import row
from app.pages.contacts.list.selection import Picked
from app.pages.contacts.list.selection_bar import Act, Bar
from app.pages.core.tap import look
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.virtual_list import Rows
from app.services.campaigns import board
from app.services.contacts.search import Search


class Many:
    """The bar below the list; `rows` is the list that it belongs to."""

    def __init__(self, campaign: Campaign, rows: Rows) -> None:
        self.id, self.rows, self.total = campaign.id, rows, 0
        self.picked = Picked()
        self.sheet = Sheet("Move to")
        acts = [
            Act("Move", "Move to another stage", "square-kanban", self.open),
            Act("Remove", "Remove from campaign", "user-minus", self.take_out),
        ]
        self.bar = Bar(acts, self.everybody, self.nobody)
        rows.on("picks", self.pick).on("unpick", self.nobody, [])

    async def count(self) -> None:
        """How many stand on the board now."""
        counts = await look(lambda session, me: board.counts(session, me, self.id))
        self.total = sum(counts.values())
        self.show()

    def show(self) -> None:
        if not self.bar.words.is_deleted:
            everybody = self.picked.all is not None and not self.picked.but
            self.bar.show(self.chosen, self.total, everybody=everybody)

    @property
    def chosen(self) -> int:
        return self.picked.count(self.total)

    def begin(self) -> None:
        self.rows.run_method("begin")

    def pick(self, event: GenericEventArguments) -> None:
        self.picked.take(event.args["ids"], on=bool(event.args["on"]))
        self.show()

    def everybody(self) -> None:
        self.picked.take_all(Search(campaign_id=self.id))
        self.rows.run_method("pickAll")
        self.show()

    def nobody(self) -> None:
        self.picked.clear()
        self.rows.run_method("unpick")
        self.show()

    def whom(self, session: Session, me: User) -> list[UUID]:
        if self.picked.all is None:
            return list(self.picked.ids)
        return [one for one in board.everybody(session, me, self.id) if one not in self.picked.but]

    def open(self) -> None:
        with self.sheet.fresh():
            basic.line(f"Move {campaign_cards.people(self.chosen)} to", "h2", "pd-h1")
            for stage, word in STAGES.items():
                row(word, "", "square-kanban", partial(self.move, stage))
        self.sheet.open()

    async def move(self, stage: Stage) -> None:
        self.sheet.close()
        with self.bar.busy("Moving", self.chosen):
            done = await move_many(self.id, self.whom, stage)
        self.after(done)

    async def take_out(self) -> None:
        with self.bar.busy("Removing", self.chosen):
            done = await take_out_many(self.id, self.whom)
        self.after(done)

    def after(self, done: bool) -> None:
        if done and not self.bar.words.is_deleted:
            self.nobody()
