"""The drill-down of a figure or bar: the rows that it counts, by the page, each with as much as the viewer may see."""

from collections.abc import Awaitable, Callable
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
from app.pages.reports.export_menu import export_rows
from app.pages.ui import basic, theme, virtual_list
from app.pages.ui.bottom_sheet import Sheet
from app.services.reports import drill_down
from app.services.reports.drill_down import Row, Rows
from app.services.reports.figures import LADDER, Report
from app.services.reports.files import tables
from app.services.reports.filters import Asked

PAGE = 40
ORDERS = {False: "Newest first", True: "Oldest first"}

# a page of rows from a cursor on, the oldest first or the newest
AskRows = Callable[[Session, User, str | None, bool], Rows]


class DrillDownSheet:
    """One per report; `open` says which figure or bar."""

    def __init__(self, shell: Shell, campaign: Campaign) -> None:
        self.sheet = Sheet("The rows behind a figure")
        self.card = CardSheet(shell, campaign)
        self.zone = shell.me.timezone
        self.campaign_id = campaign.id

    async def open(
        self,
        title: str,
        report: Report,
        asked: Asked,
        key: str,
        *,
        count: int | None = None,
        person: UUID | None = None,
    ) -> None:
        """`key` is a figure's name, a stage, an activity type or an ISO Monday, as drill_down() takes it.

        `person` opens what that person did, whatever person the report is narrowed to; `count` is what the bar says.
        """
        narrowed = replace(asked, user_id=person or asked.user_id)

        def ask(session: Session, me: User, cursor: str | None, oldest_first: bool) -> Rows:
            return drill_down.drill_down(
                session, me, self.campaign_id, narrowed, key, limit=PAGE, cursor=cursor, oldest_first=oldest_first
            )

        try:
            first = await look(partial(ask, cursor=None, oldest_first=False))
        except Refusal as no:
            with self.sheet.fresh():
                basic.empty("circle-help", str(no), "Choose other days.")
        else:
            with self.sheet.fresh():
                self.draw_head(title, report, narrowed, key, count)
                DrillDownList(first, ask, self.zone, self.open_card)
        self.sheet.open()

    def draw_head(self, title: str, report: Report, asked: Asked, key: str, count: int | None) -> None:
        """What these rows are, how many, of which days, and ways out."""
        with ui.element("div").classes("pd-title"):
            basic.line(title, "h2", "pd-h1")
            basic.icon_button("x", "Close", self.sheet.close)
        said = [f"{count:,} row{'' if count == 1 else 's'}"] if count is not None else []
        if key in LADDER or key in drill_down.DEAL_KEYS:
            said.append("All days and methods")
        else:
            _, (_, days), (_, person), (_, method), *_ = tables.facts(report)
            said += [days, person, method]
        basic.text(" · ".join(said), "pd-muted pd-small").mark("behind-what")
        with ui.element("div").classes("pd-line"):
            for ending, word in (("csv", "CSV"), ("xlsx", "Excel")):
                basic.button(word, partial(export_rows, report, asked, key, ending), "plain", "upload").mark(
                    f"rows-{ending}"
                )

    async def open_card(self, contact_id: UUID) -> None:
        self.sheet.close()
        await self.card.open(contact_id)


class DrillDownList:
    """The rows, loaded by the page, newest or oldest first; `first` is the first page, `ask` gets others by their cursor."""

    def __init__(
        self,
        first: Rows,
        ask: AskRows,
        zone: str,
        on_open: Callable[[UUID], Awaitable[None]],
    ) -> None:
        self.ask = ask
        self.zone = zone
        self.on_open = on_open
        self.cursor = first.next_cursor
        self.oldest_first = False
        if len(first.items) > 1:
            self.order = basic.chips(ORDERS, False, self.sort)
        self.list = ui.element("div").classes("pd-behind").mark("behind")
        self.append(first.items)
        if not first.items:
            basic.empty("search", "Nothing here", "No row counts for this figure.")
        self.end = virtual_list.Sentinel(self.load_more)

    async def sort(self, oldest_first: bool) -> None:
        """The same rows from the other end."""
        self.oldest_first = oldest_first
        basic.mark_chip(self.order, oldest_first)
        found = await look(lambda session, me: self.ask(session, me, None, oldest_first))
        if oldest_first == self.oldest_first and not self.list.is_deleted:
            self.cursor = found.next_cursor
            self.list.clear()
            self.append(found.items)
            self.end.rearm()

    async def load_more(self) -> None:
        cursor = self.cursor
        if cursor:
            found = await look(lambda session, me: self.ask(session, me, cursor, self.oldest_first))
            if cursor == self.cursor and not self.list.is_deleted:
                self.cursor = found.next_cursor
                self.append(found.items)
                self.end.rearm()

    def append(self, rows: list[Row]) -> None:
        with self.list:
            for row in rows:
                self.draw_row(row)

    def draw_row(self, row: Row) -> None:
        if contact_id := row.contact_id:
            tag = ui.element("button").props("type=button").on("click", partial(self.on_open, contact_id), [])
        else:
            tag = ui.element("div")
        with tag.classes("pd-behind-row"):
            with ui.element("span").classes("pd-avatar brandy").props("aria-hidden=true"):
                basic.icon(touch_rows.TYPE_ICONS[row.type] if row.type else "user")
            with ui.element("span").classes("pd-row-text"):
                basic.text(row.contact or "Name hidden", "pd-row-name")
                basic.text(" · ".join(filter(None, row_words(row))), "pd-row-sub pd-whole")
            basic.text(theme.day_word(row.at, self.zone), "pd-small pd-muted pd-nowrap")


def row_words(row: Row) -> list[str | None]:
    """`Call`, `Reached`, `In dialogue`, `by Ada Lind`."""
    kind, outcome = row.type and ACTIVITY_LABELS[row.type], row.outcome and touch_rows.outcome_word(row.outcome)
    return [kind, outcome, row.stage and board_cards.STAGES[row.stage], row.by]
