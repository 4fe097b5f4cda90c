"""Who changed firm or title since their contact was written down: congratulate, update, or leave it."""

from functools import partial

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, theme
from app.pages.ui.redraw import Memo
from app.services.activities import activity_log, job_changes
from app.services.activities.job_changes import Offer
from app.services.contacts import contact_bank
from app.signals import Topic


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
        return ""
    since = (
        theme.time_word(min(one.contact.updated_at for one in found), zone)
        .replace("Today", "today")
        .replace("Yesterday", "yesterday")
    )
    return f"{len(found):,} {'person' if len(found) == 1 else 'people'} changed firm or title since {since}."


def draw(found: list[Offer]) -> None:
    if not found:
        with ui.element("div").classes("pd-card flush"):
            hint = "Import a newer file: whoever has another firm or title in it appears here."
            basic.empty("refresh-cw", "No new jobs", hint, "Import contacts", lambda: ui.navigate.to("/import"))
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
                basic.button("Congratulate", partial(congratulate, one), "main")
                basic.button("Update", partial(update, one), "soft")
                basic.button("Leave as it is", partial(leave, one), "plain")


@tap
def congratulate(session: Session, me: User, offer: Offer) -> Confirmation:
    planned = job_changes.congratulate(session, me, offer.id)

    def back(session: Session, who: User) -> str:
        activity_log.remove(session, who, planned.id)
        return "Undone"

    return Confirmation("Planned for tomorrow", back)


@tap
def update(session: Session, me: User, offer: Offer) -> Confirmation:
    before = offer.contact
    old = {"organisation": before.organisation.name if before.organisation else None, "job_title": before.job_title}
    job_changes.update(session, me, offer.id)

    def back(session: Session, who: User) -> str:
        contact_bank.change(session, who, before.id, old)
        job_changes.reopen(session, who, offer.id)
        return "Undone"

    return Confirmation(f"{before.name} updated", back)


@tap
def leave(session: Session, me: User, offer: Offer) -> Confirmation:
    job_changes.dismiss(session, me, offer.id)

    def back(session: Session, who: User) -> str:
        job_changes.reopen(session, who, offer.id)
        return "Offered again"

    return Confirmation("Left as it is", back)
