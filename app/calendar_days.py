"""Days as a person counts them: from midnight to midnight in that person's own zone, however long the day is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.errors import Invalid
from app.models.base import now

MORNING = time(9, 0)


def local_day(moment: datetime, zone: str) -> date:
    """The date of a moment there; `zone` is a name of the IANA database, empty for UTC."""
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).date()


def today(zone: str) -> date:
    return local_day(now(), zone)


def start_of_day(day: date, zone: str) -> datetime:
    """The first moment of that day there, in UTC; where midnight is skipped, the moment that comes in its place."""
    return datetime.combine(day, time(), ZoneInfo(zone) if zone else UTC).astimezone(UTC)


def start_in_days(days: int, zone: str) -> datetime:
    """The first moment of the day that is so many days from today; 0 is today's."""
    return start_of_day(today(zone) + timedelta(days=days), zone)


def morning_in_days(days: int, zone: str) -> datetime:
    """Nine in the morning of the day that is so many days from today."""
    return morning_of(today(zone) + timedelta(days=days), zone)


def morning_of(day: date, zone: str) -> datetime:
    """Nine in the morning of that day there: when what has a day but no hour is due."""
    return datetime.combine(day, MORNING, ZoneInfo(zone) if zone else UTC)


def days_since(moment: datetime, zone: str, at: datetime | None = None) -> int:
    """How many midnights lie between a moment and now, never less than 0: yesterday evening is one day ago."""
    return max(0, (local_day(at or now(), zone) - local_day(moment, zone)).days)


def at_local_time(typed: datetime, zone: str) -> datetime:
    """The moment at which clocks there show this. Raises Invalid for a time that clocks pass over when summer time begins."""
    there = typed.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
    if there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) != typed:
        raise Invalid(
            f"{typed:%H:%M} does not exist on {typed.day} {typed:%B %Y}: the clocks go forward. Choose another time."
        )
    return there
