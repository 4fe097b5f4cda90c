"""Starting a campaign, changing it, or starting one from another: the facts, the goals, and who works on it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.models import Campaign, CampaignDraft, User
from app.pages.core.tap import Confirmation, look, tap
from app.pages.ui import basic, form, pickers
from app.pages.ui.bottom_sheet import Sheet
from app.services.accounts import users
from app.services.campaigns import campaigns, listing
from app.services.campaigns.listing import PickLists

FACTS = {
    "name",
    "description",
    "sector",
    "theme",
    "start_date",
    "end_date",
    "goal_touches",
    "goal_meetings",
    "leaderboard",
}


@dataclass(frozen=True)
class CampaignRequest:
    """What the sheet is opened for: a new campaign, one to change, or one whose facts a new one takes.

    `colleagues` may be members; `members` are those that are ticked at first, `owner_id` always is one.
    """

    campaign: Campaign | None
    as_copy: bool
    lists: PickLists
    colleagues: list[User]
    members: frozenset[UUID]
    owner_id: UUID

    @property
    def edited(self) -> Campaign | None:
        """The campaign that is changed, if it is not a new one."""
        return None if self.as_copy else self.campaign

    def facts(self) -> dict[str, Any]:
        """What the fields show at first."""
        facts = _facts(self.campaign) if self.campaign else {}
        if self.as_copy:
            facts |= {"name": f"{facts['name'][:150]} (copy)", "start_date": None, "end_date": None}
        return facts


class CampaignSheet:
    """One sheet per page: empty for a new campaign, filled for one that is there or that is copied."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Campaign")
        self.me = me

    async def open(self, campaign: Campaign | None = None, *, as_copy: bool = False) -> None:
        """With a campaign: change it, or take its facts for a new one."""

        def ask(session: Session, me: User) -> tuple[PickLists, list[User], set[UUID]]:
            inside = {user.id for user in campaigns.members(session, me, campaign.id)} if campaign else {me.id}
            return listing.pick_lists(session, me), users.colleagues(session, me), inside

        lists, colleagues, members = await look(ask)
        able = [user for user in colleagues if user.active or user.id in members]
        owner_id = campaign.owner_id if campaign and not as_copy else self.me.id
        request = CampaignRequest(campaign, as_copy, lists, able, frozenset(members), owner_id)
        with self.sheet.fresh(_draft_of(request)):
            CampaignForm(self.sheet, request)
        self.sheet.open()


