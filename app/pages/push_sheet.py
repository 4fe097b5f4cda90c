"""Before a push by hand: what it would do, on demand after a look into Pipedrive; after it, what it did."""

import asyncio
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import Trigger, User
from app.pages import border
from app.pages.parts import basic, toast
from app.pages.parts.sheet import Sheet
from app.pages.sync_sheet import ItemSheet, PushVerbs
from app.pages.tap import look, tap
from app.services import pushes, syncs
from app.services.pushes import Found, Plan, Wanted

KNOWN = "From what we know; nobody has looked in Pipedrive for this yet."
COST = "A look costs up to {} of the firm’s tokens of today."
LOOKED = "Looked up in Pipedrive just now."
ALL_KNOWN = "All of it is linked already."


class PushSheet:
    """Made once per contact panel. Its second half is the receipt, live."""

    def __init__(self, zone: str, contact_id: UUID, verbs: PushVerbs) -> None:
        self.sheet = Sheet("Push to Pipedrive")
        self.item = ItemSheet(zone, verbs, self.sheet)
        self.contact_id, self.name = contact_id, ""
        self.trigger, self.found = Trigger.MANUAL, None

    trigger: Trigger
    found: Found | None

    async def open(self, name: str) -> None:
        self.name, self.found = name, None
        self.item.close()
        self.draw(await look(self.ask))
        self.sheet.open()

    def ask(self, session: Session, me: User) -> Plan:
        self.trigger = pushes.best_trigger(session, me, self.contact_id)
        return pushes.plan(session, me, self.contact_id, self.trigger, self.found)

    def draw(self, plan: Plan) -> None:
        with self.sheet.fresh():
            basic.text("Push to Pipedrive", "pd-muted pd-small")
            basic.text(self.name, "pd-head-name pd-clip")
            if not plan.ready:
                basic.text(syncs.NO_KEY, "pd-card pd-notice wait").style("margin-top: 12px")
            basic.text(plan.sentence, "pd-plan").mark("plan")
            basic.text(source(plan), "pd-muted pd-small")
            with ui.element("div").classes("pd-foot pd-stack"):
                if plan.ready and plan.tokens and border.look_up and not plan.looked:
                    self.looking = basic.button("Look in Pipedrive first", self.look_up, "soft", "search")
                    self.looking.classes("full-width")
                basic.button("Push", self.push, "main", "send").classes("full-width")

    async def look_up(self) -> None:
        """Ask Pipedrive while no transaction is open; a search costs tokens, so only when somebody wants it."""
        assert border.look_up
        page = ui.context.client
        self.looking.props("loading")
        try:
            self.found = await asyncio.to_thread(border.look_up, await look(self.wanted))
            self.draw(await look(self.ask))
        except Refusal as refusal:
            toast.show(page, str(refusal), "no")
            self.looking.props(remove="loading")

    def wanted(self, session: Session, me: User) -> Wanted:
        return pushes.wanted(session, me, self.contact_id)

    async def push(self) -> None:
        asked: list[UUID] = []

        @tap
        def go(session: Session, me: User) -> str:
            asked.append(pushes.push(session, me, self.contact_id, self.trigger).id)
            return "On its way to Pipedrive" if syncs.has_line(session, me) else syncs.NO_KEY

        if await go():
            await self.item.open(asked[-1])


def source(plan: Plan) -> str:
    """Where the plan comes from, and what it would cost to know better."""
    if plan.looked or not plan.tokens:
        return LOOKED if plan.looked else ALL_KNOWN
    return f"{KNOWN} {COST.format(plan.tokens)}" if plan.ready else KNOWN
