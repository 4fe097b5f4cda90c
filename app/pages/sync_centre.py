"""The sync centre: what waits, what needs a person, what is done; each in words."""

from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import PipedriveSync, SyncStatus, Trigger, User
from app.pages import design, live
from app.pages.frame import Shell
from app.pages.parts import basic
from app.pages.screen import screen
from app.pages.tap import look, tap
from app.services import progress, syncs
from app.signals import Topic

GROUPS = (
    ("Needs you", "bad", (SyncStatus.FAILED,)),
    ("Waiting", "wait", (SyncStatus.PENDING, SyncStatus.RETRY)),
    ("Done", "good", (SyncStatus.SUCCESS,)),
)
WHY = {Trigger.WARM: "became warm", Trigger.MEETING: "meeting", Trigger.MANUAL: "pushed by hand"}
WORDS = {
    SyncStatus.PENDING: "Waiting",
    SyncStatus.RETRY: "Trying again",
    SyncStatus.FAILED: "Needs you",
    SyncStatus.SUCCESS: "In Pipedrive",
}
ICONS = {"bad": "triangle-alert", "wait": "clock", "good": "cloud-check"}


@screen("Pipedrive")
async def sync_page(shell: Shell) -> None:
    def ask(session: Session, me: User) -> tuple[progress.Overview, bool]:
        return progress.overview(session, me, limit=100), syncs.has_line(session, me)

    @tap
    def retry(session: Session, me: User, sync_ids: list[UUID] | None) -> str:
        count = syncs.retry(session, me, sync_ids)
        return f"Trying {count} again" if count else "Nothing to try again"

    @ui.refreshable
    def centre(found: tuple[progress.Overview, bool]) -> None:
        seen, has_key = found
        basic.title("Pipedrive")
        with ui.element("div").classes("pd-tally"):
            for status, word in WORDS.items():
                with ui.element("div").classes("pd-card").classes(tone_of(status, seen.counts.get(status, 0))):
                    basic.text(f"{seen.counts.get(status, 0):,}", "pd-number").mark(status.value)
                    basic.text(word, "pd-small")
        lane(seen, has_key)
        for title, tone, statuses in GROUPS:
            items = [(sync, name) for sync, name in seen.items if sync.status in statuses]
            group(shell, title, tone, items, retry)
        if not seen.items:
            with ui.element("div").classes("pd-card flush"):
                basic.empty(
                    "cloud",
                    "Nothing pushed yet",
                    "Contacts go to Pipedrive when they become warm or a meeting is booked.",
                )

    async def again() -> None:
        centre.refresh(await look(ask))

    centre(await look(ask))
    live.on(again, Topic.SYNC, owner=shell.me.id)


def tone_of(status: SyncStatus, count: int) -> str:
    """A number that wants somebody is coloured; nought never is."""
    tone = next(tone for _, tone, statuses in GROUPS if status in statuses)
    return tone if count else "none"


def lane(seen: progress.Overview, has_key: bool) -> None:
    """Why nothing moves, where nothing does, and the way out."""
    if not seen.paused_reason:
        return
    with ui.element("div").classes("pd-card"):
        with ui.element("div").classes("pd-line"):
            basic.icon("key-round" if not has_key else "clock")
            basic.text(seen.paused_reason, "pd-grow")
        with basic.link("/settings", "pd-line"):
            basic.text("Open Settings", "pd-strong")
            basic.icon("chevron-right")


def group(shell: Shell, title: str, tone: str, items: list[tuple[PipedriveSync, str | None]], retry: Any) -> None:
    if not items:
        return
    with basic.heading(f"{title} ({len(items)})"):
        ui.element("span").classes("pd-grow")
        if tone == "bad":
            basic.button("Try all again", lambda: retry(None), icon_name="refresh-cw")
    with ui.element("div").classes("pd-card flush"):
        for sync, name in items:
            with ui.element("div").classes("pd-row"):
                with basic.link(f"/contacts/{sync.contact_id}", "pd-row-main"):
                    with ui.element("span").classes("pd-avatar").classes(tone):
                        basic.icon(ICONS[tone])
                    with ui.element("span").classes("pd-row-text"):
                        basic.text(name or "Erased contact", "pd-row-name")
                        basic.text(line(sync, shell.me.timezone), "pd-row-sub pd-whole")
                        if sync.error:
                            basic.text(sync.error, "pd-small pd-pre")
                if tone == "bad":
                    basic.icon_button("refresh-cw", f"Try {name} again", lambda sync=sync: retry([sync.id]))


def line(sync: PipedriveSync, zone: str) -> str:
    """`became warm · 2 tries · next Today, 14:03`."""
    said = [WHY[sync.trigger]]
    if sync.attempts > 1:
        said.append(f"{sync.attempts} tries")
    if sync.status is SyncStatus.RETRY:
        said.append(f"next {design.time_word(sync.run_at, zone)}")
    elif sync.finished_at:
        said.append(design.time_word(sync.finished_at, zone))
    return " · ".join(said)
