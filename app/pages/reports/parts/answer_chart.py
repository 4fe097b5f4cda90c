"""An answer across campaigns as a chart: shares with their range where it has them, else bars beside each other."""

from collections.abc import Sequence

from app.pages.reports.parts import chart_options
from app.pages.reports.parts.live_chart import ChartSpec, ChartTable
from app.pages.reports.parts.time_marks import Option
from app.services.reports.figures import THIN
from app.services.reports.question_answers import LEAST, MOST, PER_TOUCH, Answer, Cell, Column, Unit

DRAWN, KINDS = 10, 3
RANGE = (PER_TOUCH, LEAST, MOST)


def answer_chart(answer: Answer) -> ChartSpec:
    """Its chart and its table; the answer's sentence stands under the title."""
    heads = [column.title for column in answer.columns]
    cells = [
        [cell_words(cell, column.unit) for cell, column in zip(row, answer.columns, strict=True)] for row in answer.rows
    ]
    rows = answer.rows[:DRAWN]
    shares = all(word in heads for word in RANGE)
    tips = [[row[0], *(f"{head}: {cell}" for head, cell in zip(heads[1:], row[1:], strict=True))] for row in cells]
    kinds = 1 if shares else len(_counts(answer.columns))
    return ChartSpec(
        answer.title,
        ChartTable(heads, cells),
        _shares(heads, rows) if shares else _bars(answer.columns, rows),
        f"{answer.sentence} {answer.days}.".strip(" .") + ".",
        alt=f"Bar chart. {answer.sentence}",
        height=chart_options.chart_height(len(rows))
        if kinds == 1
        else max(2, len(rows)) * (24 * kinds + 16) + chart_options.AXIS + 28,
        keys=answer.keys or None,
        across="y",
        tips=tips[:DRAWN],
        empty="" if _any(answer) else "There is nothing to compare yet.",
        file=answer.title,
    )


def cell_words(cell: Cell, unit: Unit) -> str:
    """A cell as people read it."""
    if cell is None:
        return "–"
    if unit == "share":
        return f"{cell:.1%}"
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:.1f}" if isinstance(cell, float) else cell


def _shares(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Option:
    at = {word: heads.index(word) for word in (*RANGE, "Touches")}
    found = []
    for row in rows:
        touches = int(row[at["Touches"]] or 0)
        share, low, high = (_percent(row[at[word]]) for word in RANGE)
        # rounded once, as in the table and the sentence: 6 of 11 are 55 %
        words = (
            f"{row[0]}\n{cell_words(row[at[PER_TOUCH]], 'share')} of {touches:,}"
            if touches
            else f"{row[0]}\nno touches"
        )
        found.append(chart_options.Share(words, share if touches else None, low, high, touches < THIN))
    return chart_options.share_bars(found)


def _bars(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Option:
    values = {columns[at].title: [_number(row[at]) for row in rows] for at in _counts(columns)}
    return chart_options.bars([str(row[0]) for row in rows], values)


def _counts(columns: Sequence[Column]) -> list[int]:
    return [at for at, column in enumerate(columns) if column.unit == "count"][:KINDS]


def _any(answer: Answer) -> bool:
    counts = [at for at, column in enumerate(answer.columns) if column.unit == "count" and column.title != "Campaigns"]
    return any(row[at] for row in answer.rows for at in counts)


def _percent(cell: Cell) -> float:
    return round((_number(cell) or 0) * 100, 1)


def _number(cell: Cell) -> float | None:
    return cell if isinstance(cell, int | float) else None
