"""What stands upright on a time line: today, and the notes of a campaign."""

from collections.abc import Sequence
from typing import Any

Option = dict[str, Any]

INK, MUTED, LINE = "var(--ink)", "var(--muted)", "var(--line)"
# so many letters of a note stand on a chart; its table has all of them
NOTE = 18


def noted(notes: Sequence[tuple[int, str]]) -> Option:
    """Words on a time line, each at its moment or column."""
    return {
        "id": "notes", "type": "line", "data": [], "silent": True, "tooltip": {"show": False},
        "markLine": {
            "silent": True, "symbol": "none", "animation": False,
            "lineStyle": {"color": INK, "type": "dotted", "width": 1},
            "label": {"color": INK, "fontSize": 12, "position": "insideEndTop", "formatter": "{b}"},
            "data": [{"xAxis": at, "name": words if len(words) <= NOTE else f"{words[:NOTE - 1]}…"} for at, words in notes],
        },
    }  # fmt: skip


def today(moment: int) -> Option:
    return {
        "silent": True, "symbol": "none", "animation": False, "lineStyle": {"color": MUTED, "type": "solid", "width": 1},
        "label": {"formatter": "Today", "color": MUTED, "fontSize": 12, "position": "end", "distance": 8}, "data": [{"xAxis": moment}],
    }  # fmt: skip
