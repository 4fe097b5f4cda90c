"""The campaigns of a contact: chips that lead to the boards, and one tap onto another one."""

from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.errors import NotFound
from app.models import Campaign, CampaignStatus, Contact, User
from app.pages.campaigns.campaign_actions import undo_of
from app.pages.campaigns.parts import board_cards, campaign_cards
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.services.campaigns import bulk_moves, campaigns, listing
from app.services.campaigns.listing import Wanted
from app.services.permissions import visibility
from app.services.permissions.visibility import Place

MOST = 50


class CampaignsPart:
    """Drawn where the caller stands, again whenever the contact changes; its sheet lives as long as the panel."""

    def __init__(self) -> None:
        self.sheet = Sheet("Add to campaign")

    def draw(self, contact: Contact, places: list[Place]) -> None:
        with ui.element("div").classes("pd-places"):
            for place in places:
                with basic.link(f"/campaigns/{place.campaign_id}", "pd-chip"):
                    basic.icon("target")
                    basic.text(place.campaign, "pd-clip")
                    basic.text(board_cards.STAGES[place.stage], "pd-muted")
            basic.button("Add to campaign", lambda: self.open(contact, places), "plain", "plus")

    async def open(self, contact: Contact, places: list[Place]) -> None:
        inside = {place.campaign_id for place in places}
        there = [campaign for campaign in await look(open_campaigns) if campaign.id not in inside]
        with self.sheet.fresh():
            basic.text("Add to campaign", "pd-h1")
            basic.text(contact.name, "pd-muted pd-clip").style("margin-bottom: 8px")
            for campaign in there:
                days = campaign_cards.span_words(campaign.start_date, campaign.end_date)
                pickers.draw_choice(campaign.name, days, "target", partial(self.add, contact.id, campaign.id))
            if not there:
                hint = "You work on no other campaign that runs or is planned."
                basic.empty("target", "No campaign to add to", hint, "All campaigns", _to_all)
        self.sheet.open()

    async def add(self, contact_id: UUID, campaign_id: UUID) -> None:
        if await add_to_campaign(contact_id, campaign_id):
            self.sheet.close()


def open_campaigns(session: Session, me: User) -> list[Campaign]:
    """The campaigns that take new contacts: those that run or are planned, and that I work on."""
    day = calendar_days.today(me.timezone)
    found = listing.listed(session, me, Wanted(mine=True, sort="newest"), day, MOST).items
    return [card.campaign for card in found if card.campaign.status(day) is not CampaignStatus.ENDED]


def visible_places(session: Session, me: User, contact: Contact) -> list[Place]:
    """Where the contact is, as far as I may look there."""
    places = visibility.places(session, me, [contact])[contact.id]
    there = visibility.reachable(session, me, [place.campaign_id for place in places])
    return [place for place in places if place.campaign_id in there]


@tap
def add_to_campaign(session: Session, me: User, contact_id: UUID, campaign_id: UUID) -> Confirmation:
    name = campaigns.seen(session, me, campaign_id).name
    (became,), undo_id = bulk_moves.assign(session, me, campaign_id, [contact_id])
    if became.status == "not_found":
        raise NotFound
    words = f"On the board of {name}." if became.warning else f"On the board of {name}"
    return Confirmation(" ".join(filter(None, (words, became.warning))), undo_of(undo_id))


def _to_all() -> None:
    ui.navigate.to("/campaigns")