class CampaignForm:
    """The facts, the goals and who works on it, drawn where it is made."""

    def __init__(self, sheet: Sheet, request: CampaignRequest) -> None:
        self.sheet = sheet
        self.request = request
        self.typed = request.facts()
        self.members = set(request.members)
        with ui.element("form").classes("pd-stack").props("novalidate").on("submit.prevent", self.save):
            basic.text("Edit campaign" if request.edited else "New campaign", "pd-h1")
            focus = "" if request.campaign else "autofocus"
            form.field(self.typed, CampaignDraft, "name", "Name", props="autocomplete=off").props(focus)
            with ui.element("div").classes("pd-pair"):
                pickers.draw_remembered_field(self.typed, CampaignDraft, "sector", "Sector", request.lists.sectors)
                pickers.draw_remembered_field(self.typed, CampaignDraft, "theme", "Theme", request.lists.themes)
            with ui.element("div").classes("pd-pair pd-dates"):
                form.field(self.typed, CampaignDraft, "start_date", "Starts", props="type=date stack-label")
                form.field(self.typed, CampaignDraft, "end_date", "Ends", props="type=date stack-label")
            with ui.element("div").classes("pd-pair pd-dates"):
                self.number("goal_touches", "Goal: touches")
                self.number("goal_meetings", "Goal: meetings")
            form.field(self.typed, CampaignDraft, "description", "What it is about", area=True, props="autogrow")
            with basic.expansion("Who works on it"):
                for user in request.colleagues:
                    self.member(user)
            self.duplicates = ui.element("div").classes("pd-twins")
            with ui.element("div").classes("pd-foot"):
                word = "Save" if request.edited else "Start campaign"
                basic.button(word, None, "main").props("type=submit").classes("full-width").mark("save")

    def number(self, name: str, label: str) -> None:
        box = ui.number(label, value=self.typed.get(name), min=0, precision=0).props("outlined inputmode=numeric")
        box.classes("pd-field").mark(name).bind_value_to(self.typed, name, strict=False)

    def member(self, user: User) -> None:
        leads = user.id == self.request.owner_id
        hint = "Owner" if leads else "" if user.active else "Disabled"
        row = pickers.choice(user.name, hint, user.id in self.members or leads, lambda: self.toggle(user.id, row))
        row.props("disabled" if leads else "")

    def toggle(self, user_id: UUID, row: ui.element) -> None:
        self.members ^= {user_id}
        pickers.mark(row, user_id in self.members)

    async def save(self) -> None:
        if self.request.edited:
            if await self.change(self.request.edited):
                self.sheet.close()
        else:
            await self.add(keep_both=False)

    async def change(self, campaign: Campaign) -> bool:
        @tap
        def work(session: Session, me: User) -> Confirmation:
            before = _facts(campaign) | {"member_ids": _ids(campaigns.members(session, me, campaign.id))}
            campaigns.change(session, me, campaign.id, self.facts(), version=campaign.version)
            return Confirmation("Saved", lambda s, who: _as_before(s, who, campaign.id, before))

        return await work()

    async def add(self, *, keep_both: bool) -> None:
        made: list[UUID] = []
        twins: list[Campaign] = []

        @tap
        def work(session: Session, me: User) -> str | None:
            draft = CampaignDraft.model_validate(self.facts())
            if not keep_both:
                twins.extend(campaigns.same_name(session, me, draft.name))
            if twins:
                return None
            made.append(campaigns.add(session, me, draft).id)
            return f"{draft.name} is started"

        await work()
        self.show_duplicates(twins)
        if made:
            self.sheet.close()
            ui.navigate.to(f"/campaigns/{made[0]}")

    def show_duplicates(self, found: list[Campaign]) -> None:
        """The name is taken; the person decides, and nothing typed is lost."""
        self.duplicates.clear()
        if not found:
            return
        with self.duplicates, ui.element("div").classes("pd-card"):
            basic.text("There is already a campaign with this name", "pd-strong")
            for twin in found:
                with basic.link(f"/campaigns/{twin.id}", "pd-fact").on("click", self.sheet.close):
                    basic.icon("target")
                    basic.text(twin.name)
            basic.button("Start it all the same", lambda: self.add(keep_both=True))
        ui.run_javascript("document.querySelector('.pd-twins').scrollIntoView({block: 'center'})")

    def facts(self) -> dict[str, Any]:
        """What was typed, as the draft wants it: whole numbers, days, and nothing where a field was emptied."""
        goals = {name: int(self.typed[name]) if self.typed.get(name) is not None else None for name in GOALS}
        days = {name: self.typed.get(name) or None for name in ("start_date", "end_date")}
        words = {name: self.typed.get(name) or "" for name in ("name", "description", "sector", "theme")}
        kept = {name: self.typed[name] for name in ("leaderboard",) if name in self.typed}
        return {**words, **days, **goals, **kept, "member_ids": list(self.members | {self.request.owner_id})}


GOALS = ("goal_touches", "goal_meetings")


def _draft_of(request: CampaignRequest) -> str:
    """A copy is none of the campaign's own edits."""
    if request.campaign is None:
        return "new"
    return f"copy of {request.campaign.id}" if request.as_copy else str(request.campaign.id)


def _facts(campaign: Campaign) -> dict[str, Any]:
    facts = campaign.model_dump(include=FACTS)
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def _ids(users: list[User]) -> list[UUID]:
    return [user.id for user in users]


def _as_before(session: Session, who: User, campaign_id: UUID, before: dict[str, Any]) -> str:
    campaigns.change(session, who, campaign_id, before)
    return "As it was before"
