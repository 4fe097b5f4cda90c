"""A report as a file: CSV and XLSX to go on counting, PDF to send; each holds exactly what the screen shows.

What draws the last two is large, and imported when the first one is wanted.
"""

import csv as comma_separated
import io
import re
from datetime import date

from app.models import fold
from app.services.imports.row_parser import escape
from app.services.reports.figures import Report
from app.services.reports.files.tables import Cell, tables


def csv(report: Report) -> bytes:
    """The tables below each other, each under its title, in UTF-8; shares are 0-1."""
    text = io.StringIO(newline="")
    writer = comma_separated.writer(text)
    for number, table in enumerate(tables(report)):
        writer.writerows([[]] * (number > 0))
        writer.writerow([table.title])
        writer.writerow([heading for heading, _ in table.headings])
        writer.writerows([[_plain(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def xlsx(report: Report) -> bytes:
    """A sheet for each table, numbers as numbers."""
    from app.services.reports.files import xlsx_file

    return xlsx_file.written(tables(report))


def pdf(report: Report, charts: list[bytes] | None = None) -> bytes:
    """A PDF, with the charts as the screen drew them (PNG); without any, the weeks are drawn. Raises Invalid."""
    from app.services.reports.files import pdf_file

    return pdf_file.pdf(report, charts)


def name(report: Report, ending: str) -> str:
    """A file name that every system takes: `energy-spring-2026-03-31.csv`."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(report.campaign)).strip("-")[:60] or "campaign"
    return f"{words}-{report.as_of.date().isoformat()}.{ending}"


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escape(cell)
    if isinstance(cell, float):
        return repr(round(cell, 6))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
