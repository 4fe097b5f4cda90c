"""The rows behind a figure as a tidy table: one row each, every row saying what was chosen, so that a pivot can read it."""

import csv as comma_separated
import io
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from app.models import ACTIVITY_LABELS
from app.services.imports.row_parser import escape
from app.services.reports.drill_down import Row
from app.services.reports.figures import Report, monday
from app.services.reports.files import export, tables
from app.services.reports.files.tables import Table

HEADINGS: tuple[tuple[str, tables.Unit], ...] = (
    ("Date", "day"),
    ("Time", "text"),
    ("Week of", "day"),
    ("Method", "text"),
    ("Outcome", "text"),
    ("Done by", "text"),
    ("Contact", "text"),
    ("Stage", "text"),
    ("Campaign", "text"),
    ("Rows of", "text"),
    ("Chosen days", "text"),
    ("Chosen person", "text"),
    ("Chosen method", "text"),
    ("Time zone", "text"),
    ("As of", "text"),
)


def table(report: Report, what: str, rows: Sequence[Row]) -> Table:
    """Each row as far as the viewer may see it; `what` names the figure that they are counted in."""
    (_, campaign), (_, days), (_, person), (_, method), (_, zone), (_, moment) = tables.facts(report)
    same = (campaign, what, days, person, method, zone, moment)
    return Table("Rows", HEADINGS, tuple((*_cells(row, zone), *same) for row in rows))


def csv(found: Table) -> bytes:
    """One table under one row of headings, in UTF-8."""
    text = io.StringIO(newline="")
    writer = comma_separated.writer(text)
    writer.writerow([heading for heading, _ in found.headings])
    writer.writerows([escape(str(cell)) if cell is not None else "" for cell in row] for row in found.rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx(found: Table) -> bytes:
    """One sheet, dates as dates."""
    from app.services.reports.files import xlsx_file

    return xlsx_file.written([found])


def name(report: Report, what: str, ending: str) -> str:
    return export.name(report, ending, f"rows {what}")


def _cells(row: Row, zone: str) -> tuple[Any, ...]:
    at = row.at.astimezone(ZoneInfo(zone))
    return (
        at.date(),
        f"{at:%H:%M}",
        monday(at.date()),
        ACTIVITY_LABELS[row.type] if row.type else None,
        _said(row.outcome),
        row.by,
        row.contact,
        _said(row.stage),
    )


def _said(value: str | None) -> str | None:
    return value.replace("_", " ").capitalize() if value else None
