"""Who changed firm or title since their contact was written down: congratulate, update, or leave it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look, tap
from app.pages.ui import basic, theme
from app.pages.ui.redraw import Memo
from app.services.activities import job_changes
from app.services.activities.job_changes import Offer
from app.signals import Topic

Verb = Callable[[Session, User, UUID], Any]


@screen("New jobs")
async def job_changes_page(shell: Shell) -> None:
    basic.title("New jobs")
    head = basic.text("", "pd-muted pd-under-title").props("role=status")
    place = Memo()

    async def refresh() -> None:
        found = await look(job_changes.open_offers)
        if place.box.is_deleted:
            return
        head.set_text(describe(found, shell.me.timezone))
        place.show([(one.id, one.contact.version) for one in found], lambda: draw(found))

    await refresh()
    live_updates.on(refresh, Topic.CONTACT, owner=shell.me.id)


def describe(found: list[Offer], zone: str) -> str:
    if not found:
        return "When a file knows another firm or title of somebody, they stand here."
    since = (
        theme.time_word(min(one.contact.updated_at for one in found), zone)
        .replace("Today", "today")
        .replace("Yesterday", "yesterday")
    )
    return f"{len(found):,} {'person' if len(found) == 1 else 'people'} changed firm or title since {since}."


def draw(found: list[Offer]) -> None:
    for one in found:
        contact = one.contact
        firm = contact.organisation.name if contact.organisation else ""
        before = " · ".join(filter(None, (firm, contact.job_title)))
        after = " · ".join(filter(None, (one.organisation or firm, one.job_title or contact.job_title)))
        with ui.element("div").classes("pd-card pd-stack").props("role=group") as card:
            card.props["aria-label"] = contact.name
            with basic.link(f"/contacts/{contact.id}", "pd-row-main"):
                basic.avatar(contact.name, contact.warmness_score)
                with ui.element("span").classes("pd-row-text"):
                    basic.text(contact.name, "pd-row-name")
                    basic.text(f"{before} → {after}", "pd-row-sub pd-whole")
            with ui.element("div").classes("pd-line wrap"):
                basic.button(
                    "Congratulate", partial(decide, job_changes.congratulate, one.id, "Planned for tomorrow"), "main"
                )
                basic.button("Update", partial(decide, job_changes.update, one.id, f"{contact.name} updated"), "soft")
                basic.button("Leave as it is", partial(decide, job_changes.dismiss, one.id, "Left as it is"), "plain")


async def decide(verb: Verb, offer_id: UUID, said: str) -> None:
    @tap
    def keep(session: Session, me: User) -> str:
        verb(session, me, offer_id)
        return said

    await keep()
