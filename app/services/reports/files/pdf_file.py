"""A report as a PDF: A4 pages with its figures, its charts, and below them what each figure means."""

import io
import unicodedata
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image as Picture
from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from app.errors import Invalid
from app.models.base import LETTERS
from app.services.reports.figures import Report
from app.services.reports.files.tables import NAMES, Cell, Table, tables
from app.services.reports.metric_definitions import DEFINITIONS

UNREADABLE = "A chart could not be read."
MOST_CHARTS, WIDEST, HEAVIEST = 8, 4_000, 4_000_000
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN - 12  # what a frame keeps free inside
INK, FAINT, LINE, ACCENT = (colors.HexColor(one) for one in ("#1c2430", "#5b6675", "#d9dee5", "#1f5fbf"))
DRAWN_WEEKS, SHORT = 26, 30
# the first that is there; reportlab brings the last along
FONTS = (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), ("Vera.ttf", "VeraBd.ttf"))
PLAIN, BOLD = "Report", "ReportBold"


def pdf(report: Report, charts: list[bytes] | None = None) -> bytes:
    """The tables, and the charts as the screen drew them (PNG); without any, the weeks are drawn here.

    Raises Invalid when a chart is no picture, or too many or too large.
    """
    _fonts()
    out = io.BytesIO()
    facts, *rest = tables(report)
    page: list[Any] = [Paragraph(_text(report.campaign), TITLE)]
    page += [Paragraph(_text(f"{what}: {value}"), SMALL) for what, value in facts.rows[1:]]
    page += [_picture(one) for one in _few(charts)] if charts else [_weeks(report)]
    for table in rest:
        block = [Paragraph(table.title, HEADING), _grid(table)]
        page += [KeepTogether(block)] if len(table.rows) < SHORT else block
    page.append(Paragraph("What the figures mean", HEADING))
    for key, sentence in DEFINITIONS.items():
        page.append(Paragraph(_text(f"{NAMES.get(key, key.replace('_', ' ').capitalize())}: {sentence}"), SMALL))
    paper = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=_drawable(report.campaign),
        author="Pipedriven",
    )
    paper.build(page, _foot, _foot)
    return out.getvalue()


TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=18, leading=23, textColor=INK, spaceAfter=6)
HEADING = ParagraphStyle("heading", fontName=BOLD, fontSize=11, leading=14, textColor=INK, spaceBefore=12, spaceAfter=4)
SMALL = ParagraphStyle("small", fontName=PLAIN, fontSize=8, leading=11, textColor=FAINT)
CELL = ParagraphStyle("cell", fontName=PLAIN, fontSize=8, leading=10, textColor=INK)
HEAD = ParagraphStyle("head", parent=CELL, fontName=BOLD, fontSize=7)
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


def _fonts() -> None:
    for plain, bold in FONTS:
        if PLAIN in pdfmetrics.getRegisteredFontNames():
            return
        try:
            pdfmetrics.registerFont(TTFont(BOLD, bold))
            pdfmetrics.registerFont(TTFont(PLAIN, plain))
        except TTFError:
            continue


def _grid(table: Table) -> Grid:
    first = 0.3 if len(table.headings) < 8 else 0.1
    last = 0.22 if table.headings[-1][1] == "text" and len(table.headings) > 2 else None
    others = len(table.headings) - 1 - (last is not None)
    widths = [first, *[(1 - first - (last or 0)) / others] * others, *([last] if last else [])]
    rows = [[Paragraph(_text(heading), HEAD if unit in WORDS else OVER) for heading, unit in table.headings]]
    units = [unit for _, unit in table.headings]
    rows += [
        [
            Paragraph(_text(_said(cell, unit)), CELL if unit in WORDS else NUMBER)
            for cell, unit in zip(row, units, strict=True)
        ]
        for row in table.rows
    ]
    return Grid(rows, [WIDTH * share for share in widths], style=GRID, repeatRows=1)


def _said(cell: Cell, unit: str) -> str:
    """A cell as the screen writes it."""
    if cell is None:
        return "–"
    if unit == "share" and isinstance(cell, float):
        return f"{cell:.0%}"
    if unit == "change":
        return f"{cell:+d}" if cell else "0"
    if isinstance(cell, float):
        return f"{cell:.1f}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


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


def _weeks(report: Report) -> Drawing | Spacer:
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
    return drawing


def _foot(canvas: Any, page: Any) -> None:
    canvas.setFont(PLAIN, 7)
    canvas.setFillColor(FAINT)
    canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"Page {page.page}")


def _text(words: str) -> str:
    return escape(_drawable(words))


def _drawable(words: str) -> str:
    """The words in letters that the font has; of others their base letter, else a question mark."""
    font: Any = pdfmetrics.getFont(PLAIN)
    known = font.face.charToGlyph
    return "".join(one if ord(one) in known else _nearest(one, known) for one in words)


def _nearest(letter: str, known: Any) -> str:
    base = "".join(one for one in unicodedata.normalize("NFKD", letter.translate(LETTERS)) if ord(one) in known)
    return base or "?"
