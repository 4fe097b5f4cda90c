"""Rows as an Excel workbook: text that is never a formula, numbers that are numbers, dates that are dates.

The rows go through a file, not through memory.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MOMENT = "yyyy-mm-dd hh:mm"
NARROW, WIDE = 14, 28
# what XML 1.0 cannot hold
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(out: IO[bytes], headings: Sequence[str], rows: Iterable[Sequence[object]], zone: ZoneInfo) -> None:
    """One sheet with a heading row that stays in sight; moments are shown in `zone`, for Excel knows no time zones."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Contacts")
    sheet.freeze_panes = "A2"
    for at, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(at)].width = WIDE if at == 1 or len(heading) > NARROW else NARROW
    sheet.append([_heading(sheet, heading) for heading in headings])
    for row in rows:
        sheet.append(list(_cells(sheet, row, zone)))
    book.save(out)


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cells(sheet: Any, row: Sequence[object], zone: ZoneInfo) -> Iterator[Any]:
    for value in row:
        if isinstance(value, datetime):
            cell = WriteOnlyCell(sheet, value.astimezone(zone).replace(tzinfo=None, microsecond=0))
            cell.number_format = MOMENT
            yield cell
        elif isinstance(value, str):
            yield _text(sheet, value) if value else None
        else:
            yield value


def _text(sheet: Any, value: str) -> Any:
    """Text whatever it begins with, and still text after somebody has edited the cell."""
    cell = WriteOnlyCell(sheet, UNWRITABLE.sub("\ufffd", value))
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in "=+-@"
    return cell
