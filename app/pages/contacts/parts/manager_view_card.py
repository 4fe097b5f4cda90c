"""What a golden ticket reads of a colleague's contact: how it stands with Pipedrive, and what is known."""

from nicegui import ui

from app.pages.contacts.parts import contact_rows
from app.pages.ui import basic
from app.services.push_queue import push_jobs, push_status
from app.services.team.manager_view import Whole

NO_KEY = "{} has no Pipedrive key yet. What waits goes over as soon as there is one."


def draw_push_status(found: Whole) -> None:
    """The badge, and why in the owner's words; no button, for nothing here is pushed by somebody else."""
    now, owner = found.status, found.view.owner.name
    with ui.element("div").classes("pd-line wrap"):
        with ui.element("span").classes("pd-chip").classes(contact_rows.BADGE_TONES[now.badge]):
            basic.icon(contact_rows.BADGE_ICONS[now.badge])
            word = f"needs {owner}" if now.badge is push_status.Badge.NEEDS_YOU else now.badge.value
            basic.text(word[:1].upper() + word[1:], "pd-clip")
        if found.address:
            with basic.link(found.address, "pd-line", away=True):
                basic.text("Open")
                basic.icon("external-link")
    if now.reason:
        said = NO_KEY.format(owner) if now.reason == push_jobs.NO_KEY else f"{owner} reads: {now.reason}"
        basic.text(said, "pd-muted pd-small").style("margin-top: 8px")


def draw_facts(found: Whole) -> None:
    contact_rows.draw_facts(found.view.contact, found.phones)
    if found.before:
        basic.text(f"Before: {', '.join(found.before)}.", "pd-muted pd-small")
    basic.text("Only the owner changes, deletes and pushes it. That you looked is noted.", "pd-muted pd-small")
