"""The audit log, for golden tickets: who did what and when, newest first, searched and as a file."""

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.services.base import audit_log_reader
from app.services.base.audit_log_reader import AuditEntry, Entries, Wanted

KINDS = {
    "": "All",
    "access": "Signing in",
    "people": "Colleagues",
    "data": "Data",
    "pipedrive": "Pipedrive and settings",
}


@screen("Audit")
async def audit_log_page(shell: Shell, kind: str = "", q: str = "") -> None:
    basic.title("Audit")
    basic.text("Who did what, and when. Read-only log.", "pd-muted").style("margin-bottom: 12px")
    await AuditLog(shell.me.timezone, Wanted(kind if kind in KINDS else "", q)).show_more()


class AuditLog:
    """The list, and what it is narrowed to, which stands in the address."""

    def __init__(self, zone: str, wanted: Wanted) -> None:
        self.zone, self.wanted = zone, wanted
        self.cursor: str | None = None
        with ui.element("div").classes("pd-stack").style("margin-bottom: 14px"):
            box = ui.input("Search: who, what, whom", value=wanted.q).props("outlined autocomplete=off")
            box.props("debounce=300 maxlength=200").classes("pd-field").mark("audit-search")
            box.on_value_change(lambda event: self.narrow(replace(self.wanted, q=event.value or "")))
            with ui.element("div").classes("pd-pair"):
                since, until = day_field("From"), day_field("To")
            since.on_value_change(lambda event: self.narrow(replace(self.wanted, since=_day(event.value))))
            until.on_value_change(lambda event: self.narrow(replace(self.wanted, until=_day(event.value))))
            self.chips = basic.chips(KINDS, wanted.kind, lambda kind: self.narrow(replace(self.wanted, kind=kind)))
            with basic.link(self.file, "pd-plain-link") as self.anchor:
                basic.icon("download")
                basic.text("Export as CSV")
            self.anchor.props["download"] = "audit.csv"
        self.list = ui.element("div").classes("pd-card flush").props("role=list")
        self.rest = basic.button("Earlier", self.show_more, "plain").classes("full-width")

    @property
    def file(self) -> str:
        """Where the file with the same filters is."""
        days = {"from": self.wanted.since, "to": self.wanted.until}
        asked = {"kind": self.wanted.kind, "q": self.wanted.q} | {
            name: day and day.isoformat() for name, day in days.items()
        }
        query = urlencode({name: said for name, said in asked.items() if said})
        return f"/api/audit.csv?{query}" if query else "/api/audit.csv"

    async def narrow(self, wanted: Wanted) -> None:
        self.wanted, self.cursor = wanted, None
        basic.mark_chip(self.chips, wanted.kind)
        self.anchor.props["href"] = self.file
        query = urlencode({name: said for name, said in (("kind", wanted.kind), ("q", wanted.q)) if said})
        ui.navigate.history.replace(f"/team/audit?{query}" if query else "/team/audit")
        await self.show_more(anew=True)

    async def show_more(self, *_: object, anew: bool = False) -> None:
        """The next page of entries, older than the last one that is shown."""
        wanted = self.wanted
        found = await look(self.ask)
        if wanted != self.wanted:
            return  # something else was typed meanwhile
        if anew:
            self.list.clear()
        self.cursor = found.next_cursor
        with self.list:
            for entry in found.items:
                draw_entry(entry, self.zone)
            if not self.list.default_slot.children:
                basic.empty("shield", "Nothing found", "What colleagues do is written down here.")
        self.rest.set_visibility(found.next_cursor is not None)

    def ask(self, session: Session, me: User) -> Entries:
        return audit_log_reader.read(session, me, self.wanted, self.cursor)


def day_field(word: str) -> ui.input:
    return ui.input(word).props("outlined type=date stack-label").classes("pd-field").mark(f"audit-{word.lower()}")


def draw_entry(entry: AuditEntry, zone: str) -> None:
    with (
        ui.element("div").classes("pd-row").props("role=listitem"),
        ui.element("div").classes("pd-row-main"),
        ui.element("span").classes("pd-row-text"),
    ):
        basic.text(entry.sentence, "pd-whole")
        basic.text(theme.time_word(entry.at, zone), "pd-row-sub")


def _day(typed: str | None) -> date | None:
    """A day that is typed only in part is none yet."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        return None
