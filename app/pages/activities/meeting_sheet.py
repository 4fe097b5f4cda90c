"""Booking a meeting, or moving one: a day, an hour, done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.calendar_days import today
from app.errors import Invalid
from app.models import Activity, ActivityDraft, ActivityType, Outcome, User, now
from app.pages.activities import touch_actions
from app.pages.activities.campaign_choice import CampaignChoice
from app.pages.core.shell import Purpose
from app.pages.core.tap import Confirmation, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.activities import activity_log
from app.settings import timezones

HOURS = ("08:30", "09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00", "17:00")
LENGTHS = {30: "30 min", 45: "45 min", 60: "1 hour", 90: "1½ hours"}
WEEKEND = 5
MOVED_FIELDS = {"due_date", "duration_minutes", "location", "outcome", "done", "happened_at"}
NO_TIME = "Choose a day and an hour."


@dataclass(frozen=True)
class MeetingRequest:
    """With whom, and what the form begins with; `moved` is a meeting that is booked and gets another time."""

    contact_id: UUID | None
    name: str
    hour: str = "10:00"
    minutes: int = 60
    location: str | None = None
    moved: Activity | None = None


class MeetingSheet:
    """One sheet per page; `open` fills it for one contact, `move` with a meeting that is booked."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Book a meeting")
        self.me = me

    async def open(self, contact_id: UUID, name: str, *, purpose: Purpose | None = None) -> None:
        campaign = CampaignChoice()
        await campaign.load(contact_id, purpose)
        self.show(MeetingRequest(contact_id, name), campaign)

    def move(self, meeting: Activity, name: str) -> None:
        """Another day or time for a meeting: the row stays, so that calendars and Pipedrive move it too."""
        hour = f"{theme.local(meeting.moment, self.me.timezone):%H:%M}"
        minutes = meeting.duration_minutes or 60
        request = MeetingRequest(meeting.contact_id, name, hour, minutes, meeting.location, moved=meeting)
        self.show(request, CampaignChoice())

    def show(self, request: MeetingRequest, campaign: CampaignChoice) -> None:
        with self.sheet.fresh(request.moved.id if request.moved else request.contact_id):
            MeetingForm(self.sheet, self.me.timezone, request, campaign)
        self.sheet.open()


