"""Booking a meeting: a day, an hour, done. Three taps, and Pipedrive hears of it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from nicegui import ui
from sqlmodel import Session

from app.models import Activity, ActivityDraft, ActivityType, User, now
from app.pages import design
from app.pages.for_campaign import ForCampaign, Purpose
from app.pages.parts import basic
from app.pages.parts.sheet import Sheet
from app.pages.tap import Said, tap
from app.services import outreach

HOURS = ("08:30", "09:00", "10:00", "11:00", "13:00", "14:00", "15:00", "16:00", "17:00")
LENGTHS = {30: "30 min", 45: "45 min", 60: "1 hour", 90: "1½ hours"}
WEEKEND = 5


class MeetingSheet:
    """One sheet per page; `open` fills it for one contact."""

    def __init__(self, me: User) -> None:
        self.sheet = Sheet("Book a meeting")
        self.campaign = ForCampaign()
        self.me = me
        self.typed: dict[str, Any] = {}

    async def open(self, contact_id: UUID, name: str, *, purpose: Purpose | None = None) -> None:
        self.contact_id, self.name, self.typed = contact_id, name, {}
        self.days = working_days(self.me.timezone)
        self.day, self.hour, self.minutes = next(iter(self.days)), "10:00", 60
        await self.campaign.ask(contact_id, purpose)
        self.draw()
        self.sheet.open()

    def draw(self) -> None:
        with self.sheet.fresh():
            basic.text("Meeting with", "pd-muted pd-small")
            basic.text(self.name, "pd-head-name pd-clip")
            basic.heading("Day")
            self.day_chips = basic.chips(self.days, self.day, lambda day: self.choose("day", day))
            basic.heading("Time")
            self.hour_chips = basic.chips(
                {hour: hour for hour in HOURS}, self.hour, lambda hour: self.choose("hour", hour)
            )
            basic.heading("Length")
            self.minute_chips = basic.chips(LENGTHS, self.minutes, lambda length: self.choose("minutes", length))
            place = (
                ui.input("Place or link").props("outlined maxlength=300").classes("pd-field").style("margin-top: 14px")
            )
            place.bind_value_to(self.typed, "location", strict=False)
            self.campaign.draw()
            with ui.element("div").classes("pd-foot"):
                basic.button("Book meeting", self.book, "main", "calendar-check").classes("full-width").mark("book")

    def choose(self, what: str, value: Any) -> None:
        setattr(self, what, value)
        chips = {"day": self.day_chips, "hour": self.hour_chips, "minutes": self.minute_chips}[what]
        basic.mark_chip(chips, value)

    async def book(self) -> None:
        save = tap(self.save)
        if await save():
            self.sheet.close()

    def save(self, session: Session, me: User) -> Said:
        starts = datetime.combine(self.day, time.fromisoformat(self.hour), ZoneInfo(me.timezone))
        draft = ActivityDraft(
            type=ActivityType.MEETING,
            campaign_id=self.campaign.chosen,
            due_date=starts,
            duration_minutes=self.minutes,
            location=self.typed.get("location"),
        )
        meeting = outreach.log(session, me, self.contact_id, draft)
        return Said(
            f"Meeting booked: {design.time_word(starts, me.timezone)}", lambda s, who: _call_off(s, who, meeting)
        )


def _call_off(session: Session, who: User, meeting: Activity) -> str:
    outreach.remove(session, who, meeting.id)
    return "Meeting taken back"


def working_days(zone: str, count: int = 10) -> dict[date, str]:
    """The next days on which people meet, and what to call them."""
    today = now().astimezone(ZoneInfo(zone)).date()
    ahead = [today + timedelta(days=step) for step in range(1, count * 2)]
    days = [day for day in ahead if day.weekday() < WEEKEND][:count]
    return {day: "Tomorrow" if day == today + timedelta(days=1) else f"{day:%a} {day.day} {day:%b}" for day in days}
