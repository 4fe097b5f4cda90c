"""A report as a file: CSV and XLSX to go on counting, PDF to send; each holds exactly what the screen shows."""

import csv as comma_separated
import io
import re
from datetime import date

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.models import fold
from app.services import report_paper
from app.services.cells import escaped
from app.services.figures import Report
from app.services.report_tables import Cell, Table, tables

FORMATS = {"share": "0.0%", "change": "+0;-0;0", "number": "0.0", "day": "yyyy-mm-dd"}

# a page for people, drawn where paper is drawn
pdf = report_paper.pdf


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
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables(report):
        _sheet(book.create_sheet(table.title), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def name(report: Report, ending: str) -> str:
    """A file name that every system takes: `energy-spring-2026-03-31.csv`."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(report.campaign)).strip("-")[:60] or "campaign"
    return f"{words}-{report.as_of.date().isoformat()}.{ending}"


def _sheet(sheet: Worksheet, table: Table) -> None:
    sheet.append([heading for heading, _ in table.headings])
    for row in table.rows:
        sheet.append([escaped(cell) if isinstance(cell, str) else cell for cell in row])
    for at, (heading, unit) in enumerate(table.headings, 1):
        sheet.cell(1, at).font = Font(bold=True)
        for line in range(2, sheet.max_row + 1):
            sheet.cell(line, at).number_format = FORMATS.get(unit, "General")
        widest = max((len(str(row[at - 1])) for row in table.rows if unit == "text"), default=0)
        sheet.column_dimensions[get_column_letter(at)].width = min(max(len(heading), widest, 10) + 2, 60)
    sheet.freeze_panes = "A2"


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escaped(cell)
    if isinstance(cell, float):
        return repr(round(cell, 6))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
