"""How each kind of chart is drawn, as ECharts wants to hear it: pure functions from values to options.

Colours are names of the theme; blue, orange and green of Okabe and Ito's set can
be told apart by nearly everybody, and nothing is said by colour alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.pages.reports.parts import time_marks
from app.pages.reports.parts.time_marks import INK, LINE, MUTED, Option

MAIN, SOFT, ORANGE, GREEN, BLUE = "var(--d1)", "var(--d1-soft)", "var(--d2)", "var(--d3)", "var(--d4)"
HATCH = {"color": MAIN, "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": -0.785}
ROW, AXIS = 50, 44
SERIES = (MAIN, ORANGE, GREEN, BLUE)


@dataclass(frozen=True)
class Share:
    """One row of a chart of shares, in percent; `thin` is hatched, None was never tried, `before` is marked."""

    words: str
    share: float | None
    low: float
    high: float
    thin: bool
    before: float | None = None


@dataclass(frozen=True)
class LineSeries:
    """A line over the columns, told apart by its mark and its dashes too."""

    name: str
    values: Sequence[int]
    colour: str
    mark: str
    dashes: str
    axis: int = 1


@dataclass(frozen=True)
class Span:
    """When the way to a goal begins and ends, and until when it is drawn; moments in ms."""

    begun: int
    end: int
    shown: int


def share_bars(rows: Sequence[Share]) -> Option:
    """Lying bars with their interval; hatched where there is too little to say."""
    bars = [
        {"value": row.share or 0, "itemStyle": {"color": SOFT, "decal": HATCH} if row.thin else {"color": MAIN}}
        for row in rows
    ]
    ranges = [[row.low, row.high, at] for at, row in enumerate(rows) if row.share is not None]
    most = max((max(row.high, row.before or 0) for row in rows if row.share is not None), default=100)
    step = 20 if most > 12 else 4
    scale = min(100, -(-most // step) * step) or step
    before = [[row.before, at] for at, row in enumerate(rows) if row.before is not None]
    return {
        "grid": _grid(),
        "tooltip": _tooltip(),
        "xAxis": _values(max=scale, suffix=" %") | {"interval": scale / 4},
        "yAxis": _names([row.words for row in rows]),
        "series": [
            {"id": "share", "type": "bar", "data": bars, "barWidth": 20, "itemStyle": {"borderRadius": [0, 5, 5, 0]}},
            {"id": "range", "type": "custom", "renderItem": "interval", "data": ranges, "color": INK, "silent": True,
             "encode": {"x": [0, 1], "y": 2}, "z": 5, "tooltip": {"show": False}},
        ] + ([
            {"id": "before", "type": "scatter", "data": before, "symbol": "diamond", "symbolSize": 11, "silent": True, "z": 6,
             "itemStyle": {"color": "var(--card)", "borderColor": INK, "borderWidth": 1.5}, "tooltip": {"show": False}},
        ] if before else []),
    }  # fmt: skip


def bars(names: Sequence[str], values: Mapping[str, Sequence[float | None]]) -> Option:
    """Lying bars beside each other, a colour for each kind of value, the value at its end."""
    several = len(values) > 1
    return {
        "grid": _grid(top=32 if several else 6, right=44),
        "legend": _legend() if several else {"show": False},
        "tooltip": _tooltip(),
        "xAxis": _values(),
        "yAxis": _names(names),
        "series": [
            {"id": name, "name": name, "type": "bar", "data": list(data), "color": SERIES[at], "barMaxWidth": 20,
             "barGap": "12%", "itemStyle": {"borderRadius": [0, 5, 5, 0]},
             "label": {"show": True, "position": "right", "color": INK, "fontSize": 12}}
            for at, (name, data) in enumerate(values.items())
        ],
    }  # fmt: skip


def stacked_columns(
    names: Sequence[str],
    stacked: dict[str, Sequence[int]],
    partial: Sequence[bool],
    lines: Sequence[LineSeries],
    notes: Sequence[tuple[int, str]] = (),
) -> Option:
    """Standing columns that add up, pale where they are `partial`, and lines over them with an axis of their own.

    `notes` are words on the time line, each at the number of its column.
    """
    last = list(stacked)[-1]
    pale = {"opacity": 0.45, "borderType": "dashed", "borderColor": MUTED, "borderWidth": 1}
    return {
        "grid": _grid(top=56, right=4, left=4),
        "legend": _legend(),
        "tooltip": _tooltip(),
        "xAxis": {
            "type": "category", "data": list(names), "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": LINE}}, "axisLabel": {"color": MUTED, "fontSize": 12, "hideOverlap": True},
        },
        "yAxis": [_values() | _named("Touches", "left"), _values() | _named("Meetings", "right") | {"splitLine": {"show": False}}],
        "series": [
            {"id": name, "name": name, "type": "bar", "stack": "all", "barMaxWidth": 34,
             "data": [{"value": n, "itemStyle": pale} if part else n for n, part in zip(data, partial, strict=True)],
             "color": (MAIN, SOFT)[at], "itemStyle": {"borderRadius": [4, 4, 0, 0] if name == last else 0}}
            for at, (name, data) in enumerate(stacked.items())
        ] + ([time_marks.noted(notes)] if notes else []) + [
            {"id": one.name, "name": one.name, "type": "line", "data": list(one.values), "color": one.colour,
             "yAxisIndex": one.axis, "symbol": one.mark, "symbolSize": 8, "lineStyle": {"width": 2.5, "type": one.dashes}, "z": 4}
            for one in lines
        ],
    }  # fmt: skip


def goal_lines(
    done: Sequence[tuple[int, int]],
    goal: int,
    span: Span,
    likely: tuple[int, int] | None,
    *,
    ends: bool,
    notes: Sequence[tuple[int, str]] = (),
) -> Option:
    """What was done until now, the straight way to the goal, and where this pace likely ends."""
    dots: list[Any] = [{"value": list(one), "symbolSize": 0} for one in done]
    if dots:
        # the value of today stands at the end of the line
        dots[-1] = {"value": list(done[-1]), "symbolSize": 9, "label": {
            "show": True, "formatter": f"{done[-1][1]:,}", "position": "top", "color": INK, "fontSize": 13, "fontWeight": 600,
        }}  # fmt: skip
    series: list[Option] = [
        {"id": "done", "name": "Done", "type": "line", "data": dots, "color": MAIN, "symbol": "circle", "showSymbol": True,
         "lineStyle": {"width": 3}, "z": 4, "markLine": time_marks.today(done[-1][0]) if done else {"data": []}},
        {"id": "goal", "name": "Goal", "type": "line", "data": [[span.begun, goal], [span.end, goal]], "color": INK,
         "symbol": "none", "lineStyle": {"type": "dotted", "width": 2}},
    ]  # fmt: skip
    if ends:
        series.append(
            {"id": "plan", "name": "On pace", "type": "line", "data": [[span.begun, 0], [span.end, goal]], "color": MUTED,
             "symbol": "none", "lineStyle": {"type": "dashed", "width": 1.5}}
        )  # fmt: skip
    if ends and likely and done and span.end > done[-1][0]:
        series.append(
            {"id": "likely", "name": "Likely", "type": "custom", "renderItem": "fan", "color": MAIN, "silent": True,
             "data": [[*done[-1], span.end, *likely]], "encode": {"x": [0, 2], "y": [1, 3, 4]}, "clip": True}
        )  # fmt: skip
    legend = list(series)
    series += [time_marks.noted(notes)] if notes else []
    return {
        "grid": _grid(top=52, right=18, left=4),
        # lines without a mark have none in the legend either
        "legend": _legend() | {"data": [
            {"name": one["name"], "itemStyle": {"opacity": 0.35 if one["id"] == "likely" else 0}} for one in legend
        ]},
        "tooltip": _tooltip() | {"axisPointer": {"type": "line"}},
        "xAxis": {
            "type": "time", "min": span.begun, "max": span.shown, "axisLine": {"lineStyle": {"color": LINE}},
            "axisTick": {"show": False}, "splitNumber": 4,
            "axisLabel": {"color": MUTED, "fontSize": 12, "hideOverlap": True, "formatter": "{d} {MMM}"},
        },
        "yAxis": _values(),
        "series": series,
    }  # fmt: skip


def chart_height(rows: int) -> int:
    """What so many lying bars need."""
    return max(2, rows) * ROW + AXIS


def _grid(**given: int) -> Option:
    return {"left": 4, "right": 26, "top": 6, "bottom": 4, "containLabel": True} | given


def _values(*, max: float | None = None, suffix: str = "") -> Option:
    axis: Option = {
        "type": "value", "minInterval": 1, "splitNumber": 4, "splitLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": MUTED, "fontSize": 12, "formatter": f"{{value}}{suffix}", "hideOverlap": True},
    }  # fmt: skip
    return axis | ({"max": max} if max is not None else {})


def _named(name: str, align: str) -> Option:
    """An axis that says what it counts; of few it has few marks."""
    return {"name": name, "nameGap": 8, "nameTextStyle": {"color": MUTED, "fontSize": 12, "align": align}}


def _names(names: Sequence[str]) -> Option:
    return {
        "type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False},
        "axisLine": {"lineStyle": {"color": LINE}},
        "axisLabel": {"color": INK, "fontSize": 13, "lineHeight": 17, "width": 124, "overflow": "truncate", "interval": 0},
    }  # fmt: skip


def _legend() -> Option:
    return {
        "top": 0,
        "left": 0,
        "itemWidth": 16,
        "itemHeight": 10,
        "itemGap": 10,
        "textStyle": {"color": MUTED, "fontSize": 12},
    }


def _tooltip() -> Option:
    """Drawn on the canvas, so that no name ever becomes markup."""
    return {
        "trigger": "axis", "renderMode": "richText", "confine": True, "backgroundColor": "var(--card)",
        "borderColor": LINE, "textStyle": {"color": INK, "fontSize": 13}, "axisPointer": {"type": "shadow"},
    }  # fmt: skip
