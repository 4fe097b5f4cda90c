"""What an import would do, its progress, and what it did: counts, and the rows with a problem."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.tap import tap
from app.pages.imports import pair_list
from app.pages.ui import basic
from app.services.imports import import_undo
from app.services.imports.importer import ImportReport
from app.services.imports.sheet_reader import Sheet
from app.services.imports.wizard_job import Job

SHOWN, COLUMNS_SHOWN = 5, 12


def ask_headings(sheets: Sequence[Sheet]) -> None:
    with ui.element("div").classes("pd-card"):
        which = f" in {sheets[0].filename}" if sheets[0].filename else ""
        basic.text(f"Who is it{which}?", "pd-strong")
        basic.text("Choose above which column is the name, or first name and last name.", "pd-muted")


def draw_refused(sentence: str) -> None:
    with ui.element("div").classes("pd-card"):
        basic.text(sentence, "pd-strong")


def draw_waiting(words: str) -> ui.linear_progress:
    """A bar that the work moves."""
    with ui.element("div").classes("pd-card pd-stack"):
        basic.text(words, "pd-strong").props("role=status")
        bar = ui.linear_progress(0.0, show_value=False).classes("pd-progress")
        bar.props["aria-label"] = words
        return bar


def draw_plan(
    job: Job,
    report: ImportReport,
    decisions: pair_list.Decisions,
    go: Callable[[], Awaitable[None]],
    errors: Callable[[], None],
) -> None:
    """What would happen, and the button that makes it happen."""
    with ui.element("div").classes("pd-card pd-stack"):
        basic.heading("Preview", "pd-h2 pd-first")
        _counts(report)
        _troubles(report, errors)
        _left_out(report)
        pair_list.draw(job, report, decisions)
        if report.new or report.updated:
            words = f"Import {people(report.new)}" if report.new else f"Update {people(report.updated)}"
            basic.button(words, go, "main").classes("full-width").mark("go")
        else:
            basic.text("There is nobody new in here.", "pd-muted")


def draw_done(report: ImportReport, start_over: Callable[[], None], errors: Callable[[], None]) -> None:
    """What was done, and the ways on from here."""

    @tap
    def undo(session: Session, me: User) -> str:
        return import_undo.undo(session, me, report.batch_id).sentence if report.batch_id else ""

    async def back() -> None:
        if await undo():
            start_over()

    with ui.element("div").classes("pd-card pd-stack"):
        with ui.element("div").props("role=status"):
            basic.heading(describe_changes(report), "pd-h2 pd-first pd-done")
        _counts(report)
        _troubles(report, errors)
        _left_out(report)
        if report.changed_jobs:
            words = f"{people(report.changed_jobs)} may have another firm or title"
            basic.button(words, lambda: ui.navigate.to("/job-changes"), "soft", "arrow-right")
        with ui.element("div").classes("pd-line wrap"):
            basic.button("See my contacts", lambda: ui.navigate.to("/contacts"), "main")
            basic.button("Bring more", start_over, "soft")
            basic.button("Undo the import", back, "plain")


def people(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def describe_changes(report: ImportReport) -> str:
    return f"{people(report.new)} imported" if report.new or not report.updated else f"{people(report.updated)} updated"


def _counts(report: ImportReport) -> None:
    counts = {
        "new": report.new,
        "updated": report.updated,
        "already known": report.duplicates,
        "with a problem": report.failed,
    }
    with ui.element("div").classes("pd-counts").mark("summary"):
        for words, count in {words: count for words, count in counts.items() if count or words == "new"}.items():
            with ui.element("span").classes("pd-count"):
                basic.text(f"{count:,} {words}")


def _troubles(report: ImportReport, errors: Callable[[], Any]) -> None:
    if not report.errors:
        return
    with ui.element("div").classes("pd-troubles"):
        for error in report.errors[:SHOWN]:
            where = f"{error.file}, row {error.row}" if error.file else f"Row {error.row}"
            basic.text(f"{where}{f', {error.column}' if error.column else ''}: {error.detail}", "pd-small")
        if len(report.errors) > SHOWN:
            basic.text(f"and {len(report.errors) - SHOWN:,} more", "pd-small pd-muted")
    rows = "1 row" if report.failed == 1 else f"{report.failed:,} rows"
    basic.button(f"Download {rows} with errors", errors, "soft", "download").props("no-wrap")


def _left_out(report: ImportReport) -> None:
    """What of the files does not come in: whole columns, and single values that could not be read."""
    if report.ignored_columns:
        shown = ", ".join(heading[:40] for heading in report.ignored_columns[:COLUMNS_SHOWN])
        more = len(report.ignored_columns) - COLUMNS_SHOWN
        with ui.element("div").classes("pd-troubles").mark("left-out"):
            basic.text(f"Left out: {shown}{f' and {more:,} more columns' if more > 0 else ''}.", "pd-small")
    if report.warnings:
        rows = len({(one.file, one.row) for one in report.warnings})
        with ui.element("div").classes("pd-troubles").mark("warnings"):
            basic.text(f"In {rows:,} {'row' if rows == 1 else 'rows'} something could not be read:", "pd-small")
            for one in report.warnings[:SHOWN]:
                where = f"{one.file}, row {one.row}" if one.file else f"Row {one.row}"
                basic.text(f"{where}{f', {one.column}' if one.column else ''}: {one.detail}", "pd-small")
            if len(report.warnings) > SHOWN:
                basic.text(f"and {len(report.warnings) - SHOWN:,} more", "pd-small pd-muted")
