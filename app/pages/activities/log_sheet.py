"""The log sheet: one tap logs a touch with its outcome; what comes after it follows in the same sheet."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import ACTIVITY_LABELS, Activity, ActivityDraft, ActivityType, Contact, Outcome, User
from app.pages.activities import touch_actions
from app.pages.activities.after_answer import AfterAnswer, Logged
from app.pages.activities.campaign_choice import CampaignChoice, only_campaign
from app.pages.activities.follow_up_sheet import FollowUpSheet, Plan
from app.pages.activities.log_request import LogRequest
from app.pages.activities.parts import touch_rows
from app.pages.activities.referral_part import ReferralPart
from app.pages.core.shell import Purpose
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic
from app.pages.ui.bottom_sheet import Sheet
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
                logged_words(session, me, touch), back, then=("Follow up", lambda: self.open_after(logged))
            )

        await log()

    def open_after(self, logged: Logged) -> None:
        AfterAnswer(self.sheet, self.me, logged, None)
        self.sheet.open()


class LogForm:
    """What one opening of the sheet shows, drawn where it is made; a tap on an outcome saves, and shows what comes after."""

    def __init__(self, host: LogSheet, request: LogRequest, campaign: CampaignChoice) -> None:
        self.host = host
        self.request = request
        self.campaign = campaign
        self.kind = request.kind
        self.typed: dict[str, Any] = {}
        basic.text(request.name, "pd-head-name pd-clip")
        basic.text(request.question(), "pd-muted")
        self.kinds = {} if request.planned else touch_rows.draw_kinds(self.kind, self.choose_kind)
        self.referral_box = ui.element("div")
        self.referral: ReferralPart | None = None
        self.outcomes = ui.element("div")
        self.draw_outcomes()
        campaign.draw()
        with ui.element("div").classes("pd-log-more"):
            self.draw_more()
            self.schedule = basic.button("Schedule only", self.schedule_only, "plain")
            self.schedule.set_visibility(self.is_schedulable)
        if request.asked:
            dismiss = basic.button("Didn’t happen", self.dismiss, "plain")
            dismiss.classes("full-width").style("margin-top: 10px")

    @property
    def is_my_referral(self) -> bool:
        """Who brought whom is said of my own contacts only."""
        return self.kind is ActivityType.REFERRAL and self.campaign.mine

    @property
    def is_schedulable(self) -> bool:
        """A meeting is booked, and what is planned already is answered."""
        return not self.request.planned and self.kind is not ActivityType.MEETING

    def draw_outcomes(self) -> None:
        """The outcomes of the chosen kind; the rest of the form stays as it is, with what was typed."""
        planned = self.request.planned
        self.outcomes.clear()
        self.referral_box.set_visibility(self.is_my_referral)
        if self.is_my_referral and self.referral is None:
            with self.referral_box:
                self.referral = ReferralPart(self.request.contact_id, both_ways=planned is None)
        with self.outcomes:
            touch_rows.draw_outcomes(self.kind, self.answer)
            if self.kind is ActivityType.MEETING and not planned:
                book = basic.button("Book a meeting", self.book_meeting, "main", "calendar-plus")
                book.classes("full-width").style("margin-top: 10px")

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
        self.schedule.set_visibility(self.is_schedulable)
        self.draw_outcomes()

    async def book_meeting(self) -> None:
        await self.host.on_meeting(self.request.contact_id, self.request.name, self.request.purpose)

    def schedule_only(self) -> None:
        self.host.sheet.put_away()
        self.host.follow_up.open(Plan(self.request.contact_id, self.request.name, self.campaign.chosen, self.kind))

    async def answer(self, outcome: Outcome | None) -> None:
        """None where a note says it all."""
        planned = self.request.planned
        if planned and outcome is Outcome.MOVED and not planned.done:
            self.host.sheet.put_away()
            self.host.on_move(planned, self.request.name)
        elif await tap(self.log)(outcome):
            self.host.me.default_type = self.kind.value

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
        logged = Logged(touch, self.request.contact_id, self.request.name)
        return Confirmation(
            logged_words(session, me, touch), self.undo(touch, thanks), shown=lambda said: self.show_after(logged, said)
        )

    def show_after(self, logged: Logged, said: Confirmation) -> None:
        self.host.sheet.forget()
        AfterAnswer(self.host.sheet, self.host.me, logged, said)

    def undo(self, touch: Activity, thanks: Activity | None) -> Callable[[Session, User], str]:
        """Undo means the whole step: the touch, and the thanks that were planned with it."""
        planned = self.request.planned

        def back(session: Session, who: User) -> str:
            if planned:
                touch_actions.plan_again(session, who, planned)
            else:
                activity_log.remove(session, who, touch.id)
            if thanks:
                activity_log.remove(session, who, thanks.id)
            return "Undone"

        return back

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
