"""The panel of one contact: facts, warmness, Pipedrive, campaigns and timeline, kept fresh by news."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import NotFound
from app.models import Contact, User
from app.pages.activities import touch_actions
from app.pages.activities.parts import timeline_step, touch_rows
from app.pages.contacts.detail import campaigns_part, introductions_part, next_contact_part, pipedrive_part
from app.pages.contacts.detail.contact_actions import ContactActions
from app.pages.contacts.detail.warmness_part import WarmnessPart
from app.pages.contacts.parts import contact_rows
from app.pages.contacts.sheets import row_acts
from app.pages.core import live_updates
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.pages.ui.redraw import Memo
from app.services.activities import timeline
from app.services.base import firm_settings, phone_numbers
from app.services.contacts import contact_bank, contact_warmness
from app.services.contacts.contact_warmness import Suggested
from app.services.permissions.visibility import Place
from app.services.push_queue import push_status, record_urls
from app.services.team import manager_view
from app.signals import Topic

ContactView = tuple[
    Contact, list[timeline.Entry], push_status.PushStatus, str | None, list[str], list[Place], Suggested | None
]

Question = Callable[[Session, User], ContactView]


def load_contact(contact_id: UUID) -> Question:
    """What there is to know of one contact; raises NotFound for somebody else's."""

    def ask(session: Session, me: User) -> ContactView:
        contact = contact_bank.owned(session, me, contact_id)
        country = firm_settings.country(session)
        shown = [phone_numbers.shown(number, country) for number in contact.phones]
        entries = timeline.of_contact(session, me, contact_id)
        status, address = push_status.status_of(session, contact), record_urls.person_address(session, me, contact)
        places, advice = (
            campaigns_part.visible_places(session, me, contact),
            contact_warmness.suggested(session, me, contact_id),
        )
        return contact, entries, status, address, shown, places, advice

    return ask


# of the timeline, so that the rest of the contact is not far below it; and what may come while it is open
ENTRIES_SHOWN = 8
MOST_NEW = 1_000


def contact_panel(shell: Shell, found: ContactView, reopen: Callable[[], Awaitable[None]]) -> None:
    """Draw the contact where the caller stands, and keep it fresh; `reopen` when it is a colleague's that I may see."""
    contact_id = found[0].id
    panel = ContactPanel(shell, found)

    async def again() -> None:
        try:
            panel.show(await look(load_contact(contact_id)))
        except NotFound:
            panel.gone(await look(lambda session, me: is_in_trash(session, me, contact_id)))
            if await look(lambda session, me: manager_view.opens(session, me, contact_id)):
                await reopen()

    live_updates.on(again, Topic.OUTREACH, Topic.CONTACT, Topic.SYNC, about=contact_id, since=live_updates.lately())


class ContactPanel:
    """The parts of one contact, each drawn again only when its own facts change: who, what is next, what was, and all the rest."""

    def __init__(self, shell: Shell, found: ContactView) -> None:
        self.shell, self.contact, self.is_emptied = shell, found[0], False
        self.entries_shown = ENTRIES_SHOWN
        self.missing = Memo()
        with ui.element("div") as self.parts:
            self.head = Memo()
            with ui.element("div").classes("pd-person"):
                with ui.element("section"):
                    me = shell.me
                    self.warmth = WarmnessPart(me.timezone, me.name, self.contact.id, self.contact.warmness_score)
                    with ui.element("div").classes("pd-card pd-ahead-of"):
                        self.planned, self.when = Memo(), Memo("pd-when")
                    basic.heading("Timeline")
                    self.story = Memo()
                with ui.element("section"):
                    self.campaigns, self.places = campaigns_part.CampaignsPart(), Memo()
                    introductions_part.IntroductionsPart(shell, self.contact)
                    self.pipedrive = pipedrive_part.PipedrivePart(shell, self.contact.id)
                    with ui.element("div").classes("pd-card"):
                        self.facts = Memo()
                        self.verbs = ContactActions(shell, self.contact)
        self.show(found)

    def show(self, seen: ContactView) -> None:
        if self.is_emptied:
            # a merge was undone: drawn anew, as there is nothing left to fill
            return ui.navigate.reload()
        contact, entries, status, address, shown, places, advice = seen
        self.contact = self.verbs.contact = contact
        facts = contact.model_dump(exclude={"version", "updated_at", "last_contacted", "next_due", "warmness_score"})
        firm = contact.organisation.name if contact.organisation else None
        self.head.show(
            (facts, firm, theme.tone(contact.warmness_score), bool(self.shell.writes)),
            lambda: draw_head(self.shell, contact),
        )
        self.places.show(places, lambda: self.campaigns.draw(contact, places))
        self.warmth.show(contact.warmness_score, advice)
        self.when.show(
            next_contact_part.facts_shown(contact), lambda: next_contact_part.draw(contact, self.shell.me.timezone)
        )
        self.pipedrive.show(status, address, contact.name)
        self.facts.show(
            (facts, shown, bool(self.shell.writes)), lambda: contact_rows.draw_facts(contact, shown, self.shell.writes)
        )
        planned = [entry for entry in entries if not entry.activity.done]
        self.planned.show(facts_shown(planned), lambda: draw_planned(self.shell, contact, planned))
        self.show_timeline([entry for entry in entries if entry.activity.done])
        return self.there(True)

    def show_timeline(self, entries: list[timeline.Entry]) -> None:
        """The first entries; the rest when it is asked for, and then for good."""

        def show_all() -> None:
            self.entries_shown = len(entries) + MOST_NEW
            self.show_timeline(entries)

        shown = entries[: self.entries_shown]
        more = len(entries) - len(shown)
        self.story.show(
            (facts_shown(entries), more),
            lambda: draw_timeline(
                self.shell, self.contact, shown, f"Show all ({len(entries):,})" if more else "", show_all
            ),
        )

    def gone(self, trashed: bool) -> None:
        """Out of the bank: in the trash, or merged or erased, which only whoever did it can tell."""
        name = self.contact.name
        hint = (
            f"Undo brings {name} back, with the whole timeline." if trashed else "Merged into another one, or erased."
        )
        self.missing.show(hint, lambda: draw_absent(trashed, hint))
        self.there(False)
        if not trashed:
            # whoever was erased stands nowhere any more, hidden or not
            self.parts.clear()
            self.is_emptied = True

    def there(self, is_there: bool) -> None:
        self.parts.set_visibility(is_there)
        self.missing.box.set_visibility(not is_there)


