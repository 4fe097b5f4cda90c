"""The Pipedrive card of a contact: the state of its push, and what its owner can do about it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from nicegui import ui

from app.models import EntityType
from app.pages.contacts.parts import contact_rows
from app.pages.core import live_updates
from app.pages.core.shell import Shell
from app.pages.pipedrive import push_actions
from app.pages.pipedrive.push_details_sheet import PushActions
from app.pages.pipedrive.push_preview_sheet import PushPreviewSheet
from app.pages.pipedrive.record_choice_sheet import RecordChoiceSheet
from app.pages.ui import basic, theme
from app.pages.ui.redraw import KeyedList, Memo
from app.services.pipedrive.push_history import Tab
from app.services.push_queue.push_status import Badge, PushStatus
from app.signals import Topic

# the contact itself has a "More" on the same page
PUSHES_AND_LINKS = "Pipedrive details"
AGREED = "Both sides agreed: {}."
Verb = tuple[str, object, Callable[[], object]]


class PipedrivePart:
    """One card whose pieces are drawn again one by one: news about the push status never takes a button from under a finger."""

    def __init__(self, shell: Shell, contact_id: UUID) -> None:
        self.contact_id, self.name, self.zone = contact_id, "", shell.me.timezone
        self.record_choice = RecordChoiceSheet()
        self.look_up = shell.dependencies.look_up
        self.preview = PushPreviewSheet(shell.me.timezone, contact_id, PushActions(), self.look_up)
        live_updates.on(self.preview.details.refresh, Topic.SYNC, about=contact_id)
        with ui.element("div").classes("pd-card"):
            with ui.element("div").classes("pd-line wrap"):
                self.badge = Memo()
                self.there = Memo()
                self.first = Memo()
            self.reason, self.centre = Memo(), Memo()
            with basic.expansion(PUSHES_AND_LINKS):
                self.acts = KeyedList("")
                self.acts.box.classes("pd-push-acts")

    def show(self, status: PushStatus, address: str | None, name: str) -> None:
        self.name = name
        badge, sync_id = status.badge, status.sync_id
        never = badge is Badge.NOT_PUSHED
        self.badge.show(badge, partial(draw_badge, badge))
        self.there.show(address, partial(draw_open_link, address))
        self.first.show(never, lambda: basic.button("Push to Pipedrive", self.push) if never else None)
        words = status.reason or (
            AGREED.format(theme.time_word(status.agreed_at, self.zone)) if status.agreed_at else None
        )
        self.reason.show(words, partial(draw_reason, words))
        centre = _centre(status) if badge is Badge.NEEDS_YOU else None
        self.centre.show(centre, partial(draw_sync_centre_link, centre))
        acts = self.verbs(sync_id, None if never else badge, linked=bool(address))
        self.acts.show({word: known for word, known, _ in acts}, [draw for _, _, draw in acts])

    def verbs(self, sync_id: UUID | None, badge: Badge | None, *, linked: bool) -> list[Verb]:
        """What is seldom needed: its word, what it depends on, and how it is drawn."""
        acts: list[Verb] = []
        if sync_id:
            last = partial(self.preview.details.open, sync_id)
            acts.append(("last", sync_id, lambda: basic.button("Last push", last, "plain", "cloud")))
        if badge:
            acts.append(("again", None, lambda: basic.button("Sync now", self.push, "plain", "refresh-cw")))
        word = "Link to another" if linked else "Link to existing"
        acts.append(("link", word, lambda: basic.button(word, self.link, "plain", "link")))
        if linked:
            acts.append(("unlink", None, lambda: basic.button("Unlink", self.unlink, "bad", "x")))
        return acts

    async def push(self) -> None:
        await self.preview.open(self.name)

    async def unlink(self) -> None:
        await push_actions.unlink_contact(self.contact_id)

    def link(self) -> None:
        link = partial(push_actions.link_contact, self.look_up, self.contact_id)
        self.record_choice.open(self.name, EntityType.PERSON, link)


def draw_badge(badge: Badge) -> None:
    with ui.element("span").classes("pd-chip").classes(contact_rows.BADGE_TONES[badge]).mark("badge"):
        basic.icon(contact_rows.BADGE_ICONS[badge])
        basic.text(badge.value[:1].upper() + badge.value[1:])


def draw_open_link(address: str | None) -> None:
    if address:
        with basic.link(address, "pd-line", away=True):
            basic.text("Open")
            basic.icon("external-link")


def draw_reason(words: str | None) -> None:
    if words:
        basic.text(words, "pd-muted pd-small").style("margin-top: 8px")


def draw_sync_centre_link(centre: str | None) -> None:
    if centre:
        with basic.link(centre, "pd-soft-link"):
            basic.text("Sort it out")
            basic.icon("chevron-right")


def _centre(status: PushStatus) -> str:
    """The sync centre, opened at what needs somebody; where both sides changed something, at its top."""
    failed = status.sync_id and status.status == "FAILED"
    return f"/sync?show={Tab.NEEDS_YOU.value}" + (f"&item={status.sync_id}" if failed else "")
