"""One more chip for the contact bank: only those in one campaign."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import User
from app.pages.parts import camps
from app.pages.tap import look
from app.services import campaigns
from app.services.campaigns import Wanted

MOST = 50

Choose = Callable[[UUID | None], Awaitable[None]]


def parsed(typed: str) -> UUID | None:
    """What the address says, if it is an id at all."""
    try:
        return UUID(typed)
    except ValueError:
        return None


async def campaign_chip(chosen: UUID | None, on_choose: Choose) -> Callable[[UUID | None], None]:
    """Drawn where the caller stands, unless there is no campaign; hands back what marks another choice."""
    names = await look(_mine)
    chip = ui.button("", color=None).props("flat no-caps aria-haspopup=menu").mark("campaign-filter")

    def show(campaign_id: UUID | None) -> None:
        chip.set_text(names.get(campaign_id, "In that campaign") if campaign_id else "In a campaign")
        chip.classes(add="on" if campaign_id else "", remove="" if campaign_id else "on")

    async def choose(campaign_id: UUID | None) -> None:
        show(campaign_id)
        await on_choose(campaign_id)

    with chip, ui.menu().props("auto-close"):
        ui.menu_item("In any campaign or none", partial(choose, None))
        for campaign_id, name in names.items():
            ui.menu_item(name, partial(choose, campaign_id))
    show(chosen)
    chip.set_visibility(bool(names))
    return show


def _mine(session: Session, me: User) -> dict[UUID, str]:
    found = campaigns.listed(session, me, Wanted(sort="newest"), camps.today(me.timezone), MOST).items
    return {card.campaign.id: card.campaign.name for card in found}
