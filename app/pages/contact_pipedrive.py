"""How a contact stands with Pipedrive, and what its owner can do about it."""

from functools import partial
from uuid import UUID

from nicegui import ui

from app.models import EntityType
from app.pages import design, live, sync_verbs
from app.pages.frame import Shell
from app.pages.link_sheet import LinkSheet
from app.pages.parts import basic, people
from app.pages.push_sheet import PushSheet
from app.pages.sync_sheet import PushVerbs
from app.services.push_lists import Tab
from app.services.syncs import Badge, Standing
from app.signals import Topic

# the contact itself has a "More" on the same page
PUSHES_AND_LINKS = "Pushes and links"


class PipedrivePart:
    """Drawn where the caller stands, again whenever the standing changes; its sheets live as long as the panel."""

    def __init__(self, shell: Shell, contact_id: UUID) -> None:
        self.contact_id, self.unfolded = contact_id, False
        self.links = LinkSheet()
        self.pushing = PushSheet(shell.me.timezone, contact_id, PushVerbs())
        live.on(self.pushing.item.renew, Topic.SYNC, about=contact_id)

    def draw(self, standing: Standing, address: str | None, name: str) -> None:
        with ui.element("div").classes("pd-line wrap"):
            with ui.element("span").classes("pd-chip").classes(people.BADGE_TONES[standing.badge]).mark("badge"):
                basic.icon(design.BADGE_ICONS[standing.badge])
                basic.text(standing.badge.value[:1].upper() + standing.badge.value[1:])
            if address:
                with basic.link(address, "pd-line", away=True):
                    basic.text("Open")
                    basic.icon("external-link")
            if standing.badge is Badge.NOT_PUSHED:
                basic.button("Push to Pipedrive", lambda: self.pushing.open(name))
        if standing.reason:
            basic.text(standing.reason, "pd-muted pd-small").style("margin-top: 8px")
        if standing.badge is Badge.NEEDS_YOU:
            with basic.link(_centre(standing), "pd-soft-link"):
                basic.text("Sort it out")
                basic.icon("chevron-right")
        self.more(standing, address, name)

    def more(self, standing: Standing, address: str | None, name: str) -> None:
        # news draws this again: what somebody has unfolded stays so
        fold = basic.expansion(PUSHES_AND_LINKS).on_value_change(lambda turned: setattr(self, "unfolded", turned.value))
        fold.set_value(self.unfolded)
        with fold, ui.element("div").classes("pd-push-acts"):
            if standing.sync_id:
                basic.button("Last push", partial(self.pushing.item.open, standing.sync_id), "plain", "cloud")
            if standing.badge is not Badge.NOT_PUSHED:
                basic.button("Push again", lambda: self.pushing.open(name), "plain", "refresh-cw")
            word = "Link to another" if address else "Link to existing"
            basic.button(word, lambda: self.link(name), "plain", "link")
            if address:
                basic.button("Unlink", lambda: sync_verbs.unlink(self.contact_id), "bad", "x")

    def link(self, name: str) -> None:
        self.links.open(name, EntityType.PERSON, lambda typed: sync_verbs.link_contact(self.contact_id, typed))


def _centre(standing: Standing) -> str:
    """The sync centre, opened at what needs somebody; where both sides changed something, at its top."""
    failed = standing.sync_id and standing.status == "FAILED"
    return f"/sync?show={Tab.NEEDS_YOU.value}" + (f"&item={standing.sync_id}" if failed else "")
