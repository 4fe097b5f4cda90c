"""The rows behind a bar of the gallery, or behind a name of the team."""

from dataclasses import replace
from functools import partial

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import User
from app.pages.core.tap import look
from app.pages.reports.drill_down_sheet import AskRows, DrillDownList
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
from app.services.reports.drill_down import Rows


class RowsSheet:
    """One per page; the rows name contacts as far as they may be known, and open nothing further."""

    def __init__(self, zone: str) -> None:
        self.sheet = Sheet("The rows behind a figure")
        self.zone = zone

    async def open(self, title: str, under: str, ask: AskRows, count: int | None = None) -> None:
        """`count` is what the bar says, `under` which rows these are."""

        def closed(session: Session, me: User, cursor: str | None, oldest_first: bool) -> Rows:
            found = ask(session, me, cursor, oldest_first)
            return Rows([replace(row, contact_id=None) for row in found.items], found.next_cursor)

        try:
            first = await look(partial(closed, cursor=None, oldest_first=False))
        except Refusal as no:
            with self.sheet.fresh():
                basic.empty("circle-help", str(no), "Choose other days.")
        else:
            with self.sheet.fresh():
                with ui.element("div").classes("pd-title"):
                    basic.line(title, "h2", "pd-h1")
                    basic.icon_button("x", "Close", self.sheet.close)
                rows = f"{count:,} row{'' if count == 1 else 's'} · " if count is not None else ""
                basic.text(f"{rows}{under}", "pd-muted pd-small").mark("behind-what")
                DrillDownList(first, closed, self.zone, self.nowhere)
        self.sheet.open()

    async def nowhere(self, _: object) -> None:
        """No row of this sheet is a button."""
