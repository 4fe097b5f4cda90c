"""The rows about people who are known, or may be: both sides beside each other, with what shall become of each."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from nicegui import ui

from app import countries
from app.pages.ui import basic, theme
from app.services.imports.importer import ImportReport
from app.services.imports.pairs import Pair, Side
from app.services.imports.planner import IfKnown, Place
from app.services.imports.wizard_job import Job

SHOWN = 50
ALL = {
    IfKnown.FILL.value: "Fill in blanks",
    IfKnown.KEEP.value: "Skip",
    IfKnown.BOTH.value: "Create duplicates",
}
UNSURE = {
    IfKnown.BOTH.value: "Add as new",
    IfKnown.FILL.value: "Same, fill in blanks",
    IfKnown.KEEP.value: "Same, skip",
}
ONE = {IfKnown.KEEP.value: "Same", IfKnown.FILL.value: "Fill", IfKnown.BOTH.value: "Both"}


class Decisions(Protocol):
    """Where what somebody decides goes to."""

    async def treat(self, if_known: str, *, asked: bool) -> None: ...

    async def answer(self, place: Place, choice: str) -> None: ...

    async def live_in(self, country: str) -> None: ...


def draw(job: Job, report: ImportReport, decisions: Decisions) -> None:
    """Those that only a person can decide about first; then those who are known."""
    asked = [pair for pair in report.pairs if pair.is_asked]
    known = [pair for pair in report.pairs if not pair.is_asked]
    if asked:
        words = (
            "1 row may be an existing contact" if len(asked) == 1 else f"{len(asked):,} rows may be existing contacts"
        )
        basic.text(words, "pd-strong").mark("questions")
        basic.chips(UNSURE, job.if_unsure.value, partial(decisions.treat, asked=True), "pd-chips wrap")
        _list(asked, decisions)
    basic.text("Existing contacts", "pd-small pd-muted")
    basic.chips(ALL, job.if_known.value, partial(decisions.treat, asked=False), "pd-chips wrap")
    if known:
        with basic.expansion(f"Show {len(known):,} existing contact{'' if len(known) == 1 else 's'}").mark("pairs"):
            _list(known, decisions)
    box = ui.select(
        {"": "The firm's own country", **countries.NAMES},
        value=job.country,
        label="Numbers without a country code are from",
    )
    box.props("outlined behavior=menu").classes("pd-field").mark("country").props["dropdown-icon"] = theme.icon(
        "chevron-down"
    )
    box.on_value_change(lambda event: decisions.live_in(str(event.value or "")))


def _list(pairs: Sequence[Pair], decisions: Decisions) -> None:
    with ui.element("div").classes("pd-stack"):
        for pair in pairs[:SHOWN]:
            _pair(pair, decisions)
        if len(pairs) > SHOWN:
            basic.text(f"and {len(pairs) - SHOWN:,} more", "pd-small pd-muted")


def _pair(pair: Pair, decisions: Decisions) -> None:
    with ui.element("div").classes("pd-stack pd-decided").props("role=group") as group:
        group.props["aria-label"] = pair.said.name
        where = f"{pair.file}, row {pair.row}" if pair.file else f"Row {pair.row}"
        basic.text(f"{where}: {_words(pair.said)}", "pd-small pd-strong")
        for one in pair.people:
            basic.text(f"{one.reason} {_words(one)}", "pd-small pd-muted")
        chosen = pair.choice.value if pair.choice else ""
        basic.chips(ONE, chosen, partial(decisions.answer, pair.place), "pd-chips wrap")


def _words(side: Side) -> str:
    return " · ".join(filter(None, (side.name, side.organisation, side.email or side.phone)))
