"""The receipt of a push: what it did in Pipedrive, what became of taking it back, and its request ids."""

from nicegui import ui

from app.models import EntityType, PushEffect, PushReceipt, SyncStatus
from app.pages.ui import basic, theme
from app.services.pipedrive.push_history import Item
from app.services.push_queue.record_urls import Home

ICONS = {
    EntityType.PERSON: "user",
    EntityType.ORGANIZATION: "building-2",
    EntityType.ACTIVITY: "calendar",
    EntityType.LEAD: "target",
    EntityType.DEAL: "target",
}
DID = {PushEffect.CREATED: "Created", PushEffect.LINKED: "Linked to", PushEffect.UPDATED: "Updated"}


def retry_words(item: Item) -> str | None:
    """What its owner should know although nothing is wrong: what a taking back is up to, or had to leave there."""
    back = item.takeback
    if back is None:
        return item.detail if item.sync.status is SyncStatus.SUCCESS else None
    if back.is_open:
        return "What this push created is being undone."
    if back.status is SyncStatus.FAILED:
        return f"It could not be undone: {back.error}"
    return back.detail or "What this push created is undone."


def draw_receipt(done: tuple[PushReceipt, ...], home: Home, zone: str) -> None:
    """What the push created, linked and updated, each with its way into Pipedrive."""
    if not done:
        return
    with ui.element("ul").classes("pd-receipt").mark("receipt"):
        for one in done:
            with ui.element("li"):
                basic.icon(ICONS[one.entity_type])
                number = one.remote_ref or one.remote_id
                words = f"{DID[one.what]} {one.entity_type.value} {number}"
                address = home.of(one.entity_type, number) if one.account == home.account else None
                if one.undone_at:
                    basic.text(
                        f"{words}, undone {theme.mid_sentence(theme.time_word(one.undone_at, zone))}", "pd-muted"
                    )
                elif address:
                    with basic.link(address, "pd-line", away=True):
                        basic.text(words)
                        basic.icon("external-link")
                else:
                    basic.text(words)


def draw_details(item: Item) -> None:
    """What a person quotes when they ask for help."""
    sync = item.sync
    with basic.expansion("Details"):
        facts = (
            ("Push", str(sync.id)),
            ("Code", sync.error_code),
            ("Technical detail", item.detail),
            ("Attempts", str(sync.attempts)),
            ("Asked for", f"{sync.created_at:%Y-%m-%d %H:%M:%S} UTC"),
        )
        with ui.element("dl").classes("pd-facts-list"):
            for name, said in facts:
                if said:
                    with ui.element("dt"):
                        basic.text(name)
                    with ui.element("dd"):
                        basic.text(said)
