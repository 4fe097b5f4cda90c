"""Which part of a campaign's work somebody asks about, and the moments that their days mean."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from app import calendar_days
from app.errors import Invalid
from app.models import ActivityType, QuestionFilters, User
from app.services.reports.figures import midnight

ALWAYS = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
USUAL = 7
BACKWARDS = "The last day lies before the first."
FAR = "The date is too far away."


@dataclass(frozen=True)
class Asked:
    """Days in the viewer's time zone, both inclusive, a person, a method; nothing means everything.

    `last_days` means so many days until today, whichever day it is when the question is asked.
    """

    from_: date | None = None
    to: date | None = None
    user_id: UUID | None = None
    type: ActivityType | None = None
    last_days: int | None = None

    @classmethod
    def of(cls, filters: QuestionFilters) -> Self:
        """What was kept with a question or a link."""
        return cls(filters.from_, filters.to, filters.user_id, filters.type, filters.last_days)

    def on(self, today: date) -> Self:
        """The same question with the days that it means on this day."""
        if self.last_days is None:
            return self
        return replace(self, from_=today - timedelta(days=self.last_days - 1), to=None, last_days=None)


@dataclass(frozen=True)
class Window:
    """The chosen days as moments, and the two stretches whose difference is the change."""

    zone: ZoneInfo
    today: date
    since: datetime
    until: datetime
    before: datetime
    recent: datetime
    recent_end: datetime

    @classmethod
    def of(cls, who: User, asked: Asked, on: date | None = None) -> "Window":
        """`on` is the last day instead of today. Raises Invalid on days that are swapped or too far away."""
        zone = ZoneInfo(who.timezone)
        today = on or calendar_days.today(who.timezone)
        asked = asked.on(today)
        last = asked.to or max(today, asked.from_ or today)
        first = asked.from_ or last - timedelta(days=USUAL - 1)
        if first > last:
            raise Invalid(BACKWARDS, {"to": BACKWARDS})
        for name, day in (("from", first), ("to", last)):
            if not 1970 <= day.year <= 2200:
                raise Invalid(FAR, {name: FAR})
        end, begin = last + timedelta(days=1), first
        earlier = begin - (end - begin)
        recent_end, recent, before = (midnight(day, zone) for day in (end, begin, earlier))
        return cls(
            zone,
            today,
            since=recent if asked.from_ else ALWAYS[0],
            until=recent_end if asked.from_ or asked.to or on else ALWAYS[1],
            before=before,
            recent=recent,
            recent_end=recent_end,
        )

    def chosen(self) -> dict[str, datetime]:
        return {"since": self.since, "until": self.until}

    def compared(self) -> dict[str, datetime]:
        return {"before": self.before, "recent": self.recent, "recent_end": self.recent_end}
