"""What narrows the feed: a kind, what is planned or done, a person, a campaign. It stands in the address."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from nicegui import ui
from sqlmodel import Session

from app import calendar_days
from app.models import ACTIVITY_LABELS, ActivityType, User
from app.pages.ui import basic, theme
from app.services.activities import timeline
from app.services.activities.timeline import Filter
from app.services.campaigns import listing
from app.services.campaigns.listing import Wanted

STATES = {"done": "Done", "planned": "Planned", "all": "Everything"}
KINDS: dict[Any, str] = {None: "All kinds", **ACTIVITY_LABELS}
MOST = 100

Options = tuple[dict[UUID, str], dict[UUID, str]]


@dataclass(frozen=True)
class FeedChoice:
    """What the person asked for; nothing chosen means what was done, by everybody they may see."""

    state: str = "done"
    type: ActivityType | None = None
    person: UUID | None = None
    campaign: UUID | None = None

    @classmethod
    def of(cls, address: str) -> Self:
        """As the address says; what cannot be read narrows nothing."""
        said = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        return cls(
            state=said["state"] if said.get("state") in STATES else "done",
            type=ActivityType(said["type"]) if said.get("type") in ActivityType.__members__ else None,
            person=_id(said.get("person")),
            campaign=_id(said.get("campaign")),
        )

    @property
    def address(self) -> str:
        said = {
            "state": "" if self.state == "done" else self.state,
            "type": self.type.value if self.type else "",
            "person": str(self.person or ""),
            "campaign": str(self.campaign or ""),
        }
        query = urlencode({key: value for key, value in said.items() if value})
        return "/activities" + (f"?{query}" if query else "")

    @property
    def filter(self) -> Filter:
        planned = None if self.state == "all" else self.state == "planned"
        return Filter(type=self.type, user_id=self.person, campaign_id=self.campaign, planned=planned)

    @property
    def narrowed(self) -> bool:
        return replace(self, state="done") != FeedChoice()


def load_options(session: Session, me: User) -> Options:
    """Whose touches, and for which campaigns, this person may ask for."""
    found = listing.listed(session, me, Wanted(sort="newest"), calendar_days.today(me.timezone), MOST).items
    return timeline.makers(session, me), {card.campaign.id: card.campaign.name for card in found}


class FeedFilter:
    """The rows of choices above the feed; tells `on_change` what is chosen now."""

    def __init__(self, chosen: FeedChoice, on_change: Callable[[FeedChoice], Any]) -> None:
        self.chosen, self.on_change = chosen, on_change
        self.boxes: dict[str, ui.select] = {}
        with ui.element("div").classes("pd-find"):
            self.kinds = basic.chips(KINDS, chosen.type, lambda kind: self.choose(type=kind))
        self.tools = ui.element("div").classes("pd-camp-tools")

    def offer(self, found: Options) -> None:
        """Draw the choices that only the database knows; one choice alone is none."""
        people, camps_ = found
        with self.tools:
            self.pick("Done or planned", "state", STATES)
            if len(people) > 1 or self.chosen.person:
                self.pick("Person", "person", {None: "Everybody", **people})
            if camps_ or self.chosen.campaign:
                self.pick("Campaign", "campaign", {None: "All campaigns", **camps_})

    def pick(self, label: str, name: str, known: dict[Any, str]) -> None:
        value = getattr(self.chosen, name)
        box = ui.select({**known, value: known.get(value, "Another one")}, value=value)
        box.props("outlined dense behavior=menu options-dense=false").classes("pd-field").mark(f"feed-{name}")
        box.props["aria-label"] = label
        box.props["dropdown-icon"] = theme.icon("chevron-down")
        box.on_value_change(lambda event: self.choose(**{name: event.value}))
        self.boxes[name] = box

    async def reset(self) -> None:
        for name, box in self.boxes.items():
            box.set_value(getattr(FeedChoice(), name))
        await self.choose(type=None)

    async def choose(self, **what: Any) -> None:
        self.chosen = replace(self.chosen, **what)
        basic.mark_chip(self.kinds, self.chosen.type)
        ui.navigate.history.replace(self.chosen.address)
        await self.on_change(self.chosen)


def _id(typed: str | None) -> UUID | None:
    try:
        return UUID(typed or "")
    except ValueError:
        return None