class MeetingForm:
    """A day, an hour and a length, drawn where it is made; one more tap books the meeting or moves it."""

    def __init__(self, sheet: Sheet, zone: str, request: MeetingRequest, campaign: CampaignChoice) -> None:
        self.sheet = sheet
        self.zone = zone
        self.request = request
        self.campaign = campaign
        days = working_days(zone)
        self.day = next(iter(days))
        self.hour = request.hour
        self.minutes = request.minutes
        self.typed: dict[str, Any] = {"location": request.location, "zone": zone}
        # an hour of its own stands first, where it is seen
        hours = HOURS if request.hour in HOURS else (request.hour, *HOURS)
        own_length = LENGTHS.get(request.minutes, f"{request.minutes} min")
        lengths = dict(sorted((LENGTHS | {request.minutes: own_length}).items()))
        moved = request.moved
        basic.text("Move the meeting with" if moved else "Meeting with", "pd-muted pd-small")
        basic.text(request.name, "pd-head-name pd-clip")
        if moved and moved.due_date:
            basic.text(f"It was {theme.time_word(moved.due_date, zone)}.", "pd-muted pd-small")
        basic.heading("Day")
        self.day_chips = basic.chips(days, self.day, self.choose_day)
        with basic.heading("Time"):
            self.zone_label = basic.text(zone_word(zone), "pd-grow pd-small pd-zone")
        self.hour_chips = basic.chips({hour: hour for hour in hours}, self.hour, self.choose_hour)
        basic.heading("Length")
        self.length_chips = basic.chips(lengths, self.minutes, self.choose_length)
        self.offer_other_times()
        place = ui.input("Place or link", value=request.location or "").props("outlined maxlength=300")
        place.classes("pd-field").style("margin-top: 6px").mark("location").bind_value_to(
            self.typed, "location", strict=False
        )
        if not moved:
            campaign.draw()
        with ui.element("div").classes("pd-foot"):
            word, verb = ("Move meeting", self.move) if moved else ("Book meeting", self.book)
            basic.button(word, verb, "main", "calendar-check").classes("full-width").mark("book")
            if moved:
                basic.button("No new date yet", self.leave_open, "plain").classes("full-width")

    def offer_other_times(self) -> None:
        """A day, an hour or a zone that is on no chip; drawn when it is asked for, as there are 600 zones."""
        more = basic.expansion("Another day, time or zone")

        def draw() -> None:
            if not more.default_slot.children:
                with more:
                    self.draw_other_times()

        more.on_value_change(draw)

    def draw_other_times(self) -> None:
        with ui.element("div").classes("pd-stack").props("data-late"):
            with ui.element("div").classes("pd-pair"):
                for word, kind in (("Day", "date"), ("Time", "time")):
                    box = ui.input(word).props("outlined stack-label").classes("pd-field").mark(f"meeting-{kind}")
                    box.props["type"] = kind
                    box.on_value_change(lambda event, kind=kind: self.type_in(kind, event.value))
            zone = ui.select(timezones(), value=self.zone, label="Time zone", with_input=True)
            zone.props("outlined behavior=menu").classes("pd-field").mark("meeting-zone")
            zone.props["dropdown-icon"] = theme.icon("chevron-down")
            zone.on_value_change(lambda event: self.choose_zone(event.value))

    def type_in(self, kind: str, value: str | None) -> None:
        """What is typed counts, and no chip is on that says otherwise."""
        try:
            if kind == "date":
                self.choose_day(date.fromisoformat(value or ""))
            else:
                self.choose_hour(f"{datetime.strptime(value or '', '%H:%M'):%H:%M}")  # noqa: DTZ007 - an hour alone
        except ValueError:
            return

    def choose_zone(self, zone: str | None) -> None:
        self.typed["zone"] = zone or self.zone
        self.zone_label.set_text(zone_word(self.typed["zone"]))

    def choose_day(self, day: date) -> None:
        self.day = day
        basic.mark_chip(self.day_chips, day)

    def choose_hour(self, hour: str) -> None:
        self.hour = hour
        basic.mark_chip(self.hour_chips, hour)

    def choose_length(self, minutes: int) -> None:
        self.minutes = minutes
        basic.mark_chip(self.length_chips, minutes)

    @property
    def starts(self) -> datetime:
        hour = datetime.strptime(self.hour, "%H:%M").time()  # noqa: DTZ007 - an hour alone; its zone stands beside it
        starts = calendar_days.at_local_time(datetime.combine(self.day, hour), self.typed["zone"])
        if not starts.tzinfo or not now().year - 1 <= starts.year <= now().year + 5:
            raise Invalid(NO_TIME)
        return starts

    async def book(self) -> None:
        if await tap(self.log_meeting)():
            self.sheet.close()

    async def move(self) -> None:
        if await tap(self.move_meeting)():
            self.sheet.close()

    async def leave_open(self) -> None:
        if self.request.moved and await touch_actions.answer_planned(self.request.moved, Outcome.MOVED):
            self.sheet.close()

    def log_meeting(self, session: Session, me: User) -> Confirmation:
        contact_id, starts = self.request.contact_id, self.starts
        assert contact_id is not None
        draft = ActivityDraft(
            type=ActivityType.MEETING,
            campaign_id=self.campaign.chosen,
            due_date=starts,
            duration_minutes=self.minutes,
            location=self.typed.get("location"),
        )
        meeting = activity_log.log(session, me, contact_id, draft)

        def back(session: Session, who: User) -> str:
            activity_log.remove(session, who, meeting.id)
            return "Meeting undone"

        said = f"Meeting booked: {theme.time_word(starts, me.timezone)}"
        return Confirmation(said, back, ("Calendar", f"/meetings/{meeting.id}.ics"))

    def move_meeting(self, session: Session, me: User) -> Confirmation:
        meeting, starts = self.request.moved, self.starts
        assert meeting is not None
        before = meeting.model_dump(include=MOVED_FIELDS)
        again = {"due_date": starts, "duration_minutes": self.minutes, "location": self.typed.get("location")}
        activity_log.change(session, me, meeting.id, again | {"outcome": None, "done": False, "happened_at": None})

        def back(session: Session, who: User) -> str:
            activity_log.change(session, who, meeting.id, before)
            return "Meeting is where it was"

        said = f"Meeting moved to {theme.mid_sentence(theme.time_word(starts, me.timezone))}"
        return Confirmation(said, back, ("Calendar", f"/meetings/{meeting.id}.ics"))


def zone_word(zone: str) -> str:
    """`Europe/Berlin, UTC+1`: whose clock the hours are read on."""
    offset = now().astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    hours = offset / timedelta(hours=1)
    return f"{zone.replace('_', ' ')}, UTC{hours:+g}" if hours else zone.replace("_", " ")


def working_days(zone: str, count: int = 10) -> dict[date, str]:
    """The next days on which people meet, and what to call them."""
    this_day = today(zone)
    ahead = [this_day + timedelta(days=step) for step in range(1, count * 2)]
    days = [day for day in ahead if day.weekday() < WEEKEND][:count]
    return {day: "Tomorrow" if day == this_day + timedelta(days=1) else f"{day:%a} {day.day} {day:%b}" for day in days}
