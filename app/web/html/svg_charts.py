"""Charts as plain SVG, made here: for people without an account, whose page runs no script.

Whatever is written into them is escaped; colours are those of the sheet that they stand on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from markupsafe import Markup


class Size(NamedTuple):
    kind: str
    width: int
    left: int


ROW, TAIL, HIGH, FOOT, TOP = 46, 66, 220, 28, 12
# text in a drawing shrinks with it, so a phone gets a drawing of its own: the width, and where bars begin
SIZES = (Size("wide", 640, 190), Size("narrow", 330, 116))
HATCH = (
    '<defs><pattern id="thin-{kind}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="soft"/><rect width="2" height="6" class="bar"/></pattern></defs>'
)


@dataclass(frozen=True)
class Bar:
    """`words` and `note` stand left of it, `end` at its end; `low` and `high` are its range, all on the scale of `value`."""

    words: str
    note: str
    value: float
    end: str = ""
    low: float | None = None
    high: float | None = None
    thin: bool = False


@dataclass(frozen=True)
class Column:
    """`part` of `whole` is filled; the rest is pale."""

    words: str
    whole: int
    part: int
    mark: int


def bars(title: str, rows: Sequence[Bar], most: float) -> Markup:
    """Lying bars on a scale to `most`."""
    return Markup("".join(_bars(title, rows, most or 1, size) for size in SIZES))  # noqa: S704 - escaped below


def columns(title: str, found: Sequence[Column]) -> Markup:
    """Standing columns, a dot for the marks, and the scale at the left."""
    return Markup("".join(_columns(title, found, size) for size in SIZES))  # noqa: S704 - escaped below


def _bars(title: str, rows: Sequence[Bar], most: float, size: Size) -> str:
    scale = (size.width - size.left - TAIL) / most
    drawn = "".join(_bar(row, at * ROW, scale, size) for at, row in enumerate(rows))
    hatch = HATCH.replace("{kind}", size.kind) if any(row.thin for row in rows) else ""
    return _figure(title, size, len(rows) * ROW + 6, hatch + drawn)


def _columns(title: str, found: Sequence[Column], size: Size) -> str:
    most = max([column.whole for column in found] + [column.mark for column in found] + [1])
    step, scale = (size.width - 40) / max(len(found), 1), (HIGH - FOOT - TOP) / most
    every = -(-len(found) * 70 // size.width) or 1
    drawn = [_scale(value, HIGH - FOOT - value * scale, size.width) for value in sorted({0, most // 2, most})]
    for at, column in enumerate(found):
        x, base = 34 + at * step, HIGH - FOOT
        thick = max(min(step * 0.7, 38), 1)
        drawn.append(_rect("soft", x, base - column.whole * scale, thick, column.whole * scale))
        drawn.append(_rect("bar", x, base - column.part * scale, thick, column.part * scale))
        if column.mark:
            drawn.append(f'<circle class="mark" cx="{x + thick / 2:.1f}" cy="{base - column.mark * scale:.1f}" r="5"/>')
        if at % every == 0:
            drawn.append(f'<text x="{x:.1f}" y="{HIGH - 8}" class="faint">{escape(column.words)}</text>')
    return _figure(title, size, HIGH, "".join(drawn))


def _bar(row: Bar, y: float, scale: float, size: Size) -> str:
    left, middle = size.left, y + ROW / 2
    fill = f' fill="url(#thin-{size.kind})"' if row.thin else ""
    parts = [
        f'<text x="0" y="{middle - 4:.1f}">{escape(_short(row.words, left // 8))}</text>',
        f'<text x="0" y="{middle + 13:.1f}" class="faint">{escape(row.note)}</text>',
        _rect("" if row.thin else "bar", left, middle - 11, row.value * scale, 22, more=fill),
    ]
    if row.low is not None and row.high is not None:
        a, b = left + row.low * scale, left + row.high * scale
        parts.append(
            f'<path class="range" d="M{a:.1f} {middle}H{b:.1f}M{a:.1f} {middle - 6}v12M{b:.1f} {middle - 6}v12"/>'
        )
    if row.end:
        parts.append(f'<text x="{left + row.value * scale + 8:.1f}" y="{middle + 5:.1f}">{escape(row.end)}</text>')
    return "".join(parts)


def _figure(title: str, size: Size, high: float, drawn: str) -> str:
    return f'<svg class="chart {size.kind}" viewBox="0 0 {size.width} {high:.0f}" role="img" aria-label="{escape(title)}">{drawn}</svg>'


def _rect(kind: str, x: float, y: float, wide: float, high: float, *, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0):.1f}" height="{max(high, 0):.1f}"'
    return f'<rect class="{kind}" {place} rx="3"{more}/>'


def _scale(value: int, y: float, width: int) -> str:
    return f'<path class="line" d="M30 {y:.1f}H{width}"/><text x="0" y="{y + 4:.1f}" class="faint">{value}</text>'


def _short(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
