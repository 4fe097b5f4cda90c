"""Which campaign a touch is logged for: the one of the board, or one of those that run and hold the contact."""

from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.errors import NotFound
from app.models import CampaignStatus, User
from app.pages.core.shell import Purpose
from app.pages.core.tap import look
from app.pages.ui import basic
from app.services.campaigns import campaigns
from app.services.permissions import visibility
from app.services.permissions.visibility import Sight


class CampaignChoice:
    """A row of chips in a sheet; nothing where there is nothing to choose.

    `mine` says whether the contact is this person's own.
    """

    def __init__(self) -> None:
        self.chosen: UUID | None = None
        self.options: dict[UUID | None, str] = {}
        self.mine = True
        self.chips: dict[UUID | None, ui.button] = {}

    async def load(self, contact_id: UUID, purpose: Purpose | None) -> None:
        if purpose:
            self.options, self.chosen = {purpose.campaign_id: purpose.name}, purpose.campaign_id
            self.mine = purpose.may_be_none
            none = purpose.may_be_none
        else:
            found, self.mine = await look(lambda session, me: running_campaigns(session, me, contact_id))
            alone = len(found) == 1 or (found and not self.mine)
            self.options, self.chosen = found, next(iter(found)) if alone else None
            none = bool(found) and self.mine
        if none:
            # what is chosen stands first, where it is seen
            last: dict[UUID | None, str] = {None: "No campaign"}
            self.options = self.options | last if self.chosen else last | self.options

    def fix(self, campaign_id: UUID, *, mine: bool = True) -> None:
        """Nothing to choose: it is for this one."""
        self.options = {}
        self.chosen = campaign_id
        self.mine = mine

    def draw(self) -> None:
        if self.options:
            basic.heading("For campaign")
            with ui.element("div").mark("for-campaign"):
                self.chips = basic.chips(self.options, self.chosen, self.choose)

    def choose(self, campaign_id: UUID | None) -> None:
        self.chosen = campaign_id
        basic.mark_chip(self.chips, campaign_id)


def only_campaign(session: Session, me: User, contact_id: UUID) -> UUID | None:
    """The campaign that a touch with this contact is for by itself: the only one that runs and holds them."""
    found, _ = running_campaigns(session, me, contact_id)
    return next(iter(found)) if len(found) == 1 else None


def running_campaigns(session: Session, me: User, contact_id: UUID) -> tuple[dict[UUID | None, str], bool]:
    """The campaigns that run today and that this contact is in, as far as I work on them, and whether it is mine.

    A colleague's contact is reached for any campaign that is worked on, whatever its dates.
    """
    try:
        view = visibility.look(session, me, contact_id, noted=False)
    except NotFound:
        return {}, True
    day, mine = calendar_days.today(me.timezone), view.sight is Sight.OWNER
    found: dict[UUID | None, str] = {}
    for place in view.places:
        try:
            campaign = campaigns.seen(session, me, place.campaign_id)
        except NotFound:
            continue
        if campaign.status(day) is CampaignStatus.RUNNING or not (mine or campaign.archived_at):
            found[campaign.id] = campaign.name
    return found, mine
