"""The contacts of a campaign as one list, and the list that loads by the page and stays where it is."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Campaign, User
from app.pages.campaigns.board_filter_bar import BoardFilterBar, Choices
from app.pages.campaigns.board_tab import Add, draw_nobody
from app.pages.campaigns.bulk_card_actions import BulkCardActions
from app.pages.campaigns.card_sheet import CardSheet
from app.pages.campaigns.parts import board_cards
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, virtual_list
from app.pages.ui.redraw import Memo
from app.services.campaigns import board, board_filter
from app.services.campaigns.board_filter import Narrow

PAGE = 40

# rows, where the next page begins, and the heading that stands last
ListPage = tuple[list[dict[str, Any]], str | None, str | None]


class Question(Protocol):
    def __call__(self, session: Session, me: User, cursor: str | None, last: str | None, limit: int) -> ListPage: ...


Refresh = Callable[[], Awaitable[None]]


async def contacts_tab(shell: Shell, campaign: Campaign, people: dict[UUID, str], add: Add) -> Refresh:
    """Everybody on the board in one list, whoever moved last on top."""
    sheet = CardSheet(shell, campaign)
    chosen = [Narrow()]

    def ask(session: Session, me: User, cursor: str | None, last: str | None, limit: int) -> ListPage:
        page = board.column(session, me, campaign.id, None, limit=limit, after=cursor, narrow=chosen[0])
        return [_row(card, campaign.id, me) for card in page.items], page.next_cursor, None

    async def open_card(event: GenericEventArguments) -> None:
        await sheet.open(UUID(str(event.args)))

    async def narrow() -> None:
        chosen[0] = bar.narrow
        if bulk:
            bulk.narrow = bar.narrow
            bulk.select_none()
        tab.loaded = PAGE
        await refresh()

    first = await look(partial(ask, cursor=None, last=None, limit=PAGE))
    tags = await look(lambda session, me: board_filter.tags(session, me, campaign.id))
    bar = BoardFilterBar(Choices(people, tags), narrow)
    with ui.element("div").classes("pd-tools"):
        ui.element("span").classes("pd-grow")
        choose = basic.button("Choose many", None, "plain", "check").mark("choose")
    tab = PagedList(ask, lambda: draw_nobody_here(add, chosen[0]), first, picks=add is not None)
    tab.rows.on("open", open_card)
    bulk = BulkCardActions(campaign, tab.rows) if add else None
    if bulk:
        choose.on_click(bulk.begin_selecting)
        await bulk.refresh_count()

    async def refresh() -> None:
        await tab.refresh()
        await sheet.renew()
        if bulk:
            await bulk.refresh_count()
            choose.set_visibility(bool(bulk.total))

    choose.set_visibility(bool(bulk and bulk.total))

    return refresh


def draw_nobody_here(add: Add, narrow: Narrow) -> None:
    if narrow.narrows:
        with ui.element("div").classes("pd-card flush"):
            basic.empty("search", "No matches", "Try another filter.")
    else:
        draw_nobody(add)


class PagedList:
    """A long list that loads by the page and stays where it is when news comes. `first` is its first page."""

    def __init__(self, ask: Question, draw_empty: Callable[[], None], first: ListPage, *, picks: bool = False) -> None:
        self.ask = ask
        self.draw_empty = draw_empty
        self.turn = 0
        self.loaded = PAGE
        rows, self.cursor, self.last_heading = first
        self.nothing = Memo()
        with ui.element("div").classes("pd-card flush") as self.card:
            self.rows = virtual_list.VirtualList(rows, picks=picks).mark("listed")
        self.end = virtual_list.Sentinel(self.load_more)
        self.show_empty(not rows)

    def show_empty(self, is_empty: bool) -> None:
        self.card.set_visibility(not is_empty)
        self.nothing.show(is_empty, lambda: self.draw_empty() if is_empty else None)

    async def load_more(self) -> None:
        if self.cursor:
            turn, cursor = self.turn, self.cursor
            ask = partial(self.ask, cursor=cursor, last=self.last_heading, limit=PAGE)
            rows, after, heading = await look(ask)
            if (turn, cursor) == (self.turn, self.cursor):
                self.cursor = after
                self.last_heading = heading
                self.loaded += PAGE
                self.rows.more(rows)
            self.end.rearm()

    async def refresh(self) -> None:
        self.turn += 1
        turn = self.turn
        rows, cursor, heading = await look(partial(self.ask, cursor=None, last=None, limit=self.loaded))
        if turn == self.turn and not self.rows.is_deleted:
            self.cursor = cursor
            self.last_heading = heading
            self.rows.renew(rows)
            self.show_empty(not rows)
            self.end.rearm()


def _row(card: board.BoardCard, campaign_id: UUID, me: User) -> dict[str, Any]:
    tile = board_cards.board_tile(card, me.id, me.timezone)
    return {
        **{key: tile[key] for key in ("id", "i", "t", "n")},
        "href": f"/campaigns/{campaign_id}?tab=contacts",
        "s": " · ".join(filter(None, (tile["s"], tile["l"], tile["next"]))),
        "d": tile["a"],
        "b": board_cards.STAGES[card.stage],
        "bt": {"old": "bad", "aging": "wait"}.get(tile["age"], "none"),
    }
