"""How a push looks: as a row, as a card with what can be done about it, and as a receipt of what it did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nicegui import ui

from app.models import SET_ASIDE, PipedriveSync, PushEffect, SyncStatus, Trigger, now
from app.pages.pipedrive.parts import push_receipt
from app.pages.ui import basic, theme
from app.services.pipedrive import record_choice
from app.services.pipedrive.push_history import Item
from app.services.push_queue.record_urls import Home

WHY = {
    Trigger.WARM: "became warm",
    Trigger.MEETING: "meeting",
    Trigger.MANUAL: "pushed manually",
    Trigger.UPDATE: "edited here",
    Trigger.UNDO: "undone",
}
TONES = {SyncStatus.PENDING: "wait", SyncStatus.RETRY: "wait", SyncStatus.SUCCESS: "good", SyncStatus.FAILED: "bad"}
Verb = Callable[[Item], Any]


@dataclass(frozen=True)
class PushCardActions:
    """What a person may do about a push; what a colleague's push allows is less."""

    retry: Verb
    link: Verb
    create: Verb
    skip: Verb
    undo: Verb


def push_title(item: Item) -> str:
    if item.hidden:
        return "A private contact"
    return item.contact or "Erased contact"


def push_kind(item: Item) -> str:
    """`Activity “Meeting with Jane Roe”`."""
    kind = item.sync.entity_type.value.capitalize()
    return f"{kind} “{item.subject}”" if item.subject else kind


def state_line(item: Item, zone: str) -> str:
    """`Person · became warm · Today, 14:03 · 3 tries · Ada Lind`."""
    sync = item.sync
    said = [push_kind(item), WHY[sync.trigger], theme.time_word(sync.finished_at or sync.created_at, zone)]
    if sync.attempts > 1:
        said.append(f"{sync.attempts} tries")
    if sync.is_open:
        said.append(f"next try {until_words(sync.run_at)}" if sync.status is SyncStatus.RETRY else "waits for its turn")
    return " · ".join(said if item.mine else [*said, item.owner])


def until_words(moment: datetime) -> str:
    """`in 4 min`: how long something still waits."""
    seconds = (moment - now()).total_seconds()
    if seconds <= 5:
        return "any moment"
    if seconds < 90:
        return f"in {round(seconds)} s"
    return f"in {round(seconds / 60)} min" if seconds < 5400 else f"in {round(seconds / 3600)} h"


def waiting_words(count: int) -> str:
    return "1 push waits" if count == 1 else f"{count:,} pushes wait"


def list_row(item: Item, zone: str) -> dict[str, Any]:
    """A push as the list component wants it."""
    sync = item.sync
    when = (
        until_words(sync.run_at)
        if sync.status is SyncStatus.RETRY
        else clock_words(sync.finished_at or sync.created_at, zone)
    )
    return {
        "id": str(sync.id),
        "href": f"/sync?item={sync.id}",
        "icon": theme.icon(push_receipt.ICONS[sync.entity_type]),
        "t": "none" if sync.error_code in SET_ASIDE else TONES[sync.status],
        "n": push_title(item),
        "s": " · ".join(
            filter(
                None,
                (
                    push_kind(item),
                    WHY[sync.trigger],
                    None if item.mine else item.owner,
                    item.reason or said_at_the_end(item),
                ),
            )
        ),
        "d": when,
        "b": sync.status.value,
        "bt": "none" if sync.error_code in SET_ASIDE else TONES[sync.status],
    }


def said_at_the_end(item: Item) -> str | None:
    """What its owner should know although nothing is wrong: what an undo had to leave in Pipedrive."""
    return item.detail if item.sync.status is SyncStatus.SUCCESS else None


def clock_words(moment: datetime, zone: str) -> str:
    """`5 min ago`, later the day."""
    gone = now() - moment
    if gone < timedelta(minutes=1):
        return "just now"
    if gone < timedelta(hours=1):
        return f"{gone // timedelta(minutes=1)} min ago"
    return f"{gone // timedelta(hours=1)} h ago" if gone < timedelta(hours=20) else theme.ago(moment, zone)


def facts_shown(item: Item) -> object:
    """What a card shows, to know whether it has to be drawn again."""
    rows = [item.sync, *item.did, *([item.takeback] if item.takeback else [])]
    return [row.model_dump(exclude={"generation"}) for row in rows], item.contact, item.reason


def draw_card(item: Item, zone: str, home: Home, verbs: PushCardActions) -> None:
    """Everything there is to know of a push, and what its owner can do."""
    sync = item.sync
    with ui.element("div").classes("pd-push-head"):
        with ui.element("span").classes("pd-avatar").classes(TONES[sync.status]).props("aria-hidden=true"):
            basic.icon(push_receipt.ICONS[sync.entity_type])
        with ui.element("div").classes("pd-row-text"):
            if item.sync.contact_id and item.mine:
                with basic.link(f"/contacts/{sync.contact_id}", "pd-push-name"):
                    basic.text(push_title(item))
            else:
                basic.text(push_title(item), "pd-push-name")
            basic.text(state_line(item, zone), "pd-muted pd-small")
        draw_status_chip(sync)
    if item.reason:
        basic.text(item.reason, "pd-pre pd-push-why")
    elif item.hidden and sync.status is SyncStatus.FAILED:
        basic.text("Only its owner may see why.", "pd-muted pd-push-why")
    push_receipt.draw_receipt(item.did, home, zone)
    if said := push_receipt.retry_words(item):
        basic.text(said, "pd-muted pd-push-why").mark("afterwards")
    draw_actions(item, verbs)
    push_receipt.draw_details(item)


def draw_status_chip(sync: PipedriveSync) -> None:
    basic.text(sync.status.value, "pd-chip small pd-status").classes(TONES[sync.status]).mark("status")


def draw_actions(item: Item, verbs: PushCardActions) -> None:
    """A golden ticket may have a colleague's push tried again; all else is its owner's."""
    sync = item.sync
    made = any(one.what is PushEffect.CREATED and one.undone_at is None for one in item.did)
    with ui.element("div").classes("pd-push-acts"):
        if sync.status is SyncStatus.FAILED:
            several = bool(sync.candidates) and item.mine
            if several:
                basic.button("Choose which one", lambda: verbs.link(item), "main", "link")
            basic.button("Retry", lambda: verbs.retry(item), "soft", "refresh-cw")
            if item.mine and not several and sync.trigger is not Trigger.UNDO:
                basic.button("Link to existing", lambda: verbs.link(item), "plain", "link")
            if item.mine and (several or sync.error_code in {"gone", "choice_gone"}):
                word = "Add the address" if record_choice.keeps_link(sync) else "Create anyway"
                basic.button(word, lambda: verbs.create(item), "plain", "plus")
        if item.mine and sync.error_code not in SET_ASIDE and sync.status is not SyncStatus.SUCCESS:
            basic.button("Skip", lambda: verbs.skip(item), "plain", "x")
        if item.mine and made and not sync.is_open and (item.takeback is None or item.takeback.status == "SUCCESS"):
            basic.button("Undo this push", lambda: verbs.undo(item), "bad", "undo-2")
