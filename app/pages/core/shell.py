"""What a screen may ask of the frame around it, so that screens need not know the frame (app/pages/shell/frame.py)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from app.models import Activity, ActivityType, Contact, Outcome, User
from app.pages.core.dependencies import Dependencies
from app.services.activities.timeline import Entry


@dataclass(frozen=True)
class Purpose:
    """The campaign whose board a touch begins on: it is logged for that campaign.

    Only for a contact of one's own it `may_be_none`: a colleague's contact is reached for the campaign or not at all.
    """

    campaign_id: UUID
    name: str
    may_be_none: bool


class Shell(Protocol):
    """`me` holds values for words and times, never rights; `templates` is whether I have e-mail templates."""

    me: User
    dependencies: Dependencies
    templates: bool

    async def log(self, contact: Contact) -> None:
        """Open the log sheet for a touch with this contact."""

    async def log_touch(
        self,
        contact_id: UUID,
        name: str,
        kind: ActivityType | None = None,
        *,
        planned: Activity | None = None,
        asked: bool = False,
        purpose: Purpose | None = None,
    ) -> None:
        """Open the log sheet; `planned` is the touch that it answers, `asked` when the app asks whether it happened."""

    async def meet(self, contact: Contact) -> None:
        """Open the meeting sheet for this contact."""

    async def book_meeting(self, contact_id: UUID, name: str, purpose: Purpose | None = None) -> None:
        """Open the meeting sheet, for this campaign if there is one."""

    def move_meeting(self, meeting: Activity, name: str) -> None:
        """Open the meeting sheet to give this meeting, or another planned touch, a new time."""

    async def answer(self, contact_id: UUID, name: str, planned: Activity) -> None:
        """Open the log sheet to say what came of a planned touch."""

    async def answer_asked(self, contact: Contact, kind: ActivityType, outcome: Outcome) -> None:
        """Log what the app asked whether it happened, with one tap."""

    async def plan(self, contact: Contact) -> None:
        """Open the sheet in which the next call is planned."""

    async def edit_touch(self, entry: Entry) -> None:
        """Open the sheet in which a touch is changed or deleted."""

    async def reach(self, contact: Contact, kind: ActivityType) -> None:
        """Remember that the phone's own app was opened for this contact, so that the outcome is asked for."""

    @property
    def writes(self) -> Callable[..., Awaitable[None]] | None:
        """Opens the choice of an e-mail template; None for whoever has none."""

    async def add(self) -> None:
        """Open the contact sheet for a new contact."""

    async def add_named(self, name: str) -> None:
        """The same, with the name that was searched for."""

    async def add_introduced(self, introduction_id: UUID, facts: dict[str, Any], then: Callable[..., Any]) -> None:
        """The same, with the facts of whom an introduction leads to; `then` is done once they are saved."""

    async def edit_contact(self, contact: Contact) -> None:
        """Open the contact sheet for this one."""

    async def merge(self, keep_id: UUID, drop_id: UUID, on_done: Callable[[UUID], Any] | None = None) -> None:
        """Open two contacts of mine side by side, to be made one; `on_done` is told the id of the one that stays."""
