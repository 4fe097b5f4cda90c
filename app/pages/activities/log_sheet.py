"""The log sheet: one tap logs a touch with its outcome, and plans the follow-up in the same step."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import ACTIVITY_LABELS, Activity, ActivityDraft, ActivityType, Contact, Outcome, User
from app.pages.activities import touch_actions
from app.pages.activities.campaign_choice import CampaignChoice, only_campaign
from app.pages.activities.follow_up_sheet import FollowUpSheet, Logged, follow_up_days, plan_follow_up
from app.pages.activities.log_request import LogRequest
from app.pages.activities.parts import touch_rows
from app.pages.activities.referral_part import ReferralPart
from app.pages.core.shell import Purpose
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.day_chips import DayChips
from app.services.activities import activity_log, pending_outcomes, settled_plans


class LogSheet:
    """One sheet per page; `open` fills it for one contact."""

    def __init__(
        self,
        me: User,
        on_meeting: Callable[[UUID, str, Purpose | None], Awaitable[None]],
        on_move: Callable[[Activity, str], None],
    ) -> None:
        self.sheet = Sheet("Log activity")
        self.follow_up = FollowUpSheet(me)
        self.me = me
        self.on_meeting = on_meeting
        self.on_move = on_move

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
        """The arguments are those of LogRequest; without a kind it is the one that was logged last."""
        request = LogRequest(contact_id, name, kind or ActivityType(self.me.default_type), planned, asked, purpose)
        campaign = CampaignChoice()
        # what was planned for a campaign is answered for it
        if planned and planned.campaign_id:
            campaign.fix(planned.campaign_id, mine=purpose is None)
        else:
            await campaign.load(contact_id, purpose)
        with self.sheet.fresh(contact_id):
            LogForm(self, request, campaign)
        self.sheet.open()

    async def answer_asked(self, contact: Contact, kind: ActivityType, outcome: Outcome) -> None:
        """Log at once what the app asked for, for the campaign that the sheet would have chosen."""

        @tap
        def log(session: Session, me: User) -> Confirmation:
            draft = ActivityDraft(type=kind, outcome=outcome, campaign_id=only_campaign(session, me, contact.id))
            touch = activity_log.log(session, me, contact.id, draft)

            def back(session: Session, who: User) -> str:
                activity_log.remove(session, who, touch.id)
                pending_outcomes.ask_outcome(session, who, contact.id, kind)
                return "Undone"

            logged = Logged(touch, contact.id, contact.name)
            return Confirmation(
                logged_words(session, me, touch), back, then=("Follow up", lambda: self.follow_up.open(logged))
            )

        await log()


class LogForm:
    """What one opening of the sheet shows, drawn where it is made; a tap on an outcome saves and closes."""

    def __init__(self, host: LogSheet, request: LogRequest, campaign: CampaignChoice) -> None:
        self.host = host
        self.request = request
        self.campaign = campaign
        self.kind = request.kind
        self.follow_up_day: date | None = None
        self.typed: dict[str, Any] = {}
        basic.text(request.question(), "pd-muted pd-small")
        basic.text(request.name, "pd-head-name pd-clip")
        basic.heading("Follow up")
        days = {None: "No follow-up", **follow_up_days(host.me.timezone)}
        DayChips(days, None, self.choose_follow_up)
        with ui.element("div").style("margin-top: 16px"):
            self.referral_box = ui.element("div")
            self.referral: ReferralPart | None = None
            self.outcomes = ui.element("div")
            self.only_plan_button: ui.button | None = None
        self.draw_outcomes()
        campaign.draw()
        self.kinds = {}
        if not request.planned:
            basic.heading("Type")
            self.kinds = basic.chips(ACTIVITY_LABELS, self.kind, self.choose_kind)
        self.draw_more()
        if request.asked:
            dismiss = basic.button("Didn’t happen", self.dismiss, "plain")
            dismiss.classes("full-width").style("margin-top: 10px")

    @property
    def is_my_referral(self) -> bool:
        """Who brought whom is said of my own contacts only."""
        return self.kind is ActivityType.REFERRAL and self.campaign.mine

    def draw_outcomes(self) -> None:
        """The outcomes of the chosen kind; the rest of the form stays as it is, with what was typed."""
        planned = self.request.planned
        self.outcomes.clear()
        self.only_plan_button = None
        self.referral_box.set_visibility(self.is_my_referral)
        if self.is_my_referral and self.referral is None:
            with self.referral_box:
                self.referral = ReferralPart(self.request.contact_id, both_ways=planned is None)
        with self.outcomes:
            touch_rows.draw_outcomes(self.kind, self.answer)
            if self.kind is ActivityType.MEETING and not planned:
                book = basic.button("Book a meeting", self.book_meeting, "main", "calendar-plus")
                book.classes("full-width").style("margin-top: 10px")
            elif not planned:
                only = basic.button("Schedule only", self.only_plan, "plain", "clock")
                only.classes("full-width").style("margin-top: 6px").set_visibility(bool(self.follow_up_day))
                self.only_plan_button = only

    def draw_more(self) -> None:
        with basic.expansion("Add note or change time"):
            note = ui.textarea("Note").props("outlined autogrow maxlength=5000").classes("pd-field")
            note.mark("note").bind_value_to(self.typed, "note", strict=False)
            save = basic.button("Save without an answer", lambda: self.answer(None), "main").classes("full-width")
            save.set_visibility(False)
            note.on_value_change(lambda event: save.set_visibility(bool((event.value or "").strip())))
            subject = ui.input("Subject", placeholder="Made from the kind, the name and the outcome")
            subject.props("outlined maxlength=200 stack-label autocomplete=off").classes("pd-field")
            subject.mark("subject").bind_value_to(self.typed, "subject", strict=False)
            moment = ui.input("When it happened").props("outlined type=datetime-local stack-label").classes("pd-field")
            moment.mark("happened_at").bind_value_to(self.typed, "when", strict=False)

    def choose_kind(self, kind: ActivityType) -> None:
        self.kind = kind
        basic.mark_chip(self.kinds, kind)
        self.draw_outcomes()

    def choose_follow_up(self, day: date | None) -> None:
        self.follow_up_day = day
        if self.only_plan_button:
            self.only_plan_button.set_visibility(bool(day))

    async def book_meeting(self) -> None:
        await self.host.on_meeting(self.request.contact_id, self.request.name, self.request.purpose)

    async def answer(self, outcome: Outcome | None) -> None:
        """None where a note says it all."""
        planned = self.request.planned
        if planned and outcome is Outcome.MOVED and not planned.done:
            self.host.sheet.put_away()
            self.host.on_move(planned, self.request.name)
        elif await tap(self.log)(outcome):
            self.host.me.default_type = self.kind.value
            self.host.sheet.close()

    def log(self, session: Session, me: User, outcome: Outcome | None) -> Confirmation:
        facts = {name: self.typed[name] for name in ("note", "subject") if self.typed.get(name)}
        facts |= {"campaign_id": self.campaign.chosen, "happened_at": _moment(self.typed.get("when"), me.timezone)}
        referral = self.referral if self.is_my_referral else None
        if self.request.planned:
            touch = touch_actions.finish_planned(session, me, self.request.planned, outcome, **facts)
        else:
            draft = ActivityDraft.model_validate({"type": self.kind, "outcome": outcome} | facts)
            touch = activity_log.log(session, me, referral.giver_id if referral else self.request.contact_id, draft)
        thanks = referral.save(session, me, touch) if referral else None
        follow_up = self.plan(session, me)
        logged = Logged(touch, self.request.contact_id, self.request.name)
        then = ("Follow up", lambda: self.host.follow_up.open(logged)) if not follow_up else None
        return Confirmation(
            logged_words(session, me, touch), self.undo(touch, [one for one in (thanks, follow_up) if one]), then=then
        )

    def undo(self, touch: Activity, follow_ups: list[Activity]) -> Callable[[Session, User], str]:
        """Undo means the whole step: the touch and what was planned with it."""
        planned = self.request.planned

        def back(session: Session, who: User) -> str:
            if planned:
                touch_actions.plan_again(session, who, planned)
            else:
                activity_log.remove(session, who, touch.id)
            for one in follow_ups:
                activity_log.remove(session, who, one.id)
            return "Undone"

        return back

    def plan(self, session: Session, me: User, **facts: Any) -> Activity | None:
        day = self.follow_up_day
        return plan_follow_up(session, me, self.request.contact_id, day, self.campaign.chosen, **facts) if day else None

    async def only_plan(self) -> None:
        @tap
        def plan(session: Session, me: User) -> Confirmation | None:
            planned = self.plan(session, me, type=self.kind)
            if planned is None or planned.due_date is None:
                return None
            day = theme.mid_sentence(theme.day_word(planned.due_date, me.timezone))
            return Confirmation(f"{ACTIVITY_LABELS[self.kind]} planned for {day}", self.undo(planned, []))

        if await plan():
            self.host.sheet.close()

    async def dismiss(self) -> None:
        @tap
        def work(session: Session, me: User) -> str:
            pending_outcomes.dismiss(session, me, self.request.contact_id)
            return "Nothing logged"

        if await work():
            self.host.sheet.close()


def logged_words(session: Session, me: User, touch: Activity) -> str:
    """`Call logged: reached`, and which promises that answers."""
    said = f"{ACTIVITY_LABELS[touch.type]} logged"
    said += f": {touch_rows.outcome_word(touch.outcome, touch.type).lower()}" if touch.outcome else ""
    return said + touch_rows.settled_words(settled_plans.settled_by(session, me, touch), me.timezone)


def _moment(typed: str | None, zone: str) -> datetime | None:
    return calendar_days.at_local_time(datetime.fromisoformat(typed), zone) if typed else None
