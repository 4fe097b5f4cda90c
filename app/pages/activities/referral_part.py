"""Who brought whom: the part of a sheet in which the other contact of a referral is found, or left open."""

from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Activity, Outcome, User
from app.pages.contacts.sheets.contact_search import ContactSearch
from app.pages.ui import basic
from app.services.activities import referrals

SHOWN = 4
DIRECTIONS = {True: "They brought somebody", False: "Somebody brought them"}
NOBODY = "No matches. Log it open, and say later who it was."

# id and name
Other = tuple[UUID, str]


class ReferralPart:
    """Drawn where it is made. `contact_id` is whom the sheet is about, `other` the one who was brought or who brought them.

    `gave` says whether `contact_id` brought the other one. With `both_ways` the person may turn that round.
    """

    def __init__(self, contact_id: UUID, other: Other | None = None, *, both_ways: bool) -> None:
        self.contact_id = contact_id
        self.other = other
        self.gave = True
        self.wishes: dict[str, Any] = {"thanks": True}
        basic.heading("Who brought whom")
        self.directions = basic.chips(DIRECTIONS, self.gave, self.choose_direction) if both_ways else {}
        self.box = ui.element("div").classes("pd-referred").mark("referred")
        self.draw_other()
        if both_ways:
            thanks = ui.switch("Remind me to say thank you", value=True)
            thanks.bind_value_to(self.wishes, "thanks", strict=False)

    def choose_direction(self, gave: bool) -> None:
        self.gave = gave
        basic.mark_chip(self.directions, gave)

    def draw_other(self) -> None:
        self.box.clear()
        with self.box:
            if self.other:
                with ui.element("div").classes("pd-line"):
                    basic.icon("handshake")
                    basic.text(self.other[1], "pd-strong pd-grow pd-clip")
                    basic.icon_button("x", f"Not {self.other[1]}", lambda: self.set_other(None))
            else:
                ContactSearch(
                    lambda contact: self.set_other((contact.id, contact.name)),
                    lambda: basic.text(NOBODY, "pd-muted pd-small"),
                    but_not=self.contact_id,
                    limit=SHOWN,
                    label="Who was it",
                    hint="Search my contacts, or leave it open",
                    shows_all=False,
                )

    def set_other(self, other: Other | None) -> None:
        self.other = other
        self.draw_other()

    @property
    def giver_id(self) -> UUID:
        """With whom the referral is logged: whoever brought somebody."""
        return self.contact_id if self.gave or not self.other else self.other[0]

    def save(self, session: Session, me: User, touch: Activity) -> Activity | None:
        """Link the two contacts and plan the thanks; returns what was planned."""
        brought = None
        if self.other:
            brought = self.other[0] if self.gave else self.contact_id
            referrals.link(session, me, touch.id, brought)
        if touch.outcome is not Outcome.INTRODUCED or not self.wishes["thanks"]:
            return None
        return referrals.thank(session, me, self.giver_id, brought)
