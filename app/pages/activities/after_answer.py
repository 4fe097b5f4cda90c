"""What comes after an answer: it is saved, and a tap plans the next call; a note can still be added."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from nicegui import ui
from nicegui.events import GenericEventArguments
from sqlmodel import Session

from app.calendar_days import local_day
from app.models import ACTIVITY_LABELS, ATTEMPTS, Activity, User
from app.pages.activities.follow_up_sheet import follow_up_days, plan_follow_up
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.pages.ui.day_chips import DayChips
from app.services.activities import activity_log

# how long the sheet stays when nobody touches it and nothing is typed
IDLE_SECONDS = 8.0


@dataclass(frozen=True)
class Logged:
    """The touch that was logged a moment ago, and with whom."""

    touch: Activity
    contact_id: UUID
    name: str


class AfterAnswer:
    """Drawn into the sheet that asked. A chip plans its day at once; the note is saved when the sheet goes.

    `said` is what the answer is confirmed with, and how it is undone; None when the sheet opens later for the follow-up alone.
    """

    def __init__(self, sheet: Sheet, me: User, logged: Logged, said: Confirmation | None) -> None:
        self.sheet = sheet
        self.me = me
        self.logged = logged
        self.said = said
        self.planned: Activity | None = None
        self.note = self.saved_note = logged.touch.note
        self.in_a_field = False
        # what is typed and lost comes back where this touch is edited
        with sheet.fresh(logged.touch.id, "Edit activity"), ui.element("div").classes("pd-after") as self.box:
            self.draw_head()
            basic.heading("Try again" if logged.touch.outcome in ATTEMPTS else "Follow up")
            self.days = DayChips(follow_up_days(me.timezone), None, self.choose, confirm="Plan")
            note = ui.textarea("Note", value=self.note, placeholder="What did you agree on?")
            note.props("outlined autogrow stack-label maxlength=5000").classes("pd-field").style("margin-top: 12px")
            note.on_value_change(lambda event: self.type_note(event.value))
            with ui.element("div").classes("pd-after-foot"):
                self.plan_label = basic.text("", "pd-muted pd-small pd-grow")
                self.plan_label.props("role=status")
                basic.button("Done", self.done, "main")
            self.idle = ui.timer(IDLE_SECONDS, self.leave, once=True)
        for focus in ("focusin", "focusout"):
            # told only of fields, as everything else around them has a focus too
            self.box.on(
                focus,
                self.hold,
                js_handler="(e) => { if (e.target.matches('input, textarea')) emit(e.type === 'focusin'); }",
            )
        for sign in ("pointerdown", "keydown"):
            self.box.on(sign, self.wait_anew, [], throttle=1.0)
        sheet.on_gone = self.save_note

    def draw_head(self) -> None:
        with ui.element("div").classes("pd-after-head").props("role=status"):
            if self.said:
                with ui.element("span").classes("pd-chip small good"):
                    basic.icon("check")
                    ui.label("Saved")
                basic.text(self.said.sentence, "pd-strong pd-grow")
                if self.said.undo:
                    undo = ui.button("Undo", on_click=self.undo, color=None)
                    undo.props("flat no-caps dense").classes("pd-undo")
            else:
                basic.text("Follow up with", "pd-muted pd-small")
        basic.text(self.logged.name, "pd-muted pd-small pd-clip" if self.said else "pd-head-name pd-clip")

    def hold(self, event: GenericEventArguments) -> None:
        self.in_a_field = bool(event.args)
        self.wait_anew()

    def type_note(self, typed: str | None) -> None:
        self.note = typed or ""
        self.wait_anew()

    def wait_anew(self) -> None:
        """Somebody is at it: the time begins again."""
        self.idle.cancel()
        with self.box:
            self.idle = ui.timer(IDLE_SECONDS, self.leave, once=True)

    def leave(self) -> None:
        if not self.in_a_field and self.note.strip() == self.saved_note.strip():
            self.sheet.put_away()

    async def choose(self, day: date | None) -> None:
        """Plan for that day instead of the one before; the same day once more plans nothing."""
        before, plan = self.planned, None if day == self.planned_day else day

        @tap
        def work(session: Session, me: User) -> None:
            if before:
                activity_log.remove(session, me, before.id)
            self.planned = None
            if plan:
                campaign_id = self.logged.touch.campaign_id
                self.planned = plan_follow_up(session, me, self.logged.contact_id, plan, campaign_id)

        if not await work():
            self.planned = before
        self.days.show(self.planned_day)
        self.plan_label.set_text(self.plan_words())

    @property
    def planned_day(self) -> date | None:
        due = self.planned.due_date if self.planned else None
        return local_day(due, self.me.timezone) if due else None

    def plan_words(self) -> str:
        plan = self.planned
        if plan is None or plan.due_date is None:
            return ""
        day = theme.mid_sentence(theme.day_word(plan.due_date, self.me.timezone))
        return f"{ACTIVITY_LABELS[plan.type]} planned for {day}"

    async def undo(self) -> None:
        """The touch, and what was planned after it."""
        undo = self.said.undo if self.said else None
        assert undo

        @tap
        def work(session: Session, me: User) -> str:
            if self.planned:
                activity_log.remove(session, me, self.planned.id)
            return undo(session, me)

        if await work():
            self.sheet.on_gone = None
            self.sheet.close()

    async def done(self) -> None:
        if await self.save_note():
            self.sheet.close()

    async def save_note(self) -> bool:
        """False when it could not be saved."""
        touch, before, note = self.logged.touch, self.saved_note, self.note.strip()
        if note == before.strip():
            return True

        @tap
        def work(session: Session, me: User) -> Confirmation:
            activity_log.change(session, me, touch.id, {"note": note})

            def back(session: Session, who: User) -> str:
                activity_log.change(session, who, touch.id, {"note": before})
                return "Undone"

            return Confirmation("Note saved", back)

        if saved := await work():
            self.saved_note = note
            self.sheet.forget()
        return saved
