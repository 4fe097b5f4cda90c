"""What narrows a report: days, a person, a method. It stands in the address, so that a link shows the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from nicegui import ui

from app.models import ACTIVITY_LABELS, ActivityType, Grouping, Measure, Question, QuestionFilters
from app.pages.ui import basic, theme
from app.services.reports import addresses
from app.services.reports.filters import Asked

SPANS: dict[str, str] = {"": "All time", "7": "7 days", "30": "30 days", "90": "90 days", "own": "Custom range"}


@dataclass(frozen=True)
class ReportChoice:
    """`days` is a number of days until today, or `own` for those from `since` to `until`; nothing means everything.

    Campaign, sector and theme narrow the questions across campaigns alone; `measure` and `by` are those of an own one.
    """

    days: str = ""
    since: date | None = None
    until: date | None = None
    person: UUID | None = None
    type: ActivityType | None = None
    campaign: UUID | None = None
    sector: str = ""
    theme: str = ""
    measure: Measure | None = None
    by: Grouping | None = None

    @classmethod
    def of(cls, address: str) -> Self:
        """As the address says; what cannot be read narrows nothing."""
        said = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        since, until = parse_day(said.get("from")), parse_day(said.get("to"))
        days = said.get("days", "")
        return cls(
            days="own" if since or until else days if days in {"7", "30", "90"} else "",
            since=since,
            until=until,
            person=_id(said.get("person")),
            type=ActivityType(said["type"]) if said.get("type") in ActivityType.__members__ else None,
            campaign=_id(said.get("campaign")),
            sector=said.get("sector", ""),
            theme=said.get("theme", ""),
            measure=Measure(said["measure"]) if said.get("measure") in Measure.__members__ else None,
            by=Grouping(said["by"]) if said.get("by") in Grouping.__members__ else None,
        )

    @classmethod
    def kept(cls, filters: QuestionFilters) -> Self:
        """As it was saved; a number of days that has no button stands as the days that it means today."""
        return cls.of(addresses.address(Question.CHANNELS, filters))

    def asked(self) -> Asked:
        """A span until today stays one, also on a page that is open for days."""
        if self.days in {"7", "30", "90"}:
            return Asked(None, None, self.person, self.type, last_days=int(self.days))
        own = self.days == "own"
        return Asked(self.since if own else None, self.until if own else None, self.person, self.type)

    def filters(self) -> QuestionFilters:
        """As it is kept with a link."""
        asked = self.asked()
        return QuestionFilters(
            from_=asked.from_,
            to=asked.to,
            last_days=asked.last_days,
            user_id=asked.user_id,
            type=asked.type,
            campaign_id=self.campaign,
            sector=self.sector or None,
            theme=self.theme or None,
            measure=self.measure,
            by=self.by,
        )

    def own_filters(self) -> QuestionFilters:
        """The same for an own question, which counts meetings by person until somebody chooses."""
        own = {"measure": self.measure or Measure.MEETINGS_BOOKED, "by": self.by or Grouping.PERSON}
        return self.filters().model_copy(update=own)

    def query(self) -> str:
        """Empty when nothing narrows."""
        return urlsplit(addresses.address(Question.CHANNELS, self.filters())).query


class ReportFilter:
    """The row of choices above a report; tells `on_change` what is chosen now."""

    def __init__(
        self,
        chosen: ReportChoice,
        people: dict[UUID, str],
        on_change: Callable[[ReportChoice], Any],
        more: Sequence[tuple[str, str, dict[Any, str]]] = (),
    ) -> None:
        """`more` are further choices: what each is called, the field of the choice, and its options."""
        self.chosen, self.on_change = chosen, on_change
        with ui.element("div").classes("pd-report-filter") as self.row:
            self.spans = basic.chips(SPANS, chosen.days, self.span)
            with ui.element("div").classes("pd-report-own") as self.own:
                self.date("First day", "since", chosen.since)
                self.date("Last day", "until", chosen.until)
            with ui.element("div").classes("pd-report-who many" if more else "pd-report-who"):
                self.pick("Person", "person", {None: "Everybody", **people}, chosen.person)
                self.pick("Method", "type", {None: "Every method", **ACTIVITY_LABELS}, chosen.type)
                for label, name, options in more:
                    self.pick(label, name, options, getattr(chosen, name))
        self.own.set_visibility(chosen.days == "own")

    def date(self, label: str, name: str, value: date | None) -> None:
        box = ui.input(label, value=value.isoformat() if value else "").classes("pd-field").mark(name)
        box.props("outlined dense stack-label type=date debounce=400")
        box.on_value_change(lambda event: self.choose(**{name: parse_day(event.value)}))

    def pick(self, label: str, name: str, options: dict[Any, str], value: Any) -> None:
        known = {**options, value: options.get(value, value if isinstance(value, str) else "Somebody else")}
        box = ui.select(known, value=value, label=label).classes("pd-field").mark(name)
        box.props("outlined dense behavior=menu options-dense=false stack-label")
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(**{name: event.value}))

    async def span(self, days: str) -> None:
        basic.mark_chip(self.spans, days)
        self.own.set_visibility(days == "own")
        await self.choose(days=days)

    async def choose(self, **said: Any) -> None:
        before, self.chosen = self.chosen, replace(self.chosen, **said)
        if before != self.chosen:
            await self.on_change(self.chosen)


def parse_day(typed: str | None) -> date | None:
    try:
        return date.fromisoformat(typed or "")
    except ValueError:
        return None


def _id(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None
