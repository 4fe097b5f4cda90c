"""Figures, rates and weeks of a report out of the groups that the database counted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from app.services.reports.figures import WEEK, Figure, Rate, Share, Week, monday, rate, unbroken
from app.services.reports.goal_forecast import Course, GoalForecast, forecast

# which columns a group leaves out: type 4, user 2, week 1
ALL, BY_TYPE, BY_USER, BY_WEEK = 7, 3, 5, 6


class Tallies:
    """Rows of `campaign_report.COUNTED`: one for each kind of event, alone and by method, person and week."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = {(row.per, row.type or row.user_id or row.week, row.kind): row for row in rows}

    def figures(self) -> dict[str, Figure]:
        """The five figures, in the order of the work."""
        touches = self._row(ALL, None, "touches")
        reached = (touches.reached, touches.before_reached, touches.now_reached) if touches else (0, 0, 0)
        found = {"touches": self._figure("touches"), "reached": _figure("reached", *reached)}
        return found | {key: self._figure(key) for key in ("meetings_booked", "meetings_held", "handed_over")}

    def rates(self, per: int, names: Mapping[Any, str]) -> list[Rate]:
        """One rate for each name, in the order of the names."""
        found = []
        for key, name in names.items():
            found.append(self._rate(per, key, name))
        return found

    def whole(self) -> Rate:
        """Of all methods and people."""
        return self._rate(ALL, None, "All")

    def _rate(self, per: int, key: Any, name: str) -> Rate:
        touches, met = self._row(per, key, "touches"), self._row(per, key, "contacts")
        booked = self._row(per, key, "meetings_booked")
        n, reached = (touches.n, touches.reached) if touches else (0, 0)
        before = Share.of(booked.before if booked else 0, touches.before if touches else 0)
        contacts, with_meeting = (met.n, met.reached) if met else (0, 0)
        return rate(str(key), name, n, reached, booked.n if booked else 0, contacts, with_meeting, before)

    def weeks(self, starts: Sequence[date], chosen: date | None, begun: date | None, last: date) -> tuple[Week, ...]:
        """From the chosen day or the beginning, or the first week in which something happened, to `last`."""
        first = chosen or begun
        found = {start: self._week(number, start) for number, start in enumerate(starts, 1) if start <= last}
        busy = [week.start for week in found.values() if week != Week(week.start)]
        begin = min([*busy, monday(first)] if first else busy, default=last)
        weeks = unbroken(found, max(begin, starts[0]), last)
        if chosen is None:
            return weeks
        number = {start: at for at, start in enumerate(starts, 1)}
        back = WEEK * len(weeks)
        return tuple(replace(week, earlier=self._fitting(number.get(week.start - back), "touches")) for week in weeks)

    def forecast_of(
        self, course: Course, starts: Sequence[date], kind: str, noun: str, goal: int | None
    ) -> GoalForecast:
        row = self._row(ALL, None, kind)
        whole = [
            self._every(number, kind)
            for number, start in enumerate(starts, 1)
            if course.begun <= start and start + WEEK <= course.today
        ]
        return forecast(course, noun, goal, row.every if row else 0, row.lately if row else 0, whole)

    def progress(self, course: Course, starts: Sequence[date], kind: str) -> tuple[tuple[date, int], ...]:
        """What was done before the campaign began, before each Monday since, and by now; nothing before it begins."""
        row = self._row(ALL, None, kind)
        if course.today < course.begun:
            return ()
        left, points = row.every if row else 0, []
        if course.begun < course.today:
            points.append((course.today, left))
        for number, start in reversed(list(enumerate(starts, 1))):
            left -= self._every(number, kind)
            if course.begun < start < course.today:
                points.append((start, left))
        first = (row.early if course.begun < course.today else row.every) if row else 0
        return ((course.begun, first), *reversed(points))

    def people(self) -> set[UUID]:
        return {key for per, key, _ in self.rows if per == BY_USER and key is not None}

    def _figure(self, kind: str) -> Figure:
        row = self._row(ALL, None, kind)
        return _figure(kind, row.n, row.before, row.now) if row else _figure(kind, 0, 0, 0)

    def _week(self, number: int, start: date) -> Week:
        touches = self._row(BY_WEEK, number, "touches")
        n, reached = (touches.n, touches.reached) if touches else (0, 0)
        booked, held = (self._count(BY_WEEK, number, kind) for kind in ("meetings_booked", "meetings_held"))
        return Week(start, n, reached, booked, held)

    def _fitting(self, week: int | None, kind: str) -> int:
        """What fell into a week of what the person and method leave, whatever days are chosen."""
        row = self._row(BY_WEEK, week, kind) if week else None
        return row.fitting if row else 0

    def _every(self, week: int, kind: str) -> int:
        """What fell into a week, whatever is chosen."""
        row = self._row(BY_WEEK, week, kind)
        return row.every if row else 0

    def _count(self, per: int, key: Any, kind: str) -> int:
        row = self._row(per, key, kind)
        return row.n if row else 0

    def _row(self, per: int, key: Any, kind: str) -> Any:
        return self.rows.get((per, key, kind))


def _figure(key: str, value: int, before: int, recent: int) -> Figure:
    return Figure(key, value, before, recent - before)
