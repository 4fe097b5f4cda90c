"""Likely duplicates of what is typed, shown above Save: open one, merge with it, or keep both."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.core.tap import look
from app.pages.ui import basic
from app.pages.ui.redraw import Memo
from app.services.contacts import duplicates
from app.services.contacts.duplicates import Duplicate, Typed


class DuplicatesPart:
    """Stands above Save. Whom one decided to keep beside the new one is not asked about again."""

    def __init__(self, on_open: Callable[[], Any], on_merge: Callable[[UUID], Any]) -> None:
        self.on_open = on_open
        self.on_merge = on_merge
        self.turn = 0
        self.kept: set[UUID] = set()
        with ui.element("div").props("aria-live=polite"):
            self.place = Memo("pd-twins")

    async def find(self, typed: dict[str, Any], but_not: UUID | None) -> None:
        """Look for those like what is typed so far, unless the form was left meanwhile."""
        if self.place.box.is_deleted:
            return
        self.turn += 1
        turn = self.turn
        with self.place.box:  # the field that was typed in may be gone by now
            found = await look(lambda session, me: find_similar(session, me, typed, but_not))
        if turn == self.turn:
            self.show(found)

    def undecided(self, found: list[Duplicate]) -> list[Duplicate]:
        return [twin for twin in found if twin.contact.id not in self.kept]

    def show(self, found: list[Duplicate]) -> None:
        left = self.undecided(found)
        self.place.show([twin.candidate for twin in left], lambda: self.draw(left))

    def draw(self, found: list[Duplicate]) -> None:
        if not found:
            return
        with ui.element("div").classes("pd-card pd-twin-card").mark("twins"):
            basic.text("You may already have this person", "pd-strong")
            for twin in found:
                contact = twin.contact
                with ui.element("div").classes("pd-twin"):
                    with ui.element("div").classes("pd-row-text"):
                        firm = contact.organisation.name if contact.organisation else ""
                        basic.text(" · ".join(filter(None, (contact.name, firm))), "pd-clip")
                        basic.text(twin.reason, "pd-small pd-muted pd-clip")
                    with basic.link(f"/contacts/{contact.id}", "pd-twin-act", label=f"Open {contact.name}") as anchor:
                        basic.text("Open")
                    anchor.on("click", self.on_open)
                    merge = basic.button("Merge", partial(self.on_merge, contact.id), "plain").classes("pd-twin-act")
                    merge.props["aria-label"] = f"Merge with {contact.name}"
            basic.button("Keep both", partial(self.keep_both, found), "soft").classes("full-width")

    def keep_both(self, found: list[Duplicate]) -> None:
        self.kept |= {twin.contact.id for twin in found}
        self.show(found)


def find_similar(session: Session, me: User, typed: dict[str, Any], but_not: UUID | None) -> list[Duplicate]:
    said = Typed(typed["name"], typed["emails"], typed["phones"], typed["organisation"], typed["linkedin_url"])
    return duplicates.find_duplicates(session, me, said, but_not=but_not)
