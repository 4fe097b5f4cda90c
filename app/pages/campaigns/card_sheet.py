"""A card of the board, opened: who it is, what was done for this campaign, and what can be done next."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import NotFound
from app.models import Campaign, Stage, User
from app.pages.activities.parts import touch_rows
from app.pages.campaigns.campaign_actions import move_card, remove_card
from app.pages.campaigns.parts import board_cards
from app.pages.core.shell import Purpose, Shell
from app.pages.core.tap import look
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services import policy
from app.services.activities import timeline
from app.services.activities.timeline import Entry, Filter
from app.services.campaigns import board
from app.services.campaigns.board import BoardCard

SHOWN = 20

Seen = tuple[BoardCard, list[Entry]]


class CardSheet:
    """One sheet per board. It shows what a member may see; the owner and golden tickets find the way to the contact's own page."""

    def __init__(self, shell: Shell, campaign: Campaign) -> None:
        self.sheet = Sheet("Contact on the board")
        self.shell, self.campaign = shell, campaign
        self.contact_id: UUID | None = None
        self.shown: object = None

    def ask(self, session: Session, me: User) -> Seen | None:
        if self.contact_id is None:
            return None
        try:
            card = board.card(session, me, self.campaign.id, self.contact_id)
        except NotFound:
            return None
        wanted = Filter(campaign_id=self.campaign.id, contact_id=self.contact_id)
        return card, timeline.feed(session, me, wanted, limit=SHOWN).items

    async def open(self, contact_id: UUID) -> None:
        self.contact_id, self.shown = contact_id, None
        if self.show(await look(self.ask)):
            self.sheet.open()

    async def renew(self) -> None:
        """News while it is open: a colleague moved the card, or logged a touch."""
        if self.sheet.is_open and not self.show(await look(self.ask)):
            self.sheet.close()

    def show(self, seen: Seen | None) -> bool:
        if seen:
            facts = (seen[0], [entry.activity.model_dump() for entry in seen[1]])
            if facts != self.shown:
                self.shown = facts
                self.draw(*seen)
        return seen is not None

    def draw(self, card: BoardCard, entries: list[Entry]) -> None:
        with self.sheet.fresh():
            with ui.element("div").classes("pd-head"):
                basic.avatar(card.name, card.warmness, "big")
                with ui.element("div").classes("pd-head-text"):
                    basic.text(card.name, "pd-head-name")
                    basic.text(board_cards.firm_and_owner(card, self.shell.me.id), "pd-muted")
                    basic.text(
                        f"Warmness {card.warmness} · {stage_words(card, self.shell.me.timezone)}", "pd-muted pd-small"
                    )
            self.acts(card)
            basic.heading("Move to")
            with ui.element("div").mark("move-to"):
                basic.chips(board_cards.STAGES, card.stage, lambda stage: self.move(card, stage), "pd-chips wrap")
            basic.heading("For this campaign")
            self.touches(entries)
            self.offer_leave(card)

    def offer_leave(self, card: BoardCard) -> None:
        """The owner, or whoever leads the campaign, takes a contact out; Undo puts it back as it stood."""
        if card.owner_id == self.shell.me.id or self.leads:
            leave = basic.button("Remove from campaign", partial(self.take_out, card), "bad", "user-minus")
            leave.classes("full-width")

    @property
    def leads(self) -> bool:
        return policy.may_manage_campaign(self.shell.me, self.campaign)

    def acts(self, card: BoardCard) -> None:
        with ui.element("div").classes("pd-quick"):
            for name, word, verb in (("check", "Log", self.log), ("calendar-plus", "Meeting", self.meet)):
                with ui.element("button").props("type=button").on("click", lambda verb=verb: verb(card), []):
                    basic.icon(name)
                    basic.text(word)
            if card.can_open:
                with basic.link(f"/contacts/{card.contact_id}"):
                    basic.icon("user")
                    basic.text("Open")

    def touches(self, entries: list[Entry]) -> None:
        for entry in entries:
            touch_rows.draw_touch(entry, self.shell.me.timezone, self.shell.me.name)
        if not entries:
            basic.text("No touch for this campaign yet.", "pd-muted")

    def purpose(self, card: BoardCard) -> Purpose:
        mine = card.owner_id == self.shell.me.id
        return Purpose(self.campaign.id, self.campaign.name, may_be_none=mine)

    async def log(self, card: BoardCard) -> None:
        self.sheet.close()
        await self.shell.log_touch(card.contact_id, card.name, purpose=self.purpose(card))

    async def meet(self, card: BoardCard) -> None:
        self.sheet.close()
        await self.shell.book_meeting(card.contact_id, card.name, self.purpose(card))

    async def move(self, card: BoardCard, stage: Stage) -> None:
        if stage is not card.stage and await move_card(self.campaign.id, card.contact_id, stage):
            self.sheet.close()

    async def take_out(self, card: BoardCard) -> None:
        if await remove_card(self.campaign.id, card.contact_id):
            self.sheet.close()


def stage_words(card: BoardCard, zone: str) -> str:
    ago = theme.ago(card.stage_at, zone)
    word = board_cards.STAGES[card.stage]
    return f"{word} since today" if ago == "today" else f"{word} for {ago}"
