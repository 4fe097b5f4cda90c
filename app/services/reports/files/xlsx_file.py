"""A report's tables as an Excel workbook."""

import io

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.services.imports.row_parser import escape
from app.services.reports.files.tables import Table

FORMATS = {"share": "0.0%", "change": "+0;-0;0", "number": "0.0", "day": "yyyy-mm-dd"}


def written(tables: list[Table]) -> bytes:
    """A sheet for each table, numbers as numbers."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _sheet(book.create_sheet(table.title), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Worksheet, table: Table) -> None:
    sheet.append([heading for heading, _ in table.headings])
    for row in table.rows:
        sheet.append([escape(cell) if isinstance(cell, str) else cell for cell in row])
    for at, (heading, unit) in enumerate(table.headings, 1):
        sheet.cell(1, at).font = Font(bold=True)
        for number in range(2, sheet.max_row + 1):
            sheet.cell(number, at).number_format = FORMATS.get(unit, "General")
        widest = max((len(str(row[at - 1])) for row in table.rows if unit == "text"), default=0)
        sheet.column_dimensions[get_column_letter(at)].width = min(max(len(heading), widest, 10) + 2, 60)
    sheet.freeze_panes = "A2"
