"""The board of a campaign: a column for each stage, loaded by the page, moved by dragging, kept fresh by news."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Campaign, Stage, User
from app.pages.campaigns.board_filter_bar import BoardFilterBar, Choices
from app.pages.campaigns.campaign_actions import move_card
from app.pages.campaigns.card_sheet import CardSheet
from app.pages.campaigns.parts import board_cards
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.campaigns import board, board_filter
from app.services.campaigns.board_filter import Narrow

PAGE = 24

Seen = tuple[list[board_cards.Column], dict[Stage, str | None]]
Add = Callable[[], Any] | None


async def board_tab(
    shell: Shell, campaign: Campaign, people: dict[UUID, str], add: Add
) -> Callable[[], Awaitable[None]]:
    """Draw the board where the caller stands; returns what brings it up to date."""
    loaded = dict.fromkeys(Stage, PAGE)

    def ask(session: Session, me: User) -> tuple[Seen, list[str]]:
        return load_board(session, me, campaign.id, loaded, Narrow()), board_filter.tags(session, me, campaign.id)

    seen, tags = await look(ask)
    return BoardTab(shell, campaign, add, seen, Choices(people, tags)).refresh


def load_board(session: Session, me: User, campaign_id: UUID, loaded: dict[Stage, int], narrow: Narrow) -> Seen:
    """As many cards of each column as `loaded` says, and the cursors to the next ones."""
    counts = board.counts(session, me, campaign_id, narrow)
    pages = {
        stage: board.column(session, me, campaign_id, stage, limit=loaded[stage], narrow=narrow) for stage in Stage
    }
    columns = [board_column(me, stage, counts[stage], page) for stage, page in pages.items()]
    return columns, {stage: page.next_cursor for stage, page in pages.items()}


def board_column(me: User, stage: Stage, count: int, page: board.Page) -> board_cards.Column:
    tiles = [board_cards.board_tile(card, me.id, me.timezone) for card in page.items]
    return board_cards.Column(stage.value, board_cards.STAGES[stage], count, page.next_cursor is not None, tiles)


class BoardTab:
    """What is loaded of each column, and where the next page of it begins."""

    def __init__(self, shell: Shell, campaign: Campaign, add: Add, seen: Seen, choices: Choices) -> None:
        self.campaign_id = campaign.id
        self.add = add
        self.sheet = CardSheet(shell, campaign)
        self.loaded = dict.fromkeys(Stage, PAGE)
        self.turn = 0
        columns, self.cursors = seen
        self.filter = BoardFilterBar(choices, self.narrow)
        self.nothing = Memo()
        self.board = board_cards.Board(columns).mark("board")
        self.board.on("open", self.open).on("more", self.load_more).on("move", self.move_card)
        self.show_empty(columns)

    def show_empty(self, columns: list[board_cards.Column]) -> None:
        """A board with nobody on it says what to do instead of showing six empty columns."""
        empty = not any(column.count for column in columns) and not self.filter.narrow.narrows
        self.board.set_visibility(not empty)
        self.filter.row.set_visibility(not empty)
        self.nothing.show(empty, lambda: draw_nobody(self.add) if empty else None)

    async def narrow(self) -> None:
        """Other cards, from the top of each column."""
        self.loaded = dict.fromkeys(Stage, PAGE)
        await self.refresh()

    async def refresh(self, *, everything: bool = False) -> None:
        """Ask for as much as is loaded, so that nobody loses their place."""
        self.turn += 1
        turn, loaded, narrow = self.turn, dict(self.loaded), self.filter.narrow
        columns, cursors = await look(lambda session, me: load_board(session, me, self.campaign_id, loaded, narrow))
        if turn != self.turn or self.board.is_deleted:
            return
        if loaded != self.loaded:
            await self.refresh(everything=everything)
            return
        self.cursors = cursors
        self.board.renew(columns, everything=everything)
        self.show_empty(columns)
        await self.sheet.renew()

    async def load_more(self, event: GenericEventArguments) -> None:
        stage = Stage(str(event.args))
        turn, cursor, narrow = self.turn, self.cursors[stage], self.filter.narrow

        def ask(session: Session, me: User) -> tuple[board_cards.Column, str | None]:
            page = board.column(session, me, self.campaign_id, stage, limit=PAGE, after=cursor, narrow=narrow)
            count = board.counts(session, me, self.campaign_id, narrow)[stage]
            return board_column(me, stage, count, page), page.next_cursor

        if cursor:
            column, after = await look(ask)
            if (turn, cursor) == (self.turn, self.cursors[stage]):
                self.cursors[stage] = after
                self.loaded[stage] += PAGE
                self.board.more(column)

    async def move_card(self, event: GenericEventArguments) -> None:
        """The browser has moved the card already; what the server refuses goes back."""
        contact_id, stage = UUID(str(event.args["id"])), Stage(str(event.args["stage"]))
        if not await move_card(self.campaign_id, contact_id, stage):
            await self.refresh(everything=True)

    async def open(self, event: GenericEventArguments) -> None:
        await self.sheet.open(UUID(str(event.args)))


def draw_nobody(add: Add) -> None:
    hint = "Bring in contacts of your bank, one by one or all that match, and see here where each one stands."
    with ui.element("div").classes("pd-card flush"):
        basic.empty("square-kanban", "Nobody on this board yet", hint, "Add contacts" if add else None, add)
