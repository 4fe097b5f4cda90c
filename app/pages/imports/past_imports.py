"""Earlier imports, and the way back from each for thirty days."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.tap import look, tap
from app.pages.ui import basic, theme
from app.pages.ui.redraw import Memo
from app.services.imports import import_undo


class PastImports:
    """The list below the wizard."""

    def __init__(self, me: User) -> None:
        self.zone = me.timezone
        self.place = Memo()

    async def show(self) -> None:
        rows = await look(import_undo.recent)
        facts = [(row.batch.id, row.batch.undone_at, row.can_undo) for row in rows]
        self.place.show(facts, lambda: self._draw(rows))

    def _draw(self, rows: list[import_undo.Past]) -> None:
        if not rows:
            return
        basic.heading("Earlier imports")
        with ui.element("div").classes("pd-card flush"):
            for row in rows:
                self._row(row)

    def _row(self, row: import_undo.Past) -> None:
        batch = row.batch
        counts = {"new": batch.new, "updated": batch.updated, "known": batch.duplicates, "with a problem": batch.failed}
        said = ", ".join(f"{count:,} {words}" for words, count in counts.items() if count) or "nobody"
        with ui.element("div").classes("pd-past pd-line"):
            with ui.element("div").classes("pd-grow").style("min-width: 0"):
                basic.text(batch.filename or "A file", "pd-strong pd-clip")
                basic.text(f"{theme.time_word(batch.created_at, self.zone)} · {said}", "pd-small pd-muted")
            if row.can_undo:
                undo = ui.button("Undo", on_click=partial(_undo, batch.id), color=None).props("flat no-caps")
                undo.classes("pd-undo").props["aria-label"] = f"Undo the import of {batch.filename}"
            elif batch.undone_at:
                basic.text("Undone", "pd-small pd-muted")


async def _undo(batch_id: UUID) -> None:
    @tap
    def back(session: Session, me: User) -> str:
        return import_undo.undo(session, me, batch_id).sentence

    await back()
