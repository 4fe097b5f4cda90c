"""Exporting the report on the screen: Excel, CSV, PDF, or one picture."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.tap import tap
from app.pages.reports.chart_specs import WORDS
from app.pages.reports.parts.live_chart import ChartSpec, LiveChart, Picture
from app.pages.ui import basic, toast
from app.services.base import audit_log
from app.services.campaigns import campaigns
from app.services.reports import drill_down
from app.services.reports.figures import Report
from app.services.reports.files import export, row_files, tables
from app.services.reports.filters import Asked

MAKERS: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "csv": (export.csv, "text/csv"),
    "xlsx": (export.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
SLOW = "The charts did not arrive in time. Please try again."


class ExportMenu:
    """The menu, and what it does with the report that is on the screen."""

    def __init__(
        self,
        shown: Callable[[], Report | None],
        asked: Callable[[], Asked],
        graphs: Callable[[], Sequence[LiveChart]],
        keep: Callable[[], None],
    ) -> None:
        """`keep` saves the report under a name, to open or be mailed again."""
        self.shown, self.asked, self.graphs = shown, asked, graphs
        with basic.button("Export", None, "soft", "upload").props("aria-haspopup=menu"), ui.menu().props("auto-close"):
            ui.menu_item("Excel", lambda: self.table("xlsx"))
            ui.menu_item("CSV", lambda: self.table("csv"))
            ui.menu_item("PDF", self.paper)
            ui.menu_item("Picture (PNG)", self.picture)
            ui.menu_item("Touches, one a row", lambda: self.rows("xlsx"))
            ui.menu_item("Save, or mail every Monday", keep)

    async def rows(self, ending: str) -> None:
        if report := self.shown():
            await export_rows(report, self.asked(), "touches", ending)

    async def table(self, ending: str) -> None:
        make, media_type = MAKERS[ending]
        await self.hand_out(ending, make, media_type)

    async def paper(self) -> None:
        page = ui.context.client
        try:
            drawn = [await graph.picture() for graph in self.graphs()]
        except TimeoutError:
            toast.show(page, SLOW, "no")
            return
        charts = [one for one in drawn if one]
        await self.hand_out("pdf", lambda report: export.pdf(report, charts), "application/pdf")

    async def picture(self) -> None:
        report = self.shown()
        if report and await record_export(report, "png") and self.graphs():
            self.graphs()[0].save_poster(picture_heading(report))

    async def hand_out(self, ending: str, make: Callable[[Report], bytes], media_type: str) -> None:
        report = self.shown()
        made: list[bytes] = []
        if report and await record_export(report, ending, lambda: made.append(make(report))):
            ui.download.content(made[0], export.name(report, ending), media_type)


async def record_export(report: Report, ending: str, make: Callable[[], Any] = bool) -> bool:
    """Whoever takes a report along may still see it, and the trail knows; `make` runs in the same step."""

    @tap
    def work(session: Session, me: User) -> None:
        campaigns.seen(session, me, report.campaign_id)
        make()
        audit_log.record(session, me, "report.exported", report.campaign_id, format=ending)

    return await work()


ROW_MAKERS = {"csv": (row_files.csv, MAKERS["csv"][1]), "xlsx": (row_files.xlsx, MAKERS["xlsx"][1])}


async def export_rows(report: Report, asked: Asked, key: str, ending: str) -> None:
    """The rows behind a figure, as far as who takes them may see them."""
    made: list[bytes] = []
    make, media_type = ROW_MAKERS[ending]

    @tap
    def work(session: Session, me: User) -> None:
        rows = drill_down.every_row(session, me, report.campaign_id, asked, key)
        made.append(make(row_files.table(report, key, rows)))
        audit_log.record(session, me, "report.exported", report.campaign_id, format=ending)

    if await work():
        ui.download.content(made[0], row_files.name(report, key, ending), media_type)


def picture_heading(report: Report) -> dict[str, Any]:
    """What stands above the charts on the picture of the whole report."""
    goals = [one.sentence for one in report.pace.values() if one.goal]
    return {
        "title": report.campaign,
        "sub": about(report),
        "figures": [
            [WORDS[key], f"{one.value:,}", f"({one.change:+d})" if one.change else ""]
            for key, one in report.figures.items()
        ],
        "lines": goals,
        "file": export.name(report, "png", "report"),
    }


async def save_chart(report: Report | None, spec: ChartSpec) -> Picture | None:
    """One chart as a picture that says which report it is from."""
    if report is None or not await record_export(report, "png"):
        return None
    return Picture(f"{report.campaign} · {about(report)}", export.name(report, "png", spec.file))


def about(report: Report) -> str:
    """Days, person, method, zone and moment in one line."""
    (_, _campaign), (_, days), (_, person), (_, method), (_, zone), (_, moment) = tables.facts(report)
    return f"{days} · {person} · {method} · as of {moment} ({zone})"
