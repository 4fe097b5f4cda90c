"""A push by hand: the plan, on demand after a search in Pipedrive, and then the receipt."""

import asyncio
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app.errors import Refusal
from app.models import Trigger, User
from app.pages.core.tap import look, tap
from app.pages.pipedrive.push_details_sheet import PushActions, PushDetailsSheet
from app.pages.ui import basic, toast
from app.pages.ui.bottom_sheet import Sheet
from app.services.pipedrive import manual_push
from app.services.pipedrive.manual_push import LookUp, Plan, SearchResult
from app.services.push_queue import push_jobs

KNOWN = "This is what we know here."
COST = "A look costs up to {} of the firm’s tokens for today."
LOOKED = "Looked up in Pipedrive just now."
ALL_KNOWN = "All of it is linked already."

Preview = tuple[Trigger, Plan]


class PushPreviewSheet:
    """Made once per contact panel. After the push the same sheet shows the receipt, live."""

    def __init__(self, zone: str, contact_id: UUID, actions: PushActions, ask_pipedrive: LookUp) -> None:
        self.ask_pipedrive = ask_pipedrive
        self.sheet = Sheet("Push to Pipedrive")
        self.details = PushDetailsSheet(zone, actions, self.sheet)
        self.contact_id = contact_id

    async def open(self, name: str) -> None:
        self.details.close()
        self.draw(name, await self.load(None))
        self.sheet.open()

    async def load(self, found: SearchResult | None) -> Preview:
        """What a push would do now; `found` is what a look into Pipedrive found."""

        def ask(session: Session, me: User) -> Preview:
            trigger = manual_push.best_trigger(session, me, self.contact_id)
            return trigger, manual_push.plan(session, me, self.contact_id, trigger, found)

        return await look(ask)

    def draw(self, name: str, preview: Preview) -> None:
        trigger, plan = preview
        with self.sheet.fresh():
            basic.text("Push to Pipedrive", "pd-muted pd-small")
            basic.text(name, "pd-head-name pd-clip")
            if not plan.ready:
                basic.text(push_jobs.NO_KEY, "pd-card pd-notice wait").style("margin-top: 12px")
            basic.text(plan.sentence, "pd-plan").mark("plan")
            basic.text(source_words(plan), "pd-muted pd-small")
            with ui.element("div").classes("pd-foot pd-stack"):
                if plan.ready and plan.tokens and not plan.looked:
                    look_first = basic.button("Check for duplicates first", None, "soft", "search")
                    look_first.classes("full-width").on_click(lambda: self.look_up(name, look_first))
                push = basic.button("Push", lambda: self.push(trigger), "main", "send")
                push.classes("full-width")

    async def look_up(self, name: str, button: ui.button) -> None:
        """Ask Pipedrive while no transaction is open; a search costs tokens, so only when somebody wants it."""
        page = ui.context.client
        button.props("loading")
        try:
            wanted = await look(lambda session, me: manual_push.wanted(session, me, self.contact_id))
            found = await asyncio.to_thread(self.ask_pipedrive, wanted)
            self.draw(name, await self.load(found))
        except Refusal as refusal:
            toast.show(page, str(refusal), "no")
            button.props(remove="loading")

    async def push(self, trigger: Trigger) -> None:
        queued: list[UUID] = []

        @tap
        def work(session: Session, me: User) -> str:
            queued.append(manual_push.push(session, me, self.contact_id, trigger).id)
            return "On its way to Pipedrive" if push_jobs.has_connection(session, me) else push_jobs.NO_KEY

        if await work():
            await self.details.open(queued[-1])


def source_words(plan: Plan) -> str:
    """Where the plan comes from, and what it would cost to know better."""
    if plan.looked or not plan.tokens:
        return LOOKED if plan.looked else ALL_KNOWN
    return f"{KNOWN} {COST.format(plan.tokens)}" if plan.ready else KNOWN
