"""The log sheet: one tap says what came of a touch, and what was promised next goes into the same step."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlmodel import Session

from app.models import ACTIVITY_LABELS, Activity, ActivityDraft, ActivityType, Outcome, User, now
from app.pages.activities import touch_actions
from app.pages.activities.campaign_choice import ForCampaign, Purpose
from app.pages.activities.parts import touch_rows
from app.pages.activities.referral_part import Referred
from app.pages.core.tap import Said, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.activities import activity_log, pending_outcomes

FOLLOW_UPS = {0: "No follow-up", 1: "Tomorrow", 3: "In 3 days", 7: "In a week", 14: "In 2 weeks", 30: "In a month"}
MORNING = time(9, 0)


class LogSheet:
    """One sheet per page; `open` fills it for one contact."""

    def __init__(
        self,
        me: User,
        on_meeting: Callable[[UUID, str, Purpose | None], Any],
        on_move: Callable[[Activity, str], Any],
    ) -> None:
        self.sheet = Sheet("Log a touch")
        self.campaign, self.referred = ForCampaign(), Referred()
        self.me, self.on_meeting, self.on_move = me, on_meeting, on_move
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
        self.referred.reset(contact_id, both_ways=planned is None)
        # what was planned for a campaign is answered for it
        if planned and planned.campaign_id:
            self.campaign.settle(planned.campaign_id, mine=purpose is None)
        else:
            await self.campaign.ask(contact_id, purpose)
        self.draw()
        self.sheet.open()

    def draw(self) -> None:
        with self.sheet.fresh():
            basic.text(self.question, "pd-muted pd-small")
            basic.text(self.name, "pd-head-name pd-clip")
            basic.heading("Follow up")
            self.follow_ups = basic.chips(FOLLOW_UPS, self.days, self.promise)
            self.outcomes = ui.element("div").style("margin-top: 16px")
            self.answers()
            self.campaign.draw()
            if not self.planned:
                basic.heading("What was it")
                self.kinds = basic.chips(ACTIVITY_LABELS, self.kind, self.choose_kind)
            self.extras()
            if self.asked:
                basic.button("It did not happen", self.forget, "plain").classes("full-width").style("margin-top: 10px")

    @property
    def question(self) -> str:
        if self.planned and self.kind is ActivityType.MEETING:
            return "How did the meeting go?"
        return "Did it happen?" if self.asked else "What came of it?"

    def answers(self) -> None:
        """What can have come of it; the rest of the sheet stays as it is, with what was typed."""
        self.outcomes.clear()
        with self.outcomes:
            if self.settles:
                self.referred.draw()
            touch_rows.outcomes(self.kind, self.answer)
            if self.kind is ActivityType.MEETING and not self.planned:
                book = basic.button("Book a meeting", self.meet, "main", "calendar-plus")
                book.classes("full-width").style("margin-top: 10px")
            elif not self.planned:
                self.only = basic.button("Only plan it, nothing happened yet", self.only_plan, "plain", "clock")
                self.only.classes("full-width").style("margin-top: 6px").set_visibility(bool(self.days))

    def meet(self) -> Any:
        return self.on_meeting(self.contact_id, self.name, self.purpose)

    def extras(self) -> None:
        with basic.expansion("Note, or another time"):
            note = ui.textarea("Note").props("outlined autogrow maxlength=5000").classes("pd-field")
            note.bind_value_to(self.typed, "note", strict=False)
            subject = ui.input("Subject", placeholder="Made from the kind, the name and the outcome")
            subject.props("outlined maxlength=200 stack-label autocomplete=off").classes("pd-field")
            subject.bind_value_to(self.typed, "subject", strict=False)
            moment = ui.input("When it happened").props("outlined type=datetime-local stack-label").classes("pd-field")
            moment.bind_value_to(self.typed, "when", strict=False)

    def choose_kind(self, kind: ActivityType) -> None:
        self.kind = kind
        basic.mark_chip(self.kinds, kind)
        self.answers()

    def promise(self, days: int) -> None:
        self.days = days
        basic.mark_chip(self.follow_ups, days)
        if not self.planned and self.kind is not ActivityType.MEETING:
            self.only.set_visibility(bool(days))

    async def answer(self, outcome: Outcome) -> None:
        if self.planned and outcome is Outcome.MOVED and not self.planned.done:
            self.sheet.close()
            await self.on_move(self.planned, self.name)
        elif await tap(self.log)(outcome):
            self.me.default_type = self.kind.value
            self.sheet.close()

    def log(self, session: Session, me: User, outcome: Outcome) -> Said:
        facts = {name: self.typed[name] for name in ("note", "subject") if self.typed.get(name)}
        facts |= {"campaign_id": self.campaign.chosen, "happened_at": _moment(self.typed.get("when"), me.timezone)}
        if self.planned:
            touch = touch_actions.finish(session, me, self.planned, outcome, **facts)
        else:
            draft = ActivityDraft.model_validate({"type": self.kind, "outcome": outcome} | facts)
            touch = activity_log.log(session, me, self.referred.by_id if self.settles else self.contact_id, draft)
        thanks = self.referred.settle(session, me, touch) if self.settles else None
        promised = [one for one in (thanks, self.promise_in(session, me, ActivityType.CALL)) if one]
        said = f"{ACTIVITY_LABELS[self.kind]} logged: {touch_rows.word(outcome, self.kind).lower()}"
        return Said(said, self.undo(touch, promised))

    @property
    def settles(self) -> bool:
        """Who brought whom is said of my own contacts."""
        return self.kind is ActivityType.REFERRAL and self.campaign.mine

    def undo(self, touch: Activity, promised: list[Activity]) -> Callable[[Session, User], str]:
        """Undo means the whole step: the touch and what was promised with it."""
        planned = self.planned

        def back(session: Session, who: User) -> str:
            if planned:
                touch_actions.plan_again(session, who, planned)
            else:
                activity_log.remove(session, who, touch.id)
            for one in promised:
                activity_log.remove(session, who, one.id)
            return "Taken back"

        return back

    def promise_in(self, session: Session, me: User, kind: ActivityType) -> Activity | None:
        """The follow-up, planned for the morning of its day."""
        if not self.days:
            return None
        day = now().astimezone(ZoneInfo(me.timezone)).date() + timedelta(days=self.days)
        due = datetime.combine(day, MORNING, ZoneInfo(me.timezone))
        draft = ActivityDraft(type=kind, campaign_id=self.campaign.chosen, due_date=due)
        return activity_log.log(session, me, self.contact_id, draft)

    async def only_plan(self) -> None:
        @tap
        def plan(session: Session, me: User) -> Said | None:
            planned = self.promise_in(session, me, self.kind)
            if planned is None or planned.due_date is None:
                return None
            day = theme.inside(theme.day_word(planned.due_date, me.timezone))
            return Said(f"{ACTIVITY_LABELS[self.kind]} planned for {day}", self.undo(planned, []))

        if await plan():
            self.sheet.close()

    async def forget(self) -> None:
        @tap
        def dismiss(session: Session, me: User) -> str:
            pending_outcomes.dismiss(session, me, self.contact_id)
            return "Nothing logged"

        if await dismiss():
            self.sheet.close()


def _moment(typed: str | None, zone: str) -> datetime | None:
    return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone)) if typed else None
