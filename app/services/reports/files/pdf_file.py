"""A report as a PDF: A4 pages with its figures, its charts, and below them what each figure means."""

import io
from datetime import date
from functools import partial
from typing import Any

from PIL import Image as Picture
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from app.errors import Invalid
from app.services.reports.figures import Report
from app.services.reports.files import pdf_fonts
from app.services.reports.files.pdf_fonts import BOLD, PLAIN, drawable, marked_up
from app.services.reports.files.tables import NAMES, Cell, Table, Unit, day_words, tables
from app.services.reports.metric_definitions import DEFINITIONS

NAMELESS = "Campaign report"
UNREADABLE = "A chart could not be read."
MOST_CHARTS, WIDEST, HEAVIEST = 8, 4_000, 4_000_000
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN - 12  # what a frame keeps free inside
INK, FAINT, LINE, ACCENT = (colors.HexColor(one) for one in ("#1c2430", "#5b6675", "#d9dee5", "#4f46e5"))
DRAWN_WEEKS, SHORT = 26, 30


def pdf(report: Report, charts: list[bytes] | None = None) -> bytes:
    """The tables, and the charts as the screen drew them (PNG); without any, the weeks are drawn here.

    Raises Invalid when a chart is no picture, or too many or too large.
    """
    pdf_fonts.load()
    out = io.BytesIO()
    facts, *rest = tables(report)
    page: list[Any] = [Paragraph(marked_up(report.campaign) or NAMELESS, TITLE)]
    page += [Paragraph(marked_up(f"{what}: {value}"), SMALL) for what, value in facts.rows[1:]]
    page += [_picture(one) for one in _few(charts)] if charts else [_weeks(report)]
    for table in rest:
        goals = table.title.startswith("Goals")
        block = [Paragraph(table.title, HEADING), _grid(_turned(table) if goals else table)]
        block += [Paragraph(marked_up(said), SMALL) for said in _goal_words(report)] if goals else []
        page += [KeepTogether(block)] if len(table.rows) < SHORT else block
    page.append(Paragraph("What the figures mean", HEADING))
    for key, sentence in DEFINITIONS.items():
        page.append(Paragraph(marked_up(f"{NAMES.get(key, key.replace('_', ' ').capitalize())}: {sentence}"), SMALL))
    paper = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=drawable(report.campaign),
        author="Pipedriven",
    )
    foot = partial(_foot, " · ".join([report.campaign[:40], *(str(value) for _, value in facts.rows[1:])]))
    paper.build(page, foot, foot)
    return out.getvalue()


TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=23, textColor=INK, spaceAfter=6)
HEADING = ParagraphStyle(
    "heading", fontName=BOLD, fontSize=11, leading=14, textColor=INK, spaceBefore=12, spaceAfter=4, keepWithNext=1
)
SMALL = ParagraphStyle("small", fontName=PLAIN, fontSize=8, leading=11, textColor=FAINT)
CELL = ParagraphStyle("cell", fontName=PLAIN, fontSize=8, leading=10, textColor=INK)
HEAD = ParagraphStyle("head", parent=CELL, fontName=BOLD, fontSize=6.5, leading=8)
NUMBER = ParagraphStyle("number", parent=CELL, alignment=TA_RIGHT)
OVER = ParagraphStyle("over", parent=HEAD, alignment=TA_RIGHT)
WORDS = {"text", "day"}
GRID = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
)


def _turned(table: Table) -> Table:
    """A row for each of its columns but the last, which is a sentence: wide tables are hard to read on paper."""
    heads: tuple[tuple[str, Unit], ...] = (("", "text"), *((str(row[0]), "number") for row in table.rows))
    rows = [
        (title, *(_said(row[at], unit) for row in table.rows))
        for at, (title, unit) in enumerate(table.headings[1:-1], 1)
    ]
    return Table(table.title, heads, tuple(rows))


