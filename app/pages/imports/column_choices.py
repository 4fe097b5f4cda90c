"""The files of an import: what each is, and what its columns mean, with samples beside each choice."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from app.pages.ui import basic, theme
from app.services.imports import column_mapping
from app.services.imports.sheet_reader import Sheet
from app.services.imports.wizard_job import Job

LEAVE_OUT = "Leave out"
MEANINGS = {"": LEAVE_OUT, **column_mapping.LABELS}

Choose = Callable[[int, int, str], Awaitable[None]]
Drop = Callable[[int], Awaitable[None]]


def draw_files(job: Job, choose: Choose, drop: Drop) -> None:
    """A card for each file."""
    for place, sheet in enumerate(job.found):
        with ui.element("div").classes("pd-card pd-file"):
            _head(sheet, partial(drop, place))
            _columns(sheet, partial(choose, place))


def _head(sheet: Sheet, drop: Callable[[], Awaitable[None]]) -> None:
    rows = len(sheet.body) + len({error.row for error in sheet.trouble})
    kind = sheet.header.preset.label if sheet.header.preset else sheet.kind
    with ui.element("div").classes("pd-line"):
        with ui.element("div").classes("pd-grow").style("min-width: 0"):
            basic.text(sheet.filename or "Your file", "pd-strong pd-clip")
            basic.text(f"{kind} · {rows:,} {'row' if rows == 1 else 'rows'}", "pd-small pd-muted pd-clip").mark("kind")
        basic.icon_button("x", f"Take out {sheet.filename}", drop)


def _columns(sheet: Sheet, choose: Callable[[int, str], Awaitable[None]]) -> None:
    """Open where nobody is named yet; else a line that says what was understood."""
    filled = [place for place in range(len(sheet.header.headings)) if sheet.samples(place, 1)]
    known = [place for place in filled if sheet.header.fields[place]]
    left = len(filled) - len(known)
    said = f"{len(known)} {'column' if len(known) == 1 else 'columns'} understood{f', {left} left out' if left else ''}"
    opened = basic.expansion(said).mark("columns")
    opened.set_value(not column_mapping.names_somebody(sheet.header.fields))
    with opened, ui.element("div").classes("pd-mapping"):
        # what is understood first, in the order of the file
        for place in sorted(filled, key=lambda place: (not sheet.header.fields[place], place)):
            _column(sheet, place, choose)


def _column(sheet: Sheet, place: int, choose: Callable[[int, str], Awaitable[None]]) -> None:
    with ui.element("div").classes("pd-column"):
        box = ui.select(MEANINGS, value=sheet.header.fields[place] or "", label=sheet.header.headings[place][:80])
        box.props("outlined behavior=menu").classes("pd-field").props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: choose(place, str(event.value)))
        basic.text(" · ".join(sample[:60] for sample in sheet.samples(place)), "pd-small pd-muted pd-clip")
