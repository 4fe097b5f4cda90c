"""The rows behind a bar: as many as it counts, by the page, each with as much as the viewer may see."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import ACTIVITY_LABELS, Campaign, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns.card_sheet import CardSheet
from app.pages.campaigns.parts import board_cards
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme, virtual_list
from app.pages.ui.bottom_sheet import Sheet
from app.services.reports import drill_down
from app.services.reports.drill_down import Row, Rows
from app.services.reports.filters import Asked

PAGE = 40


class BehindSheet:
    """One per report; `open` says which bar."""

    def __init__(self, shell: Shell, campaign: Campaign) -> None:
        self.sheet = Sheet("The rows behind a figure")
        self.card = CardSheet(shell, campaign)
        self.me, self.campaign = shell.me, campaign
        self.turn = 0

    async def open(self, title: str, asked: Asked, key: str, *, person: UUID | None = None) -> None:
        """`person` opens what that person did, whatever person the report is narrowed to."""
        self.asked, self.key, self.turn = replace(asked, user_id=person or asked.user_id), key, self.turn + 1
        try:
            found = await look(partial(self.ask, cursor=None))
        except Refusal as no:
            with self.sheet.fresh():
                basic.empty("circle-help", str(no), "Choose other days.")
            self.sheet.open()
            return
        self.cursor = found.next_cursor
        with self.sheet.fresh():
            basic.line(title, "h2", "pd-h1")
            self.list = ui.element("div").classes("pd-behind").mark("behind")
            self.fill(found.items)
            if not found.items:
                basic.empty("search", "Nothing here", "No row counts for this figure.")
            elif self.cursor:
                self.end = virtual_list.Sentinel(self.more)
        self.sheet.open()

    def ask(self, session: Session, me: User, cursor: str | None) -> Rows:
        return drill_down.drill_down(session, me, self.campaign.id, self.asked, self.key, limit=PAGE, cursor=cursor)

    async def more(self) -> None:
        if self.cursor:
            turn, cursor = self.turn, self.cursor
            found = await look(partial(self.ask, cursor=cursor))
            if (turn, cursor) == (self.turn, self.cursor) and not self.list.is_deleted:
                self.cursor = found.next_cursor
                self.fill(found.items)
                self.end.rearm()

    def fill(self, rows: list[Row]) -> None:
        with self.list:
            for row in rows:
                self.row(row)

    def row(self, row: Row) -> None:
        tag = ui.element("button").props("type=button") if row.contact_id else ui.element("div")
        if row.contact_id:
            tag.on("click", lambda: self.to_card(row), [])
        with tag.classes("pd-behind-row"):
            with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
                basic.icon(touch_rows.TYPE_ICONS[row.type] if row.type else "user")
            with ui.element("span").classes("pd-row-text"):
                basic.text(row.contact or "Somebody whose name is not yours to see", "pd-row-name")
                basic.text(" · ".join(filter(None, facts(row))), "pd-row-sub pd-whole")
            basic.text(theme.day_word(row.at, self.me.timezone), "pd-small pd-muted pd-nowrap")

    async def to_card(self, row: Row) -> None:
        if row.contact_id:
            self.sheet.close()
            await self.card.open(row.contact_id)


def facts(row: Row) -> list[str | None]:
    """`Call`, `Reached`, `In dialogue`, `by Ada Lind`."""
    kind, outcome = row.type and ACTIVITY_LABELS[row.type], row.outcome and touch_rows.word(row.outcome)
    return [kind, outcome, row.stage and board_cards.STAGES[row.stage], row.by]
