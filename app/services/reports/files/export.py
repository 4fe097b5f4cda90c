"""A report as a file: CSV and XLSX to go on counting, PDF to send; each holds exactly what the screen shows.

What draws the last two is large, and imported when the first one is wanted.
"""

import csv as comma_separated
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.models import ACTIVITY_LABELS, fold
from app.services.imports.row_parser import escape
from app.services.reports.figures import Report
from app.services.reports.files.tables import Cell, days_words, tables


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


def name(report: Report, ending: str, part: str = "") -> str:
    """A file name that every system takes, and that says what is inside.

    `energy-spring-all-time-ada-lind-call-2026-03-31-1405-europe-berlin.csv`; `part` names one picture of it.
    """
    said = (days_words(report), report.person, report.method and ACTIVITY_LABELS[report.method], part)
    return file_name([report.campaign, *said], report.as_of, report.zone, ending)


def file_name(said: Sequence[str | None], moment: datetime, zone: str, ending: str) -> str:
    """What is inside, the moment, and the zone whose days it counts, in letters that every system takes."""
    first, *rest = (_plain_words(one or "")[:60].strip("-") for one in said)
    at = moment.astimezone(ZoneInfo(zone))
    return (
        "-".join(filter(None, [first or "campaign", *rest, f"{at:%Y-%m-%d-%H%M}", _plain_words(zone)])) + f".{ending}"
    )


def _plain_words(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-")


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return escape(cell)
    if isinstance(cell, float):
        return repr(round(cell, 6))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
