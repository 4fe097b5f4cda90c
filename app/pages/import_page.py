"""Bringing contacts: a file, a look at what would happen, and only then the deed."""

from typing import Any
from uuid import UUID

from nicegui import ui
from nicegui.events import UploadEventArguments
from sqlmodel import Session

from app.errors import Refusal
from app.models import User
from app.pages.frame import Shell
from app.pages.parts import basic, toast
from app.pages.screen import screen
from app.pages.tap import Said, look, tap
from app.services import imports

MOST_BYTES = 5 * 1024 * 1024
SHOWN = 20


@screen("Import")
async def import_page(shell: Shell) -> None:
    chosen: dict[str, Any] = {}

    @tap
    def take(session: Session, me: User) -> Said:
        report = imports.take(session, me, chosen["data"], chosen["name"])
        words = f"{people(report.new)} imported"
        batch = report.batch_id
        return Said(words, (lambda s, who: _undo(s, who, batch)) if batch else None)

    async def arrived(event: UploadEventArguments) -> None:
        chosen.update(data=await event.file.read(), name=event.file.name)
        picker.reset()
        try:
            preview.refresh(
                await look(lambda session, me: imports.take(session, me, chosen["data"], chosen["name"], dry_run=True))
            )
        except Refusal as refusal:
            toast.show(ui.context.client, str(refusal), "no")

    async def go() -> None:
        if await take():
            ui.navigate.to("/")

    @ui.refreshable
    def preview(report: imports.ImportReport | None = None) -> None:
        if report is None:
            return
        with ui.element("div").classes("pd-card pd-stack"):
            basic.text(chosen["name"], "pd-strong pd-clip")
            basic.text(summary(report), "pd-muted").mark("summary")
            for error in report.errors[:SHOWN]:
                basic.text(f"Row {error.row}, {error.column}: {error.detail}", "pd-small pd-muted")
            if len(report.errors) > SHOWN:
                basic.text(f"and {len(report.errors) - SHOWN:,} more", "pd-small pd-muted")
            if report.new:
                basic.button(f"Import {people(report.new)}", go, "main").mark("go")

    basic.title("Import contacts")
    basic.text(
        "A CSV file from Outlook, Google, LinkedIn, Pipedrive or a spreadsheet. Nothing is kept until you have seen what would happen.",
        "pd-muted",
    ).style("margin: 6px 0 14px")
    picker = ui.upload(
        on_upload=arrived,
        auto_upload=True,
        max_file_size=MOST_BYTES,
        on_rejected=lambda: toast.show(ui.context.client, "Choose a CSV file of at most 5 MB.", "no"),
    )
    picker.props('accept=".csv,text/csv,text/plain"').classes("hidden")
    with ui.element("div").classes("pd-card flush"):
        basic.empty(
            "upload",
            "Choose a file",
            "Columns such as name, mail, phone and company are recognised by themselves.",
            "Choose a CSV file",
            lambda: picker.run_method("pickFiles"),
        )
    preview()


def people(count: int) -> str:
    return f"{count:,} contact{'' if count == 1 else 's'}"


def summary(report: imports.ImportReport) -> str:
    said = [f"{report.new:,} new"]
    if report.duplicates:
        said.append(f"{report.duplicates:,} already known")
    if report.errors:
        said.append(f"{len(report.errors):,} row{'' if len(report.errors) == 1 else 's'} with a problem")
    return " · ".join(said)


def _undo(session: Session, who: User, batch_id: UUID) -> str:
    imports.undo(session, who, batch_id)
    return "Import taken back"