def _goal_words(report: Report) -> list[str]:
    return [f"{NAMES[key]}: {one.sentence} {one.outlook}".strip() for key, one in report.pace.items() if one.goal]


def _grid(table: Table) -> Grid:
    first = 0.3 if len(table.headings) < 8 else 0.19
    others = len(table.headings) - 1
    widths = [first, *[(1 - first) / others] * others]
    rows = [[Paragraph(marked_up(heading), HEAD if unit in WORDS else OVER) for heading, unit in table.headings]]
    units = [unit for _, unit in table.headings]
    rows += [
        [
            Paragraph(marked_up(_said(cell, unit)), CELL if unit in WORDS else NUMBER)
            for cell, unit in zip(row, units, strict=True)
        ]
        for row in table.rows
    ]
    return Grid(rows, [WIDTH * share for share in widths], style=GRID, repeatRows=1)


def _said(cell: Cell, unit: str) -> str:
    """A cell as the screen writes it."""
    if cell is None:
        return "–"
    if isinstance(cell, date):
        return day_words(cell)
    if isinstance(cell, str):
        return cell
    return _number(cell, unit)


def _number(cell: float, unit: str) -> str:
    if unit == "share":
        return f"{cell:.1%}" if 0 < cell < 0.1 else f"{cell:.0%}"
    if unit == "change":
        return f"{cell:+,}" if cell else "0"
    return f"{cell:,.1f}" if isinstance(cell, float) else f"{cell:,}"


def _few(charts: list[bytes]) -> list[bytes]:
    if len(charts) > MOST_CHARTS or any(len(one) > HEAVIEST for one in charts):
        raise Invalid(UNREADABLE)
    return charts


def _picture(chart: bytes) -> Image:
    try:
        with Picture.open(io.BytesIO(chart), formats=["PNG"]) as picture:
            wide, high = picture.size
            if max(wide, high) > WIDEST:
                raise Invalid(UNREADABLE)
            picture.load()
    except (OSError, SyntaxError, ValueError):
        raise Invalid(UNREADABLE) from None
    scale = min(WIDTH / wide, 90 * mm / high)
    return Image(io.BytesIO(chart), wide * scale, high * scale)


def _weeks(report: Report) -> KeepTogether | Spacer:
    """Touches in each of the last weeks."""
    weeks = report.per_week[-DRAWN_WEEKS:]
    if not any(week.touches for week in weeks):
        return Spacer(0, 0)
    drawing, bars = Drawing(WIDTH, 55 * mm), VerticalBarChart()
    bars.x, bars.y, bars.width, bars.height = 24, 30, int(WIDTH) - 30, int(55 * mm) - 42
    bars.data = [tuple(week.touches for week in weeks)]
    bars.bars[0].fillColor, bars.bars[0].strokeColor = ACCENT, None
    bars.valueAxis.valueMin, bars.valueAxis.labels.fontName, bars.valueAxis.labels.fontSize = 0, PLAIN, 7
    names = [week.start.strftime("%d %b") if at % max(1, len(weeks) // 9) == 0 else "" for at, week in enumerate(weeks)]
    bars.categoryAxis.categoryNames, bars.categoryAxis.labels.fontName = names, PLAIN
    bars.categoryAxis.labels.fontSize = 7
    drawing.add(bars)
    said = "Touches of each week" + (f", the last {DRAWN_WEEKS}" if len(report.per_week) > DRAWN_WEEKS else "")
    return KeepTogether([Paragraph(said, HEADING), drawing])


def _foot(said: str, canvas: Any, page: Any) -> None:
    canvas.setFont(PLAIN, 6)
    canvas.setFillColor(FAINT)
    line = pdf_fonts.plain(said)
    while line and pdfmetrics.stringWidth(line, PLAIN, 6) > WIDTH - 40:
        line = line[:-1]
    canvas.drawString(MARGIN, 10 * mm, line)
    canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"Page {page.page}")
