"""The other rooms of a campaign: its contacts as one list, and everything that was done for it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.models import Campaign, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns.board_tab import Add, nobody
from app.pages.campaigns.bulk_card_actions import Many
from app.pages.campaigns.card_sheet import CardSheet
from app.pages.campaigns.parts import board_cards
from app.pages.core.tap import look
from app.pages.shell.frame import Shell
from app.pages.ui import basic, virtual_list
from app.pages.ui.redraw import Kept
from app.services.activities import timeline
from app.services.activities.timeline import Filter
from app.services.campaigns import board

PAGE = 40

# rows, where the next page begins, and the heading that stands last
Rows = tuple[list[dict[str, Any]], str | None, str | None]
Question = Callable[[Session, User, str | None, str | None, int], Rows]
Again = Callable[[], Awaitable[None]]


async def contacts_tab(shell: Shell, campaign: Campaign, add: Add) -> Again:
    """Everybody on the board in one list, whoever moved last on top."""
    sheet = CardSheet(shell, campaign)

    def ask(session: Session, me: User, cursor: str | None, last: str | None, limit: int) -> Rows:
        page = board.column(session, me, campaign.id, None, limit=limit, after=cursor)
        return [_row(card, campaign.id, me.id) for card in page.items], page.next_cursor, None

    async def open_card(event: GenericEventArguments) -> None:
        await sheet.open(UUID(str(event.args)))

    tab = Listed(ask, lambda: nobody(add), picks=add is not None)
    with ui.element("div").classes("pd-tools"):
        ui.element("span").classes("pd-grow")
        choose = basic.button("Choose many", None, "plain", "check").mark("choose")
    await tab.draw()
    tab.rows.on("open", open_card)
    many = Many(campaign, tab.rows) if add else None
    if many:
        choose.on_click(many.begin)
        await many.count()

    async def again() -> None:
        await tab.again()
        await sheet.renew()
        if many:
            await many.count()
            choose.set_visibility(bool(many.total))

    choose.set_visibility(bool(many and many.total))

    return again


async def activity_tab(shell: Shell, campaign: Campaign) -> Again:
    """Every touch for this campaign that this person may see, newest first."""
    wanted = Filter(campaign_id=campaign.id)

    def ask(session: Session, me: User, cursor: str | None, last: str | None, limit: int) -> Rows:
        page = timeline.feed(session, me, wanted, cursor, limit)
        rows, day = touch_rows.rows(page.items, me.timezone, me.name, last)
        # which campaign it was for goes without saying here
        return [{**row, "c": None} for row in rows], page.next_cursor, day

    tab = Listed(ask, _silent)
    await tab.draw()
    return tab.again


class Listed:
    """A long list that loads by the page and stays where it is when news comes."""

    def __init__(self, ask: Question, empty: Callable[[], None], *, picks: bool = False) -> None:
        self.ask, self.empty, self.picks = ask, empty, picks
        self.turn, self.loaded = 0, PAGE

    async def draw(self) -> None:
        rows, self.cursor, self.last = await look(partial(self.top, limit=PAGE))
        self.nothing = Kept()
        with ui.element("div").classes("pd-card flush") as self.card:
            self.rows = virtual_list.Rows(rows, picks=self.picks).mark("listed")
        self.end = virtual_list.Sentinel(self.more)
        self.tell(bool(rows))

    def top(self, session: Session, me: User, limit: int) -> Rows:
        return self.ask(session, me, None, None, limit)

    def tell(self, any_: bool) -> None:
        self.card.set_visibility(any_)
        self.nothing.show(any_, lambda: None if any_ else self.empty())

    async def more(self) -> None:
        if self.cursor:
            turn, cursor, last = self.turn, self.cursor, self.last
            rows, after, heading = await look(lambda session, me: self.ask(session, me, cursor, last, PAGE))
            if (turn, cursor) == (self.turn, self.cursor):
                self.cursor, self.last, self.loaded = after, heading, self.loaded + PAGE
                self.rows.more(rows)
            self.end.rearm()

    async def again(self) -> None:
        self.turn += 1
        turn = self.turn
        rows, cursor, last = await look(partial(self.top, limit=self.loaded))
        if turn == self.turn and not self.rows.is_deleted:
            self.cursor, self.last = cursor, last
            self.rows.renew(rows)
            self.tell(bool(rows))
            self.end.rearm()


def _row(card: board.BoardCard, campaign_id: UUID, me: UUID) -> dict[str, Any]:
    tile = board_cards.tile(card, me)
    return {
        **{key: tile[key] for key in ("id", "i", "t", "n")},
        "href": f"/campaigns/{campaign_id}?tab=contacts",
        "s": " · ".join(filter(None, (tile["s"], tile["l"]))),
        "d": tile["a"],
        "b": board_cards.STAGES[card.stage],
        "bt": {"old": "bad", "aging": "wait"}.get(tile["age"], "none"),
    }


def _silent() -> None:
    with ui.element("div").classes("pd-card flush"):
        basic.empty("activity", "No touches yet", "Every touch that is logged for this campaign appears here.")
