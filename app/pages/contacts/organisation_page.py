"""One organisation: who works there, the longest silent first, and what was done with them last."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.calendar_days import days_since
from app.models import Contact, User
from app.pages.activities.parts import timeline_step, touch_rows
from app.pages.contacts.parts import contact_rows
from app.pages.contacts.sheets import row_acts
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.pages.ui.action_list import ActionList, ActionRow
from app.pages.ui.redraw import Memo
from app.services.activities import timeline
from app.services.activities.timeline import Entry, Filter
from app.services.contacts import organisations
from app.signals import Topic

# after how many days without contact somebody is called silent, and how many activities are shown
SILENT = 90
ENTRIES_SHOWN = 15


@dataclass(frozen=True)
class Seen:
    name: str
    people: Sequence[Contact]
    entries: list[Entry]


def load_organisation(session: Session, me: User, organisation_id: UUID) -> Seen:
    """Raises NotFound for one of another person's bank."""
    firm = organisations.owned(session, me, organisation_id)
    entries = timeline.feed(session, me, Filter(organisation_id=firm.id, planned=False), limit=ENTRIES_SHOWN).items
    return Seen(firm.name, organisations.people(session, me, firm.id), entries)


@screen("Organisation")
async def organisation_page(shell: Shell, oid: str) -> None:
    seen = await look(lambda session, me: load_organisation(session, me, UUID(oid)))
    acts, zone = row_acts.with_sheets(shell), shell.me.timezone
    basic.entitle(seen.name, "Organisations")
    basic.title(seen.name, in_bar=False)
    summary = basic.text("", "pd-muted pd-under-title")
    with ui.element("div").classes("pd-two"):
        with ui.element("section"):
            basic.heading("People")
            with ui.element("div").classes("pd-card flush"):
                people = ActionList()
        with ui.element("section"):
            basic.heading("Last activities")
            done = Memo()

    def show(found: Seen) -> None:
        summary.set_text(describe(found.people, zone))
        people.show([person_row(one, zone, acts) for one in found.people])
        facts = [(one.activity.model_dump(), one.by, one.contact) for one in found.entries]
        done.show(facts, lambda: draw_entries(found.entries, zone, shell.me.name))

    async def refresh() -> None:
        found = await look(lambda session, me: load_organisation(session, me, UUID(oid)))
        if not people.is_deleted:
            show(found)

    show(seen)
    live_updates.on(refresh, Topic.OUTREACH, Topic.CONTACT, owner=shell.me.id, since=live_updates.lately())


def describe(people: Sequence[Contact], zone: str) -> str:
    """`12 contacts, last contact 3 d ago, 4 silent for 90 days or longer`."""
    if not people:
        return "Nobody in your contact bank works there."
    said = [f"{len(people)} contact{'' if len(people) == 1 else 's'}"]
    moments = [one.last_contacted for one in people if one.last_contacted]
    if moments:
        last = theme.ago(max(moments), zone)
        said.append(f"last contact {last}" if last == "today" else f"last contact {last} ago")
    silent = sum(one.last_contacted is None or days_since(one.last_contacted, zone) >= SILENT for one in people)
    if silent:
        said.append(f"{silent} silent for {SILENT} days or longer")
    return ", ".join(said)


def person_row(contact: Contact, zone: str, acts: contact_rows.RowActs) -> ActionRow:
    if contact.last_contacted is None:
        return contact_rows.person_line(contact, "never contacted", acts)
    days = days_since(contact.last_contacted, zone)
    since = "contacted today" if days == 0 else f"{days} day{'' if days == 1 else 's'} since the last contact"
    return contact_rows.person_line(contact, since, acts)


def draw_entries(entries: list[Entry], zone: str, me: str) -> None:
    if not entries:
        basic.empty("activity", "Nothing yet", "What you log with these people appears here.")
        return
    with ui.element("div").classes("pd-card pd-story"):
        for entry in entries:
            touch = entry.activity
            with ui.element("div").classes("pd-step"):
                touch_rows.draw_mark(touch)
                with ui.element("div").classes("pd-step-text"):
                    with basic.link(f"/contacts/{touch.contact_id}", "pd-place"):
                        basic.text(entry.contact or "Somebody")
                    by = "" if entry.by == me else f" · {entry.by}"
                    what = timeline_step.title(touch, entry.contact)
                    basic.text(f"{what} · {theme.time_word(touch.moment, zone)}{by}", "pd-muted pd-small")
                    if touch.note:
                        basic.text(touch.note, "pd-pre pd-small")
