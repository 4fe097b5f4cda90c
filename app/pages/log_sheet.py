"""The log sheet: one tap says what came of a touch, and what was promised next goes into the same step."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlmodel import Session

from app.models import WORDS, Activity, ActivityDraft, ActivityType, Outcome, User, now
from app.pages.for_campaign import ForCampaign, Purpose
from app.pages.parts import basic, touches
from app.pages.parts.sheet import Sheet
from app.pages.tap import Said, tap
from app.services import outreach, owed

FOLLOW_UPS = {0: "No follow-up", 1: "Tomorrow", 3: "In 3 days", 7: "In a week", 14: "In 2 weeks", 30: "In a month"}
MORNING = time(9, 0)


class LogSheet:
    """One sheet per page; `open` fills it for one contact."""

    def __init__(self, me: User, on_meeting: Callable[[UUID, str, Purpose | None], Any]) -> None:
        self.sheet = Sheet("Log a touch")
        self.campaign = ForCampaign()
        self.me, self.on_meeting = me, on_meeting
        self.typed: dict[str, Any] = {}

    async def open(
        self,
        contact_id: UUID,
        name: str,
        kind: ActivityType | None = None,
        *,
        planned: Activity | None = None,
        asked: bool = False,
        purpose: Purpose | None = None,
    ) -> None:
        """`planned` is the touch that this answers; `asked` when the app asks whether it happened.

        `purpose` is the campaign on whose board this began.
        """
        self.contact_id, self.name, self.planned, self.asked = contact_id, name, planned, asked
        self.kind = kind or ActivityType(self.me.default_type)
        self.days, self.typed = 0, {}
        self.purpose = purpose
        # what was planned for a campaign is answered for it
        if planned and planned.campaign_id:
            self.campaign.settle(planned.campaign_id)
        else:
            await self.campaign.ask(contact_id, purpose)
        self.draw()
        self.sheet.open()

    def draw(self) -> None:
        with self.sheet.fresh():
            basic.text("Did it happen?" if self.asked else "What came of it?", "pd-muted pd-small")
            basic.text(self.name, "pd-head-name pd-clip")
            basic.heading("Follow up")
            self.follow_ups = basic.chips(FOLLOW_UPS, self.days, self.promise)
            self.outcomes = ui.element("div").style("margin-top: 16px")
            self.answers()
            self.campaign.draw()
            basic.heading("What was it")
            self.kinds = basic.chips(WORDS, self.kind, self.choose_kind)
            self.extras()
            if self.asked:
                basic.button("It did not happen", self.forget, "plain").classes("full-width").style("margin-top: 10px")

    def answers(self) -> None:
        """What can have come of it; the rest of the sheet stays as it is, with what was typed."""
        self.outcomes.clear()
        with self.outcomes:
            touches.outcomes(self.kind, self.answer)
            if self.kind is ActivityType.MEETING:
                book = basic.button("Book a meeting", self.meet, "main", "calendar-plus")
                book.classes("full-width").style("margin-top: 10px")

    def meet(self) -> Any:
        return self.on_meeting(self.contact_id, self.name, self.purpose)

    def extras(self) -> None:
        with basic.expansion("Note, or another time"):
            note = ui.textarea("Note").props("outlined autogrow maxlength=5000").classes("pd-field")
            note.bind_value_to(self.typed, "note", strict=False)
            moment = ui.input("When it happened").props("outlined type=datetime-local stack-label").classes("pd-field")
            moment.bind_value_to(self.typed, "when", strict=False)

    def choose_kind(self, kind: ActivityType) -> None:
        self.kind = kind
        basic.mark_chip(self.kinds, kind)
        self.answers()

    def promise(self, days: int) -> None:
        self.days = days
        basic.mark_chip(self.follow_ups, days)

    async def answer(self, outcome: Outcome) -> None:
        log = tap(self.log)
        if await log(outcome):
            self.sheet.close()

    def log(self, session: Session, me: User, outcome: Outcome) -> Said:
        happened = _moment(self.typed.get("when"), me.timezone)
        facts: dict[str, Any] = {
            "outcome": outcome,
            "note": self.typed.get("note") or "",
            "campaign_id": self.campaign.chosen,
        }
        if self.planned:
            said = facts | {"done": True, "happened_at": happened or now()}
            outreach.change(session, me, self.planned.id, said)
            undo = partial(_plan_again, self.planned)
        else:
            draft = ActivityDraft(type=self.kind, happened_at=happened, **facts)
            undo = partial(_take_back, outreach.log(session, me, self.contact_id, draft))
        promised = self.promise_in(session, me)
        return Said(
            f"{WORDS[self.kind]} logged: {touches.word(outcome).lower()}",
            lambda s, who: _undone(s, who, undo, promised),
        )

    def promise_in(self, session: Session, me: User) -> Activity | None:
        """The follow-up, planned for the morning of its day in the same step."""
        if not self.days:
            return None
        day = now().astimezone(ZoneInfo(me.timezone)).date() + timedelta(days=self.days)
        due = datetime.combine(day, MORNING, ZoneInfo(me.timezone))
        return outreach.log(
            session,
            me,
            self.contact_id,
            ActivityDraft(type=ActivityType.CALL, campaign_id=self.campaign.chosen, due_date=due),
        )

    async def forget(self) -> None:
        @tap
        def dismiss(session: Session, me: User) -> str:
            owed.dismiss(session, me, self.contact_id)
            return "Nothing logged"

        if await dismiss():
            self.sheet.close()


def _undone(session: Session, who: User, undo: Callable[[Session, User], None], promised: Activity | None) -> str:
    """Undo means the whole step: the touch and what was promised with it."""
    undo(session, who)
    if promised:
        outreach.remove(session, who, promised.id)
    return "Taken back"


def _take_back(activity: Activity, session: Session, who: User) -> None:
    outreach.remove(session, who, activity.id)


def _plan_again(planned: Activity, session: Session, who: User) -> None:
    kept = planned.model_dump(include={"outcome", "note", "campaign_id"})
    before = kept | {"done": False, "happened_at": None}
    outreach.change(session, who, planned.id, before)


def _moment(typed: str | None, zone: str) -> datetime | None:
    return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)) if typed else None