def facts_shown(entries: list[timeline.Entry]) -> list[Any]:
    """What a part with these touches shows: it is drawn again when that changes."""
    return [(e.activity.model_dump(), e.by, e.contact, e.whom, touch_rows.is_over(e.activity)) for e in entries]


def is_in_trash(session: Session, me: User, contact_id: UUID) -> bool:
    try:
        return bool(contact_bank.owned(session, me, contact_id, trash=True))
    except NotFound:
        return False


def draw_absent(trashed: bool, hint: str) -> None:
    if trashed:
        basic.empty("trash-2", "In the trash", hint, "Open the trash", lambda: ui.navigate.to("/trash"))
    else:
        basic.empty("user-minus", "No longer in your contact bank", hint)


def draw_head(shell: Shell, contact: Contact) -> None:
    basic.entitle(contact.name)
    with ui.element("div").classes("pd-head"):
        basic.avatar(contact.name, contact.warmness_score, "big")
        with ui.element("div").classes("pd-head-text"):
            basic.text(contact.name, "pd-head-name")
            if contact.organisation:
                with basic.link(f"/organisations/{contact.organisation.id}", "pd-firm"):
                    basic.text(contact_rows.subtitle(contact))
            else:
                basic.text(contact_rows.subtitle(contact), "pd-muted")
    contact_rows.draw_quick_actions(contact, row_acts.of(shell, shell.edit_contact))


def draw_planned(shell: Shell, contact: Contact, entries: list[timeline.Entry]) -> None:
    """What is planned, the next first; or a way to plan something."""
    for entry in reversed(entries):
        draw_step(shell, contact, entry)
    if not entries:
        with ui.element("div").classes("pd-line"):
            basic.text("Nothing planned", "pd-muted pd-grow")
            basic.button("Plan a follow-up", lambda: shell.plan(contact), "soft", "alarm-clock")


def draw_step(shell: Shell, contact: Contact, entry: timeline.Entry) -> None:
    verbs = timeline_step.TimelineActions(
        done=lambda touch: shell.answer(contact.id, contact.name, touch),
        edit=shell.edit_touch,
        move=lambda touch: shell.move_meeting(touch, contact.name),
        answer=touch_actions.answer_planned,
    )
    timeline_step.draw_step(entry, contact.id, shell.me.timezone, shell.me.name, verbs)


def draw_timeline(
    shell: Shell, contact: Contact, entries: list[timeline.Entry], more: str, on_more: Callable[[], None]
) -> None:
    with ui.element("div").classes("pd-card pd-story"):
        for entry in entries:
            draw_step(shell, contact, entry)
        if more:
            basic.button(more, on_more, "plain").classes("full-width pd-more")
        if not entries:
            basic.empty(
                "activity",
                "No activity yet",
                "Call, write or meet, and log it with one tap.",
                "Log activity",
                lambda: shell.log(contact),
            )
