"""Which backups are kept how long, and so when the last one of today's goes."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from app.models import now
from app.services.base import firm_settings

NOBODY_ACTS = "the age of backups belongs to no person"

DAYS, WEEKS, MONTHS = 7, 4, 6
# what was kept before an upgrade or a restore
ARCHIVES = timedelta(days=183)
# no backup is kept for longer, whatever the calendar
LONGEST = 400


def worth_keeping(moments: Iterable[datetime]) -> set[datetime]:
    """The newest of each of the last 7 days, 4 weeks and 6 months that have one."""
    newest = sorted(moments, reverse=True)
    kept: set[datetime] = set()
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (DAYS, lambda moment: moment.date()),
        (WEEKS, lambda moment: moment.isocalendar()[:2]),
        (MONTHS, lambda moment: (moment.year, moment.month)),
    )
    for most, period in periods:
        first: dict[object, datetime] = {}
        for moment in newest:
            first.setdefault(period(moment), moment)
        kept |= set(list(first.values())[:most])
    return kept


def remember(session: Session, nightly: Collection[datetime], archives: Collection[datetime]) -> None:
    """Which files there are now; written only when that is news."""
    kept = {"nightly": sorted(map(datetime.isoformat, nightly)), "archives": sorted(map(datetime.isoformat, archives))}
    if firm_settings.get(session, "backups_kept") != kept:
        firm_settings.save(session, backups_kept=kept)


def kept_until(session: Session) -> date | None:
    """The day on which the last backup that was made until now goes, with one more a night; None where there is none."""
    kept = firm_settings.get(session, "backups_kept") or {"nightly": [], "archives": []}
    there, old = (set(map(datetime.fromisoformat, kept[kind])) for kind in ("nightly", "archives"))
    ends = [(moment + ARCHIVES).date() for moment in old] + ([_last_day(there)] if there else [])
    return max(ends, default=None)


def _last_day(there: set[datetime]) -> date:
    """Night after night, until none of these is worth keeping."""
    night, files = now().astimezone(UTC), set(there)
    for _ in range(LONGEST):
        night += timedelta(days=1)
        files = worth_keeping([*files, night])
        if not files & there:
            break
    return night.date()
