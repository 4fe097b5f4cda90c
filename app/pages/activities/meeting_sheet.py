"""Booking a meeting, or moving one: a day, an hour, done. Three taps, and Pipedrive hears of it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlmodel import Session

from app.errors import Invalid
from app.models import Activity, ActivityDraft, ActivityType, Outcome, User, now
from app.pages.activities import touch_actions
from app.pages.activities.campaign_choice import ForCampaign, Purpose
from app.pages.core.tap import Said, tap
from app.pages.ui import basic, theme
from app.pages.ui.bottom_sheet import Sheet
from app.services.activities import activity_log
from app.settings import timezones

HOURS = ("08:30", "09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00", "17:00")
LENGTHS = {30: "30 min", 45: "45 min", 60: "1 hour", 90: "1½ hours"}
WEEKEND = 5
PLACE = ("due_date", "duration_minutes", "location", "outcome", "done", "happened_at")
NO_TIME = "Choose a day and an hour."


class MeetingSheet:
    """One sheet per page; `open` fills it for one contact, `move` with a meeting that is booked."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Book a meeting")
        self.campaign = ForCampaign()
        self.me = me
        self.moved: Activity | None = None
        self.typed: dict[str, Any] = {}

    async def open(self, contact_id: UUID, name: str, *, purpose: Purpose | None = None) -> None:
        self.contact_id, self.name, self.moved = contact_id, name, None
        self.begin("10:00", 60, None)
        await self.campaign.ask(contact_id, purpose)
        self.draw()
        self.sheet.open()

    def move(self, meeting: Activity, name: str) -> None:
        """Another day or time for a meeting: the row stays, so that calendars and Pipedrive move it too."""
        self.name, self.moved = name, meeting
        hour = f"{theme.local(meeting.moment, self.me.timezone):%H:%M}"
        self.begin(hour, meeting.duration_minutes or 60, meeting.location)
        self.draw()
        self.sheet.open()

    def begin(self, hour: str, minutes: int, place: str | None) -> None:
        self.days = working_days(self.me.timezone)
        # an hour of its own stands first, where it is seen
        self.hours = {each: each for each in (HOURS if hour in HOURS else (hour, *HOURS))}
        self.lengths = dict(sorted((LENGTHS | {minutes: LENGTHS.get(minutes, f"{minutes} min")}).items()))
        self.day, self.hour, self.minutes = next(iter(self.days)), hour, minutes
        self.typed = {"location": place, "zone": self.me.timezone}

    def draw(self) -> None:
        with self.sheet.fresh():
            basic.text("Move the meeting with" if self.moved else "Meeting with", "pd-muted pd-small")
            basic.text(self.name, "pd-head-name pd-clip")
            if self.moved and self.moved.due_date:
                basic.text(f"It was {theme.time_word(self.moved.due_date, self.me.timezone)}.", "pd-muted pd-small")
            basic.heading("Day")
            self.day_chips = basic.chips(self.days, self.day, lambda day: self.choose("day", day))
            with basic.heading("Time"):
                self.zone = basic.text(zone_word(self.me.timezone), "pd-grow pd-small pd-zone")
            self.hour_chips = basic.chips(self.hours, self.hour, lambda hour: self.choose("hour", hour))
            basic.heading("Length")
            self.minute_chips = basic.chips(self.lengths, self.minutes, lambda length: self.choose("minutes", length))
            self.other()
            place = ui.input("Place or link", value=self.typed["location"] or "").props("outlined maxlength=300")
            place.classes("pd-field").style("margin-top: 6px").bind_value_to(self.typed, "location", strict=False)
            if not self.moved:
                self.campaign.draw()
            with ui.element("div").classes("pd-foot"):
                word, verb = ("Move meeting", self.put_off) if self.moved else ("Book meeting", self.book)
                basic.button(word, verb, "main", "calendar-check").classes("full-width").mark("book")
                if self.moved:
                    basic.button("No new date yet", self.open_end, "plain").classes("full-width")

    def other(self) -> None:
        """A day, an hour or a zone that is on no chip; drawn when it is asked for, as there are 600 zones."""
        more = basic.expansion("Another day, time or zone")

        def draw() -> None:
            if not more.default_slot.children:
                with more:
                    self.by_hand()

        more.on_value_change(draw)

    def by_hand(self) -> None:
        with ui.element("div").classes("pd-stack"):
            with ui.element("div").classes("pd-pair"):
                for word, kind in (("Day", "date"), ("Time", "time")):
                    box = ui.input(word).props("outlined stack-label").classes("pd-field").mark(f"meeting-{kind}")
                    box.props["type"] = kind
                    box.on_value_change(lambda event, kind=kind: self.type_in(kind, event.value))
            zone = ui.select(timezones(), value=self.me.timezone, label="Time zone", with_input=True)
            zone.props("outlined behavior=menu").classes("pd-field").mark("meeting-zone")
            zone.props["dropdown-icon"] = theme.icon("chevron-down")
            zone.on_value_change(lambda event: self.choose_zone(event.value))

    def type_in(self, kind: str, value: str | None) -> None:
        """What is typed counts, and no chip is on that says otherwise."""
        try:
            if kind == "date":
                self.choose("day", date.fromisoformat(value or ""))
            else:
                self.choose("hour", f"{datetime.strptime(value or '', '%H:%M'):%H:%M}")  # noqa: DTZ007 - an hour alone
        except ValueError:
            return

    def choose_zone(self, zone: str | None) -> None:
        self.typed["zone"] = zone or self.me.timezone
        self.zone.set_text(zone_word(self.typed["zone"]))

    def choose(self, what: str, value: Any) -> None:
        setattr(self, what, value)
        chips = {"day": self.day_chips, "hour": self.hour_chips, "minutes": self.minute_chips}[what]
        basic.mark_chip(chips, value)

    @property
    def starts(self) -> datetime:
        hour = datetime.strptime(self.hour, "%H:%M").time()  # noqa: DTZ007 - an hour alone; its zone stands beside it
        starts = datetime.combine(self.day, hour, ZoneInfo(self.typed["zone"]))
        if not starts.tzinfo or not now().year - 1 <= starts.year <= now().year + 5:
            raise Invalid(NO_TIME)
        return starts

    async def book(self) -> None:
        if await tap(self.work)():
            self.sheet.close()

    async def put_off(self) -> None:
        if await tap(self.shift)():
            self.sheet.close()

    async def open_end(self) -> None:
        if self.moved and await touch_actions.answer(self.moved, Outcome.MOVED):
            self.sheet.close()

    def work(self, session: Session, me: User) -> Said:
        starts = self.starts
        draft = ActivityDraft(
            type=ActivityType.MEETING,
            campaign_id=self.campaign.chosen,
            due_date=starts,
            duration_minutes=self.minutes,
            location=self.typed.get("location"),
        )
        meeting = activity_log.log(session, me, self.contact_id, draft)

        def back(session: Session, who: User) -> str:
            activity_log.remove(session, who, meeting.id)
            return "Meeting taken back"

        said = f"Meeting booked: {theme.time_word(starts, me.timezone)}"
        return Said(said, back, ("Calendar", f"/meetings/{meeting.id}.ics"))

    def shift(self, session: Session, me: User) -> Said:
        meeting, starts = self.moved, self.starts
        assert meeting is not None
        before = meeting.model_dump(include=set(PLACE))
        again = {"due_date": starts, "duration_minutes": self.minutes, "location": self.typed.get("location")}
        activity_log.change(session, me, meeting.id, again | {"outcome": None, "done": False, "happened_at": None})

        def back(session: Session, who: User) -> str:
            activity_log.change(session, who, meeting.id, before)
            return "Meeting is where it was"

        said = f"Meeting moved to {theme.inside(theme.time_word(starts, me.timezone))}"
        return Said(said, back, ("Calendar", f"/meetings/{meeting.id}.ics"))


def zone_word(zone: str) -> str:
    """`Europe/Berlin, UTC+1`: whose clock the hours are read on."""
    offset = now().astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    hours = offset / timedelta(hours=1)
    return f"{zone.replace('_', ' ')}, UTC{hours:+g}" if hours else zone.replace("_", " ")


def working_days(zone: str, count: int = 10) -> dict[date, str]:
    """The next days on which people meet, and what to call them."""
    today = now().astimezone(ZoneInfo(zone)).date()
    ahead = [today + timedelta(days=step) for step in range(1, count * 2)]
    days = [day for day in ahead if day.weekday() < WEEKEND][:count]
    return {day: "Tomorrow" if day == today + timedelta(days=1) else f"{day:%a} {day.day} {day:%b}" for day in days}
