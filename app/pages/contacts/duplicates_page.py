"""Who may be twice in my bank, two by two: merged one by one, or remembered as two people."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Contact, User
from app.pages.contacts.parts import contact_rows
from app.pages.contacts.sheets.merge_sheet import MergeSheet
from app.pages.core import live_updates
from app.pages.core.screen import screen
from app.pages.core.shell import Shell
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.contacts import likely_duplicates
from app.services.contacts.likely_duplicates import LikelyPair
from app.signals import Topic

SHOWN = 50


@screen("Duplicates")
async def duplicates_page(shell: Shell) -> None:
    basic.title("Duplicates")
    basic.text("Contacts who may be one person.", "pd-muted pd-under-title")
    page = DuplicatePairs()
    await page.refresh()
    live_updates.on(page.refresh, Topic.CONTACT, owner=shell.me.id)


class DuplicatePairs:
    """The list, drawn again when any contact of mine changes."""

    def __init__(self) -> None:
        self.merge_sheet = MergeSheet()
        self.place = Memo()

    async def refresh(self) -> None:
        found = await look(likely_duplicates.find_pairs)
        if not self.place.box.is_deleted:
            facts = [(pair.one.id, pair.other.id, pair.one.version, pair.other.version) for pair in found]
            self.place.show(facts, lambda: self.draw(found))

    def draw(self, found: list[LikelyPair]) -> None:
        if not found:
            basic.empty(
                "users",
                "Nobody is here twice",
                "Contacts who share an address, a number, or a name and a firm appear here.",
            )
            return
        for pair in found[:SHOWN]:
            with ui.element("div").classes("pd-card pd-stack").props("role=group") as card:
                card.props["aria-label"] = f"{pair.one.name} and {pair.other.name}"
                basic.text(pair.reason, "pd-small pd-muted")
                for contact in (pair.one, pair.other):
                    draw_side(contact)
                with ui.element("div").classes("pd-line wrap"):
                    basic.button("Merge", partial(self.merge_sheet.open, pair.one.id, pair.other.id), "main")
                    basic.button("Not the same", partial(say_distinct, pair.one.id, pair.other.id), "soft")
        if len(found) > SHOWN:
            basic.text(f"and {len(found) - SHOWN:,} more", "pd-small pd-muted")


def draw_side(contact: Contact) -> None:
    with basic.link(f"/contacts/{contact.id}", "pd-row-main"):
        basic.avatar(contact.name, contact.warmness_score)
        with ui.element("span").classes("pd-row-text"):
            basic.text(contact.name, "pd-row-name")
            addresses = " · ".join(filter(None, (contact_rows.subtitle(contact), contact.email, contact.phone)))
            basic.text(addresses, "pd-row-sub pd-whole")


async def say_distinct(one_id: UUID, other_id: UUID) -> None:
    @tap
    def keep(session: Session, me: User) -> Confirmation:
        likely_duplicates.say_distinct(session, me, one_id, other_id)
        return Confirmation("They stay two contacts", lambda s, who: forget_distinct(s, who, one_id, other_id))

    await keep()


def forget_distinct(session: Session, who: User, one_id: UUID, other_id: UUID) -> str:
    likely_duplicates.forget_distinct(session, who, one_id, other_id)
    return "Listed again"
