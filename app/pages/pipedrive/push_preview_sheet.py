"""Before a push by hand: what it would do, on demand after a look into Pipedrive; after it, what it did."""

import asyncio
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import Trigger, User
from app.pages.core.tap import look, tap
from app.pages.pipedrive.push_details_sheet import ItemSheet, PushVerbs
from app.pages.ui import basic, toast
from app.pages.ui.bottom_sheet import Sheet
from app.services.pipedrive import manual_push
from app.services.pipedrive.manual_push import Found, LookUp, Plan, Wanted
from app.services.push_queue import push_jobs

KNOWN = "From what we know; nobody has looked in Pipedrive for this yet."
COST = "A look costs up to {} of the firm’s tokens of today."
LOOKED = "Looked up in Pipedrive just now."
ALL_KNOWN = "All of it is linked already."


class PushSheet:
    """Made once per contact panel. Its second half is the receipt, live."""

    def __init__(self, zone: str, contact_id: UUID, verbs: PushVerbs, ask_pipedrive: LookUp) -> None:
        self.ask_pipedrive = ask_pipedrive
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
        self.trigger = manual_push.best_trigger(session, me, self.contact_id)
        return manual_push.plan(session, me, self.contact_id, self.trigger, self.found)

    def draw(self, plan: Plan) -> None:
        with self.sheet.fresh():
            basic.text("Push to Pipedrive", "pd-muted pd-small")
            basic.text(self.name, "pd-head-name pd-clip")
            if not plan.ready:
                basic.text(push_jobs.NO_KEY, "pd-card pd-notice wait").style("margin-top: 12px")
            basic.text(plan.sentence, "pd-plan").mark("plan")
            basic.text(source(plan), "pd-muted pd-small")
            with ui.element("div").classes("pd-foot pd-stack"):
                if plan.ready and plan.tokens and not plan.looked:
                    self.looking = basic.button("Look in Pipedrive first", self.look_up, "soft", "search")
                    self.looking.classes("full-width")
                basic.button("Push", self.push, "main", "send").classes("full-width")

    async def look_up(self) -> None:
        """Ask Pipedrive while no transaction is open; a search costs tokens, so only when somebody wants it."""
        page = ui.context.client
        self.looking.props("loading")
        try:
            self.found = await asyncio.to_thread(self.ask_pipedrive, await look(self.wanted))
            self.draw(await look(self.ask))
        except Refusal as refusal:
            toast.show(page, str(refusal), "no")
            self.looking.props(remove="loading")

    def wanted(self, session: Session, me: User) -> Wanted:
        return manual_push.wanted(session, me, self.contact_id)

    async def push(self) -> None:
        asked: list[UUID] = []

        @tap
        def go(session: Session, me: User) -> str:
            asked.append(manual_push.push(session, me, self.contact_id, self.trigger).id)
            return "On its way to Pipedrive" if push_jobs.has_connection(session, me) else push_jobs.NO_KEY

        if await go():
            await self.item.open(asked[-1])


def source(plan: Plan) -> str:
    """Where the plan comes from, and what it would cost to know better."""
    if plan.looked or not plan.tokens:
        return LOOKED if plan.looked else ALL_KNOWN
    return f"{KNOWN} {COST.format(plan.tokens)}" if plan.ready else KNOWN
