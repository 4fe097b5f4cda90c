"""The steps of an import on one screen: files and columns, preview, progress, result."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import User
from app.pages.core.tap import BROKEN, look, tap
from app.pages.imports import column_choices, import_result
from app.pages.ui import toast
from app.pages.ui.redraw import Memo
from app.services.imports import import_files, wizard_job
from app.services.imports.import_files import File
from app.services.imports.importer import ImportReport
from app.services.imports.planner import IfKnown, Place
from app.services.imports.wizard_job import Job

# a bar moves in steps that somebody can see
STEP = 0.01

log = logging.getLogger(__name__)


class ImportWizard:
    """The import of one person on this page; `door` draws the upload field."""

    def __init__(self, door: Callable[[bool], None]) -> None:
        self.door = door
        self.job = Job()
        self.report: ImportReport | None = None
        self.turn = asyncio.Lock()
        self.asked = 0
        self.told = 0.0
        self.page, self.loop = ui.context.client, asyncio.get_running_loop()
        # what a button starts outlives the button: it goes on in the name of this place
        self.home = ui.element("div")
        with self.home:
            self.entry = Memo()
            self.files = Memo()
            self.outcome = Memo()
        self.bar: ui.linear_progress | None = None
        self._open()

    async def more(self, file: File) -> None:
        """One more file; one that cannot be read is refused alone."""
        async with self.turn:
            try:
                fresh = await asyncio.to_thread(import_files.read_files, [file])
                with self.home:
                    self.job = await look(lambda session, me: wizard_job.add(session, me, self.job, fresh))
            except Refusal as refusal:
                name = import_files.bare_name(file[0])
                toast.show(self.page, f"{name}: {refusal}", "no")
                return
        await self.rehearse()

    async def drop(self, place: int) -> None:
        """This file stays out."""
        stay = [at for at in range(len(self.job.found)) if at != place]
        changed = {now for now, before in enumerate(stay) if before in self.job.changed}
        self.job = replace(self.job, found=[self.job.found[at] for at in stay], changed=changed, answers={})
        await self.rehearse()

    async def choose(self, place: int, column: int, meaning: str) -> None:
        self.job.choose(place, column, meaning or None)
        await self.rehearse(redraw=False)

    async def treat(self, if_known: str, *, asked: bool) -> None:
        """All rows of one kind, whatever was said of single ones."""
        kind = {pair.place for pair in self.report.pairs if pair.is_asked is asked} if self.report else set()
        self.job.answers = {place: said for place, said in self.job.answers.items() if place not in kind}
        if asked:
            self.job.if_unsure = IfKnown(if_known)
        else:
            self.job.if_known = IfKnown(if_known)
        await self.rehearse(redraw=False)

    async def answer(self, place: Place, choice: str) -> None:
        """One row."""
        self.job.answers[place] = IfKnown(choice)
        await self.rehearse(redraw=False)

    async def live_in(self, country: str) -> None:
        """Where the numbers of these files are from."""
        self.job.country = country
        await self.rehearse(redraw=False)

    async def rehearse(self, *, redraw: bool = True) -> None:
        """Say what would happen as things stand now; what was asked before and is still being worked out is dropped."""
        self.asked += 1
        mine = self.asked
        if redraw:
            self._draw_files()
        if not self.job.found:
            return self.start_over()
        if nameless := self.job.nameless():
            return self.outcome.show(("nameless", mine), lambda: import_result.ask_headings(nameless))
        self._wait("Looking through the rows …", mine)
        async with self.turn:
            if mine != self.asked:
                return None
            try:
                with self.home:
                    report = await look(lambda session, me: wizard_job.rehearse(session, me, self.job, self.tell))
            except Refusal as refusal:
                sentence = str(refusal)
                return self.outcome.show(("no", mine), lambda: import_result.draw_refused(sentence))
            except Exception:
                log.exception("a rehearsal broke")
                return toast.show(self.page, BROKEN, "broken")
        if mine == self.asked:
            self.report = report
            self.outcome.show(
                ("plan", mine), lambda: import_result.draw_plan(self.job, report, self, self.go, self.errors)
            )
        return None

    async def go(self) -> None:
        """Move in. What has begun goes on to its end, whatever becomes of the page."""
        if self.turn.locked():
            return
        async with self.turn:
            done: list[ImportReport] = []

            @tap
            def move(session: Session, me: User) -> None:
                done.append(wizard_job.run(session, me, self.job, self.tell))

            self.files.show("moving", lambda: None)
            self.entry.show("moving", lambda: None)
            self._wait("Bringing in your contacts …", "go")
            with self.home:
                kept = await move()
        if self.page.is_deleted:
            return
        if not kept:
            self._open()
            await self.rehearse()
            return
        self.report = done[0]
        self.page.run_javascript("scrollTo(0, 0)")
        self.outcome.show("done", lambda: import_result.draw_done(done[0], self.start_over, self.errors))

    def start_over(self) -> None:
        self.job, self.report = Job(), None
        self._open()
        for place in (self.files, self.outcome):
            place.show("nothing", lambda: None)

    def errors(self) -> None:
        """The rows that were not taken, to mend and bring again."""
        if self.report:
            content = import_files.write_refused_rows(self.job.found, self.report.errors)
            ui.download.content(content, "rows-to-mend.csv", "text/csv")

    def tell(self, part: float) -> None:
        """How far the work is; said from the thread that does it."""
        if part - self.told >= STEP or part >= 1:
            self.told = part
            self.loop.call_soon_threadsafe(self._advance, part)

    def _advance(self, part: float) -> None:
        if self.bar and not self.bar.is_deleted and not self.page.is_deleted:
            self.bar.set_value(part)

    def _wait(self, words: str, mark: Any) -> None:
        self.told = 0.0
        self.outcome.show(("wait", mark), lambda: self._set_bar(import_result.draw_waiting(words)))

    def _set_bar(self, bar: ui.linear_progress) -> None:
        self.bar = bar

    def _open(self) -> None:
        """Draw the upload field: large at first, small when there are files already."""
        some = bool(self.job.found)
        self.entry.show(("door", some), lambda: self.door(some))

    def _draw_files(self) -> None:
        self._open()
        self.files.show(("files", self.asked), lambda: column_choices.draw_files(self.job, self.choose, self.drop))
